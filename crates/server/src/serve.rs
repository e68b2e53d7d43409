//! The socket: accepting connections, and ending them without cutting off what is in flight.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};

use crate::CommandError;
use crate::admission::Admission;
use crate::compose::Composition;
use crate::configuration::Configuration;
use crate::dispatch::Dispatch;

/// How long requests in flight may take to end after a signal.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(10);

/// How long a client may take to send the head of a request.
const HEADER_READ_TIMEOUT: Duration = Duration::from_secs(10);

/// How often an idle HTTP/2 connection is asked whether it is still there, and how long it may take to say so.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(30);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(20);

/// Requests that one HTTP/2 connection may have under way at the same time.
const MAX_CONCURRENT_STREAMS: u32 = 256;

/// A pause after a failed accept: the usual cause is that file descriptors ran out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A server that has its port.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    dispatch: Dispatch,
    admission: Admission,
}

impl Server {
    /// Takes the port. From now on clients can connect; they are served once the server runs.
    ///
    /// # Errors
    /// [`CommandError`] when the address cannot be had.
    pub async fn bind(composition: &Composition, configuration: &Configuration) -> Result<Self, CommandError> {
        let address = configuration.listen_address();
        let cannot = |error| CommandError::caused(format!("cannot listen on {address}"), &error);
        let listener = TcpListener::bind(address).await.map_err(cannot)?;
        let address = listener.local_addr().map_err(cannot)?;
        let admission = Admission::default();
        let dispatch = Dispatch::new(composition, configuration, &admission);
        Ok(Self {
            listener,
            address,
            dispatch,
            admission,
        })
    }

    /// Where the server listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` is over; then accepts nothing more, and gives what is in flight 10 seconds to end.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let connections = GracefulShutdown::new();
        let mut stop = std::pin::pin!(stop);
        loop {
            tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => self.serve(stream, &connections),
                    Err(error) => {
                        tracing::warn!(%error, "cannot accept a connection");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
                () = &mut stop => break,
            }
        }
        drop(self.listener);
        self.admission.close();
        let open = connections.count();
        if tokio::time::timeout(SHUTDOWN_GRACE, connections.shutdown())
            .await
            .is_err()
        {
            tracing::warn!(
                connections = open,
                "some connections did not end in time and are cut off"
            );
        }
    }

    fn serve(&self, stream: TcpStream, connections: &GracefulShutdown) {
        // Answers are small and whole: waiting to fill a packet only costs time.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY was refused");
        }
        let dispatch = self.dispatch.clone();
        let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            dispatch.clone().call(request.map(Body::new))
        });
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_READ_TIMEOUT);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(MAX_CONCURRENT_STREAMS)
            .keep_alive_interval(KEEP_ALIVE_INTERVAL)
            .keep_alive_timeout(KEEP_ALIVE_TIMEOUT);
        let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error = %error, "a connection ended badly");
            }
        });
    }
}
