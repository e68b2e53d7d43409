//! The client that is generated from the contract.

use async_trait::async_trait;
use bytes::Bytes;
use http::Uri;
use http_body::Body as HttpBody;
use tonic::body::Body;
use tonic::client::GrpcService;
use tonic::codegen::StdError;
use tonic::{Request as Outgoing, Status};
use tonic_types::StatusExt;
use unlockd_domain::Timestamp;
use unlockd_proto::zitadel::object::v2beta::{self, Organization, organization::Org};
use unlockd_proto::zitadel::user::v3alpha::set_password::Type;
use unlockd_proto::zitadel::user::v3alpha::user_service_client::UserServiceClient;
use unlockd_proto::zitadel::user::v3alpha::{self as proto, LockCause, State};

use crate::scenarios::{
    Answer, CreateUserRequest, Details, Failure, Lock, PasswordRequest, Request, User, Username, Wire,
};

/// A client of gRPC, or of gRPC-Web if its transport is one.
pub struct GrpcWire<C> {
    client: UserServiceClient<C>,
}

impl<C> GrpcWire<C>
where
    C: GrpcService<Body>,
    C::Error: Into<StdError>,
    C::ResponseBody: HttpBody<Data = Bytes> + Send + 'static,
    <C::ResponseBody as HttpBody>::Error: Into<StdError> + Send,
{
    /// A client that sends its requests here. A transport that does not know its origin, such as
    /// `http://127.0.0.1:8080`, is told; [`Uri::default`] leaves it to the transport.
    pub fn new(transport: C, origin: Uri) -> Self {
        Self {
            client: UserServiceClient::with_origin(transport, origin),
        }
    }
}

#[async_trait]
impl<C> Wire for GrpcWire<C>
where
    C: GrpcService<Body> + Clone + Send + Sync,
    C::Error: Into<StdError>,
    C::Future: Send,
    C::ResponseBody: HttpBody<Data = Bytes> + Send + 'static,
    <C::ResponseBody as HttpBody>::Error: Into<StdError> + Send,
{
    async fn call(&self, token: Option<&str>, request: &Request) -> Result<Answer, Failure> {
        self.send(token, request.clone())
            .await
            .map_err(|status| failure(&status))
    }
}

impl<C> GrpcWire<C>
where
    C: GrpcService<Body> + Clone,
    C::Error: Into<StdError>,
    C::ResponseBody: HttpBody<Data = Bytes> + Send + 'static,
    <C::ResponseBody as HttpBody>::Error: Into<StdError> + Send,
{
    async fn send(&self, token: Option<&str>, request: Request) -> Result<Answer, Status> {
        let mut client = self.client.clone();
        Ok(match request {
            Request::CreateUser(request) => {
                let created = client
                    .create_user(with_token(token, create_user(request)))
                    .await?
                    .into_inner();
                Answer::Created {
                    user_id: created.user_id,
                    details: details(created.details),
                }
            }
            Request::GetUserById { user_id } => {
                let message = proto::GetUserByIdRequest { user_id };
                let found = client.get_user_by_id(with_token(token, message)).await?.into_inner();
                Answer::User(user(found.user.expect("a user")))
            }
            Request::LockUser {
                user_id,
                reason,
                locked_until,
            } => {
                let locked_until = locked_until.map(|text| proto_timestamp(&text));
                let message = proto::LockUserRequest {
                    user_id,
                    reason: reason.unwrap_or_default(),
                    locked_until,
                };
                Answer::Changed(details(
                    client.lock_user(with_token(token, message)).await?.into_inner().details,
                ))
            }
            Request::UnlockUser { user_id, reason } => {
                let message = proto::UnlockUserRequest {
                    user_id,
                    reason: reason.unwrap_or_default(),
                };
                Answer::Changed(details(
                    client
                        .unlock_user(with_token(token, message))
                        .await?
                        .into_inner()
                        .details,
                ))
            }
        })
    }
}

fn with_token<M>(token: Option<&str>, message: M) -> Outgoing<M> {
    let mut request = Outgoing::new(message);
    if let Some(token) = token {
        request
            .metadata_mut()
            .insert("authorization", format!("Bearer {token}").parse().unwrap());
    }
    request
}

