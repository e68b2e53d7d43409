use std::collections::BTreeMap;

use axum::Json;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, ContentBuilder, Ref, RefOr, Response, ResponseBuilder, Schema};
use utoipa::{IntoResponses, Modify, OpenApi};

use crate::refusal::Refusal;
use crate::status::Status;
use crate::{health, users};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "unlockd",
        description = "Lets locked users back in. Unset fields and zero values are left out of answers; \
                       fields that are not known are refused."
    ),
    paths(
        users::create_user::create_user,
        users::get_user_by_id::get_user_by_id,
        users::lock_user::lock_user,
        users::unlock_user::unlock_user,
        health::healthz,
        health::readyz,
    ),
    components(schemas(Status)),
    modifiers(&BearerScheme, &OptionalBodies),
    security(("bearer" = [])),
)]
struct Document;

struct BearerScheme;

impl Modify for BearerScheme {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// A body that may be left out is described as one that may be `null`, which no body may.
struct OptionalBodies;

impl Modify for OptionalBodies {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let operations = document.paths.paths.values_mut().filter_map(|path| path.post.as_mut());
        let bodies = operations.filter_map(|operation| operation.request_body.as_mut());
        for body in bodies {
            let RefOr::T(body) = body else { continue };
            for content in body.content.values_mut() {
                if let RefOr::T(Content { schema, .. }) = content
                    && let Some(RefOr::T(Schema::OneOf(object_or_null))) = schema
                {
                    *schema = object_or_null.items.first().cloned();
                }
            }
        }
    }
}

/// Every error has one shape, whatever its status.
impl IntoResponses for Refusal {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name("Status")))
            .build();
        let response = ResponseBuilder::new()
            .description(
                "The request was refused or failed: `google.rpc.Status`, with a stable reason in its `ErrorInfo`.",
            )
            .content("application/json", content)
            .build();
        BTreeMap::from([("default".to_owned(), response.into())])
    }
}

/// The description of the API, in the form of `OpenAPI` 3.1.
pub(crate) async fn openapi() -> Json<utoipa::openapi::OpenApi> {
    Json(Document::openapi())
}
