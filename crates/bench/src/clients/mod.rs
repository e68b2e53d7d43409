//! Clients of the server, each with one connection of its own and one request in flight. They share the machine with the server,
//! so they do as little as is decent: a request is put together from ready parts, and of an answer only what says that
//! all went well is looked at.

mod grpc;
mod grpc_web;
mod json;

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::HeaderValue;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use self::grpc::GrpcClient;
use self::grpc_web::GrpcWebClient;
pub(crate) use self::json::JsonClient;
use crate::Failure;
use crate::load::OwnedUser;

/// A wire of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wire {
    Json,
    Grpc,
    GrpcWeb,
}

/// What clients ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Work {
    /// Locked users are unlocked, active ones are locked.
    Changes(Wire),
    /// Users are read.
    Finds,
    /// Users sign in with this password.
    SignIns(Arc<str>),
}

impl Work {
    /// For people.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Changes(Wire::Json) => "JSON",
            Self::Changes(Wire::Grpc) => "gRPC",
            Self::Changes(Wire::GrpcWeb) => "gRPC-Web",
            Self::Finds => "find",
            Self::SignIns(_) => "sign-in",
        }
    }
}

/// What is done to a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Lock,
    Unlock,
}

/// Where the server is, and who asks.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    /// Value of the header `authorization`.
    pub(crate) authorization: HeaderValue,
}

impl Target {
    pub(crate) fn new(address: SocketAddr, token: &str) -> Result<Self, Failure> {
        Ok(Self {
            address,
            authorization: HeaderValue::from_str(&format!("Bearer {token}"))?,
        })
    }

    async fn connect(&self) -> Result<TokioIo<TcpStream>, Failure> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        Ok(TokioIo::new(stream))
    }
}

/// Why a request has not succeeded.
#[derive(Debug)]
pub(crate) enum CallError {
    /// The server has said so, in these words: nothing was done, and the connection is fine.
    Refused(String),
    /// The connection broke: it may have been done.
    Broken(Failure),
}

impl<E: Into<Failure>> From<E> for CallError {
    fn from(error: E) -> Self {
        Self::Broken(error.into())
    }
}

/// A client, and what it asks for.
pub(crate) enum Client {
    JsonChanges(JsonClient),
    GrpcChanges(GrpcClient),
    GrpcWebChanges(GrpcWebClient),
    Finds(JsonClient),
    SignIns(JsonClient, Arc<str>),
}

impl Client {
    /// Connects.
    pub(crate) async fn connect(target: &Target, work: &Work) -> Result<Self, Failure> {
        Ok(match work {
            Work::Changes(Wire::Json) => Self::JsonChanges(JsonClient::connect(target).await?),
            Work::Changes(Wire::Grpc) => Self::GrpcChanges(GrpcClient::connect(target).await?),
            Work::Changes(Wire::GrpcWeb) => Self::GrpcWebChanges(GrpcWebClient::connect(target).await?),
            Work::Finds => Self::Finds(JsonClient::connect(target).await?),
            Work::SignIns(password) => Self::SignIns(JsonClient::connect(target).await?, Arc::clone(password)),
        })
    }

    /// One request about the user, from its sending to the end of the answer.
    pub(crate) async fn call(&mut self, user: &OwnedUser) -> Result<(), CallError> {
        let (id, change) = (user.id(), user.next_change());
        match self {
            Self::JsonChanges(client) => client.change(&id, change).await,
            Self::GrpcChanges(client) => client.change(id, change).await,
            Self::GrpcWebChanges(client) => client.change(id, change).await,
            Self::Finds(client) => client.find(&id).await,
            Self::SignIns(client, password) => client.sign_in(&id, password).await,
        }
    }
}

type Body = Full<Bytes>;

/// How much of an answer that was not hoped for is quoted.
const QUOTED_BYTES: usize = 300;

/// Reads an answer to its end without keeping it.
async fn drain(mut body: Incoming) -> Result<(), CallError> {
    while let Some(frame) = body.frame().await {
        frame?;
    }
    Ok(())
}

async fn refusal(response: http::Response<Incoming>) -> CallError {
    let status = response.status();
    match response.into_body().collect().await {
        Ok(body) => {
            let bytes = body.to_bytes();
            let quoted = String::from_utf8_lossy(&bytes[..bytes.len().min(QUOTED_BYTES)]).into_owned();
            CallError::Refused(format!("{status}: {quoted}"))
        }
        Err(error) => CallError::Broken(error.into()),
    }
}
