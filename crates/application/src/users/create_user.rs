use unlockd_domain::{
    OrganizationId, Permission, Reach, StoredPassword, User, UserData, UserEventName, UserId, UserProfile, UsernameId,
    UsernameScope,
};

use super::replay::Repetition;
use super::safeguards::Safeguards;
use super::{Details, NewPassword, NewUsername, Outcome, Users};
use crate::authentication::Caller;
use crate::error::Error;
use crate::idempotency::{IdempotentRequest, RequestDigester};
use crate::ports::{CreateUserError, NewUser};

/// Creates an active user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateUser {
    /// The id; a new one is made without.
    pub user_id: Option<UserId>,
    /// The organization that will own the user.
    pub organization: OrganizationId,
    /// The names to sign in with.
    pub usernames: Vec<NewUsername>,
    /// The password to sign in with.
    pub password: Option<NewPassword>,
    /// What the owners note.
    pub data: Option<UserData>,
    /// What makes it safe to repeat.
    pub safeguards: Safeguards,
}

/// The outcome of [`CreateUser`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedUser {
    /// The user's id, given or made.
    pub user_id: UserId,
    /// Where the user's history stands.
    pub details: Details,
}

impl CreateUser {
    #[tracing::instrument(level = "debug", name = "application.create_user", skip_all, fields(organization.id = %self.organization))]
    pub(super) async fn execute(self, users: &Users, caller: &Caller) -> Result<Outcome<CreatedUser>, Error> {
        let reach = caller.require(Permission::UserWrite)?;
        if !reach.covers(&self.organization) {
            return Err(Error::PermissionDenied);
        }
        for (index, username) in self.usernames.iter().enumerate() {
            username
                .check_login_name(&self.organization)
                .map_err(|problem| Error::invalid(format!("authenticators.usernames[{index}].username"), problem))?;
        }
        if let Some(password) = &self.password {
            let path = "authenticators.password";
            users.check_new_password(path, password)?;
            let usernames = self.usernames.iter().map(NewUsername::name);
            password.check_differs_from(path, usernames, &self.organization)?;
        }
        let request = self.request(users, caller).await?;
        let (user_id, organization) = (self.user_id.clone(), self.organization.clone());
        let repetition = request.as_ref().map(|request| Repetition {
            request,
            event: UserEventName::Created,
            user_id: user_id.as_ref(),
            organization: Some(&organization),
        });
        if let Some(created) = done_before(repetition.as_ref(), users, caller, &reach).await? {
            return Ok(created);
        }
        self.safeguards.check_absent()?;
        let new = self.prepare(users, caller, request.clone()).await?;
        let refusal = match users.store.create(&new).await {
            Ok(()) => {
                return Ok(Outcome::new(CreatedUser {
                    user_id: new.change.user().id().clone(),
                    details: Details::from(new.change.user()),
                }));
            }
            Err(CreateUserError::Store(error)) => return Err(error.into()),
            Err(refusal) => refusal,
        };
        // Refused because of the same request, perhaps, which came at the same time and got through first.
        if let Some(created) = done_before(repetition.as_ref(), users, caller, &reach).await? {
            return Ok(created);
        }
        Err(match refusal {
            CreateUserError::OrganizationNotFound => Error::OrganizationNotFound(organization),
            CreateUserError::UserIdTaken => Error::UserIdTaken,
            CreateUserError::UsernameTaken { username } => Error::UsernameTaken { username },
            CreateUserError::IdempotencyKeyTaken => Error::internal("a key that is taken belongs to no request"),
            CreateUserError::Store(error) => error.into(),
        })
    }

    async fn request(&self, users: &Users, caller: &Caller) -> Result<Option<IdempotentRequest>, Error> {
        let Some(key) = &self.safeguards.idempotency_key else {
            return Ok(None);
        };
        let mut digester = RequestDigester::new("create_user")
            .optional(self.user_id.as_ref().map(UserId::as_str))
            .field(self.organization.as_str())
            .field((self.usernames.len() as u64).to_be_bytes());
        for username in &self.usernames {
            let is_specific = username.scope() == UsernameScope::Organization;
            digester = digester.field(username.name()).field([u8::from(is_specific)]);
        }
        let fingerprint = match &self.password {
            Some(password) => Some(
                password
                    .secret
                    .fingerprint(users, key.password_salt(caller.user_id()))
                    .await?,
            ),
            None => None,
        };
        let change_required = self
            .password
            .as_ref()
            .map(|password| [u8::from(password.change_required)]);
        let digester = digester
            .optional(fingerprint)
            .optional(change_required)
            .optional(self.data.as_ref().map(UserData::as_json));
        Ok(self.safeguards.request(|| digester))
    }

    async fn prepare(
        self,
        users: &Users,
        caller: &Caller,
        request: Option<IdempotentRequest>,
    ) -> Result<NewUser, Error> {
        let (hash, change_required) = match self.password {
            Some(password) => (Some(password.secret.hash(users).await?), password.change_required),
            None => (None, false),
        };
        // Not before: hashing takes its time, and events should be dated about when they are written.
        let now = users.clock.now();
        let id = match self.user_id {
            Some(id) => id,
            None => UserId::new(users.ids.generate()).map_err(Error::internal)?,
        };
        let usernames = self
            .usernames
            .into_iter()
            .map(|new| {
                let id = UsernameId::new(users.ids.generate()).map_err(Error::internal)?;
                new.with_id(id).map_err(Error::internal)
            })
            .collect::<Result<_, _>>()?;
        let password = hash.map(|hash| StoredPassword {
            hash,
            changed_at: now,
            change_required,
        });
        Ok(NewUser {
            change: User::create(id, self.organization, caller.actor(), now).from_source(caller.source()),
            profile: UserProfile {
                usernames,
                password,
                password_reset: None,
                data: self.data,
            },
            request,
        })
    }
}

/// The answer that the same request got before.
async fn done_before(
    repetition: Option<&Repetition<'_>>,
    users: &Users,
    caller: &Caller,
    reach: &Reach<'_>,
) -> Result<Option<Outcome<CreatedUser>>, Error> {
    let Some(repetition) = repetition else {
        return Ok(None);
    };
    let event = repetition.find(users, caller, reach).await?;
    Ok(event.map(|event| {
        Outcome::replayed(CreatedUser {
            details: Details::from(&event),
            user_id: event.user_id,
        })
    }))
}
