use std::time::Duration;

use tokio::time::Instant;
use unlockd_domain::{
    Actor, LockoutPolicy, LoginIdentity, PasswordHash, PasswordProof, PlainPassword, ProfileEdit, Sequence,
    SignInRefused, Source, Timestamp, User, UserChange, UserProfile, UserState,
};

use super::SignIn;
use super::attempt_count::{AttemptCount, digest, source_key};
use crate::error::Error;
use crate::ports::{AttemptOrigin, CommitError, PasswordHasherError, StoreError, Verification};
use crate::users::{MAX_ATTEMPTS, commit};

/// When trying again may help while too many passwords are being compared.
const RETRY_WHILE_BUSY: Duration = Duration::from_secs(1);

/// Somebody shows a password.
pub(crate) struct PasswordAttempt<'a> {
    /// Who they say they are.
    pub(crate) identity: &'a LoginIdentity,
    /// The password.
    pub(crate) password: &'a PlainPassword,
    /// Who asks for them.
    pub(crate) actor: Actor,
    /// Where it comes from.
    pub(crate) source: Option<&'a Source>,
}

/// Who has shown the right password.
#[derive(Debug)]
pub(crate) struct ProvenUser {
    /// Who it is.
    pub(crate) proof: PasswordProof,
    /// Where their history stood before.
    pub(crate) sequence_before: Option<Sequence>,
    /// Where it stands with it.
    pub(crate) sequence: Sequence,
    /// The hash of the password that was shown.
    pub(crate) hash: PasswordHash,
    /// True if the user must change that password.
    pub(crate) password_change_required: bool,
}

/// A comparison that was made, and with what.
struct Comparison {
    hash: PasswordHash,
    verification: Verification,
}

impl SignIn {
    /// Whether the password is the user's, and the user may come in. Every attempt costs the same: one comparison, with the
    /// user's hash or with one that nothing fits.
    ///
    /// A comparison is worth something only by the commit that follows it, and that goes through only if the user has not
    /// changed since. So whatever runs in parallel, in whatever processes, no more guesses are answered than are counted,
    /// and none behind the one that locks.
    ///
    /// # Errors
    /// [`Error::InvalidCredentials`] for every kind of failure, or [`Error::UserLocked`] where the policy reveals that;
    /// [`Error::TooManyAttempts`] before any password is looked at; the errors of a store.
    #[tracing::instrument(level = "debug", name = "application.sign_in.check_password", skip_all)]
    pub(crate) async fn check_password(&self, attempt: PasswordAttempt<'_>) -> Result<ProvenUser, Error> {
        let began = Instant::now();
        let outcome = self.try_password(attempt).await;
        if outcome.is_err() {
            self.failure_delay.wait(began).await;
        }
        outcome
    }

    async fn try_password(&self, attempt: PasswordAttempt<'_>) -> Result<ProvenUser, Error> {
        if !self.passwords.has_room() {
            return Err(busy());
        }
        let origin = AttemptOrigin {
            identity: digest(attempt.identity),
            source: attempt.source.cloned(),
        };
        // The store counts the attempts of a source one after the other. Those that wait for it must not hold its connections.
        let Some(source_turn) = self.source_turns.take(source_key(&origin)).await else {
            return Err(busy());
        };
        let found = self.users.find_by_identity(attempt.identity).await?;
        let user = found.as_ref().map(|(user, _)| user);
        let policies = self.policies(user.map(User::organization)).await?;
        let count = self.count(origin, user, &attempt.actor, &policies).await?;
        drop(source_turn);
        let Some(_turn) = self.turns.take(count.origin().identity).await else {
            count.take_back(self).await?;
            self.report_refusal(count.origin(), user, &attempt.actor).await;
            return Err(busy());
        };
        // Others may have had their turn since, and have locked the user.
        let found = self.users.find_by_identity(attempt.identity).await?;
        let outcome = self.decide(&attempt, &policies.of_user, found).await;
        self.settle(&count, &outcome).await;
        outcome
    }

