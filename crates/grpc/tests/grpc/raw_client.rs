//! Requests and answers in bytes, for what proper clients do not send.

use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Version};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use prost::Message;
use tonic::Status;
use tonic_types::StatusExt;

use crate::stage::Server;
use crate::web_frames::{WebFrame, WebFrames};

pub(crate) const USER_SERVICE: &str = "/zitadel.user.v3alpha.UserService";

/// A request that is put together by hand.
pub(crate) struct RawRequest {
    version: Version,
    request: http::request::Builder,
    body: Bytes,
}

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct RawAnswer {
    pub(crate) http_status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) trailers: HeaderMap,
}

/// A message behind its length, not compressed.
pub(crate) fn framed(message: &impl Message) -> Bytes {
    framed_bytes(&message.encode_to_vec())
}

pub(crate) fn framed_bytes(message: &[u8]) -> Bytes {
    let mut frame = BytesMut::new();
    frame.put_u8(0);
    frame.put_u32(u32::try_from(message.len()).unwrap());
    frame.put_slice(message);
    frame.freeze()
}

impl RawRequest {
    /// A POST of `application/grpc` over HTTP/2.
    pub(crate) fn grpc(path: &str, body: Bytes) -> Self {
        Self::new(Version::HTTP_2, path, "application/grpc", body)
    }

    /// A POST over HTTP/2.
    pub(crate) fn http2(path: &str, content_type: &str, body: Bytes) -> Self {
        Self::new(Version::HTTP_2, path, content_type, body)
    }

    /// A POST over HTTP/1.1.
    pub(crate) fn http1(path: &str, content_type: &str, body: Bytes) -> Self {
        Self::new(Version::HTTP_11, path, content_type, body)
    }

    fn new(version: Version, path: &str, content_type: &str, body: Bytes) -> Self {
        let request = Request::post(path).header("content-type", content_type);
        Self { version, request, body }
    }

    pub(crate) fn header<V>(mut self, name: &'static str, value: V) -> Self
    where
        HeaderValue: TryFrom<V, Error: Into<http::Error>>,
    {
        self.request = self.request.header(name, value);
        self
    }

    pub(crate) fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// The answer as soon as it begins.
    pub(crate) async fn open(self, server: &Server) -> Response<Incoming> {
        let mut request = self.request.body(Full::new(self.body)).unwrap();
        let target = format!("http://{}{}", server.address, request.uri());
        *request.uri_mut() = target.parse().unwrap();
        let client = Client::builder(TokioExecutor::new())
            .http2_only(self.version == Version::HTTP_2)
            .build_http();
        client.request(request).await.expect("an answer")
    }

    pub(crate) async fn send(self, server: &Server) -> RawAnswer {
        let (parts, body) = self.open(server).await.into_parts();
        let body = body.collect().await.expect("a whole answer");
        RawAnswer {
            http_status: parts.status,
            headers: parts.headers,
            trailers: body.trailers().cloned().unwrap_or_default(),
            body: body.to_bytes(),
        }
    }
}

impl RawAnswer {
    /// The same answer with the trailers taken out of the body, where gRPC-Web has them.
    pub(crate) fn unwrapped(mut self) -> Self {
        let mut frames = WebFrames::new(&self.headers);
        frames.push(&self.body);
        let mut messages = BytesMut::new();
        while let Some(frame) = frames.next() {
            match frame {
                WebFrame::Message(message) => messages.put(message),
                WebFrame::Trailers(trailers) => self.trailers.extend(trailers),
            }
        }
        self.body = messages.freeze();
        self
    }

    /// The one message of the answer.
    pub(crate) fn message<M: Message + Default>(&self) -> M {
        assert_eq!(self.trailers.get("grpc-status").expect("a status"), "0", "{self:?}");
        assert_eq!(self.body[0], 0, "the message is not compressed");
        M::decode(&self.body[5..]).expect("a message")
    }

    /// The one message of the answer, or the failure.
    pub(crate) fn outcome<M: Message + Default>(&self) -> Result<M, Status> {
        if self.body.is_empty() {
            Err(self.failure())
        } else {
            Ok(self.message())
        }
    }

    /// The failure, wherever its status is.
    pub(crate) fn failure(&self) -> Status {
        assert_eq!(self.body.len(), 0, "a failure has no message");
        Status::from_header_map(&self.headers)
            .or_else(|| Status::from_header_map(&self.trailers))
            .expect("a status")
    }
}

/// The number of the code and the reason, which every failure has.
pub(crate) fn code_and_reason(status: &Status) -> (i32, String) {
    let info = status.get_details_error_info().expect("every failure has an ErrorInfo");
    assert_eq!(info.domain, "unlockd");
    (status.code().into(), info.reason)
}

/// The fields that are not well formed, with what is wrong with them.
pub(crate) fn violations(status: &Status) -> Vec<(String, String)> {
    let request = status.get_details_bad_request().expect("a BadRequest");
    request
        .field_violations
        .into_iter()
        .map(|violation| (violation.field, violation.description))
        .collect()
}
