//! Limits how long a connection may be idle, and how long a client may take to send the head of a request. hyper has one
//! timeout for both, so that a connection could never be idle for longer than the head of a request may take.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// Times a connection may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConnectionLimits {
    /// From the first byte of a request to the end of its head; over HTTP/1.1 only.
    pub(crate) head: Duration,
    /// From the end of a response to the first byte of the next request.
    pub(crate) idle: Duration,
}

/// Limit that a connection has exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expired {
    Head,
    Idle,
}

/// Observed activity of one connection. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Activity(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    /// Requests whose response has not ended.
    requests: usize,
    waits_for: Expired,
    since: Instant,
}

impl Activity {
    /// Activity of a connection whose first request has begun.
    pub(crate) fn begun() -> Self {
        Self(Arc::new(Mutex::new(State {
            requests: 0,
            waits_for: Expired::Head,
            since: Instant::now(),
        })))
    }

    /// Activity of a connection without a request.
    pub(crate) fn idle() -> Self {
        let activity = Self::begun();
        activity.lock().waits_for = Expired::Idle;
        activity
    }

    /// Counts a request until the guard is dropped.
    pub(crate) fn begin_request(&self) -> RequestGuard {
        self.lock().requests += 1;
        RequestGuard(self.clone())
    }

    /// Completes when a limit is exceeded. Has to be polled after the connection, in the same task.
    pub(crate) fn expiry(&self, limits: ConnectionLimits) -> Expiry {
        Expiry {
            activity: self.clone(),
            limits,
            timer: Box::pin(sleep(limits.head.min(limits.idle))),
        }
    }

    fn receive(&self) {
        let mut state = self.lock();
        if state.requests == 0 && state.waits_for == Expired::Idle {
            state.waits_for = Expired::Head;
            state.since = Instant::now();
        }
    }

    /// Limit that is exceeded next, and when. None while a request is under way.
    fn deadline(&self, limits: ConnectionLimits) -> Option<(Instant, Expired)> {
        let state = self.lock();
        let limit = match state.waits_for {
            Expired::Head => limits.head,
            Expired::Idle => limits.idle,
        };
        (state.requests == 0).then(|| (state.since + limit, state.waits_for))
    }

    /// No code panics while it holds the lock, so the state is always consistent.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request under way. Dropped when its response has ended.
#[derive(Debug)]
pub(crate) struct RequestGuard(Activity);

impl RequestGuard {
    /// The body, which keeps the guard to its end.
    pub(crate) fn keep_until_end_of(self, body: Body) -> GuardedBody {
        GuardedBody { body, _guard: self }
    }
}

impl Drop for RequestGuard {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.requests -= 1;
        state.waits_for = Expired::Idle;
        state.since = Instant::now();
    }
}

/// Future of [`Activity::expiry`].
pub(crate) struct Expiry {
    activity: Activity,
    limits: ConnectionLimits,
    timer: Pin<Box<Sleep>>,
}

impl Future for Expiry {
    type Output = Expired;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Expired> {
        let this = &mut *self;
        loop {
            let deadline = this.activity.deadline(this.limits);
            // A deadline that has moved away is noticed when the timer fires: moving the timer with each request would cost.
            if let Some((at, _)) = deadline
                && at < this.timer.deadline()
            {
                this.timer.as_mut().reset(at);
            }
            ready!(this.timer.as_mut().poll(context));
            let now = Instant::now();
            let next = match deadline {
                Some((at, expired)) if at <= now => return Poll::Ready(expired),
                Some((at, _)) => at,
                // The end of a request wakes no timer.
                None => now + this.limits.head.min(this.limits.idle),
            };
            this.timer.as_mut().reset(next);
        }
    }
}

/// A reader that notes when the first bytes of a request arrive. Of HTTP/2, whose frames may belong to no request, it notes
/// nothing.
pub(crate) struct ObservedReader<R> {
    pub(crate) reader: R,
    pub(crate) activity: Option<Activity>,
}

impl<R: AsyncRead + Unpin> AsyncRead for ObservedReader<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.reader).poll_read(context, buffer);
        if let Some(activity) = &self.activity
            && buffer.filled().len() > before
        {
            activity.receive();
        }
        outcome
    }
}

/// Body of a response that keeps its request counted until it is sent or given up.
pub(crate) struct GuardedBody {
    body: Body,
    _guard: RequestGuard,
}

impl HttpBody for GuardedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
