use unlockd_domain::{PasswordHash, PasswordReset, PlainPassword, User, UserDeleted, UserId};

use super::safeguards::Safeguards;
use super::{Details, MAX_ATTEMPTS, NewPassword, Users, commit};
use crate::authentication::Caller;
use crate::error::Error;
use crate::idempotency::IdempotentRequest;
use crate::ports::{CommitError, PasswordHasherError, Verification, VerificationCode};

/// A code that is to replace a password.
pub(super) struct Redemption<'a> {
    /// Whose password it is.
    pub(super) user_id: &'a UserId,
    /// The code as it was typed.
    pub(super) code: &'a VerificationCode,
    /// The password from now on.
    pub(super) new_password: NewPassword,
    /// Who asks for it, and may act on the user.
    pub(super) caller: &'a Caller,
    /// What keeps it from going over what others have done.
    pub(super) safeguards: &'a Safeguards,
    /// The request to record with the change, if it has a key.
    pub(super) request: Option<&'a IdempotentRequest>,
}

impl Users {
    /// Replaces the password if the code is the one that is open. Like a password, a code is worth something only by the
    /// commit that follows, so that whatever runs in parallel no more codes are answered than may be tried.
    pub(super) async fn redeem(&self, redemption: Redemption<'_>) -> Result<Details, Error> {
        // Codes have capital letters only; people don't.
        let typed = PlainPassword::new(redemption.code.expose().trim().to_ascii_uppercase())
            .map_err(|_| Error::InvalidVerificationCode)?;
        let mut compared: Option<(PasswordHash, Verification)> = None;
        let mut new_hash = None;
        for _ in 0..MAX_ATTEMPTS {
            let Some((user, open)) = self.open_reset(&redemption).await? else {
                continue;
            };
            redemption.safeguards.check(&user)?;
            let Some(open) = open else {
                if compared.is_none() {
                    self.verify_code(&typed, None).await?;
                }
                return Err(Error::InvalidVerificationCode);
            };
            let verification = match &compared {
                Some((hash, verification)) if *hash == open.code_hash => *verification,
                Some(_) | None => self.verify_code(&typed, Some(open.code_hash.clone())).await?,
            };
            compared = Some((open.code_hash.clone(), verification));
            let is_right = verification != Verification::Mismatch;
            if is_right && new_hash.is_none() {
                new_hash = Some(redemption.new_password.secret.clone().hash(self).await?);
            }
            let (actor, now) = (redemption.caller.actor(), self.clock.now());
            let change = match &new_hash {
                Some(hash) if is_right => {
                    user.reset_password(hash.clone(), redemption.new_password.change_required, actor, now)
                }
                Some(_) | None => user.fail_password_reset(&open, actor, now),
            };
            let change = change
                .map_err(|UserDeleted| Error::InvalidVerificationCode)?
                .from_source(redemption.caller.source());
            // A wrong code leaves the key unused.
            let request = redemption.request.filter(|_| is_right);
            match commit(&*self.store, &*self.callers, &change, request).await {
                Ok(()) if is_right => return Ok(Details::from(change.user())),
                Ok(()) => return Err(Error::InvalidVerificationCode),
                Err(CommitError::Conflict | CommitError::IdempotencyKeyTaken) => {}
                Err(error @ (CommitError::LastInstanceOwner | CommitError::UsernameTaken { .. })) => {
                    return Err(Error::internal(error));
                }
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
        }
        Err(Error::Overloaded(None))
    }

    /// The user, and the reset that is open for them; none when the user has changed between the two reads.
    async fn open_reset(&self, redemption: &Redemption<'_>) -> Result<Option<(User, Option<PasswordReset>)>, Error> {
        let id = redemption.user_id;
        let found = self.store.find_with_grants(id).await?;
        let (read, grants) = found.ok_or(Error::InvalidVerificationCode)?;
        redemption.caller.require_power_over(id, &grants)?;
        let found = self.store.find_with_profile(id).await?;
        let (user, profile) = found.ok_or(Error::InvalidVerificationCode)?;
        if user.sequence() != read.sequence() {
            return Ok(None);
        }
        let now = self.clock.now();
        let open = profile.password_reset.filter(|reset| reset.is_open(now));
        Ok(Some((user, open)))
    }

    async fn verify_code(&self, typed: &PlainPassword, hash: Option<PasswordHash>) -> Result<Verification, Error> {
        let verified = self.passwords.verify(typed.clone(), hash).await;
        verified.map_err(|error: PasswordHasherError| error.into())
    }
}
