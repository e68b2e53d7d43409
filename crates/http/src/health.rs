use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::refusal::Refusal;
use crate::router::Api;

/// In the words of `grpc.health.v1`.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    #[schema(pattern = "^SERVING$", example = "SERVING")]
    status: &'static str,
}

const SERVING: Health = Health { status: "SERVING" };

/// The process is up.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "health",
    security(()),
    responses((status = 200, description = "The process is up.", body = Health)),
)]
pub(crate) async fn healthz() -> Json<Health> {
    Json(SERVING)
}

/// Requests can be served: the store answers, and the process is not about to stop.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "health",
    security(()),
    responses((status = 200, description = "Requests can be served.", body = Health)),
)]
pub(crate) async fn readyz(State(api): State<Api>) -> Result<Json<Health>, Refusal> {
    api.readiness.check().await?;
    Ok(Json(SERVING))
}
