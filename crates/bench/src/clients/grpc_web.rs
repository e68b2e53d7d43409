use bytes::{Bytes, BytesMut};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderValue, Method, Request, StatusCode};
use http_body_util::BodyExt;
use hyper::client::conn::http1::{self, SendRequest};

use super::grpc::{MethodUris, message};
use super::{Body, CallError, Change, Target, refusal};
use crate::Failure;

/// gRPC-Web over one HTTP/1.1 connection.
pub(crate) struct GrpcWebClient {
    connection: SendRequest<Body>,
    methods: MethodUris,
    host: HeaderValue,
    authorization: HeaderValue,
}

impl GrpcWebClient {
    pub(super) async fn connect(target: &Target) -> Result<Self, Failure> {
        let (connection, driver) = http1::handshake(target.connect().await?).await?;
        // It ends with the connection; what goes wrong is told to whoever waits for an answer.
        tokio::spawn(driver);
        Ok(Self {
            connection,
            methods: MethodUris::behind("")?,
            host: HeaderValue::from_str(&target.address.to_string())?,
            authorization: target.authorization.clone(),
        })
    }

    pub(super) async fn change(&mut self, user: String, change: Change) -> Result<(), CallError> {
        let mut request = Request::new(Body::new(message(user, change)?));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.methods.of(change);
        let headers = request.headers_mut();
        headers.insert(HOST, self.host.clone());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc-web+proto"));
        headers.insert(AUTHORIZATION, self.authorization.clone());
        self.connection.ready().await?;
        let response = self.connection.send_request(request).await?;
        if response.status() != StatusCode::OK {
            return Err(refusal(response).await);
        }
        let mut body = response.into_body();
        // Nearly always one piece.
        let mut pieces = BytesMut::new();
        while let Some(frame) = body.frame().await {
            if let Ok(piece) = frame?.into_data() {
                pieces.extend_from_slice(&piece);
            }
        }
        settle(pieces.freeze())
    }
}

/// Looks for the frame of trailers, which is the last one, and what it says.
fn settle(mut body: Bytes) -> Result<(), CallError> {
    const TRAILERS: u8 = 0x80;
    while let Some((&kind, [first, second, third, fourth, ..])) = body.split_first() {
        let length = usize::try_from(u32::from_be_bytes([*first, *second, *third, *fourth]))?;
        let mut content = body.split_off(5);
        if length > content.len() {
            break;
        }
        body = content.split_off(length);
        if kind == TRAILERS {
            let text = String::from_utf8_lossy(&content);
            let is_success = text.lines().any(|line| {
                line.split_once(':')
                    .is_some_and(|(name, value)| name.eq_ignore_ascii_case("grpc-status") && value.trim() == "0")
            });
            return if is_success {
                Ok(())
            } else {
                Err(CallError::Refused(text.into_owned()))
            };
        }
    }
    Err(CallError::Refused("the answer has no trailers".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(trailers: &str) -> Bytes {
        let length = u8::try_from(trailers.len()).unwrap();
        [&[0, 0, 0, 0, 2, 7, 7, 0x80, 0, 0, 0, length], trailers.as_bytes()]
            .concat()
            .into()
    }

    #[test]
    fn the_trailers_behind_the_message_tell_of_success() {
        assert!(settle(body("grpc-status:0\r\n")).is_ok());
        assert!(settle(body("grpc-status: 0\r\ngrpc-message:\r\n")).is_ok());
    }

    #[test]
    fn any_other_status_and_an_answer_without_trailers_are_no_success() {
        assert!(settle(body("grpc-status:10\r\n")).is_err());
        assert!(settle(Bytes::from_static(&[0, 0, 0, 0, 2, 7, 7])).is_err());
        assert!(settle(Bytes::new()).is_err());
    }
}