fn create_user(request: CreateUserRequest) -> proto::CreateUserRequest {
    let usernames = request
        .usernames
        .into_iter()
        .map(|(username, is_organization_specific)| proto::SetUsername {
            username,
            is_organization_specific,
        })
        .collect();
    let password = request.password.map(|password| {
        let (r#type, change_required) = match password {
            PasswordRequest::Plain {
                password,
                change_required,
            } => (Type::Password(password), change_required),
            PasswordRequest::Hash { hash, change_required } => (Type::Hash(hash), change_required),
        };
        proto::SetPassword {
            r#type: Some(r#type),
            change_required,
        }
    });
    proto::CreateUserRequest {
        user_id: request.user_id,
        organization: request.organization_id.map(|id| Organization {
            org: Some(Org::OrgId(id)),
        }),
        authenticators: Some(proto::SetAuthenticators { usernames, password }),
        contact: request.contact_email.map(|address| proto::SetContact {
            email: Some(proto::SetEmail {
                address,
                verification: None,
            }),
            phone: None,
        }),
        schema_id: request.schema_id.unwrap_or_default(),
        data: request
            .data
            .map(|text| match proto_value(serde_json::from_str(&text).unwrap()).kind {
                Some(prost_types::value::Kind::StructValue(data)) => data,
                other => panic!("data is an object, not {other:?}"),
            }),
    }
}

fn details(details: Option<v2beta::Details>) -> Details {
    let details = details.expect("details");
    Details {
        sequence: details.sequence,
        change_date: text(details.change_date),
        resource_owner: details.resource_owner,
    }
}

fn user(user: proto::User) -> User {
    let authenticators = user.authenticators.unwrap_or_default();
    User {
        user_id: user.user_id,
        details: details(user.details),
        state: State::try_from(user.state).expect("a state").as_str_name().to_owned(),
        usernames: authenticators.usernames.into_iter().map(username).collect(),
        password_last_changed: authenticators.password.map(|password| text(password.last_changed)),
        data: user.data.map(|data| json(prost_types::value::Kind::StructValue(data))),
        lock: user.lock.map(lock),
        failed_password_attempts: user.failed_password_attempts,
    }
}

fn username(username: proto::Username) -> Username {
    Username {
        username_id: username.username_id,
        username: username.username,
        is_organization_specific: username.is_organization_specific,
    }
}

fn lock(lock: proto::Lock) -> Lock {
    let given = |text: String| (!text.is_empty()).then_some(text);
    Lock {
        since: text(lock.since),
        cause: LockCause::try_from(lock.cause)
            .expect("a cause")
            .as_str_name()
            .to_owned(),
        locked_by: given(lock.locked_by),
        reason: given(lock.reason),
        until: lock.until.map(|until| text(Some(until))),
    }
}

fn failure(status: &Status) -> Failure {
    let info = status
        .get_details_error_info()
        .unwrap_or_else(|| panic!("no ErrorInfo in {status:?}"));
    let violations = status
        .get_details_bad_request()
        .map(|request| request.field_violations)
        .unwrap_or_default();
    Failure {
        code: status.code().into(),
        reason: info.reason,
        domain: info.domain,
        message: status.message().to_owned(),
        metadata: info.metadata.into_iter().collect(),
        field_violations: violations
            .into_iter()
            .map(|violation| (violation.field, violation.description))
            .collect(),
        retry_after: status.get_details_retry_info().and_then(|info| info.retry_delay),
    }
}

fn text(timestamp: Option<prost_types::Timestamp>) -> String {
    let timestamp = timestamp.expect("a time");
    Timestamp::from_unix_seconds_and_nanos(timestamp.seconds, timestamp.nanos)
        .expect("a valid time")
        .to_string()
}

fn proto_timestamp(text: &str) -> prost_types::Timestamp {
    text.parse().expect("RFC 3339")
}

fn proto_value(value: serde_json::Value) -> prost_types::Value {
    use prost_types::value::Kind;
    use serde_json::Value;
    let kind = match value {
        Value::Null => Kind::NullValue(0),
        Value::Bool(value) => Kind::BoolValue(value),
        Value::Number(number) => Kind::NumberValue(number.as_f64().unwrap()),
        Value::String(text) => Kind::StringValue(text),
        Value::Array(items) => Kind::ListValue(prost_types::ListValue {
            values: items.into_iter().map(proto_value).collect(),
        }),
        Value::Object(members) => Kind::StructValue(prost_types::Struct {
            fields: members
                .into_iter()
                .map(|(name, value)| (name, proto_value(value)))
                .collect(),
        }),
    };
    prost_types::Value { kind: Some(kind) }
}

/// The value of the kind; numbers without a fraction are integers, as in JSON.
fn json(kind: prost_types::value::Kind) -> serde_json::Value {
    use prost_types::value::Kind;
    match kind {
        Kind::NullValue(_) => serde_json::Value::Null,
        Kind::BoolValue(value) => value.into(),
        Kind::NumberValue(number) => serde_json::from_str(&number.to_string()).unwrap(),
        Kind::StringValue(text) => text.into(),
        Kind::ListValue(list) => list.values.into_iter().map(|value| json(value.kind.unwrap())).collect(),
        Kind::StructValue(data) => {
            let members = data.fields.into_iter();
            serde_json::Value::Object(members.map(|(name, value)| (name, json(value.kind.unwrap()))).collect())
        }
    }
}
