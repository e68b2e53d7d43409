//! The database must hold what was acknowledged, all of it, and nothing else.

use std::collections::HashMap;

use serde::Serialize;

use crate::load::{Ledger, OwnedUser};

/// A user as the database has them, with what there is of their history.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct StoredUser {
    pub(crate) number: i64,
    pub(crate) state: String,
    pub(crate) sequence: i64,
    pub(crate) events: i64,
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) locks: i64,
    pub(crate) unlocks: i64,
}

/// What came of the comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Verification {
    pub(crate) users: u64,
    /// Changes that were acknowledged.
    pub(crate) acknowledged: u64,
    /// Events that the database holds beyond the seeded ones.
    pub(crate) stored: u64,
    /// Users about whom one request had no answer: one change more is right for them, too.
    pub(crate) uncertain: u64,
    pub(crate) mismatches: u64,
    /// The first of them, in words.
    pub(crate) examples: Vec<String>,
}

/// How many mismatches are put into words.
const EXAMPLES: usize = 5;

/// Compares what the database holds with what clients know. No two events of a user have the same sequence, since a unique index
/// says so; so as many of them as the last sequence, from 1 to it, are exactly those.
pub(crate) fn compare(ledger: &Ledger, stored: &[StoredUser]) -> Verification {
    let by_number: HashMap<i64, &StoredUser> = stored.iter().map(|user| (user.number, user)).collect();
    let mut outcome = Verification::default();
    for user in ledger.users() {
        outcome.users += 1;
        outcome.acknowledged += u64::from(user.acknowledged);
        outcome.uncertain += u64::from(user.is_uncertain);
        let stored = by_number.get(&i64::from(user.number)).copied();
        if let Some(stored) = stored {
            let seeded = i64::from(user.sequence() - user.acknowledged);
            outcome.stored += u64::try_from(stored.events - seeded).unwrap_or_default();
        }
        if !is_as_acknowledged(user, stored) {
            outcome.note(format!("{user:?} is stored as {stored:?}"));
        }
    }
    if by_number.len() != ledger.users().len() {
        outcome.note(format!(
            "{} users are stored, not {}",
            by_number.len(),
            ledger.users().len()
        ));
    }
    let surplus = outcome.stored.checked_sub(outcome.acknowledged);
    if surplus.is_none_or(|surplus| surplus > outcome.uncertain) {
        let (stored, acknowledged) = (outcome.stored, outcome.acknowledged);
        outcome.note(format!(
            "{acknowledged} changes were acknowledged, and {stored} are stored"
        ));
    }
    outcome
}

impl Verification {
    /// Both, as one.
    pub(crate) fn add(&mut self, other: Self) {
        self.users += other.users;
        self.acknowledged += other.acknowledged;
        self.stored += other.stored;
        self.uncertain += other.uncertain;
        self.mismatches += other.mismatches;
        self.examples.extend(other.examples);
        self.examples.truncate(EXAMPLES);
    }

    /// One more mismatch.
    pub(crate) fn note(&mut self, mismatch: String) {
        self.mismatches += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(mismatch);
        }
    }
}

fn is_as_acknowledged(user: &OwnedUser, stored: Option<&StoredUser>) -> bool {
    let Some(stored) = stored else {
        return false;
    };
    let with_one_more = || {
        let mut user = user.clone();
        user.acknowledge_change();
        user
    };
    is(user, stored) || (user.is_uncertain && is(&with_one_more(), stored))
}

fn is(user: &OwnedUser, stored: &StoredUser) -> bool {
    let sequence = i64::from(user.sequence());
    stored.sequence == sequence
        && stored.state == (if user.is_locked { "locked" } else { "active" })
        && (stored.events, stored.first, stored.last) == (sequence, 1, sequence)
        // The first event is the creation, and each other one changes the state.
        && stored.locks + stored.unlocks == sequence - 1
        && stored.locks - stored.unlocks == i64::from(user.is_locked)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two users, one of whom was locked and unlocked since.
    fn ledger() -> Ledger {
        let mut ledger = Ledger::seeded(1..=2);
        let mut parts = ledger.deal(1);
        parts[0][0].acknowledge_change();
        parts[0][0].acknowledge_change();
        ledger.collect(parts);
        ledger
    }

    fn stored() -> Vec<StoredUser> {
        let user = |number, state: &str, sequence, locks, unlocks| StoredUser {
            number,
            state: state.to_owned(),
            sequence,
            events: sequence,
            first: 1,
            last: sequence,
            locks,
            unlocks,
        };
        vec![user(1, "active", 3, 1, 1), user(2, "locked", 2, 1, 0)]
    }

    #[test]
    fn a_database_that_holds_what_was_acknowledged_has_no_mismatch() {
        let outcome = compare(&ledger(), &stored());

        assert_eq!(
            (outcome.mismatches, outcome.acknowledged, outcome.stored),
            (0, 2, 2),
            "{outcome:?}"
        );
    }

    #[test]
    fn every_planted_mismatch_is_found() {
        let plants: [fn(&mut Vec<StoredUser>); 8] = [
            |users| users[0].sequence = 2,
            |users| users[0].state = "locked".to_owned(),
            |users| users[0].events = 2,
            |users| users[0].events = 4,
            |users| users[0].first = 2,
            |users| users[0].last = 4,
            |users| users[1].unlocks = 1,
            |users| drop(users.pop()),
        ];
        for (number, plant) in plants.into_iter().enumerate() {
            let mut users = stored();
            plant(&mut users);

            assert!(compare(&ledger(), &users).mismatches > 0, "plant {number} is not found");
        }
    }

    #[test]
    fn a_request_without_an_answer_may_have_changed_its_user_and_no_other() {
        let mut ledger = Ledger::seeded(1..=2);
        let mut parts = ledger.deal(1);
        parts[0][0].is_uncertain = true;
        ledger.collect(parts);
        let mut users = stored();
        users[0] = StoredUser {
            state: "locked".to_owned(),
            sequence: 2,
            events: 2,
            last: 2,
            locks: 1,
            unlocks: 0,
            ..users[0].clone()
        };

        assert_eq!(compare(&ledger, &users).mismatches, 0);
        assert!(compare(&Ledger::seeded(1..=2), &users).mismatches > 0);
    }
}
