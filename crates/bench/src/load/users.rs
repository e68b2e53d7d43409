//! Who owns which users. Each user is changed by one client at a time, so that no change can be refused.

use std::ops::RangeInclusive;

use crate::clients::Change;

/// The id of a user by their number.
pub(crate) fn user_id(number: u32) -> String {
    format!("user-{number}")
}

/// Every second user is locked in the beginning.
fn is_seeded_locked(number: u32) -> bool {
    number.is_multiple_of(2)
}

/// Users are created, and some of them locked.
fn seeded_sequence(number: u32) -> u32 {
    if is_seeded_locked(number) { 2 } else { 1 }
}

/// Users by their numbers.
pub(crate) type Region = RangeInclusive<u32>;

/// Who changes whom in the tables of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Regions {
    /// Clients that lock and unlock.
    pub(crate) clients: Region,
    /// Bare SQL.
    pub(crate) reference: Region,
    /// Clients that sign in.
    pub(crate) sign_in: Region,
}

impl Regions {
    /// Half of the users are the clients', nearly half are for bare SQL: both find caches alike.
    pub(crate) fn of(users: u32) -> Self {
        let (half, signing_in) = (users / 2, users / 10);
        Self {
            clients: 1..=half,
            reference: half + 1..=users - signing_in,
            sign_in: users - signing_in + 1..=users,
        }
    }
}

/// What is known of a user by what the server has acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnedUser {
    pub(crate) number: u32,
    pub(crate) is_locked: bool,
    /// How many changes were acknowledged.
    pub(crate) acknowledged: u32,
    /// Whether another change was sent of which nobody knows what became. The user is left alone from then on.
    pub(crate) is_uncertain: bool,
}

impl OwnedUser {
    /// As they were seeded.
    pub(crate) fn seeded(number: u32) -> Self {
        Self {
            number,
            is_locked: is_seeded_locked(number),
            acknowledged: 0,
            is_uncertain: false,
        }
    }

    pub(crate) fn id(&self) -> String {
        user_id(self.number)
    }

    /// Which change cannot be refused.
    pub(crate) fn next_change(&self) -> Change {
        if self.is_locked { Change::Unlock } else { Change::Lock }
    }

    /// The change was acknowledged.
    pub(crate) fn acknowledge_change(&mut self) {
        self.is_locked = !self.is_locked;
        self.acknowledged += 1;
    }

    /// The sequence that the database must hold.
    pub(crate) fn sequence(&self) -> u32 {
        seeded_sequence(self.number) + self.acknowledged
    }
}

/// All users of the clients, in the order of their numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ledger {
    users: Vec<OwnedUser>,
}

impl Ledger {
    pub(crate) fn seeded(region: Region) -> Self {
        Self {
            users: region.map(OwnedUser::seeded).collect(),
        }
    }

    /// Those users only who can come in.
    pub(crate) fn active(region: Region) -> Self {
        let mut ledger = Self::seeded(region);
        ledger.users.retain(|user| !user.is_locked);
        ledger
    }

    pub(crate) fn users(&self) -> &[OwnedUser] {
        &self.users
    }

    /// Takes all users out, in as many parts as there are connections.
    pub(crate) fn deal(&mut self, connections: usize) -> Vec<Vec<OwnedUser>> {
        let (users, parts) = (std::mem::take(&mut self.users), connections.max(1));
        let (least, larger) = (users.len() / parts, users.len() % parts);
        let mut users = users.into_iter();
        (0..parts)
            .map(|part| users.by_ref().take(least + usize::from(part < larger)).collect())
            .collect()
    }

    /// Puts the parts together again, in the order in which they were dealt.
    pub(crate) fn collect(&mut self, parts: Vec<Vec<OwnedUser>>) {
        self.users = parts.into_iter().flatten().collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_user_is_in_one_region() {
        let regions = Regions::of(1_001);

        assert_eq!((*regions.clients.start(), *regions.sign_in.end()), (1, 1_001));
        assert_eq!(regions.clients.end() + 1, *regions.reference.start());
        assert_eq!(regions.reference.end() + 1, *regions.sign_in.start());
    }

    #[test]
    fn users_are_dealt_to_all_connections_and_collected_without_loss() {
        let mut ledger = Ledger::seeded(1..=11);
        let before = ledger.users().to_vec();

        let parts = ledger.deal(4);

        assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 3, 2]);
        assert!(ledger.users().is_empty());
        ledger.collect(parts);
        assert_eq!(ledger.users(), before);
    }

    #[test]
    fn a_change_that_is_acknowledged_moves_state_and_sequence_on() {
        let mut user = OwnedUser::seeded(2);
        assert_eq!((user.next_change(), user.sequence()), (Change::Unlock, 2));

        user.acknowledge_change();

        assert_eq!((user.next_change(), user.sequence()), (Change::Lock, 3));
    }
}
