use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderValue, Method, Request, StatusCode, Uri};
use http_body_util::BodyExt;
use hyper::client::conn::http1::{self, SendRequest};
use serde_json::json;

use super::{Body, CallError, Change, Target, drain, refusal};
use crate::Failure;

/// JSON over one HTTP/1.1 connection.
pub(crate) struct JsonClient {
    connection: SendRequest<Body>,
    host: HeaderValue,
    authorization: HeaderValue,
}

impl JsonClient {
    pub(crate) async fn connect(target: &Target) -> Result<Self, Failure> {
        let (connection, driver) = http1::handshake(target.connect().await?).await?;
        // It ends with the connection; what goes wrong is told to whoever waits for an answer.
        tokio::spawn(driver);
        Ok(Self {
            connection,
            host: HeaderValue::from_str(&target.address.to_string())?,
            authorization: target.authorization.clone(),
        })
    }

    pub(super) async fn change(&mut self, user: &str, change: Change) -> Result<(), CallError> {
        let path = match change {
            Change::Lock => format!("/v3alpha/users/{user}/lock"),
            Change::Unlock => format!("/v3alpha/users/{user}/unlock"),
        };
        self.expect(Method::POST, path, Body::default(), StatusCode::OK).await
    }

    pub(super) async fn find(&mut self, user: &str) -> Result<(), CallError> {
        let path = format!("/v3alpha/users/{user}");
        self.expect(Method::GET, path, Body::default(), StatusCode::OK).await
    }

    pub(super) async fn sign_in(&mut self, user: &str, password: &str) -> Result<(), CallError> {
        let checks = json!({ "checks": { "user": { "userId": user }, "password": { "password": password } } });
        let body = Body::from(checks.to_string());
        self.expect(Method::POST, "/v2/sessions".to_owned(), body, StatusCode::CREATED)
            .await
    }

    /// Any other request; the body of its answer.
    pub(crate) async fn request(&mut self, method: Method, path: &str, body: String) -> Result<Bytes, Failure> {
        let response = self.send(method, path.to_owned(), Body::from(body)).await;
        let response = response.map_err(|error| format!("{path}: {error:?}"))?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        if status.is_success() {
            Ok(body)
        } else {
            Err(format!("{path}: {status}: {}", String::from_utf8_lossy(&body)).into())
        }
    }

    async fn expect(
        &mut self,
        method: Method,
        path: String,
        body: Body,
        expected: StatusCode,
    ) -> Result<(), CallError> {
        let response = self.send(method, path, body).await?;
        if response.status() != expected {
            return Err(refusal(response).await);
        }
        drain(response.into_body()).await
    }

    async fn send(
        &mut self,
        method: Method,
        path: String,
        body: Body,
    ) -> Result<http::Response<hyper::body::Incoming>, CallError> {
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = Uri::from_maybe_shared(Bytes::from(path))?;
        let headers = request.headers_mut();
        headers.insert(HOST, self.host.clone());
        headers.insert(AUTHORIZATION, self.authorization.clone());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.connection.ready().await?;
        Ok(self.connection.send_request(request).await?)
    }
}
