//! A server on a free port, with everything behind it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tonic::transport::{Channel, Endpoint};
use tower::Service;
use unlockd_application::{Housekeeping, RequestContext};
use unlockd_domain::Source;
use unlockd_grpc::{Grpc, GrpcOptions, GrpcServices};
use unlockd_testkit::scenarios::World;
use unlockd_testkit::{FixedClock, MemoryStore, Services};

/// What an internal error is to be quoted by.
pub(crate) const REQUEST_ID: &str = "request-17";

pub(crate) const MAX_REQUEST_BYTES: usize = 64 * 1024;

/// Where servers listen, and requests come from.
const LOCALHOST: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// Both wires on, and more time than any request needs.
pub(crate) fn options() -> GrpcOptions {
    GrpcOptions {
        grpc: true,
        grpc_web: true,
        request_deadline: Duration::from_mins(1),
        max_request_bytes: MAX_REQUEST_BYTES,
    }
}

/// The use cases as they are.
pub(crate) fn real(services: &Services) -> GrpcServices {
    GrpcServices {
        users: Arc::new(services.users.clone()),
        sessions: Arc::new(services.sessions.clone()),
        lockout_policies: Arc::new(services.lockout_policies.clone()),
        events: Arc::new(services.events.clone()),
        authenticator: services.authentication.clone(),
        readiness: Arc::new(services.clone()),
    }
}

/// The whole, on a store of its own.
pub(crate) struct Stage {
    pub(crate) server: Server,
    pub(crate) store: MemoryStore,
    pub(crate) clock: FixedClock,
    pub(crate) housekeeping: Housekeeping,
    pub(crate) world: World,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::with(options(), |services| services).await
    }

    /// With other options, or with a double in the place of a service.
    pub(crate) async fn with(options: GrpcOptions, replace: impl FnOnce(GrpcServices) -> GrpcServices) -> Self {
        let (services, clock, store) = Services::in_memory();
        let world = World::build(&services.administration).await;
        Self {
            world: world.from_source(Source::of(LOCALHOST.into()).as_str()),
            server: Server::start(Grpc::new(replace(real(&services)), options)).await,
            store,
            clock,
            housekeeping: services.housekeeping,
        }
    }
}

/// A server over HTTP/1.1 and HTTP/2, until it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    contexts: Arc<Mutex<Vec<Arc<RequestContext>>>>,
    task: JoinHandle<()>,
}

impl Server {
    async fn start(grpc: Grpc) -> Self {
        let listener = TcpListener::bind((LOCALHOST, 0)).await.unwrap();
        let contexts = Arc::default();
        Self {
            address: listener.local_addr().unwrap(),
            contexts: Arc::clone(&contexts),
            task: tokio::spawn(serve(listener, grpc, contexts)),
        }
    }

    /// What was noted of the only request.
    pub(crate) fn context(&self) -> Arc<RequestContext> {
        let contexts = self.contexts.lock().unwrap();
        assert_eq!(contexts.len(), 1, "one request was made");
        contexts[0].clone()
    }
}

/// A connection over HTTP/2.
pub(crate) async fn channel(server: &Server) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{}", server.address)).unwrap();
    endpoint.connect().await.expect("a connection")
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, grpc: Grpc, contexts: Arc<Mutex<Vec<Arc<RequestContext>>>>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, client)) = listener.accept().await {
        // Else each answer waits for the client's delayed acknowledgement.
        stream.set_nodelay(true).unwrap();
        let (grpc, contexts) = (grpc.clone(), contexts.clone());
        let service = service_fn(move |mut request: http::Request<Incoming>| {
            let context = RequestContext::new(REQUEST_ID.to_owned()).from_source(Source::of(client.ip()));
            let context = Arc::new(context);
            contexts.lock().unwrap().push(context.clone());
            request.extensions_mut().insert(context);
            grpc.clone().call(request)
        });
        connections.spawn(async move {
            let builder = Builder::new(TokioExecutor::new());
            let _closed = builder.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}
