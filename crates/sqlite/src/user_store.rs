mod commits;
mod history;
mod lock_expiry;
mod login_identity;
mod lookups;
mod plain_changes;
mod profile_edit;
mod profile_row;
mod user_row;

use async_trait::async_trait;
use sqlx::SqliteConnection;
use tracing::instrument;
use unlockd_application::idempotency::{IdempotencyKey, IdempotentRequest};
use unlockd_application::ports::{CommitError, CreateUserError, NewUser, RecordedRequest, StoreError, UserStore};
use unlockd_batching::SubmitError;
use unlockd_domain::{Grants, LoginIdentity, Timestamp, User, UserChange, UserEvent, UserId, UserProfile};

pub(crate) use self::commits::Commits;
use self::commits::{Commit, not_answered, write_alone};
use self::history::{insert_event, select_events, select_request};
use self::login_identity::resolve_identity;
pub(crate) use self::lookups::{Lookups, ProfileLookup, UserLookup};
use self::profile_edit::edit_profile;
pub(crate) use self::profile_row::select_profiles;
use self::profile_row::{insert_username, select_profile};
use self::user_row::{insert_user, update_user};
pub(crate) use self::user_row::{select_user, select_users, user_exists};
use crate::SqliteStore;
use crate::error::store_error;
use crate::instance_owners::is_last_owner;
use crate::organization_store::organization_exists;

#[async_trait]
impl UserStore for SqliteStore {
    #[instrument(level = "debug", name = "sqlite.user_store.find_with_grants", skip_all, fields(user.id = %id))]
    async fn find_with_grants(&self, id: &UserId) -> Result<Option<(User, Grants)>, StoreError> {
        self.look_up(&self.users, id).await
    }

    #[instrument(level = "debug", name = "sqlite.user_store.find_with_profile", skip_all, fields(user.id = %id))]
    async fn find_with_profile(&self, id: &UserId) -> Result<Option<(User, UserProfile)>, StoreError> {
        self.look_up(&self.profiles, id).await
    }

    #[instrument(level = "debug", name = "sqlite.user_store.find_by_identity", skip_all)]
    async fn find_by_identity(&self, identity: &LoginIdentity) -> Result<Option<(User, UserProfile)>, StoreError> {
        self.in_time(async {
            let mut transaction = self.begin_reading().await?;
            match resolve_identity(&mut transaction, identity).await? {
                Some(id) => select_with_profile(&mut transaction, &id).await,
                None => Ok(None),
            }
        })
        .await
    }

    #[instrument(level = "debug", name = "sqlite.user_store.create", skip_all, fields(user.id = %user.change.user().id()))]
    async fn create(&self, user: &NewUser) -> Result<(), CreateUserError> {
        self.in_time(async {
            let mut transaction = self.begin_writing().await?;
            insert_new_user(&mut transaction, user).await?;
            Ok(transaction.commit().await.map_err(store_error)?)
        })
        .await
    }

    #[instrument(level = "debug", name = "sqlite.user_store.commit", skip_all, fields(user.id = %change.user().id()))]
    async fn commit(&self, change: &UserChange, request: Option<&IdempotentRequest>) -> Result<(), CommitError> {
        self.in_time(async {
            match self.commits.submit(Commit::new(change, request)).await {
                Ok(answer) => answer,
                Err(SubmitError::Crowded) => write_alone(&self.writer, change, request).await,
                Err(error @ (SubmitError::Full | SubmitError::Lost)) => Err(not_answered(error).into()),
            }
        })
        .await
    }

    #[instrument(level = "debug", name = "sqlite.user_store.lift_expired_locks", skip_all)]
    async fn lift_expired_locks(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        self.in_time(self.write_expired_locks(now, limit)).await
    }

    #[instrument(level = "debug", name = "sqlite.user_store.find_request", skip_all, fields(user.id = %caller))]
    async fn find_request(&self, caller: &UserId, key: &IdempotencyKey) -> Result<Option<RecordedRequest>, StoreError> {
        self.in_time(async {
            let mut transaction = self.begin_reading().await?;
            select_request(&mut transaction, caller, key).await
        })
        .await
    }

    #[instrument(level = "debug", name = "sqlite.user_store.history", skip_all, fields(user.id = %id))]
    async fn history(&self, id: &UserId) -> Result<Vec<UserEvent>, StoreError> {
        self.in_time(select_events(self.readers(), id)).await
    }
}

async fn select_with_profile(
    connection: &mut SqliteConnection,
    id: &UserId,
) -> Result<Option<(User, UserProfile)>, StoreError> {
    let Some(user) = select_user(&mut *connection, id).await? else {
        return Ok(None);
    };
    let profile = select_profile(connection, id).await?;
    Ok(Some((user, profile)))
}

/// Writes a change, or tells what is in the way. The caller has begun a transaction, and drops it then.
pub(crate) async fn write_change(
    connection: &mut SqliteConnection,
    change: &UserChange,
    request: Option<&IdempotentRequest>,
) -> Result<(), CommitError> {
    // Nobody is stored in front of their first event.
    let expected = change.expected_sequence().ok_or(CommitError::Conflict)?;
    let user = change.user();
    if !update_user(connection, user, expected).await? {
        return Err(CommitError::Conflict);
    }
    if change.ends_activity() && is_last_owner(connection, user.id(), change.event().time).await? {
        return Err(CommitError::LastInstanceOwner);
    }
    for event in change.events() {
        let its_request = request.filter(|_| event.sequence == change.event().sequence);
        if !insert_event(connection, event, its_request).await? {
            return Err(CommitError::IdempotencyKeyTaken);
        }
    }
    // Comes last: what is erased from the history includes what has just been appended to it.
    if let Some(edit) = change.profile_edit() {
        edit_profile(connection, user, edit).await?;
    }
    Ok(())
}

/// Writes a user, their profile and their first event, or tells what is in the way. The caller has begun a transaction,
/// and drops it then.
pub(crate) async fn insert_new_user(connection: &mut SqliteConnection, new: &NewUser) -> Result<(), CreateUserError> {
    let user = new.change.user();
    if !organization_exists(connection, user.organization()).await? {
        return Err(CreateUserError::OrganizationNotFound);
    }
    if !insert_user(connection, user, &new.profile).await? {
        return Err(CreateUserError::UserIdTaken);
    }
    for username in &new.profile.usernames {
        if !insert_username(connection, user, username).await? {
            return Err(CreateUserError::UsernameTaken {
                username: username.name().to_owned(),
            });
        }
    }
    if !insert_event(connection, new.change.event(), new.request.as_ref()).await? {
        return Err(CreateUserError::IdempotencyKeyTaken);
    }
    Ok(())
}
