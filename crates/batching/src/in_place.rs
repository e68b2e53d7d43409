use std::pin::Pin;
use std::task::{Context, Poll};

use crate::batches::Turn;
use crate::work::BatchWork;

/// A batch that runs where its caller is. If they go away meanwhile, it comes to its end in a task of its own: a conversation
/// with a database is better ended than broken off, which would cost those behind it the connection.
pub(crate) struct InPlace<W: BatchWork>(Option<Running<W>>);

struct Running<W: BatchWork> {
    /// On the heap, so that whoever waits does not carry its memory around.
    batch: Pin<Box<dyn Future<Output = Vec<W::Answer>> + Send>>,
    turn: Turn<W>,
}

impl<W: BatchWork> InPlace<W> {
    pub(crate) fn new(turn: Turn<W>, item: W::Item) -> Self {
        let shared = turn.shared().clone();
        let batch = Box::pin(async move { shared.work.run(vec![item]).await });
        Self(Some(Running { batch, turn }))
    }
}

impl<W: BatchWork> Future for InPlace<W> {
    type Output = Vec<W::Answer>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // Not here while it is asked: a batch that panics is gone, and nobody asks it again.
        let Some(mut running) = self.0.take() else {
            return Poll::Ready(Vec::new());
        };
        let answers = running.batch.as_mut().poll(context);
        if answers.is_pending() {
            self.0 = Some(running);
        }
        answers
    }
}

impl<W: BatchWork> Drop for InPlace<W> {
    fn drop(&mut self) {
        if let Some(Running { batch, turn }) = self.0.take() {
            turn.runtime().clone().spawn(async move {
                drop(batch.await);
                drop(turn);
            });
        }
    }
}
