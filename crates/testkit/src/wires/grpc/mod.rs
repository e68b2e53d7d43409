//! The clients that are generated from the contract.

mod incoming;
mod outgoing;
mod policies;
mod search_query;
mod sessions;
mod struct_value;

use async_trait::async_trait;
use bytes::Bytes;
use http::Uri;
use http_body::Body as HttpBody;
use tonic::body::Body;
use tonic::client::GrpcService;
use tonic::codegen::StdError;
use tonic::metadata::MetadataValue;
use tonic::{Request as Outgoing, Response, Status, Streaming};
use unlockd_proto::unlockd::event::v1::WatchEventsResponse;
use unlockd_proto::unlockd::event::v1::event_service_client::EventServiceClient;
use unlockd_proto::unlockd::policy::v1 as policy;
use unlockd_proto::unlockd::policy::v1::lockout_policy_service_client::LockoutPolicyServiceClient;
use unlockd_proto::zitadel::session::v2 as session;
use unlockd_proto::zitadel::session::v2::session_service_client::SessionServiceClient;
use unlockd_proto::zitadel::settings::v2::settings_service_client::SettingsServiceClient;
use unlockd_proto::zitadel::user::v3alpha as proto;
use unlockd_proto::zitadel::user::v3alpha::user_service_client::UserServiceClient;

use crate::scenarios::{Answer, Failure, Reply, Request, Safeguards, Update, Watch, WatchEventsRequest, Wire};

/// A client of gRPC, or of gRPC-Web if its transport is one.
pub struct GrpcWire<C> {
    users: UserServiceClient<C>,
    events: EventServiceClient<C>,
    sessions: SessionServiceClient<C>,
    policies: LockoutPolicyServiceClient<C>,
    settings: SettingsServiceClient<C>,
}

