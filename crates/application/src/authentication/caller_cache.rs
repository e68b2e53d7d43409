use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use quick_cache::sync::Cache;
use unlockd_domain::{Timestamp, TokenDigest, UserId};

use super::Caller;

/// The longest time for which a caller is remembered.
pub const CALLER_CACHE_LIFETIME: Duration = Duration::from_secs(5);

/// For how long nobody is remembered of whom it is not known whether they were just taken out of service: a write that
/// nobody waits for any more has ten seconds to happen or not, and whoever was looked up before it did has become too old.
const DOUBT: Duration = CALLER_CACHE_LIFETIME.saturating_mul(3);

/// Callers who are remembered at the same time, at most; the least used go first.
const CAPACITY: usize = 10_000;

/// Users share slots by their hash: few enough to be small, enough that locking thousands of users a second makes the
/// others' entries stale only rarely. A shared slot costs a look-up, never a wrong answer.
const SLOTS: usize = 16 * 1024;

/// Callers by the digest of their token.
///
/// Forgetting does not search: it puts the number of this forgetting into the user's slot. An entry carries the number
/// of forgettings from before its look-up began, and holds only while its user's slot has no later one. So an answer of
/// the store that was on its way when its user got locked is never remembered either.
pub(super) struct CallerCache {
    entries: Cache<TokenDigest, Entry>,
    slots: Box<[Slot]>,
    total_forgotten: AtomicU64,
    hasher: RandomState,
    epoch: Instant,
}

/// What holds for all entries of some users.
#[derive(Default)]
struct Slot {
    /// The number of the last forgetting.
    forgotten: AtomicU64,
    /// The end of the last doubt, in microseconds since the epoch of the cache.
    doubted_until: AtomicU64,
}

/// The present on both clocks: tokens expire by the time of day, which may jump; the other clock never does, but may
/// stand still while the machine sleeps. Nobody is remembered for longer than either of them allows.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub(super) time_of_day: Timestamp,
    pub(super) monotonic: Instant,
}

#[derive(Clone)]
struct Entry {
    caller: Caller,
    lookup: Lookup,
    /// The first moment at which the entry is too old, or its token expired.
    stale_at: Timestamp,
}

/// The state of the memory when a look-up began.
#[derive(Clone, Copy)]
pub(super) struct Lookup {
    began_at: Moment,
    total_forgotten: u64,
}

impl CallerCache {
    pub(super) fn new() -> Self {
        Self {
            entries: Cache::new(CAPACITY),
            slots: (0..SLOTS).map(|_| Slot::default()).collect(),
            total_forgotten: AtomicU64::new(0),
            hasher: RandomState::new(),
            epoch: Instant::now(),
        }
    }

    pub(super) fn get(&self, digest: &TokenDigest, now: Moment) -> Option<Caller> {
        let entry = self.entries.get(digest)?;
        let Lookup {
            began_at,
            total_forgotten,
        } = entry.lookup;
        let age = now.monotonic.saturating_duration_since(began_at.monotonic);
        let fresh =
            age < CALLER_CACHE_LIFETIME && began_at.time_of_day <= now.time_of_day && now.time_of_day < entry.stale_at;
        let slot = self.slot(entry.caller.user_id());
        let remembered = slot.forgotten.load(Ordering::SeqCst) <= total_forgotten;
        let doubted = self.since_epoch(now.monotonic) < slot.doubted_until.load(Ordering::SeqCst);
        (fresh && remembered && !doubted).then_some(entry.caller)
    }

    pub(super) fn begin_lookup(&self, now: Moment) -> Lookup {
        Lookup {
            began_at: now,
            total_forgotten: self.total_forgotten.load(Ordering::SeqCst),
        }
    }

    pub(super) fn remember(&self, digest: TokenDigest, lookup: Lookup, caller: &Caller, expires_at: Option<Timestamp>) {
        let oldest = lookup.began_at.time_of_day.saturating_add(CALLER_CACHE_LIFETIME);
        let stale_at = expires_at.map_or(oldest, |end| end.min(oldest));
        self.entries.insert(
            digest,
            Entry {
                caller: caller.clone(),
                lookup,
                stale_at,
            },
        );
    }

    pub(super) fn forget(&self, user_id: &UserId) {
        let number = self.total_forgotten.fetch_add(1, Ordering::SeqCst) + 1;
        self.slot(user_id).forgotten.fetch_max(number, Ordering::SeqCst);
    }

