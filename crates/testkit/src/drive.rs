use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// Drives the future so many steps, and drops it when it wants another one. A step follows on something that happened, so
/// this reaches the points at which a deadline can strike.
pub async fn drive<F: Future>(future: F, mut steps: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|context| {
        if steps == 0 {
            return Poll::Ready(None);
        }
        steps -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}
