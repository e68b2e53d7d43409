use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use thiserror::Error as ThisError;
use unlockd_domain::UserId;

use crate::error::Error;

/// How many watches there may be in one process at the same time.
const CAPACITY: usize = 1_000;

/// How many of them may be one caller's: nobody is to keep the others out.
const CAPACITY_OF_A_CALLER: usize = 100;

/// The room for watches. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Places(Arc<Mutex<Taken>>);

#[derive(Default)]
struct Taken {
    in_all: usize,
    /// Those who have none are not here.
    by_caller: HashMap<UserId, usize>,
}

/// A place that is taken until this is dropped.
pub(super) struct Place {
    places: Places,
    caller: UserId,
}

/// Why there is no place. For the log only.
#[derive(Debug, Clone, Copy, ThisError)]
enum NoPlace {
    #[error("all places of this process are taken")]
    InAll,
    #[error("all places of this caller are taken")]
    OfThisCaller,
}

impl Places {
    /// A place for one more watch of the caller.
    ///
    /// # Errors
    /// [`Error::Overloaded`] while there is none.
    pub(super) fn take(&self, caller: &UserId) -> Result<Place, Error> {
        let mut taken = self.taken();
        let of_caller = taken.by_caller.get(caller).copied().unwrap_or_default();
        if of_caller >= CAPACITY_OF_A_CALLER {
            return Err(Error::Overloaded(Some(NoPlace::OfThisCaller.into())));
        }
        if taken.in_all >= CAPACITY {
            return Err(Error::Overloaded(Some(NoPlace::InAll.into())));
        }
        taken.in_all += 1;
        taken.by_caller.insert(caller.clone(), of_caller + 1);
        Ok(Place {
            places: self.clone(),
            caller: caller.clone(),
        })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.in_all -= 1;
        if let Some(of_caller) = taken.by_caller.get_mut(&self.caller) {
            *of_caller -= 1;
            if *of_caller == 0 {
                taken.by_caller.remove(&self.caller);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(number: usize) -> UserId {
        UserId::new(format!("caller {number}")).unwrap()
    }

    #[test]
    fn a_caller_has_100_places_and_all_have_1000() {
        let places = Places::default();
        let mut taken = Vec::new();
        for number in 0..10 {
            for _ in 0..100 {
                taken.push(places.take(&caller(number)).unwrap());
            }
            assert!(places.take(&caller(number)).is_err(), "one too many of a caller");
        }
        assert!(places.take(&caller(10)).is_err(), "one too many in all");

        taken.pop();
        taken.push(places.take(&caller(10)).unwrap());
        assert!(places.take(&caller(9)).is_err());

        drop(taken);
        let left = places.taken();
        assert_eq!((left.in_all, left.by_caller.len()), (0, 0));
    }
}
