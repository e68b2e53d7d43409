use bytes::{BufMut, Bytes, BytesMut};
use http::header::{AUTHORIZATION, CONTENT_TYPE, TE};
use http::{HeaderMap, HeaderValue, Method, Request, Uri};
use http_body_util::BodyExt;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::TokioExecutor;
use prost::Message;
use unlockd_proto::zitadel::user::v3alpha::{LockUserRequest, UnlockUserRequest};

use super::{Body, CallError, Change, Target};
use crate::Failure;

/// gRPC over one HTTP/2 connection, without the layers of a channel.
pub(crate) struct GrpcClient {
    connection: SendRequest<Body>,
    methods: MethodUris,
    authorization: HeaderValue,
}

/// Where the methods are.
pub(super) struct MethodUris {
    lock: Uri,
    unlock: Uri,
}

impl MethodUris {
    /// With something in front of the path, which HTTP/2 needs.
    pub(super) fn behind(origin: &str) -> Result<Self, Failure> {
        let method = |name: &str| format!("{origin}/zitadel.user.v3alpha.UserService/{name}").parse::<Uri>();
        Ok(Self {
            lock: method("LockUser")?,
            unlock: method("UnlockUser")?,
        })
    }

    pub(super) fn of(&self, change: Change) -> Uri {
        match change {
            Change::Lock => self.lock.clone(),
            Change::Unlock => self.unlock.clone(),
        }
    }
}

impl GrpcClient {
    pub(super) async fn connect(target: &Target) -> Result<Self, Failure> {
        let (connection, driver) = http2::handshake(TokioExecutor::new(), target.connect().await?).await?;
        // It ends with the connection; what goes wrong is told to whoever waits for an answer.
        tokio::spawn(driver);
        Ok(Self {
            connection,
            methods: MethodUris::behind(&format!("http://{}", target.address))?,
            authorization: target.authorization.clone(),
        })
    }

    pub(super) async fn change(&mut self, user: String, change: Change) -> Result<(), CallError> {
        let mut request = Request::new(Body::new(message(user, change)?));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.methods.of(change);
        let headers = request.headers_mut();
        headers.insert(TE, HeaderValue::from_static("trailers"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        headers.insert(AUTHORIZATION, self.authorization.clone());
        self.connection.ready().await?;
        let response = self.connection.send_request(request).await?;
        if is_settled(response.headers()) {
            return settle(response.headers());
        }
        let mut body = response.into_body();
        let mut outcome = Err(CallError::Refused("the answer has no status".to_owned()));
        while let Some(frame) = body.frame().await {
            if let Some(trailers) = frame?.trailers_ref() {
                outcome = settle(trailers);
            }
        }
        outcome
    }
}

/// A change as a message of five bytes and what they announce.
pub(super) fn message(user: String, change: Change) -> Result<Bytes, Failure> {
    const HEAD_BYTES: usize = 5;
    let mut bytes = BytesMut::with_capacity(64);
    bytes.put_bytes(0, HEAD_BYTES);
    match change {
        Change::Lock => LockUserRequest {
            user_id: user,
            ..LockUserRequest::default()
        }
        .encode(&mut bytes)?,
        Change::Unlock => UnlockUserRequest {
            user_id: user,
            ..UnlockUserRequest::default()
        }
        .encode(&mut bytes)?,
    }
    let length = u32::try_from(bytes.len() - HEAD_BYTES)?;
    bytes[1..HEAD_BYTES].copy_from_slice(&length.to_be_bytes());
    Ok(bytes.freeze())
}

const STATUS: &str = "grpc-status";

fn is_settled(headers: &HeaderMap) -> bool {
    headers.contains_key(STATUS)
}

fn settle(trailers: &HeaderMap) -> Result<(), CallError> {
    match trailers.get(STATUS).map(HeaderValue::as_bytes) {
        Some(b"0") => Ok(()),
        _ => Err(CallError::Refused(format!(
            "{:?} {:?}",
            trailers.get(STATUS),
            trailers.get("grpc-message")
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_begins_with_its_length() {
        let bytes = message("user-7".to_owned(), Change::Lock).unwrap();

        assert_eq!(&bytes[..5], [0, 0, 0, 0, 8]);
        assert_eq!(LockUserRequest::decode(&bytes[5..]).unwrap().user_id, "user-7");
    }
}
