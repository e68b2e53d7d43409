//! Whether answers are explained by a history.
//!
//! The order of the changes is given by their sequences, and nothing else changes a user; so an order of everything is found
//! by giving each refusal and each read the earliest place that fits, one after the other as they were asked for: an earlier
//! place never makes it harder for those that follow.

use crate::scenarios::Event;

/// What somebody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    Lock,
    Unlock,
    Deactivate,
    Reactivate,
    Read,
}

/// Something that was done, and what came of it. The times are those of one clock that all read.
#[derive(Debug, Clone)]
pub(super) struct Record {
    /// To whom.
    pub(super) user: usize,
    pub(super) deed: Deed,
    pub(super) asked: u64,
    pub(super) answered: u64,
    pub(super) outcome: Outcome,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The change is made: this event.
    Done { sequence: u64, time: String },
    /// The user looks like this.
    Seen { sequence: u64, state: String },
    /// The user's state does not allow it.
    Refused { state: String },
    /// Too much was going on: nothing is done.
    GivenUp,
}

const ACTIVE: &str = "USER_STATE_ACTIVE";
const INACTIVE: &str = "USER_STATE_INACTIVE";
const LOCKED: &str = "USER_STATE_LOCKED";

impl Deed {
    pub(super) const ALL: [Self; 5] = [Self::Lock, Self::Unlock, Self::Deactivate, Self::Reactivate, Self::Read];

    /// The states in which it succeeds.
    fn is_allowed_in(self, state: &str) -> bool {
        match self {
            Self::Lock => state == ACTIVE,
            Self::Unlock => state == LOCKED,
            Self::Deactivate => state == ACTIVE || state == LOCKED,
            Self::Reactivate => state == INACTIVE,
            Self::Read => true,
        }
    }

    /// The event that comes of it, and the state that the user is in then.
    fn leads_to(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Lock => Some(("user.locked", LOCKED)),
            Self::Unlock => Some(("user.unlocked", ACTIVE)),
            Self::Deactivate => Some(("user.deactivated", INACTIVE)),
            Self::Reactivate => Some(("user.reactivated", ACTIVE)),
            Self::Read => None,
        }
    }
}

/// Whether there is an order of all records, those of one user who was created before, in which the history happens.
pub(super) fn explain(records: &[Record], history: &[Event]) -> Result<(), String> {
    let changes = changes(records, history)?;
    // The state behind each event: `states[0]` behind the creation.
    let mut states = vec![ACTIVE];
    // The changes up to here were asked for by this moment at the latest.
    let mut asked = 0;
    for change in &changes {
        let state = states.last().copied().unwrap_or(ACTIVE);
        let (_, next) = change.deed.leads_to().ok_or("a read is no event")?;
        if !change.deed.is_allowed_in(state) {
            return Err(format!("{change:?} was done to a user in the state {state}"));
        }
        if change.answered < asked {
            return Err(format!(
                "{change:?} was answered before what came in front of it was asked for"
            ));
        }
        asked = asked.max(change.asked);
        states.push(next);
    }

    let mut others: Vec<_> = records
        .iter()
        .filter(|record| matches!(record.outcome, Outcome::Seen { .. } | Outcome::Refused { .. }))
        .collect();
    others.sort_by_key(|record| record.asked);
    // Where those before have their place: as many changes are in front of them.
    let mut placed: Vec<(&Record, usize)> = Vec::new();
    for record in others {
        let behind_changes = changes.iter().rposition(|change| change.answered < record.asked);
        let behind_others = placed
            .iter()
            .filter(|(other, _)| other.answered < record.asked)
            .map(|(_, place)| *place);
        let earliest = behind_others.fold(behind_changes.map_or(0, |last| last + 1), usize::max);
        let latest = changes
            .iter()
            .position(|change| record.answered < change.asked)
            .unwrap_or(changes.len());
        let place = (earliest..=latest)
            .find(|place| fits(record, *place, states[*place]))
            .ok_or_else(|| format!("{record:?} fits nowhere from {earliest} to {latest} changes"))?;
        placed.push((record, place));
    }
    Ok(())
}

/// The changes that succeeded, in the order of their events.
fn changes<'a>(records: &'a [Record], history: &[Event]) -> Result<Vec<&'a Record>, String> {
    let mut changes: Vec<_> = records
        .iter()
        .filter_map(|record| match &record.outcome {
            Outcome::Done { sequence, time } => Some((*sequence, time, record)),
            Outcome::Seen { .. } | Outcome::Refused { .. } | Outcome::GivenUp => None,
        })
        .collect();
    changes.sort_by_key(|(sequence, ..)| *sequence);
    if changes.len() + 1 != history.len() {
        return Err(format!(
            "{} changes were answered, and {} events told",
            changes.len(),
            history.len()
        ));
    }
    for (number, event) in (1..).zip(history) {
        if event.sequence != number {
            return Err(format!("{event:?} stands in the place of {number}"));
        }
    }
    for ((sequence, time, record), event) in changes.iter().zip(&history[1..]) {
        let kind = record.deed.leads_to().map(|(kind, _)| kind);
        if (*sequence, kind, *time) != (event.sequence, Some(event.kind.as_str()), &event.time) {
            return Err(format!("{record:?} is not {event:?}"));
        }
    }
    Ok(changes.into_iter().map(|(.., record)| record).collect())
}