    /// Makes whatever is or will be remembered of the user unusable while the [`DOUBT`] lasts. What is remembered
    /// meanwhile and is still fresh at its end was looked up when it was over what the doubt was about.
    pub(super) fn doubt(&self, user_id: &UserId, now: Instant) {
        let end = self.since_epoch(now + DOUBT);
        self.slot(user_id).doubted_until.fetch_max(end, Ordering::SeqCst);
    }

    fn since_epoch(&self, moment: Instant) -> u64 {
        let microseconds = moment.saturating_duration_since(self.epoch).as_micros();
        u64::try_from(microseconds).unwrap_or(u64::MAX)
    }

    fn slot(&self, user_id: &UserId) -> &Slot {
        let hash = usize::try_from(self.hasher.hash_one(user_id) % SLOTS as u64).unwrap_or(0);
        &self.slots[hash]
    }
}

#[cfg(test)]
mod tests {
    use unlockd_domain::{Actor, Grants, OrganizationId, User};

    use super::*;

    const ONE_SECOND: Duration = Duration::from_secs(1);

    /// A cache that remembers one caller, looked up at a moment.
    struct Remembering {
        cache: CallerCache,
        caller: Caller,
        looked_up: Moment,
    }

    impl Remembering {
        fn new() -> Self {
            let cache = CallerCache::new();
            let looked_up = Moment {
                time_of_day: Timestamp::UNIX_EPOCH.saturating_add(ONE_SECOND * 3_600),
                monotonic: cache.epoch + ONE_SECOND,
            };
            let (id, organization) = (UserId::new("bob").unwrap(), OrganizationId::new("default").unwrap());
            let created = User::create(id, organization, Actor::System, looked_up.time_of_day);
            let caller = Caller::new(created.user(), Grants::default());
            let remembering = Self {
                cache,
                caller,
                looked_up,
            };
            remembering.look_up(looked_up);
            remembering
        }

        fn look_up(&self, now: Moment) {
            let lookup = self.cache.begin_lookup(now);
            self.cache.remember(digest(), lookup, &self.caller, None);
        }

        fn remembers(&self, now: Moment) -> bool {
            self.cache.get(&digest(), now).is_some()
        }
    }

    fn digest() -> TokenDigest {
        TokenDigest([7; 32])
    }

    fn later(moment: Moment, span: Duration) -> Moment {
        Moment {
            time_of_day: moment.time_of_day.saturating_add(span),
            monotonic: moment.monotonic + span,
        }
    }

    #[test]
    fn a_clock_that_is_set_back_while_a_caller_is_remembered_does_not_prolong_that() {
        let bob = Remembering::new();
        let set_back_by_three = |age: Duration| Moment {
            time_of_day: later(bob.looked_up, age.saturating_sub(ONE_SECOND * 3)).time_of_day,
            monotonic: bob.looked_up.monotonic + age,
        };

        assert!(bob.remembers(set_back_by_three(ONE_SECOND * 4)));
        assert!(!bob.remembers(set_back_by_three(CALLER_CACHE_LIFETIME)));
    }

    #[test]
    fn a_sleep_of_the_machine_does_not_prolong_for_how_long_a_caller_is_remembered() {
        let bob = Remembering::new();

        assert!(!bob.remembers(Moment {
            time_of_day: later(bob.looked_up, CALLER_CACHE_LIFETIME).time_of_day,
            monotonic: bob.looked_up.monotonic,
        }));
    }

    #[test]
    fn a_user_in_doubt_is_not_remembered_until_the_doubt_is_over() {
        let bob = Remembering::new();

        bob.cache.doubt(bob.caller.user_id(), bob.looked_up.monotonic);

        let last = later(bob.looked_up, DOUBT.saturating_sub(Duration::from_micros(1)));
        bob.look_up(last);
        assert!(!bob.remembers(last));
        assert!(bob.remembers(later(bob.looked_up, DOUBT)));
    }

    #[test]
    fn who_was_looked_up_in_the_first_ten_seconds_of_a_doubt_is_too_old_at_its_end() {
        let bob = Remembering::new();
        bob.cache.doubt(bob.caller.user_id(), bob.looked_up.monotonic);

        bob.look_up(later(bob.looked_up, ONE_SECOND * 10));

        assert!(!bob.remembers(later(bob.looked_up, DOUBT)));
    }
}
