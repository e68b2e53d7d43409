use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::{Request, Response};
use http_body_util::BodyExt;
use tonic::body::Body;
use tower::Service;

use crate::raw_client::RawRequest;
use crate::stage::Server;
use crate::web_frames::WebFrames;

/// A browser's way to speak to the server: gRPC-Web over HTTP/1.1, in bytes or in text.
#[derive(Clone)]
pub(crate) struct WebTransport {
    server: Arc<Server>,
    is_text: bool,
}

impl WebTransport {
    pub(crate) fn binary(server: Arc<Server>) -> Self {
        Self { server, is_text: false }
    }

    pub(crate) fn text(server: Arc<Server>) -> Self {
        Self { server, is_text: true }
    }

    async fn send(self, request: Request<Body>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let path = parts.uri.path();
        let mut request = if self.is_text {
            let text = BASE64_STANDARD.encode(body).into();
            RawRequest::http1(path, "application/grpc-web-text", text).header("accept", "application/grpc-web-text")
        } else {
            RawRequest::http1(path, "application/grpc-web+proto", body)
        };
        for name in ["authorization", "idempotency-key", "grpc-timeout"] {
            for value in parts.headers.get_all(name) {
                request = request.header(name, value.clone());
            }
        }
        let mut response = request.header("x-grpc-web", "1").open(&self.server).await;
        let expected = if self.is_text {
            "application/grpc-web-text+proto"
        } else {
            "application/grpc-web+proto"
        };
        assert_eq!(response.headers()["content-type"], expected);
        let frames = WebFrames::new(response.headers());
        response
            .headers_mut()
            .insert("content-type", "application/grpc".parse().unwrap());
        response.map(|body| frames.into_grpc(body))
    }
}

impl Service<Request<Body>> for WebTransport {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let answer = self.clone().send(request);
        Box::pin(async { Ok(answer.await) })
    }
}
