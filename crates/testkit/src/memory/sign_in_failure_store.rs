use async_trait::async_trait;
use unlockd_application::ports::{AttemptOrigin, Count, CountedAttempt, SignInFailureStore, StoreError};
use unlockd_domain::Timestamp;

use super::MemoryStore;

/// The failures of one origin.
#[derive(Debug, Clone, Default)]
pub(super) struct Failures {
    /// When they were, the oldest first.
    times: Vec<Timestamp>,
    /// When they are to be forgotten.
    kept_until: Option<Timestamp>,
}

#[async_trait]
impl SignInFailureStore for MemoryStore {
    async fn count(&self, attempt: &CountedAttempt) -> Result<Count, StoreError> {
        let mut state = self.state()?;
        let failures = state.failures.entry(attempt.origin.clone()).or_default();
        failures.times.retain(|time| *time > attempt.counting_since);
        if failures.times.len() >= attempt.limit as usize {
            return Ok(Count::Exhausted(failures.times.clone()));
        }
        failures.times.push(attempt.at);
        failures.times.sort();
        failures.kept_until = failures.kept_until.max(Some(attempt.kept_until));
        Ok(Count::Counted)
    }

    async fn take_back(&self, origin: &AttemptOrigin, at: Timestamp) -> Result<(), StoreError> {
        let mut state = self.state()?;
        if let Some(failures) = state.failures.get_mut(origin)
            && let Some(place) = failures.times.iter().position(|time| *time == at)
        {
            failures.times.remove(place);
        }
        Ok(())
    }

    async fn forget(&self, origin: &AttemptOrigin) -> Result<(), StoreError> {
        self.state()?.failures.remove(origin);
        Ok(())
    }

    async fn prune(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        let mut state = self.state()?;
        let origins: Vec<_> = state
            .failures
            .iter()
            .filter(|(_, failures)| failures.kept_until.is_none_or(|until| until <= now))
            .map(|(origin, _)| origin.clone())
            .take(limit as usize)
            .collect();
        for origin in &origins {
            state.failures.remove(origin);
        }
        Ok(u32::try_from(origins.len()).unwrap_or(u32::MAX))
    }
}
