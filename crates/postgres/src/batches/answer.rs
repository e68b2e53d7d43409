use std::sync::Arc;

use thiserror::Error;
use unlockd_application::ports::StoreError;
use unlockd_batching::SubmitError;

/// What a batch did for one of those in it.
#[derive(Debug)]
pub(crate) enum Batched<T> {
    /// What they asked for.
    Done(T),
    /// Nothing: they are to do it by themselves.
    NotDone,
}

/// The answer to one of those in a batch; the error is for all of them.
pub(super) type Answer<T> = Result<Batched<T>, Arc<StoreError>>;

/// A failure that several are told of.
#[derive(Debug, Error)]
#[error(transparent)]
struct SharedFailure(Arc<StoreError>);

/// What to make of a batch that failed as a whole. Where the database took offence at something in it, everybody tries alone, and
/// only those fail who are to blame. Where it is out of reach, overloaded, or may have done it all, nobody tries once more.
pub(super) fn failed<T>(error: StoreError, size: usize) -> Vec<Answer<T>> {
    match error {
        StoreError::Unavailable(_) | StoreError::Overloaded(_) => {
            let error = Arc::new(error);
            (0..size).map(|_| Err(error.clone())).collect()
        }
        StoreError::Internal(_) => {
            tracing::debug!(%error, size, "a batch failed: everybody in it tries alone");
            (0..size).map(|_| Ok(Batched::NotDone)).collect()
        }
    }
}

/// The answer as the ports know it.
pub(super) fn answered<T>(answer: Result<Answer<T>, SubmitError>) -> Result<Batched<T>, StoreError> {
    match answer {
        Ok(Ok(batched)) => Ok(batched),
        Ok(Err(failure)) => Err(match *failure {
            StoreError::Unavailable(_) => StoreError::Unavailable(SharedFailure(failure).into()),
            StoreError::Overloaded(_) => StoreError::Overloaded(SharedFailure(failure).into()),
            StoreError::Internal(_) => StoreError::Internal(SharedFailure(failure).into()),
        }),
        Err(full @ SubmitError::Full) => Err(StoreError::Overloaded(full.into())),
        Err(lost @ SubmitError::Lost) => Err(StoreError::Unavailable(lost.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_of_all_is_told_to_everybody_as_what_it_is() {
        let unavailable = failed::<()>(StoreError::Unavailable("gone".into()), 2);
        let overloaded = failed::<()>(StoreError::Overloaded("again and again".into()), 2);

        assert_eq!((unavailable.len(), overloaded.len()), (2, 2));
        for answer in unavailable {
            assert!(matches!(answered(Ok(answer)), Err(StoreError::Unavailable(_))));
        }
        for answer in overloaded {
            assert!(matches!(answered(Ok(answer)), Err(StoreError::Overloaded(_))));
        }
    }

    #[test]
    fn what_the_database_takes_offence_at_is_tried_alone() {
        for answer in failed::<()>(StoreError::Internal("a constraint".into()), 2) {
            assert!(matches!(answered(Ok(answer)), Ok(Batched::NotDone)));
        }
    }

    #[test]
    fn a_full_queue_is_an_overload_and_a_batch_that_was_cut_off_may_have_happened() {
        assert!(matches!(
            answered::<()>(Err(SubmitError::Full)),
            Err(StoreError::Overloaded(_))
        ));
        assert!(matches!(
            answered::<()>(Err(SubmitError::Lost)),
            Err(StoreError::Unavailable(_))
        ));
    }
}
