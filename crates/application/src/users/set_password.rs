use unlockd_domain::{
    LoginIdentity, Permission, PlainPassword, Reach, UserDeleted, UserEventName, UserId, UserProfile, Username,
};

use super::change::Target;
use super::redeem_code::Redemption;
use super::replay::Repetition;
use super::safeguards::{Safeguards, SafeguardsForm};
use super::{Details, IdForm, NewPassword, NewPasswordSecret, Outcome, PasswordForm, Users};
use crate::authentication::Caller;
use crate::error::{Error, Violations};
use crate::idempotency::{IdempotentRequest, RequestDigester};
use crate::ports::VerificationCode;
use crate::sign_in::PasswordAttempt;

/// The longest code that is looked at, in characters (`zitadel.user.v3alpha.SetPasswordRequest`).
const MAX_CODE_CHARACTERS: usize = 20;

/// Replaces a user's password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetPassword {
    /// Whose password it is.
    pub user_id: UserId,
    /// The password from now on.
    pub new_password: NewPassword,
    /// By what right it is replaced.
    pub authority: PasswordAuthority,
    /// Preconditions of the change, and its idempotency key.
    pub safeguards: Safeguards,
}

/// By what right a password is replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordAuthority {
    /// The caller's own permissions.
    Caller,
    /// The password that is to be replaced. Wrong ones count and lock as when signing in.
    CurrentPassword(PlainPassword),
    /// A code from [`RequestPasswordReset`](super::RequestPasswordReset). The right one lifts a lock of the policy.
    VerificationCode(VerificationCode),
}

/// A request to set a password as a wire brings it: the fields of `zitadel.user.v3alpha.SetPasswordRequest`. Not printable,
/// since it holds a password.
#[derive(Default)]
pub struct SetPasswordForm {
    /// `user_id`.
    pub user_id: IdForm,
    /// `new_password`, if it is set.
    pub new_password: Option<PasswordForm>,
    /// `current_password`, if it is set.
    pub current_password: Option<String>,
    /// `verification_code`, if it is set.
    pub verification_code: Option<String>,
    /// What makes it safe.
    pub safeguards: SafeguardsForm,
}

impl SetPasswordForm {
    /// The command.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] with all that is wrong, in the order of the proto's fields.
    pub fn parse(self) -> Result<SetPassword, Error> {
        let mut violations = Violations::default();
        let user_id = violations.keep("user_id", self.user_id.user_id());
        let password = match self.new_password {
            Some(password) if password.is_set() => password.parse("new_password", &mut violations),
            Some(_) => {
                violations.note("new_password", "must have a password or a hash");
                None
            }
            None => {
                violations.note("new_password", "must be given");
                None
            }
        };
        let authority = authority(self.current_password, self.verification_code, &mut violations);
        let safeguards = self.safeguards.parse(&mut violations);
        violations.finish(user_id.zip(password).map(|(user_id, new_password)| SetPassword {
            user_id,
            new_password,
            authority,
            safeguards,
        }))
    }
}

/// By what right; that of the caller, and a note, where something is wrong with it.
fn authority(
    current_password: Option<String>,
    verification_code: Option<String>,
    violations: &mut Violations,
) -> PasswordAuthority {
    let authority = match (current_password, verification_code) {
        (None, None) => None,
        (Some(password), None) => violations
            .keep("current_password", PlainPassword::typed(password))
            .map(PasswordAuthority::CurrentPassword),
        (None, Some(code)) if (1..=MAX_CODE_CHARACTERS).contains(&code.chars().count()) => {
            Some(PasswordAuthority::VerificationCode(VerificationCode::new(code)))
        }
        (None, Some(_)) => {
            violations.note(
                "verification_code",
                format!("must have 1 to {MAX_CODE_CHARACTERS} characters"),
            );
            None
        }
        (Some(_), Some(_)) => {
            violations.note(
                "verification",
                "must be a current password or a verification code, not both",
            );
            None
        }
    };
    authority.unwrap_or(PasswordAuthority::Caller)
}

impl SetPassword {
    #[tracing::instrument(level = "debug", name = "application.set_password", skip_all, fields(user.id = %self.user_id))]
    pub(super) async fn execute(self, users: &Users, caller: &Caller) -> Result<Outcome<Details>, Error> {
        let reach = self.reach(caller)?;
        users.check_new_password("new_password", &self.new_password)?;
        let is_key_used = match &self.safeguards.idempotency_key {
            Some(key) => users.store.find_request(caller.user_id(), key).await?.is_some(),
            None => false,
        };
        if !is_key_used {
            // Hashing is dear: only for somebody who is there, and is the caller's to change.
            let user = users.find_actionable(caller, &self.user_id, &reach).await?;
            let profile = users
                .store
                .find_with_profile(&self.user_id)
                .await?
                .map(|(_, profile)| profile);
            let usernames = profile
                .iter()
                .flat_map(|profile| &profile.usernames)
                .map(Username::name);
            self.new_password
                .check_differs_from("new_password", usernames, user.organization())?;
            self.safeguards.check(&user)?;
        }
        let request = self.request(users, caller).await?;
        let repetition = request.as_ref().map(|request| Repetition {
            request,
            event: UserEventName::PasswordChanged,
            user_id: Some(&self.user_id),
            organization: None,
        });
        let Some(repetition) = repetition else {
            return self.apply(users, caller, &reach, None).await;
        };
        if is_key_used && let Some(event) = repetition.find(users, caller, &reach).await? {
            return Ok(Outcome::replayed(Details::from(&event)));
        }
        match self.apply(users, caller, &reach, request.as_ref()).await {
            // The same request at the same time may have replaced the password, or used the code, that this one has shown.
            Err(error @ (Error::InvalidCredentials | Error::InvalidVerificationCode)) => {
                let event = repetition.find(users, caller, &reach).await?;
                event.map(|event| Outcome::replayed(Details::from(&event))).ok_or(error)
            }
            outcome => outcome,
        }
    }

