//! Streams stay open. To strangers too: so there is room for a number of them only, and one that its client is to fill does
//! not wait for that longer than any other request.

use std::convert::Infallible;
use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Request, Response};
use http_body::Frame;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tonic::Status;
use tonic::body::Body;
use tower::{Service, ServiceExt};
use unlockd_application::Error;

use crate::status;

/// How many streams of strangers may be open at the same time, over all connections.
const CAPACITY: usize = 1_000;

/// The room for strangers' streams. Whoever shows a token does not need it: watchers of events are counted where they are
/// served.
pub(crate) struct Streams(Arc<Semaphore>);

impl Streams {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(CAPACITY)))
    }

    /// A place for one more, until the permit is dropped.
    ///
    /// # Errors
    /// [`Error::Overloaded`] while all are taken.
    pub(crate) fn enter(&self) -> Result<OwnedSemaphorePermit, Error> {
        let place = Arc::clone(&self.0).try_acquire_owned();
        place.map_err(|full| Error::Overloaded(Some(full.into())))
    }
}

/// An answer that goes on. It is over when the time that its client waits is, if the client has said so; what is held for it
/// is let go in the end.
pub(crate) fn going_on(
    response: Response<Body>,
    longest: Option<Duration>,
    held: impl Send + 'static,
) -> Response<Body> {
    response.map(|body| {
        ending(body, async move {
            match longest {
                Some(longest) => tokio::time::sleep(longest).await,
                None => pending().await,
            }
            drop(held);
            Some(trailers(status::refuse(&Error::DeadlineExceeded, None)))
        })
    })
}

/// Calls an RPC that answers for as long as its client asks, and ends both when this time is over: the answer, and the
/// request as well, which the RPC would go on waiting for.
pub(crate) async fn converse<S>(rpc: S, request: Request<Body>, longest: Duration) -> Result<Response<Body>, S::Error>
where
    S: Service<Request<Body>, Response = Response<Body>>,
{
    let (answering, answered) = oneshot::channel::<Infallible>();
    let request = request.map(|body| ending(body, answered.map(|_| None)));
    let response = rpc.oneshot(request).await?;
    Ok(going_on(response, Some(longest), answering))
}

fn trailers(status: Status) -> HeaderMap {
    let (mut parts, ()) = status.into_http().into_parts();
    parts.headers.remove(CONTENT_TYPE);
    parts.headers
}

fn ending(body: Body, end: impl Future<Output = Option<HeaderMap>> + Send + 'static) -> Body {
    Body::new(EndingBody {
        body,
        end: Some(end.boxed()),
    })
}

/// A body that is over when something else is, whatever it might have gone on to say. Trailers may be the last word.
struct EndingBody {
    body: Body,
    /// None when the body was ended.
    end: Option<BoxFuture<'static, Option<HeaderMap>>>,
}

impl http_body::Body for EndingBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let Some(end) = &mut self.end else {
            return Poll::Ready(None);
        };
        if let Poll::Ready(trailers) = end.poll_unpin(context) {
            self.end = None;
            return Poll::Ready(trailers.map(|trailers| Ok(Frame::trailers(trailers))));
        }
        Pin::new(&mut self.body).poll_frame(context)
    }

    /// A refusal has no body: its headers are the end of the stream, or clients would wait for trailers.
    fn is_end_stream(&self) -> bool {
        self.end.is_none() || self.body.is_end_stream()
    }
}
