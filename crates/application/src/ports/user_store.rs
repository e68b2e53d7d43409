use async_trait::async_trait;
use thiserror::Error;
use unlockd_domain::{User, UserChange, UserEvent, UserId, UserProfile};

use super::StoreError;

/// Users: their current state, their profile, their history.
///
/// - State and history MUST change together or not at all, and durably: when a write answers `Ok`, it is on disk.
/// - Reads MUST see every write that was answered before they began.
/// - Every text that the domain's types accept MUST come back as it was given.
/// - A store that cannot be reached, or that does not answer in time, MUST answer [`StoreError::Unavailable`].
#[async_trait]
pub trait UserStore: Send + Sync {
    /// The user, also a deleted one. MUST be `None` for an id that was never created.
    async fn find(&self, id: &UserId) -> Result<Option<User>, StoreError>;

    /// The user and their profile, read at one moment, usernames in the order they were given. MUST be `None` for an id
    /// that was never created.
    async fn find_with_profile(&self, id: &UserId) -> Result<Option<(User, UserProfile)>, StoreError>;

    /// Writes a new user. MUST write nothing when the id or one of the usernames is taken, or the organization is absent.
    /// Where several apply, the organization goes before the id, and the id before the usernames.
    async fn create(&self, user: &NewUser) -> Result<(), CreateUserError>;

    /// Writes the user after the change and appends its event, if the stored user's sequence is still
    /// [`UserChange::expected_sequence`].
    ///
    /// - Otherwise it MUST write nothing and answer [`CommitError::Conflict`]; so of any number of parallel commits on
    ///   one sequence exactly one succeeds. An absent user is a conflict too.
    /// - A change that [ends activity](UserChange::ends_activity) MUST be refused with
    ///   [`CommitError::LastInstanceOwner`] when the user holds `IAM_OWNER` on the instance and no other active user
    ///   does, also when changes to several owners, and changes of grants, run in parallel.
    async fn commit(&self, change: &UserChange) -> Result<(), CommitError>;

    /// All events of the user, by sequence. MUST be empty for an id that was never created.
    async fn history(&self, id: &UserId) -> Result<Vec<UserEvent>, StoreError>;
}

/// A user to be written for the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// The creation, from [`User::create`].
    pub change: UserChange,
    /// Names, password and data.
    pub profile: UserProfile,
}

/// Why a user was not created.
#[derive(Debug, Error)]
pub enum CreateUserError {
    /// There is no such organization.
    #[error("the organization does not exist")]
    OrganizationNotFound,
    /// The id was given out before.
    #[error("the user id is taken")]
    UserIdTaken,
    /// A username is taken in its scope, ignoring case, or is given twice.
    #[error("the username {username:?} is taken")]
    UsernameTaken {
        /// The name that is taken, as the new user was to have it.
        username: String,
    },
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a change was not written.
#[derive(Debug, Error)]
pub enum CommitError {
    /// The user has changed since it was read: read again and decide again.
    #[error("the user has changed meanwhile")]
    Conflict,
    /// No active holder of `IAM_OWNER` would be left.
    #[error("no active instance owner would be left")]
    LastInstanceOwner,
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}
