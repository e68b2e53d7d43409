use std::time::Duration;

use sha2::{Digest, Sha256};
use unlockd_domain::{LockoutPolicy, LoginIdentity, Source, Timestamp, User};

use super::SignIn;
use crate::error::Error;
use crate::ports::{AttemptOrigin, Count, CountedAttempt, IdentityDigest, StoreError};

/// An attempt that counts for its source as failed until it has succeeded; not counted where the policy sets no limit.
pub(super) struct AttemptCount {
    origin: AttemptOrigin,
    counted_at: Option<Timestamp>,
}

/// The shortest span between two moments.
const MOMENT: Duration = Duration::from_micros(1);

impl SignIn {
    /// Counts the attempt, before any password is looked at.
    ///
    /// # Errors
    /// [`Error::TooManyAttempts`] when too many of this source have failed for this name.
    pub(super) async fn count(
        &self,
        identity: IdentityDigest,
        source: Option<Source>,
        user: Option<&User>,
        policy: &LockoutPolicy,
    ) -> Result<AttemptCount, Error> {
        let origin = AttemptOrigin { identity, source };
        let Some(limit) = policy.source_limit() else {
            return Ok(AttemptCount {
                origin,
                counted_at: None,
            });
        };
        let (now, window) = (self.clock.now(), policy.source_window.get());
        let forgotten_at = user.and_then(User::failures_forgotten_at);
        // Replicas' clocks differ: what comes behind the forgetting is dated behind it.
        let at = forgotten_at.map_or(now, |forgotten| now.max(forgotten.saturating_add(MOMENT)));
        let window_start = at.saturating_sub(window);
        let attempt = CountedAttempt {
            origin: origin.clone(),
            at,
            counting_since: forgotten_at.map_or(window_start, |forgotten| forgotten.max(window_start)),
            limit,
            kept_until: at.saturating_add(window),
        };
        match self.failures.count(&attempt).await? {
            Count::Counted => Ok(AttemptCount {
                origin,
                counted_at: Some(at),
            }),
            Count::Exhausted(failures) => Err(Error::TooManyAttempts {
                retry_after: time_to_room(&failures, limit, at.saturating_sub(window)),
            }),
        }
    }
}

impl AttemptCount {
    /// No password was looked at after all.
    pub(super) async fn take_back(&self, sign_in: &SignIn) -> Result<(), StoreError> {
        match self.counted_at {
            Some(at) => sign_in.failures.take_back(&self.origin, at).await,
            None => Ok(()),
        }
    }

    /// The password was right: what this source got wrong before was the user's own mistake.
    pub(super) async fn forget(&self, sign_in: &SignIn) -> Result<(), StoreError> {
        match self.counted_at {
            Some(_) => sign_in.failures.forget(&self.origin).await,
            None => Ok(()),
        }
    }
}

/// How long it takes until so many failures have left the window that there is room for another.
fn time_to_room(failures: &[Timestamp], limit: u32, window_start: Timestamp) -> Duration {
    let too_many = failures.len().saturating_sub(limit as usize);
    let leaves_last = failures.get(too_many);
    leaves_last.map_or(Duration::ZERO, |failure| {
        failure.saturating_duration_since(window_start)
    })
}

/// What an identity is counted and queued by. Names that differ in case only are one.
pub(super) fn digest(identity: &LoginIdentity) -> IdentityDigest {
    let (kind, text) = match identity {
        LoginIdentity::UserId(id) => ("user_id", id.as_str()),
        LoginIdentity::LoginName(name) => ("login_name", name.key().as_str()),
    };
    let digest = Sha256::new().chain_update(kind).chain_update([0]).chain_update(text);
    IdentityDigest(digest.finalize().into())
}
