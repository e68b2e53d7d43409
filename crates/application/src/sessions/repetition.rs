use std::time::Duration;

use unlockd_domain::{LoginIdentity, Session, SessionId, SessionRequest};

use super::SessionChecks;
use crate::authentication::Caller;
use crate::error::Error;
use crate::idempotency::{IdempotencyKey, RequestDigest, RequestDigester};

/// The caller and the key, in digest.
fn key_digest(caller: &Caller, key: &IdempotencyKey) -> RequestDigest {
    RequestDigester::new("session_key")
        .field(caller.user_id().as_str())
        .field(key.as_str())
        .finish()
}

/// The request as it is stored with the session, if it has a key.
pub(super) fn request(
    caller: &Caller,
    key: Option<&IdempotencyKey>,
    digester: RequestDigester,
) -> Option<SessionRequest> {
    Some(SessionRequest {
        key: key_digest(caller, key?).0,
        digest: digester.finish().0,
        replaced_token: None,
    })
}

/// The id of the session that a request creates: the same for each request of the caller under the key.
pub(super) fn session_id(request: &SessionRequest) -> Result<SessionId, Error> {
    SessionId::new(RequestDigest(request.key).uuid()).map_err(Error::internal)
}

/// Whether the session's last change was made by this request.
///
/// # Errors
/// [`Error::IdempotencyKeyReused`] when it was made by another request under the same key.
pub(super) fn is_repeated(request: Option<&SessionRequest>, session: &Session) -> Result<bool, Error> {
    match (request, &session.request) {
        (Some(request), Some(last)) if request.key == last.key && request.digest == last.digest => Ok(true),
        (Some(request), Some(last)) if request.key == last.key => Err(Error::IdempotencyKeyReused),
        (Some(_) | None, Some(_) | None) => Ok(false),
    }
}

/// What a request of both kinds asks for. Neither the password nor the token of the session is part of it: both are
/// verified again when the request is repeated.
pub(super) fn digester(
    operation: &str,
    checks: &SessionChecks,
    metadata: impl AsRef<[u8]>,
    lifetime: Option<Duration>,
) -> RequestDigester {
    let (user_id, login_name) = match &checks.user {
        Some(LoginIdentity::UserId(id)) => (Some(id.as_str()), None),
        Some(LoginIdentity::LoginName(name)) => (None, Some(name.as_str())),
        None => (None, None),
    };
    RequestDigester::new(operation)
        .optional(user_id)
        .optional(login_name)
        .field([u8::from(checks.password.is_some())])
        .field(metadata)
        .optional(lifetime.map(|lifetime| lifetime.as_nanos().to_be_bytes()))
}
