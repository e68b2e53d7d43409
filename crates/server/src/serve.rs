//! The socket: accepting connections, and ending them without cutting off what is in flight.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use futures_util::TryFutureExt;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use unlockd_application::{EventRetention, Housekeeping};

use crate::CommandError;
use crate::admission::Admission;
use crate::compose::Composition;
use crate::configuration::Configuration;
use crate::dispatch::Dispatch;
use crate::housekeeper::keep_house;
use crate::idle_connections::{ConnectionLimits, Expired};
use crate::protocol::{self, Protocol};

/// Connections that are open at the same time; further ones wait until one ends.
const MAX_CONNECTIONS: u32 = 4_096;

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
    connections: Connections,
    admission: Admission,
    housekeeping: Housekeeping,
    shutdown_grace: Duration,
}

/// How each connection is served.
#[derive(Clone)]
struct Connections {
    /// The limit of a head is also that of the time until a client shows which protocol it speaks.
    limits: ConnectionLimits,
    http: auto::Builder<TokioExecutor>,
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
        let connections = Connections {
            limits: ConnectionLimits {
                head: configuration.request_timeout,
                idle: configuration.idle_timeout,
            },
            http: http(),
            dispatch,
            admission: admission.clone(),
        };
        Ok(Self {
            listener,
            address,
            connections,
            admission,
            housekeeping: Housekeeping {
                event_retention: configuration.event_retention.map(EventRetention::new),
                ..composition.housekeeping.clone()
            },
            shutdown_grace: configuration.shutdown_grace,
        })
    }

    /// Where the server listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` is over; then accepts nothing more, and gives requests in flight the grace time to end.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        // Ends with the server.
        let mut housekeeper = JoinSet::new();
        housekeeper.spawn(keep_house(self.housekeeping));
        let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS as usize));
        let mut accepting = true;
        let mut stop = pin!(stop);
        loop {
            tokio::select! {
                accepted = accept(&self.listener, &slots) => match accepted {
                    Ok((stream, peer, slot)) => {
                        accepting = true;
                        tokio::spawn(self.connections.clone().serve(stream, peer, slot));
                    }
                    Err(error) => {
                        if accepting {
                            tracing::warn!(%error, "connections cannot be accepted");
                        }
                        accepting = false;
                        sleep(ACCEPT_PAUSE).await;
                    }
                },
                () = &mut stop => break,
            }
        }
        drop(self.listener);
        self.admission.close();
        // All slots are free once all connections have ended.
        if timeout(self.shutdown_grace, slots.acquire_many(MAX_CONNECTIONS))
            .await
            .is_err()
        {
            tracing::warn!("some connections did not end in time and are cut off");
        }
    }
}

/// The next connection and the address on its other side, once there is room for it.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> io::Result<(TcpStream, IpAddr, OwnedSemaphorePermit)> {
    if slots.available_permits() == 0 {
        tracing::warn!(
            connections = MAX_CONNECTIONS,
            "no room for further connections until one ends"
        );
    }
    let slot = slots.clone().acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer.ip(), slot))
}

fn http() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1()
        // It would also end idle connections; see `idle_connections`.
        .header_read_timeout(None)
        // Some clients close their half after the request, and still wait for the answer.
        .half_close(true);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_CONCURRENT_STREAMS)
        .keep_alive_interval(KEEP_ALIVE_INTERVAL)
        .keep_alive_timeout(KEEP_ALIVE_TIMEOUT);
    builder
}

impl Connections {
    /// Serves one connection to its end; holds its slot as long.
    async fn serve(self, stream: TcpStream, peer: IpAddr, slot: OwnedSemaphorePermit) {
        // Answers are small and whole: waiting to fill a packet only costs time.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY was refused");
        }
        let recognized = tokio::select! {
            recognized = timeout(self.limits.head, protocol::recognize(stream)) => recognized,
            () = self.admission.closed() => return,
        };
        let Ok(Ok((protocol, activity, stream))) = recognized else {
            tracing::debug!("a connection ended before it said anything");
            return;
        };
        let http = match protocol {
            Protocol::Http1 => self.http.http1_only(),
            Protocol::Http2 => self.http.http2_only(),
        };
        let mut expiry = pin!(activity.expiry(self.limits));
        let dispatch = self.dispatch;
        let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let guard = activity.begin_request();
            let answer = dispatch.clone().call(request.map(Body::new), peer);
            answer.map_ok(|response| response.map(|body| guard.keep_until_end_of(body)))
        });
        let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
        let mut closed = pin!(self.admission.closed());
        let mut is_ending = false;
        loop {
            tokio::select! {
                // A request that has arrived goes before the end of the idle time.
                biased;
                outcome = connection.as_mut() => {
                    if let Err(error) = outcome {
                        tracing::debug!(error, "a connection ended badly");
                    }
                    break;
                }
                () = &mut closed, if !is_ending => {}
                expired = &mut expiry, if !is_ending => {
                    tracing::debug!(?expired, "a connection has reached a limit");
                    if expired == Expired::Head {
                        break;
                    }
                }
            }
            connection.as_mut().graceful_shutdown();
            is_ending = true;
        }
        drop(slot);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_connection_waits_until_there_is_room_for_it() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let slots = Arc::new(Semaphore::new(1));
        let _clients = (
            TcpStream::connect(address).await.unwrap(),
            TcpStream::connect(address).await.unwrap(),
        );
        let (_, _, slot) = accept(&listener, &slots).await.unwrap();
        assert!(accept(&listener, &slots).now_or_never().is_none());
        drop(slot);
        let (_, _, _slot) = accept(&listener, &slots).await.unwrap();
    }
}
