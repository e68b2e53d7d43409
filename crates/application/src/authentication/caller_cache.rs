use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use quick_cache::sync::Cache;
use unlockd_domain::{Timestamp, TokenDigest, UserId};

use super::Caller;

/// The longest time for which a caller is remembered.
pub const CALLER_CACHE_LIFETIME: Duration = Duration::from_secs(5);

/// Callers who are remembered at the same time, at most; the least used go first.
const CAPACITY: usize = 10_000;

/// Users share counters by their hash: few enough to be small, enough that locking thousands of users a second makes the
/// others' entries stale only rarely. A shared counter costs a look-up, never a wrong answer.
const FORGET_COUNTERS: usize = 16 * 1024;

/// Callers by the digest of their token.
///
/// Forgetting does not search: it counts up a counter of the user. An entry carries the counts as they were before its
/// look-up began, and holds only while its user's is still the same. So an answer of the store that was on its way when
/// its user got locked is never remembered either.
pub(super) struct CallerCache {
    entries: Cache<TokenDigest, Entry>,
    forgotten: Box<[AtomicU64]>,
    total_forgotten: AtomicU64,
    hasher: RandomState,
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
    began_at: Timestamp,
    total_forgotten: u64,
}

impl CallerCache {
    pub(super) fn new() -> Self {
        Self {
            entries: Cache::new(CAPACITY),
            forgotten: (0..FORGET_COUNTERS).map(|_| AtomicU64::new(0)).collect(),
            total_forgotten: AtomicU64::new(0),
            hasher: RandomState::new(),
        }
    }

    pub(super) fn get(&self, digest: &TokenDigest, now: Timestamp) -> Option<Caller> {
        let entry = self.entries.get(digest)?;
        // A clock that was set back must not prolong anything.
        let fresh = entry.lookup.began_at <= now && now < entry.stale_at;
        let remembered = self.last_forgotten(entry.caller.user_id()) <= entry.lookup.total_forgotten;
        (fresh && remembered).then_some(entry.caller)
    }

    pub(super) fn begin_lookup(&self, now: Timestamp) -> Lookup {
        Lookup {
            began_at: now,
            total_forgotten: self.total_forgotten.load(Ordering::SeqCst),
        }
    }

    pub(super) fn remember(&self, digest: TokenDigest, lookup: Lookup, caller: &Caller, expires_at: Option<Timestamp>) {
        let oldest = lookup.began_at.saturating_add(CALLER_CACHE_LIFETIME);
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
        let now = self.total_forgotten.fetch_add(1, Ordering::SeqCst) + 1;
        self.counter(user_id).fetch_max(now, Ordering::SeqCst);
    }

    fn last_forgotten(&self, user_id: &UserId) -> u64 {
        self.counter(user_id).load(Ordering::SeqCst)
    }

    fn counter(&self, user_id: &UserId) -> &AtomicU64 {
        let hash = usize::try_from(self.hasher.hash_one(user_id) % FORGET_COUNTERS as u64).unwrap_or(0);
        &self.forgotten[hash]
    }
}
