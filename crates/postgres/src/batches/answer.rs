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

/// What to make of changes that failed as a whole. Where nothing was written because of something among them, everybody tries
/// alone, and only those fail who are to blame. Where the database is out of reach, or may have written it all, nobody tries
/// once more; nor does who was alone already, and lost against others again and again.
pub(super) fn failed<T>(error: StoreError, size: usize) -> Vec<Answer<T>> {
    let is_everybodys = match error {
        StoreError::Unavailable(_) => true,
        StoreError::Overloaded(_) => size == 1,
        StoreError::Internal(_) => false,
    };
    if is_everybodys {
        let error = Arc::new(error);
        (0..size).map(|_| Err(error.clone())).collect()
    } else {
        not_done(&error, size)
    }
}

/// Everybody tries alone.
pub(super) fn not_done<T>(error: &StoreError, size: usize) -> Vec<Answer<T>> {
    tracing::debug!(%error, size, "a batch failed: everybody in it tries alone");
    (0..size).map(|_| Ok(Batched::NotDone)).collect()
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
        Err(SubmitError::Crowded) => Ok(Batched::NotDone),
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
        let overloaded = failed::<()>(StoreError::Overloaded("again and again".into()), 1);

        assert_eq!((unavailable.len(), overloaded.len()), (2, 1));
        for answer in unavailable {
            assert!(matches!(answered(Ok(answer)), Err(StoreError::Unavailable(_))));
        }
        for answer in overloaded {
            assert!(matches!(answered(Ok(answer)), Err(StoreError::Overloaded(_))));
        }
    }

    #[test]
    fn what_one_of_several_may_be_to_blame_for_is_tried_alone() {
        for error in [
            StoreError::Internal("a constraint".into()),
            StoreError::Overloaded("again and again".into()),
        ] {
            let answers = failed::<()>(error, 2);
            assert_eq!(answers.len(), 2);
            for answer in answers {
                assert!(matches!(answered(Ok(answer)), Ok(Batched::NotDone)));
            }
        }
    }

    #[test]
    fn where_too_many_wait_for_one_user_the_next_one_goes_alone() {
        let answer = answered::<()>(Err(SubmitError::Crowded));
        assert!(matches!(answer, Ok(Batched::NotDone)));
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
