use async_trait::async_trait;
use thiserror::Error;
use unlockd_domain::{Event, Grants, LoginIdentity, Timestamp, User, UserChange, UserEvent, UserId, UserProfile};

use super::StoreError;
use crate::idempotency::{IdempotencyKey, IdempotentRequest, RequestDigest};

/// Users: their current state, their profile, their history.
///
/// - State and history MUST change together or not at all, and durably: when a write answers `Ok`, it is on disk.
/// - Reads MUST see every write that was answered before they began.
/// - Every text that the domain's types accept MUST come back as it was given.
/// - A store that cannot be reached, or that does not answer in time, MUST answer [`StoreError::Unavailable`].
#[async_trait]
pub trait UserStore: Send + Sync {
    /// The user, also a deleted one, and what they are granted, read at one moment. MUST be `None` for an id that was never
    /// created. Every grant advances the user's sequence, so a commit on this user's sequence proves these grants.
    async fn find_with_grants(&self, id: &UserId) -> Result<Option<(User, Grants)>, StoreError>;

    /// The user of [`UserStore::find_with_grants`].
    async fn find(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        Ok(self.find_with_grants(id).await?.map(|(user, _)| user))
    }

    /// The user and their profile, read at one moment, usernames in the order they were given. MUST be `None` for an id
    /// that was never created.
    async fn find_with_profile(&self, id: &UserId) -> Result<Option<(User, UserProfile)>, StoreError>;

    /// The user who is meant, and their profile, read at one moment. MUST be `None` when nobody has that id or name; a deleted
    /// user has no name, and is found by their id. A name is looked for as [`LoginName`](unlockd_domain::LoginName) says.
    async fn find_by_identity(&self, identity: &LoginIdentity) -> Result<Option<(User, UserProfile)>, StoreError>;

    /// Writes a new user, and with their first event the request that led to it. MUST write nothing when the id, one of the
    /// usernames or the request's key is taken, or the organization is absent. Where several apply, the organization goes
    /// before the id, and the id before the usernames; the key may go before or after all of them.
    async fn create(&self, user: &NewUser) -> Result<(), CreateUserError>;

    /// Writes the user after the change, edits their profile and appends the events, the last one with the request that led
    /// to it, if the stored user's sequence is still [`UserChange::expected_sequence`].
    ///
    /// - Otherwise it MUST write nothing and answer [`CommitError::Conflict`]; so of any number of parallel commits on
    ///   one sequence exactly one succeeds. An absent user is a conflict too.
    /// - It MUST write nothing and answer [`CommitError::IdempotencyKeyTaken`] when the event's actor has used the request's
    ///   key before; so of any number of parallel commits under one key exactly one succeeds. Where both apply, either
    ///   answer is right.
    /// - A change that [ends activity](UserChange::ends_activity) MUST be refused with
    ///   [`CommitError::LastInstanceOwner`] when the user holds `IAM_OWNER` on the instance and no other active user
    ///   does, also when changes to several owners, and changes of grants, run in parallel. Whether others are active is
    ///   asked for the time of the change's [last event](UserChange::event): a lock that has expired then is none.
    /// - A username that is added MUST be refused with [`CommitError::UsernameTaken`] when a username has its
    ///   [login key](unlockd_domain::Username::login_key), in whatever scope, also when both are written in parallel.
    /// - [`ProfileEdit::ReplacePassword`](unlockd_domain::ProfileEdit::ReplacePassword) MUST delete the sessions in which the
    ///   user has shown a password, except the one that is kept, if that is one of them. The kept one MUST be as
    ///   [`Session::with_renewed_proof`](unlockd_domain::Session::with_renewed_proof) has it, with the time of the new password;
    ///   its token stays. Sessions that only name the user stay as they are.
    /// - [`ProfileEdit::Erase`](unlockd_domain::ProfileEdit::Erase) MUST take away usernames, password, reset code, data,
    ///   access tokens, sessions (also those that only name the user's id) and grants, and from the user's history the reasons,
    ///   the sources and the digests of requests; usernames are free again.
    async fn commit(&self, change: &UserChange, request: Option<&IdempotentRequest>) -> Result<(), CommitError>;

    /// Writes [`User::lift_expired_lock`] for users whose lock has expired at this moment, at most so many; answers how many.
    /// Users whom somebody else is changing at the moment MUST be left to them, without waiting where the database can do so;
    /// so of any number of parallel calls, in whatever processes, each expired lock is written down exactly once.
    async fn lift_expired_locks(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError>;

    /// The request that the caller made under the key, with the event that it led to. MUST be `None` for a key that led to
    /// none.
    async fn find_request(&self, caller: &UserId, key: &IdempotencyKey) -> Result<Option<RecordedRequest>, StoreError>;

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
    /// The request that led to it, if it is to be remembered. Its caller is the actor of the creation.
    pub request: Option<IdempotentRequest>,
}

/// A request that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedRequest {
    /// The event that it led to.
    pub event: Event,
    /// What it asked for; gone when the event's user is deleted.
    pub digest: Option<RequestDigest>,
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
    /// A username has the login key of another one, or is given twice.
    #[error("the username {username:?} is taken")]
    UsernameTaken {
        /// The name that is taken, as the new user was to have it.
        username: String,
    },
    /// The actor has used the key for another request, or for the same one.
    #[error("the idempotency key is taken")]
    IdempotencyKeyTaken,
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
    /// Another username has its login key.
    #[error("the username {username:?} is taken")]
    UsernameTaken {
        /// The name that is taken, as the user was to have it.
        username: String,
    },
    /// The actor has used the key for another request, or for the same one.
    #[error("the idempotency key is taken")]
    IdempotencyKeyTaken,
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}
