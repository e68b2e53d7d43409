use unlockd_domain::{
    Actor, LoginIdentity, Permission, PlainPassword, Reach, Source, UserDeleted, UserEventName, UserId,
};

use super::change::Target;
use super::reach::within_reach;
use super::redeem_code::Redemption;
use super::safeguards::{Safeguards, SafeguardsForm};
use super::{Details, IdForm, NewPassword, PasswordForm, Users};
use crate::authentication::Caller;
use crate::error::{Error, Violations};
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
    /// Where the request comes from.
    pub source: Option<Source>,
    /// What keeps it from going over what others have done; without a key.
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
    /// Where the request comes from.
    pub source: Option<Source>,
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
        let safeguards = self.safeguards.parse_without_key(&mut violations);
        violations.finish(user_id.zip(password).map(|(user_id, new_password)| SetPassword {
            user_id,
            new_password,
            authority,
            source: self.source,
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
            .keep("current_password", PlainPassword::new(password))
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
    pub(super) async fn execute(self, users: &Users, caller: &Caller) -> Result<Details, Error> {
        let reach = self.reach(caller)?;
        users
            .password_rules
            .check("new_password.password", &self.new_password)?;
        // Hashing is dear: only for somebody who is there, and is the caller's to change.
        let user = within_reach(users.store.find(&self.user_id).await?, &self.user_id, &reach)?;
        self.safeguards.check(&user)?;
        let actor = Actor::User(caller.user_id().clone());
        let (safeguards, shown) = match &self.authority {
            PasswordAuthority::Caller => (self.safeguards.clone(), None),
            PasswordAuthority::CurrentPassword(password) => {
                let proven = users
                    .sign_in
                    .check_password(PasswordAttempt {
                        identity: &LoginIdentity::UserId(self.user_id.clone()),
                        password,
                        actor: actor.clone(),
                        source: self.source.as_ref(),
                    })
                    .await?;
                (self.safeguards.behind(&self.user_id, &proven)?, Some(proven.hash))
            }
            PasswordAuthority::VerificationCode(code) => {
                let redemption = Redemption {
                    user_id: &self.user_id,
                    code,
                    new_password: self.new_password.clone(),
                    actor,
                    source: self.source.as_ref(),
                    safeguards: &self.safeguards,
                };
                return users.redeem(redemption).await;
            }
        };
        let change_required = self.new_password.change_required;
        let hash = self.new_password.secret.hash(users).await?;
        let target = Target {
            user_id: &self.user_id,
            reach,
            reads_profile: shown.is_some(),
            safeguards: &safeguards,
            event: UserEventName::PasswordChanged,
            request: None,
        };
        let changed = users
            .change(caller, target, |user, profile| {
                // Whoever has set another one since has not shown that to us.
                let current = profile.password.as_ref().map(|password| &password.hash);
                if shown.is_some() && shown.as_ref() != current {
                    return Err(Error::InvalidCredentials);
                }
                let (hash, actor, now) = (hash.clone(), actor.clone(), users.clock.now());
                let changed = if shown.is_some() {
                    user.set_password(hash, change_required, actor, now)
                } else {
                    user.assign_password(hash, change_required, actor, now)
                };
                changed
                    .map(|change| change.from_source(self.source.as_ref()))
                    .map_err(|UserDeleted| Error::UserNotFound(user.id().clone()))
            })
            .await?;
        Ok(changed.answer)
    }

    /// Whoever knows the current password, or has a code, may set their own without any role.
    fn reach<'a>(&self, caller: &'a Caller) -> Result<Reach<'a>, Error> {
        let is_proven = match &self.authority {
            PasswordAuthority::Caller => false,
            PasswordAuthority::CurrentPassword(_) | PasswordAuthority::VerificationCode(_) => true,
        };
        if is_proven && *caller.user_id() == self.user_id {
            Ok(Reach::Organizations(vec![caller.organization()]))
        } else {
            caller.require(Permission::UserWrite)
        }
    }
}
