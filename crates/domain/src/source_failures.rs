//! Failed sign-ins of one source at one name, and the blocks that they lead to.

use std::time::Duration;

use crate::lockout_policy::{LockoutPolicy, PolicySpan};
use crate::timestamp::Timestamp;

/// The shortest span between two moments.
const MOMENT: Duration = Duration::from_micros(1);

/// Failed sign-ins of one source at one name, whether or not a user has that name.
///
/// An attempt counts as failed until it has succeeded. The attempt that reaches the limit of the policy begins a block of the
/// source for the name. It lasts as long as the lock that a user would get for as many failures.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceFailures {
    /// The times of the last failures, the oldest first; at most [`SourceFailures::MAX_FAILURES`].
    pub failures: Vec<Timestamp>,
    /// Number of blocks so far; each makes the next one longer.
    pub blocks: u32,
    /// The last block, until an attempt follows that is not blocked.
    pub block: Option<SourceBlock>,
    /// Failures up to this moment have led to an earlier block.
    pub spent_until: Option<Timestamp>,
}

/// A span in which a source is not allowed to sign in by a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceBlock {
    /// The time of the attempt that began it.
    pub since: Timestamp,
    /// The end.
    pub until: Timestamp,
}

/// The source is blocked for the name until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceBlocked {
    /// The end of the block.
    pub until: Timestamp,
}

impl SourceFailures {
    /// The largest number of failures that are kept.
    pub const MAX_FAILURES: usize = 1_000;

    /// Counts an attempt and returns its time. It is made now, or right after the moment up to which earlier failures and blocks
    /// do not count: clocks of replicas differ.
    ///
    /// # Errors
    /// [`SourceBlocked`] while a block lasts; then nothing changes.
    pub fn count(
        &mut self,
        policy: &LockoutPolicy,
        forgotten_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Timestamp, SourceBlocked> {
        let after = |moment: Option<Timestamp>| moment.map(|moment| moment.saturating_add(MOMENT));
        let at = after(forgotten_at).map_or(now, |earliest| now.max(earliest));
        if let Some(block) = self.effective_block(forgotten_at).filter(|block| at < block.until) {
            return Err(SourceBlocked { until: block.until });
        }
        let last = self.failures.last().copied().max(self.block.map(|block| block.until));
        if last.is_none_or(|last| at >= last.saturating_add(policy.source_window.get())) {
            self.blocks = 0;
        }
        if let Some(block) = self.block.take() {
            self.spent_until = self.spent_until.max(Some(block.since));
        }
        // Failures up to the last block are spent, so the attempt has to follow it.
        let at = after(self.spent_until).map_or(at, |earliest| at.max(earliest));
        self.push(at, policy);
        if policy
            .source_limit()
            .is_some_and(|limit| self.counting(policy, forgotten_at, at) >= limit as usize)
        {
            let span = policy.lock_span(self.blocks).unwrap_or(policy.max_lock_duration.get());
            self.block = Some(SourceBlock {
                since: at,
                until: at.saturating_add(span),
            });
            self.blocks = self.blocks.saturating_add(1);
        }
        Ok(at)
    }

    /// Takes the attempt of this time back, and the block that began with it. Returns whether there was one.
    pub fn take_back(&mut self, at: Timestamp) -> bool {
        let Some(place) = self.failures.iter().rposition(|failure| *failure == at) else {
            return false;
        };
        self.failures.remove(place);
        if self.block.is_some_and(|block| block.since == at) {
            self.block = None;
            self.blocks = self.blocks.saturating_sub(1);
        }
        true
    }

    /// The block that lasts at this moment, unless it began up to the moment at which failures were forgotten.
    #[must_use]
    pub fn block_at(&self, forgotten_at: Option<Timestamp>, now: Timestamp) -> Option<SourceBlock> {
        self.effective_block(forgotten_at).filter(|block| now < block.until)
    }

    /// The moment from which on nothing of this has an effect, if no failure follows.
    #[must_use]
    pub fn kept_until(&self, policy: &LockoutPolicy) -> Timestamp {
        let windows = [policy.source_window, policy.attempt_window, policy.source_total_window];
        let longest = windows.into_iter().max().map_or(Duration::ZERO, PolicySpan::get);
        let end = self.block.map(|block| block.until).max(self.failures.last().copied());
        end.unwrap_or(Timestamp::UNIX_EPOCH).saturating_add(longest)
    }

    /// Number of failures that led to the last block.
    #[must_use]
    pub fn failures_before_block(&self, forgotten_at: Option<Timestamp>) -> u32 {
        let led_to_it = |failure: &&Timestamp| {
            Some(**failure) > forgotten_at.max(self.spent_until)
                && self.block.is_some_and(|block| **failure <= block.since)
        };
        u32::try_from(self.failures.iter().filter(led_to_it).count()).unwrap_or(u32::MAX)
    }

    fn effective_block(&self, forgotten_at: Option<Timestamp>) -> Option<SourceBlock> {
        self.block.filter(|block| Some(block.since) > forgotten_at)
    }

    fn push(&mut self, at: Timestamp, policy: &LockoutPolicy) {
        let longest = policy.attempt_window.max(policy.source_total_window).get();
        self.failures.retain(|failure| at < failure.saturating_add(longest));
        let place = self.failures.partition_point(|failure| *failure <= at);
        self.failures.insert(place, at);
        let excess = self.failures.len().saturating_sub(Self::MAX_FAILURES);
        self.failures.drain(..excess);
    }

    /// Number of failures that count toward the next block.
    fn counting(&self, policy: &LockoutPolicy, forgotten_at: Option<Timestamp>, at: Timestamp) -> usize {
        let window = policy.attempt_window.get();
        let counts = |failure: &&Timestamp| {
            at < failure.saturating_add(window) && Some(**failure) > forgotten_at.max(self.spent_until)
        };
        self.failures.iter().filter(counts).count()
    }
}