    async fn apply(
        &self,
        users: &Users,
        caller: &Caller,
        reach: &Reach<'_>,
        request: Option<&IdempotentRequest>,
    ) -> Result<Outcome<Details>, Error> {
        let actor = caller.actor();
        let (safeguards, shown) = match &self.authority {
            PasswordAuthority::Caller => (self.safeguards.clone(), None),
            PasswordAuthority::CurrentPassword(password) => {
                let proven = users
                    .sign_in
                    .check_password(PasswordAttempt {
                        identity: &LoginIdentity::UserId(self.user_id.clone()),
                        password,
                        actor: actor.clone(),
                        source: caller.source(),
                    })
                    .await?;
                (self.safeguards.behind(&self.user_id, &proven)?, Some(proven.hash))
            }
            PasswordAuthority::VerificationCode(code) => {
                let redemption = Redemption {
                    user_id: &self.user_id,
                    code,
                    new_password: self.new_password.clone(),
                    caller,
                    safeguards: &self.safeguards,
                    request,
                };
                return users.redeem(redemption).await.map(Outcome::new);
            }
        };
        // The session of somebody who has just shown the current password goes on; after an operator's change none does.
        let kept_session = caller
            .session_id()
            .filter(|_| shown.is_some() && self.is_own(caller))
            .cloned();
        let change_required = self.new_password.change_required;
        let hash = self.new_password.secret.clone().hash(users).await?;
        let target = Target {
            user_id: &self.user_id,
            reach: reach.clone(),
            reads_profile: shown.is_some(),
            safeguards: &safeguards,
            event: UserEventName::PasswordChanged,
            request: request.cloned(),
        };
        users
            .change(caller, target, |user, profile| {
                // Whoever has set another one since has not shown that to us.
                let current = profile.password.as_ref().map(|password| &password.hash);
                if shown.is_some() && shown.as_ref() != current {
                    return Err(Error::InvalidCredentials);
                }
                if self.repeats_a_password_to_change(profile) {
                    return Err(Error::invalid(
                        "new_password.password",
                        "must not be the current password",
                    ));
                }
                let (hash, actor, now) = (hash.clone(), actor.clone(), users.clock.now());
                let changed = if shown.is_some() {
                    user.set_password(hash, change_required, actor, now)
                } else {
                    user.assign_password(hash, change_required, actor, now)
                };
                changed
                    .map(|change| change.keeping_session(kept_session.clone()))
                    .map_err(|UserDeleted| Error::UserNotFound(user.id().clone()))
            })
            .await
    }

    /// The request as it is recorded with its key. Neither the current password nor the code is part of it: a repetition
    /// is recognized by the password that it sets.
    async fn request(&self, users: &Users, caller: &Caller) -> Result<Option<IdempotentRequest>, Error> {
        let Some(key) = &self.safeguards.idempotency_key else {
            return Ok(None);
        };
        let salt = key.password_salt(caller.user_id());
        let fingerprint = self.new_password.secret.fingerprint(users, salt).await?;
        Ok(self.safeguards.request(|| {
            RequestDigester::new("set_password")
                .field(self.user_id.as_str())
                .field(fingerprint)
                .field([u8::from(self.new_password.change_required)])
        }))
    }

    /// Whoever knows the current password, or has a code, may set their own without any role.
    fn reach<'a>(&self, caller: &'a Caller) -> Result<Reach<'a>, Error> {
        let (is_proven, shows_current) = match &self.authority {
            PasswordAuthority::Caller => (false, false),
            PasswordAuthority::CurrentPassword(_) => (true, true),
            PasswordAuthority::VerificationCode(_) => (true, false),
        };
        let is_own = self.is_own(caller);
        if !(is_own && shows_current) {
            caller.require_unrestricted()?;
        }
        if is_proven && is_own {
            Ok(Reach::Organizations(vec![caller.organization()]))
        } else {
            caller.require(Permission::UserWrite)
        }
    }

    fn is_own(&self, caller: &Caller) -> bool {
        *caller.user_id() == self.user_id
    }

    /// True if a password that must be changed would stay the same. Only the operator who set it may set it again.
    fn repeats_a_password_to_change(&self, profile: &UserProfile) -> bool {
        let must_change = profile
            .password
            .as_ref()
            .is_some_and(|password| password.change_required);
        match (&self.authority, &self.new_password.secret) {
            (PasswordAuthority::CurrentPassword(current), NewPasswordSecret::Plain(new)) => {
                must_change && current.normalized() == new.normalized()
            }
            (PasswordAuthority::CurrentPassword(_), NewPasswordSecret::Imported(_))
            | (PasswordAuthority::Caller | PasswordAuthority::VerificationCode(_), _) => false,
        }
    }
}
