use std::collections::BTreeMap;

use async_trait::async_trait;
use unlockd_application::ports::{
    AttemptOrigin, Count, CountedAttempt, IdentityDigest, REFUSAL_INTERVAL, SignInFailureStore, StoreError,
};
use unlockd_domain::{LockoutPolicy, Source, SourceFailures, SourceTotals, Timestamp};

use super::MemoryStore;

/// The failures of one origin.
#[derive(Debug, Clone)]
pub(super) struct StoredFailures {
    failures: SourceFailures,
    refused_at: Option<Timestamp>,
    kept_until: Timestamp,
}

#[async_trait]
impl SignInFailureStore for MemoryStore {
    async fn count(&self, attempt: &CountedAttempt) -> Result<Count, StoreError> {
        let mut state = self.state()?;
        if let Some(policy) = &attempt.instance_policy {
            let totals = totals(&state.failures, attempt, policy);
            if let Some(until) = policy.slows_source_until(&totals, attempt.now) {
                return Ok(Count::Slowed(until));
            }
        }
        let stored = state.failures.get(&attempt.origin);
        let mut failures = stored.map(|stored| stored.failures.clone()).unwrap_or_default();
        let at = match failures.count(&attempt.policy, attempt.forgotten_at, attempt.now) {
            Ok(at) => at,
            Err(blocked) => return Ok(Count::Blocked(blocked.until)),
        };
        let kept_until = failures.kept_until(&attempt.policy);
        let kept_until = stored.map_or(kept_until, |stored| stored.kept_until.max(kept_until));
        let counted = StoredFailures {
            failures,
            refused_at: stored.and_then(|stored| stored.refused_at),
            kept_until,
        };
        state.failures.insert(attempt.origin.clone(), counted);
        Ok(Count::Counted(at))
    }

    async fn take_back(&self, origin: &AttemptOrigin, at: Timestamp) -> Result<(), StoreError> {
        if let Some(stored) = self.state()?.failures.get_mut(origin) {
            stored.failures.take_back(at);
        }
        Ok(())
    }

    async fn note_refusal(&self, origin: &AttemptOrigin, now: Timestamp) -> Result<bool, StoreError> {
        let mut state = self.state()?;
        let stored = state.failures.entry(origin.clone()).or_insert_with(|| StoredFailures {
            failures: SourceFailures::default(),
            refused_at: None,
            kept_until: now,
        });
        let is_first = stored
            .refused_at
            .is_none_or(|at| at.saturating_add(REFUSAL_INTERVAL) <= now);
        if is_first {
            stored.refused_at = Some(now);
            stored.kept_until = stored.kept_until.max(now.saturating_add(REFUSAL_INTERVAL));
        }
        Ok(is_first)
    }

    async fn forget(&self, origin: &AttemptOrigin) -> Result<(), StoreError> {
        self.state()?.failures.remove(origin);
        Ok(())
    }

    async fn find_blocked(
        &self,
        identities: &[IdentityDigest],
        now: Timestamp,
    ) -> Result<Vec<(Option<Source>, SourceFailures)>, StoreError> {
        let state = self.state()?;
        let mut blocked: Vec<_> = state
            .failures
            .iter()
            .filter(|(origin, stored)| {
                identities.contains(&origin.identity) && stored.failures.block_at(None, now).is_some()
            })
            .map(|(origin, stored)| (origin.source.clone(), stored.failures.clone()))
            .collect();
        blocked.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(blocked)
    }

    async fn prune(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        let mut state = self.state()?;
        let origins: Vec<_> = state
            .failures
            .iter()
            .filter(|(_, stored)| stored.kept_until <= now)
            .map(|(origin, _)| origin.clone())
            .take(limit as usize)
            .collect();
        for origin in &origins {
            state.failures.remove(origin);
        }
        Ok(u32::try_from(origins.len()).unwrap_or(u32::MAX))
    }
}

/// The failures of the attempt's source within the window of the policy.
fn totals(
    failures: &BTreeMap<AttemptOrigin, StoredFailures>,
    attempt: &CountedAttempt,
    policy: &LockoutPolicy,
) -> SourceTotals {
    let window_start = attempt.now.saturating_sub(policy.source_total_window.get());
    let mut totals = SourceTotals::default();
    for (origin, stored) in failures
        .iter()
        .filter(|(origin, _)| origin.source == attempt.origin.source)
    {
        let recent = stored.failures.failures.iter().filter(|at| **at > window_start).count();
        totals.failures += u32::try_from(recent).unwrap_or(u32::MAX);
        totals.other_names += u32::from(recent > 0 && origin.identity != attempt.origin.identity);
        totals.last_failed_at = totals.last_failed_at.max(stored.failures.failures.last().copied());
    }
    totals
}