impl<C> GrpcWire<C>
where
    C: GrpcService<Body> + Clone,
    C::Error: Into<StdError>,
    C::ResponseBody: HttpBody<Data = Bytes> + Send + 'static,
    <C::ResponseBody as HttpBody>::Error: Into<StdError> + Send,
{
    /// A client that sends its requests here. A transport that does not know its origin, such as
    /// `http://127.0.0.1:8080`, is told; [`Uri::default`] leaves it to the transport.
    pub fn new(transport: C, origin: Uri) -> Self {
        Self {
            users: UserServiceClient::with_origin(transport.clone(), origin.clone()),
            events: EventServiceClient::with_origin(transport.clone(), origin.clone()),
            sessions: SessionServiceClient::with_origin(transport.clone(), origin.clone()),
            policies: LockoutPolicyServiceClient::with_origin(transport.clone(), origin.clone()),
            settings: SettingsServiceClient::with_origin(transport, origin),
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
    async fn call(&self, token: Option<&str>, request: &Request, safeguards: &Safeguards) -> Result<Reply, Failure> {
        if let Request::WatchEvents(request) = request {
            let answer = Answer::Watching(self.watch(token, request).await?.next().await?);
            return Ok(Reply {
                answer,
                replayed: false,
            });
        }
        let sent = self.send(token, request.clone(), safeguards).await;
        sent.map_err(|status| incoming::failure(&status))
    }

    async fn watch(&self, token: Option<&str>, request: &WatchEventsRequest) -> Result<Box<dyn Watch>, Failure> {
        let message = outgoing::watch_events(request.clone());
        let outgoing = with_metadata(message, token, &Safeguards::default());
        match self.events.clone().watch_events(outgoing).await {
            Ok(stream) => Ok(Box::new(stream.into_inner())),
            Err(status) => Err(incoming::failure(&status)),
        }
    }
}

impl<C> GrpcWire<C>
where
    C: GrpcService<Body> + Clone,
    C::Error: Into<StdError>,
    C::ResponseBody: HttpBody<Data = Bytes> + Send + 'static,
    <C::ResponseBody as HttpBody>::Error: Into<StdError> + Send,
{
    #[expect(clippy::too_many_lines, reason = "there are many methods")]
    async fn send(&self, token: Option<&str>, request: Request, safeguards: &Safeguards) -> Result<Reply, Status> {
        let (mut users, mut events) = (self.users.clone(), self.events.clone());
        let (mut sessions, mut policies) = (self.sessions.clone(), self.policies.clone());
        let mut settings = self.settings.clone();
        let if_sequence = safeguards.if_sequence;
        // Each call is another method with another message; what is done around it is the same.
        macro_rules! call {
            ($client:ident.$method:ident($message:expr), $answer:expr) => {
                reply(
                    $client
                        .$method(with_metadata($message, token, safeguards))
                        .await?,
                    $answer,
                )
            };
        }
        macro_rules! change {
            ($method:ident, $message:expr) => {
                call!(users.$method($message), |changed| Answer::Changed(
                    incoming::details(changed.details)
                ))
            };
        }
        Ok(match request {
            Request::CreateUser(request) => {
                call!(
                    users.create_user(outgoing::create_user(request, if_sequence)),
                    incoming::created
                )
            }
            Request::ListUsers(request) => {
                call!(users.list_users(search_query::list_users(request)), incoming::users)
            }
            Request::GetUserById { user_id } => {
                call!(
                    users.get_user_by_id(proto::GetUserByIdRequest { user_id }),
                    incoming::found
                )
            }
            Request::UpdateUser(request) => change!(update_user, outgoing::update_user(request, if_sequence)),
            Request::DeactivateUser { user_id, reason } => change!(
                deactivate_user,
                proto::DeactivateUserRequest {
                    user_id,
                    reason: reason.unwrap_or_default(),
                    if_sequence,
                }
            ),
            Request::ReactivateUser { user_id, reason } => change!(
                reactivate_user,
                proto::ReactivateUserRequest {
                    user_id,
                    reason: reason.unwrap_or_default(),
                    if_sequence,
                }
            ),
            Request::LockUser {
                user_id,
                reason,
                locked_until,
                replace,
            } => change!(
                lock_user,
                proto::LockUserRequest {
                    user_id,
                    reason: reason.unwrap_or_default(),
                    locked_until: outgoing::time(locked_until),
                    if_sequence,
                    replace,
                }
            ),
            Request::UnlockUser { user_id, reason } => change!(
                unlock_user,
                proto::UnlockUserRequest {
                    user_id,
                    reason: reason.unwrap_or_default(),
                    if_sequence,
                }
            ),
            Request::DeleteUser { user_id } => {
                change!(delete_user, proto::DeleteUserRequest { user_id, if_sequence })
            }
            Request::AddUsername { user_id, username } => call!(
                users.add_username(proto::AddUsernameRequest {
                    user_id,
                    username: username.map(outgoing::username),
                    if_sequence,
                }),
                incoming::username_added
            ),
            Request::RemoveUsername { user_id, username_id } => change!(
                remove_username,
                proto::RemoveUsernameRequest {
                    user_id,
                    username_id,
                    if_sequence,
                }
            ),
            Request::SetPassword(request) => change!(set_password, outgoing::set_password(request, if_sequence)),
            Request::RequestPasswordReset { user_id, medium } => call!(
                users.request_password_reset(outgoing::request_password_reset(user_id, medium, if_sequence)),
                incoming::code_returned
            ),
            Request::ListEvents(request) => {
                call!(events.list_events(outgoing::list_events(request)), incoming::events)
            }
            Request::WatchEvents(_) => panic!("a watch is another kind of call"),
            Request::CreateSession(request) => {
                call!(
                    sessions.create_session(sessions::create_session(request)),
                    sessions::begun
                )
            }
            Request::GetSession {
                session_id,
                session_token,
            } => call!(
                sessions.get_session(session::GetSessionRequest {
                    session_id,
                    session_token,
                }),
                sessions::found
            ),
            Request::SetSession(request) => {
                call!(sessions.set_session(sessions::set_session(request)), sessions::changed)
            }
            Request::DeleteSession {
                session_id,
                session_token,
            } => call!(
                sessions.delete_session(session::DeleteSessionRequest {
                    session_id,
                    session_token,
                }),
                sessions::ended
            ),
            Request::ListSessions(request) => {
                call!(
                    sessions.list_sessions(sessions::list_sessions(request)),
                    sessions::sessions
                )
            }
            Request::GetLockoutPolicy { organization_id } => call!(
                policies.get_lockout_policy(policy::GetLockoutPolicyRequest {
                    organization_id: organization_id.unwrap_or_default(),
                }),
                policies::effective
            ),
            Request::SetLockoutPolicy {
                organization_id,
                policy,
            } => call!(
                policies.set_lockout_policy(policy::SetLockoutPolicyRequest {
                    organization_id: organization_id.unwrap_or_default(),
                    policy: Some(policies::message(policy)),
                }),
                policies::set
            ),
            Request::ResetLockoutPolicy { organization_id } => call!(
                policies.reset_lockout_policy(policy::ResetLockoutPolicyRequest {
                    organization_id: organization_id.unwrap_or_default(),
                }),
                policies::reset
            ),
            Request::GetLockoutSettings { owner } => call!(
                settings.get_lockout_settings(policies::context(owner)),
                policies::settings
            ),
        })
    }
}

fn with_metadata<M>(message: M, token: Option<&str>, safeguards: &Safeguards) -> Outgoing<M> {
    let mut request = Outgoing::new(message);
    let metadata = request.metadata_mut();
    if let Some(token) = token {
        metadata.insert("authorization", format!("Bearer {token}").parse().unwrap());
    }
    for key in &safeguards.idempotency_keys {
        metadata.append("idempotency-key", MetadataValue::try_from(key.as_bytes()).unwrap());
    }
    request
}

fn reply<M>(response: Response<M>, answer: impl FnOnce(M) -> Answer) -> Reply {
    let mark = response.metadata().get("idempotency-replayed");
    assert!(mark.is_none_or(|mark| mark == "true"), "{mark:?} says neither");
    Reply {
        replayed: mark.is_some(),
        answer: answer(response.into_inner()),
    }
}

#[async_trait]
impl Watch for Streaming<WatchEventsResponse> {
    async fn next(&mut self) -> Result<Update, Failure> {
        match self.message().await {
            Ok(message) => Ok(incoming::update(message.expect("the stream goes on"))),
            Err(status) => Err(incoming::failure(&status)),
        }
    }
}
