use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::Error;
use axum::body::{Body, BodyDataStream, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header::EXPECT;
use futures_util::StreamExt;
use futures_util::stream::{Fuse, poll_fn};

/// How much of a body that nobody wanted is read all the same: a client that is still sending when the connection closes
/// does not get to see the answer.
const DISCARDED_BYTES: usize = 1024 * 1024;

/// What handlers leave of a request's body.
pub(crate) struct Unread {
    /// None for a request that came without a body.
    body: Option<Arc<Mutex<SharedBody>>>,
    /// The client sends nothing before it is asked to (RFC 9110, section 10.1.1).
    waits_to_be_asked: bool,
}

struct SharedBody {
    data: Fuse<BodyDataStream>,
    is_asked_for: bool,
}

impl Unread {
    /// The request with a body that is also within reach of the one who answers.
    pub(crate) fn of(request: Request) -> (Request, Self) {
        if request.body().is_end_stream() {
            let unread = Self {
                body: None,
                waits_to_be_asked: false,
            };
            return (request, unread);
        }
        let (head, body) = request.into_parts();
        let shared = SharedBody {
            data: body.into_data_stream().fuse(),
            is_asked_for: false,
        };
        let body = Arc::new(Mutex::new(shared));
        let unread = Self {
            body: Some(body.clone()),
            waits_to_be_asked: head.headers.contains_key(EXPECT),
        };
        let body = Body::from_stream(poll_fn(move |context| poll(&body, context)));
        (Request::from_parts(head, body), unread)
    }

    /// Reads what is left and throws it away; whether that was all.
    pub(crate) async fn discard(self) -> bool {
        let Some(body) = self.body else { return true };
        if self.waits_to_be_asked && !lock(&body).is_asked_for {
            return false;
        }
        let mut left = DISCARDED_BYTES;
        let mut data = poll_fn(|context| poll(&body, context));
        while let Some(chunk) = data.next().await {
            match chunk.map(|chunk| left.checked_sub(chunk.len())) {
                Ok(Some(fewer)) => left = fewer,
                Ok(None) | Err(_) => return false,
            }
        }
        true
    }
}

fn poll(body: &Mutex<SharedBody>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
    let mut body = lock(body);
    body.is_asked_for = true;
    body.data.poll_next_unpin(context)
}

/// A body is as good after a panic as before: it holds nothing that could be half done.
fn lock(body: &Mutex<SharedBody>) -> std::sync::MutexGuard<'_, SharedBody> {
    body.lock().unwrap_or_else(PoisonError::into_inner)
}
