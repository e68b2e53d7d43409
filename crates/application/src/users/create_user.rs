use unlockd_domain::{
    Actor, OrganizationId, PasswordHash, Permission, PlainPassword, StoredPassword, Timestamp, User, UserData, UserId,
    UserProfile, Username, UsernameId, UsernameKey, UsernameScope,
};

use super::{Details, Users};
use crate::authentication::Caller;
use crate::error::Error;
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
}

/// A username without an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUsername {
    name: String,
    scope: UsernameScope,
}

/// A password that is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPassword {
    /// The password or its hash.
    pub secret: NewPasswordSecret,
    /// Whether its owner has to choose another one at the next sign-in.
    pub change_required: bool,
}

/// A password in the form it comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewPasswordSecret {
    /// As typed; stored as an Argon2id hash.
    Plain(PlainPassword),
    /// Hashed by another system; stored as it is.
    Imported(PasswordHash),
}

/// The outcome of [`CreateUser`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedUser {
    /// The user's id, given or made.
    pub user_id: UserId,
    /// Where the user's history stands.
    pub details: Details,
}

impl NewUsername {
    /// A name to be.
    ///
    /// # Errors
    /// [`unlockd_domain::TextError`] when it is empty, longer than 200 characters, or holds U+0000.
    pub fn new(name: impl Into<String>, scope: UsernameScope) -> Result<Self, unlockd_domain::TextError> {
        let name = name.into();
        UsernameKey::of(&name)?;
        Ok(Self { name, scope })
    }
}

impl CreateUser {
    #[tracing::instrument(name = "application.create_user", skip_all, fields(organization.id = %self.organization))]
    pub(super) async fn execute(self, users: &Users, caller: &Caller) -> Result<CreatedUser, Error> {
        if !caller.require(Permission::UserWrite)?.covers(&self.organization) {
            return Err(Error::PermissionDenied);
        }
        let organization = self.organization.clone();
        let new = self.prepare(users, Actor::User(caller.user_id().clone())).await?;
        match users.store.create(&new).await {
            Ok(()) => Ok(CreatedUser {
                user_id: new.change.user().id().clone(),
                details: Details::from(new.change.user()),
            }),
            Err(CreateUserError::OrganizationNotFound) => Err(Error::OrganizationNotFound(organization)),
            Err(CreateUserError::UserIdTaken) => Err(Error::UserIdTaken),
            Err(CreateUserError::UsernameTaken { username }) => Err(Error::UsernameTaken { username }),
            Err(CreateUserError::Store(error)) => Err(error.into()),
        }
    }

    async fn prepare(self, users: &Users, actor: Actor) -> Result<NewUser, Error> {
        let now = users.clock.now();
        let id = match self.user_id {
            Some(id) => id,
            None => UserId::new(users.ids.generate()).map_err(Error::internal)?,
        };
        let usernames = self
            .usernames
            .into_iter()
            .map(|new| Username::new(UsernameId::new(users.ids.generate())?, new.name, new.scope))
            .collect::<Result<_, _>>()
            .map_err(Error::internal)?;
        let password = match self.password {
            Some(password) => Some(password.store(users, now).await?),
            None => None,
        };
        Ok(NewUser {
            change: User::create(id, self.organization, actor, now),
            profile: UserProfile {
                usernames,
                password,
                data: self.data,
            },
        })
    }
}

impl NewPassword {
    async fn store(self, users: &Users, changed_at: Timestamp) -> Result<StoredPassword, Error> {
        let hash = match self.secret {
            NewPasswordSecret::Plain(password) => users.passwords.hash(password).await?,
            NewPasswordSecret::Imported(hash) => hash,
        };
        Ok(StoredPassword {
            hash,
            changed_at,
            change_required: self.change_required,
        })
    }
}