    /// What came of it is decided; that the count goes with it is worth a try.
    async fn settle(&self, count: &AttemptCount, outcome: &Result<ProvenUser, Error>) {
        let settled = match outcome {
            Ok(_) => count.forget(self).await,
            Err(Error::InvalidCredentials | Error::UserLocked { .. }) => Ok(()),
            // Nothing was decided about the password.
            Err(_) => count.take_back(self).await,
        };
        if let Err(error) = settled {
            tracing::warn!(%error, "the failures of a source could not be brought up to date");
        }
    }

    async fn decide(
        &self,
        attempt: &PasswordAttempt<'_>,
        policy: &LockoutPolicy,
        mut found: Option<(User, UserProfile)>,
    ) -> Result<ProvenUser, Error> {
        let mut compared: Option<Comparison> = None;
        let mut can_be_spared = true;
        for _ in 0..MAX_ATTEMPTS {
            let Some((user, profile, hash)) = admitted(found.as_ref(), policy, self.clock.now()) else {
                let refusal = match compared {
                    None => self.refuse(found.as_ref(), attempt, policy).await?,
                    Some(_) => Error::InvalidCredentials,
                };
                let user = found.as_ref().map(|(user, _)| user);
                if let Some(user) = user {
                    self.lock_if_due(user, policy, attempt.source).await?;
                }
                self.record_failure(user, &attempt.actor, attempt.source).await?;
                return Err(refusal);
            };
            let verification = match &compared {
                Some(comparison) if comparison.hash == hash => comparison.verification,
                Some(_) | None => self.verify(attempt.password, Some(hash.clone())).await?,
            };
            compared = Some(Comparison {
                hash: hash.clone(),
                verification,
            });
            let change = match self.change(user, attempt, policy, verification, can_be_spared).await? {
                Ok(change) => change.from_source(attempt.source),
                // The moment has passed.
                Err(SignInRefused) => return Err(Error::InvalidCredentials),
            };
            match commit(&*self.users, &*self.callers, &change, None).await {
                Ok(()) => {
                    if policy.reveal_lock && verification == Verification::Mismatch {
                        self.count_without_lock(attempt.identity, policy).await?;
                    }
                    return answer(&change, verification, hash, profile);
                }
                Err(CommitError::Conflict) => found = self.users.find_by_identity(attempt.identity).await?,
                Err(CommitError::LastInstanceOwner) => can_be_spared = false,
                Err(error @ (CommitError::UsernameTaken { .. } | CommitError::IdempotencyKeyTaken)) => {
                    return Err(Error::internal(error));
                }
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
        }
        Err(Error::Overloaded(None))
    }

    /// The answer to an attempt that cannot succeed. A lock is revealed only to those who know the password.
    async fn refuse(
        &self,
        found: Option<&(User, UserProfile)>,
        attempt: &PasswordAttempt<'_>,
        policy: &LockoutPolicy,
    ) -> Result<Error, Error> {
        let revealed = if policy.reveal_lock {
            self.revealed_lock(found, attempt.identity, policy).await?
        } else {
            None
        };
        let (hash, until) = revealed.unzip();
        Ok(match (self.verify(attempt.password, hash).await?, until) {
            (Verification::Match { .. }, Some(until)) => Error::UserLocked { until },
            (Verification::Match { .. } | Verification::Mismatch, _) => Error::InvalidCredentials,
        })
    }

    /// The hash to compare with, and the end of the lock that a match reveals. During one lock no more passwords are compared
    /// than the policy lets fail, from all sources: else the answers would be a way around the lock.
    async fn revealed_lock(
        &self,
        found: Option<&(User, UserProfile)>,
        identity: &LoginIdentity,
        policy: &LockoutPolicy,
    ) -> Result<Option<(PasswordHash, Option<Timestamp>)>, StoreError> {
        let now = self.clock.now();
        let locked = found.and_then(|(user, profile)| match (user.state(now), &profile.password) {
            (UserState::Locked(lock), Some(password)) => Some((user, lock, &password.hash)),
            (UserState::Locked(_) | UserState::Active | UserState::Inactive | UserState::Deleted, _) => None,
        });
        let Some((user, lock, hash)) = locked else {
            self.count_without_lock(identity, policy).await?;
            return Ok(None);
        };
        let is_counted = self.count_behind_lock(user, lock, policy).await?;
        Ok(is_counted.then(|| (hash.clone(), lock.until)))
    }

    /// Where a policy has become stricter than what was counted before, the user is refused already: let that be seen. Whoever
    /// cannot be spared, and whoever changes at this moment, is left as they are.
    async fn lock_if_due(&self, user: &User, policy: &LockoutPolicy, source: Option<&Source>) -> Result<(), Error> {
        let Some(change) = user.lock_for_failures(policy, self.clock.now()) else {
            return Ok(());
        };
        match commit(&*self.users, &*self.callers, &change.from_source(source), None).await {
            Ok(()) | Err(CommitError::Conflict | CommitError::LastInstanceOwner) => Ok(()),
            Err(error @ (CommitError::UsernameTaken { .. } | CommitError::IdempotencyKeyTaken)) => {
                Err(Error::internal(error))
            }
            Err(CommitError::Store(error)) => Err(error.into()),
        }
    }

    async fn change(
        &self,
        user: &User,
        attempt: &PasswordAttempt<'_>,
        policy: &LockoutPolicy,
        verification: Verification,
        can_be_spared: bool,
    ) -> Result<Result<UserChange, SignInRefused>, Error> {
        let actor = attempt.actor.clone();
        Ok(match verification {
            Verification::Mismatch => user.fail_password_check(policy, can_be_spared, actor, self.clock.now()),
            Verification::Match { is_outdated } => {
                let rehashed = if is_outdated {
                    self.rehash(attempt.password).await?
                } else {
                    None
                };
                user.pass_password_check(policy, rehashed, actor, self.clock.now())
            }
        })
    }

    async fn verify(&self, password: &PlainPassword, hash: Option<PasswordHash>) -> Result<Verification, Error> {
        self.passwords
            .verify(password.clone(), hash)
            .await
            .map_err(|error| match error {
                PasswordHasherError::Overloaded => busy(),
                PasswordHasherError::Failed(_) => error.into(),
            })
    }

    /// The password hashed as it is done now; when that is too much at the moment, the next sign-in will do it.
    async fn rehash(&self, password: &PlainPassword) -> Result<Option<PasswordHash>, Error> {
        match self.passwords.hash(password.clone()).await {
            Ok(hash) => Ok(Some(hash)),
            Err(PasswordHasherError::Overloaded) => Ok(None),
            Err(error @ PasswordHasherError::Failed(_)) => Err(error.into()),
        }
    }
}

/// The user, their profile, and the hash that the password is compared with, if any may be.
fn admitted<'a>(
    found: Option<&'a (User, UserProfile)>,
    policy: &LockoutPolicy,
    now: Timestamp,
) -> Option<(&'a User, &'a UserProfile, PasswordHash)> {
    let (user, profile) = found?;
    let password = profile.password.as_ref()?;
    user.admits_password_check(policy, now)
        .then(|| (user, profile, password.hash.clone()))
}

fn answer(
    change: &UserChange,
    verification: Verification,
    compared_with: PasswordHash,
    profile: &UserProfile,
) -> Result<ProvenUser, Error> {
    match verification {
        Verification::Mismatch => Err(Error::InvalidCredentials),
        Verification::Match { .. } => Ok(ProvenUser {
            proof: PasswordProof {
                user_id: change.user().id().clone(),
                organization: change.user().organization().clone(),
                login_name: profile.login_name(change.user().organization()),
                checked_at: change.event().time,
            },
            sequence_before: change.expected_sequence(),
            sequence: change.user().sequence(),
            hash: match change.profile_edit() {
                Some(ProfileEdit::Rehash(hash)) => hash.clone(),
                Some(_) | None => compared_with,
            },
            password_change_required: profile
                .password
                .as_ref()
                .is_some_and(|password| password.change_required),
        }),
    }
}

fn busy() -> Error {
    Error::TooManyAttempts {
        retry_after: RETRY_WHILE_BUSY,
    }
}
