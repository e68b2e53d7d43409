use std::net::SocketAddr;

use async_trait::async_trait;
use http::Uri;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tonic::body::Body;
use tonic::client::GrpcService;
use tonic::codegen::StdError;
use tonic::metadata::MetadataValue;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};
use tonic_types::StatusExt;
use tonic_web::GrpcWebClientLayer;
use tower::ServiceBuilder;
use unlockd_proto::zitadel::object::v2beta::Details;
use unlockd_proto::zitadel::user::v3alpha::user_service_client::UserServiceClient;
use unlockd_proto::zitadel::user::v3alpha::{GetUserByIdRequest, LockUserRequest, State, UnlockUserRequest, User};

use super::wire::{Call, Exchange, Outcome, Speaker, Wire};
use crate::CommandError;

/// A client made from the protocol's description, over gRPC or gRPC-Web.
pub(super) struct GrpcWire<C> {
    name: &'static str,
    client: UserServiceClient<C>,
}

/// A client over HTTP/2.
pub(super) async fn grpc(address: SocketAddr) -> Result<impl Wire, CommandError> {
    let no_connection = |error: tonic::transport::Error| CommandError::caused("no connection for gRPC", &error);
    let endpoint = Endpoint::from_shared(format!("http://{address}")).map_err(no_connection)?;
    let channel: Channel = endpoint.connect().await.map_err(no_connection)?;
    Ok(GrpcWire {
        name: "gRPC",
        client: UserServiceClient::new(channel),
    })
}

/// A client over HTTP/1.1, as pages in browsers are.
pub(super) fn grpc_web(address: SocketAddr) -> Result<impl Wire, CommandError> {
    let origin: Uri = format!("http://{address}")
        .parse()
        .map_err(|error: http::uri::InvalidUri| CommandError::caused("no connection for gRPC-Web", &error))?;
    let http = Client::builder(TokioExecutor::new()).build_http();
    let client = ServiceBuilder::new().layer(GrpcWebClientLayer::new()).service(http);
    Ok(GrpcWire {
        name: "gRPC-Web",
        client: UserServiceClient::with_origin(client, origin),
    })
}

#[async_trait]
impl<C> Wire for GrpcWire<C>
where
    C: GrpcService<Body, Future: Send, Error: Into<StdError>> + Send,
    C::ResponseBody: http_body_util::BodyExt<Data = axum::body::Bytes, Error: Into<StdError> + Send> + Send + 'static,
{
    fn name(&self) -> &'static str {
        self.name
    }

    async fn call(&mut self, speaker: Speaker<'_>, call: Call<'_>) -> Result<Exchange, CommandError> {
        let (request, result) = match call {
            Call::Get { user_id } => {
                let message = GetUserByIdRequest {
                    user_id: user_id.to_owned(),
                };
                let request = describe("GetUserByID", speaker, &json!({ "user_id": user_id }));
                let answer = self.client.get_user_by_id(authorized(message, speaker)?).await;
                (
                    request,
                    answer.map(|answer| found(&answer.into_inner().user.unwrap_or_default())),
                )
            }
            Call::Lock { user_id, reason } => {
                let message = LockUserRequest {
                    user_id: user_id.to_owned(),
                    reason: reason.to_owned(),
                    locked_until: None,
                    if_sequence: None,
                    replace: false,
                };
                let request = describe("LockUser", speaker, &json!({ "user_id": user_id, "reason": reason }));
                let answer = self.client.lock_user(authorized(message, speaker)?).await;
                (
                    request,
                    answer.map(|answer| changed(&answer.into_inner().details.unwrap_or_default())),
                )
            }
            Call::Unlock { user_id } => {
                let message = UnlockUserRequest {
                    user_id: user_id.to_owned(),
                    reason: String::new(),
                    if_sequence: None,
                };
                let request = describe("UnlockUser", speaker, &json!({ "user_id": user_id }));
                let answer = self.client.unlock_user(authorized(message, speaker)?).await;
                (
                    request,
                    answer.map(|answer| changed(&answer.into_inner().details.unwrap_or_default())),
                )
            }
        };
        let (answer, outcome) = result.unwrap_or_else(|status| refused(&status));
        Ok(Exchange {
            request,
            answer,
            outcome,
        })
    }
}

fn describe(rpc: &str, speaker: Speaker<'_>, message: &Value) -> String {
    format!("zitadel.user.v3alpha.UserService/{rpc} as {} {message}", speaker.name)
}

fn authorized<M>(message: M, speaker: Speaker<'_>) -> Result<Request<M>, CommandError> {
    let mut request = Request::new(message);
    if let Some(token) = speaker.token {
        let value = MetadataValue::try_from(format!("Bearer {token}"))
            .map_err(|error| CommandError::caused("the token cannot be sent", &error))?;
        request.metadata_mut().insert("authorization", value);
    }
    Ok(request)
}

fn changed(details: &Details) -> (String, Outcome) {
    let answer = json!({ "details": shown(details) });
    (
        format!("OK {answer}"),
        Outcome::Changed {
            sequence: details.sequence,
        },
    )
}

fn found(user: &User) -> (String, Outcome) {
    let state = State::try_from(user.state).unwrap_or_default().as_str_name().to_owned();
    let lock_reason = user.lock.as_ref().map(|lock| lock.reason.clone());
    let mut answer = json!({ "user_id": user.user_id, "state": state });
    if let Some(details) = &user.details {
        answer["details"] = shown(details);
    }
    if let Some(lock) = &user.lock {
        answer["lock"] = json!({ "reason": lock.reason, "locked_by": lock.locked_by });
    }
    (format!("OK {answer}"), Outcome::Found { state, lock_reason })
}

fn shown(details: &Details) -> Value {
    let change_date = details.change_date.as_ref().map(ToString::to_string);
    json!({ "sequence": details.sequence, "change_date": change_date, "resource_owner": details.resource_owner })
}

fn refused(status: &Status) -> (String, Outcome) {
    let reason = status
        .get_details_error_info()
        .map(|info| info.reason)
        .unwrap_or_default();
    let code = i32::from(status.code());
    (
        format!("{reason}: {} (code {code})", status.message()),
        Outcome::refused(code, &reason),
    )
}