/// Whether the answer is right about a user who has been changed so often and is in this state.
fn fits(record: &Record, changes: usize, state: &str) -> bool {
    match &record.outcome {
        Outcome::Seen { sequence, state: seen } => *sequence == changes as u64 + 1 && seen == state,
        Outcome::Refused { state: told } => told == state && !record.deed.is_allowed_in(state),
        Outcome::Done { .. } | Outcome::GivenUp => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(deed: Deed, asked: u64, answered: u64, outcome: Outcome) -> Record {
        Record {
            user: 0,
            deed,
            asked,
            answered,
            outcome,
        }
    }

    fn done(deed: Deed, asked: u64, answered: u64, sequence: u64) -> Record {
        let time = "2024-06-25T13:35:39.148123Z".to_owned();
        record(deed, asked, answered, Outcome::Done { sequence, time })
    }

    fn seen(asked: u64, answered: u64, sequence: u64, state: &str) -> Record {
        let state = state.to_owned();
        record(Deed::Read, asked, answered, Outcome::Seen { sequence, state })
    }

    fn refused(deed: Deed, asked: u64, answered: u64, state: &str) -> Record {
        let state = state.to_owned();
        record(deed, asked, answered, Outcome::Refused { state })
    }

    fn history(kinds: &[&str]) -> Vec<Event> {
        let kinds = ["user.created"].iter().chain(kinds);
        (1..)
            .zip(kinds)
            .map(|(sequence, kind)| Event {
                position: sequence,
                user_id: Some("alice".to_owned()),
                sequence,
                kind: (*kind).to_owned(),
                organization_id: Some("acme".to_owned()),
                actor_id: None,
                time: "2024-06-25T13:35:39.148123Z".to_owned(),
                reason: None,
                lock_cause: None,
                lock_until: None,
                lock_scope: None,
                source: None,
                unlock_cause: None,
                counts_until: None,
                lockout_policy: None,
                token_id: None,
                token_name: None,
                session_id: None,
                role: None,
                role_organization_id: None,
            })
            .collect()
    }

    #[test]
    fn what_happens_at_the_same_time_may_have_happened_in_the_order_of_the_history() {
        let records = [
            done(Deed::Unlock, 0, 10, 3),
            done(Deed::Lock, 1, 9, 2),
            refused(Deed::Lock, 2, 8, LOCKED),
            seen(3, 4, 1, ACTIVE),
            seen(5, 6, 2, LOCKED),
            refused(Deed::Unlock, 11, 12, ACTIVE),
            record(Deed::Lock, 0, 20, Outcome::GivenUp),
        ];
        assert_eq!(explain(&records, &history(&["user.locked", "user.unlocked"])), Ok(()));
    }

    #[track_caller]
    fn assert_unexplained(records: &[Record], kinds: &[&str], problem: &str) {
        let told = explain(records, &history(kinds)).expect_err("nothing explains this");
        assert!(told.contains(problem), "{told}");
    }

    #[test]
    fn a_change_that_is_lost_is_found() {
        let both = [done(Deed::Lock, 0, 2, 2), done(Deed::Deactivate, 1, 3, 2)];
        assert_unexplained(
            &both,
            &["user.deactivated"],
            "2 changes were answered, and 2 events told",
        );
        assert_unexplained(&both, &["user.locked", "user.deactivated"], "is not");
    }

    #[test]
    fn an_event_that_nobody_was_answered_is_found() {
        assert_unexplained(&[], &["user.locked"], "0 changes were answered, and 2 events told");
    }

    #[test]
    fn an_event_of_another_kind_is_found() {
        assert_unexplained(&[done(Deed::Lock, 0, 1, 2)], &["user.deactivated"], "is not");
    }

    #[test]
    fn a_change_that_its_state_does_not_allow_is_found() {
        let twice = [done(Deed::Lock, 0, 2, 2), done(Deed::Lock, 1, 3, 3)];
        assert_unexplained(
            &twice,
            &["user.locked", "user.locked"],
            "in the state USER_STATE_LOCKED",
        );
    }

    #[test]
    fn changes_against_the_order_of_time_are_found() {
        let turned = [done(Deed::Lock, 5, 6, 2), done(Deed::Unlock, 0, 1, 3)];
        assert_unexplained(
            &turned,
            &["user.locked", "user.unlocked"],
            "before what came in front of it",
        );
    }

    #[test]
    fn a_read_of_what_is_outdated_is_found() {
        let late = [done(Deed::Lock, 0, 1, 2), seen(2, 3, 1, ACTIVE)];
        assert_unexplained(&late, &["user.locked"], "fits nowhere from 1 to 1");
        let back = [done(Deed::Lock, 0, 9, 2), seen(1, 2, 2, LOCKED), seen(3, 4, 1, ACTIVE)];
        assert_unexplained(&back, &["user.locked"], "fits nowhere from 1 to 1");
        let early = [seen(0, 1, 2, LOCKED), done(Deed::Lock, 2, 3, 2)];
        assert_unexplained(&early, &["user.locked"], "fits nowhere from 0 to 0");
    }

    #[test]
    fn a_refusal_for_what_was_never_so_is_found() {
        let never = [done(Deed::Lock, 0, 9, 2), refused(Deed::Reactivate, 1, 2, INACTIVE)];
        assert_unexplained(&never, &["user.locked"], "fits nowhere");
        let allowed = [refused(Deed::Lock, 0, 1, ACTIVE)];
        assert_unexplained(&allowed, &[], "fits nowhere");
    }
}
