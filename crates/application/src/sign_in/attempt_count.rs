use std::time::Duration;

use sha2::{Digest, Sha256};
use unlockd_domain::{Actor, Lock, LockoutPolicy, LoginIdentity, PolicySpan, Timestamp, User};

use super::{Policies, SignIn};
use crate::error::Error;
use crate::ports::{AttemptOrigin, Count, CountedAttempt, IdentityDigest, StoreError};

/// An attempt that counts for its source as failed until it has succeeded.
pub(super) struct AttemptCount {
    origin: AttemptOrigin,
    at: Timestamp,
}

impl SignIn {
    /// Counts the attempt before any password is compared. It is counted for every name and by every policy, so that all names
    /// cost the same writes.
    ///
    /// # Errors
    /// [`Error::TooManyAttempts`] while the source is blocked for this name.
    pub(super) async fn count(
        &self,
        origin: AttemptOrigin,
        user: Option<&User>,
        actor: &Actor,
        policies: &Policies,
    ) -> Result<AttemptCount, Error> {
        let now = self.clock.now();
        // People with an unknown source have nothing in common.
        let limits_totals = origin.source.is_some() && policies.of_instance.limits_source_totals();
        let attempt = CountedAttempt {
            origin,
            policy: policies.of_user,
            instance_policy: limits_totals.then_some(policies.of_instance),
            forgotten_at: user.and_then(|user| user.failures_forgotten_at(now)),
            now,
        };
        match self.failures.count(&attempt).await? {
            Count::Counted(at) => Ok(AttemptCount {
                origin: attempt.origin,
                at,
            }),
            Count::Blocked(until) => {
                self.report_refusal(&attempt.origin, user, actor).await;
                Err(too_many_until(until, now))
            }
            Count::Slowed(until) => {
                let origin = AttemptOrigin {
                    identity: all_names(),
                    source: attempt.origin.source,
                };
                self.report_refusal(&origin, None, actor).await;
                Err(too_many_until(until, now))
            }
        }
    }
}

fn too_many_until(until: Timestamp, now: Timestamp) -> Error {
    Error::TooManyAttempts {
        retry_after: until.saturating_duration_since(now),
    }
}

/// Key by which the attempts of a source take turns. People with an unknown source have nothing in common but the name.
pub(super) fn source_key(origin: &AttemptOrigin) -> IdentityDigest {
    match &origin.source {
        Some(source) => IdentityDigest(Sha256::digest(source.as_str()).into()),
        None => origin.identity,
    }
}

/// Key of what concerns a source at all names.
fn all_names() -> IdentityDigest {
    IdentityDigest(Sha256::digest("all names").into())
}

impl SignIn {
    /// Counts the comparison of a password that may reveal the lock; returns whether it may be made. The count has a row like
    /// that of a source, so that it is exact over all replicas: the block that begins with the last comparison lasts longer than
    /// the lock.
    pub(super) async fn count_behind_lock(
        &self,
        user: &User,
        lock: &Lock,
        policy: &LockoutPolicy,
    ) -> Result<bool, StoreError> {
        let key = Sha256::new()
            .chain_update("lock")
            .chain_update([0])
            .chain_update(lock.since.unix_microseconds().to_be_bytes())
            .chain_update(user.id().as_str());
        let length = lock.until.map(|until| until.saturating_duration_since(lock.since));
        self.count_comparison(key, length, policy).await
    }

    /// Costs as much as [`SignIn::count_behind_lock`], for attempts that no lock bars: time must not tell them apart.
    pub(super) async fn count_without_lock(
        &self,
        identity: &LoginIdentity,
        policy: &LockoutPolicy,
    ) -> Result<(), StoreError> {
        let key = Sha256::new()
            .chain_update("no lock")
            .chain_update([0])
            .chain_update(digest(identity).0);
        self.count_comparison(key, policy.lock_span(0), policy).await.map(drop)
    }

    async fn count_comparison(
        &self,
        key: Sha256,
        length: Option<Duration>,
        policy: &LockoutPolicy,
    ) -> Result<bool, StoreError> {
        let window = length
            .and_then(|length| PolicySpan::new(length).ok())
            .unwrap_or(PolicySpan::LONGEST);
        let attempt = CountedAttempt {
            origin: AttemptOrigin {
                identity: IdentityDigest(key.finalize().into()),
                source: None,
            },
            instance_policy: None,
            policy: LockoutPolicy {
                source_attempts: Some(policy.max_password_attempts),
                attempt_window: window,
                lock_duration: None,
                max_lock_duration: window,
                source_window: window,
                source_total_window: window,
                ..*policy
            },
            forgotten_at: None,
            now: self.clock.now(),
        };
        match self.failures.count(&attempt).await? {
            Count::Counted(_) => Ok(true),
            Count::Blocked(_) | Count::Slowed(_) => Ok(false),
        }
    }
}

impl AttemptCount {
    /// Key that the attempt is counted by.
    pub(super) fn origin(&self) -> &AttemptOrigin {
        &self.origin
    }

    /// No password was compared after all.
    pub(super) async fn take_back(&self, sign_in: &SignIn) -> Result<(), StoreError> {
        sign_in.failures.take_back(&self.origin, self.at).await
    }

    /// The password was right: what this source got wrong before was the user's own mistake.
    pub(super) async fn forget(&self, sign_in: &SignIn) -> Result<(), StoreError> {
        sign_in.failures.forget(&self.origin).await
    }
}

/// The key that an identity is counted and queued by. Names that differ in case only have one.
pub(super) fn digest(identity: &LoginIdentity) -> IdentityDigest {
    let (kind, text) = match identity {
        LoginIdentity::UserId(id) => ("user_id", id.as_str()),
        LoginIdentity::LoginName(name) => ("login_name", name.key().as_str()),
    };
    let digest = Sha256::new().chain_update(kind).chain_update([0]).chain_update(text);
    IdentityDigest(digest.finalize().into())
}
