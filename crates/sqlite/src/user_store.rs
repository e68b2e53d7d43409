mod event_row;
mod profile_edit;
mod profile_row;
mod user_row;

use async_trait::async_trait;
use sqlx::SqliteConnection;
use tracing::instrument;
use unlockd_application::idempotency::{IdempotencyKey, IdempotentRequest};
use unlockd_application::ports::{CommitError, CreateUserError, NewUser, RecordedRequest, StoreError, UserStore};
use unlockd_domain::{User, UserChange, UserEvent, UserId, UserProfile};

pub(crate) use self::event_row::{EVENT_COLUMNS, RecordedEventRow};
use self::event_row::{insert_event, select_events, select_request};
use self::profile_edit::edit_profile;
pub(crate) use self::profile_row::select_profiles;
use self::profile_row::{insert_username, select_profile};
use self::user_row::{insert_user, is_last_owner, update_user};
pub(crate) use self::user_row::{select_user, select_users, user_exists};
use crate::SqliteStore;
use crate::error::store_error;
use crate::organization_store::organization_exists;

#[async_trait]
impl UserStore for SqliteStore {
    #[instrument(name = "sqlite.user_store.find", skip_all, fields(user.id = %id))]
    async fn find(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        self.in_time(select_user(self.readers(), id)).await
    }

    #[instrument(name = "sqlite.user_store.find_with_profile", skip_all, fields(user.id = %id))]
    async fn find_with_profile(&self, id: &UserId) -> Result<Option<(User, UserProfile)>, StoreError> {
        self.in_time(async {
            let mut transaction = self.begin_reading().await?;
            let Some(user) = select_user(&mut *transaction, id).await? else {
                return Ok(None);
            };
            let profile = select_profile(&mut transaction, id).await?;
            Ok(Some((user, profile)))
        })
        .await
    }

    #[instrument(name = "sqlite.user_store.create", skip_all, fields(user.id = %user.change.user().id()))]
    async fn create(&self, user: &NewUser) -> Result<(), CreateUserError> {
        self.in_time(async {
            let mut transaction = self.begin_writing().await?;
            insert_new_user(&mut transaction, user).await?;
            Ok(transaction.commit().await.map_err(store_error)?)
        })
        .await
    }

    #[instrument(name = "sqlite.user_store.commit", skip_all, fields(user.id = %change.user().id()))]
    async fn commit(&self, change: &UserChange, request: Option<&IdempotentRequest>) -> Result<(), CommitError> {
        // Nobody is stored in front of their first event.
        let expected = change.expected_sequence().ok_or(CommitError::Conflict)?;
        self.in_time(async {
            let mut transaction = self.begin_writing().await?;
            if !update_user(&mut transaction, change.user(), expected).await? {
                return Err(CommitError::Conflict);
            }
            if change.ends_activity() && is_last_owner(&mut transaction, change.user().id()).await? {
                return Err(CommitError::LastInstanceOwner);
            }
            if !insert_event(&mut transaction, change.event(), request).await? {
                return Err(CommitError::IdempotencyKeyTaken);
            }
            // Comes last: what is erased from the history includes what has just been appended to it.
            if let Some(edit) = change.profile_edit() {
                edit_profile(&mut transaction, change.user(), edit).await?;
            }
            Ok(transaction.commit().await.map_err(store_error)?)
        })
        .await
    }

    #[instrument(name = "sqlite.user_store.find_request", skip_all, fields(user.id = %caller))]
    async fn find_request(&self, caller: &UserId, key: &IdempotencyKey) -> Result<Option<RecordedRequest>, StoreError> {
        self.in_time(async {
            let mut transaction = self.begin_reading().await?;
            select_request(&mut transaction, caller, key).await
        })
        .await
    }

    #[instrument(name = "sqlite.user_store.history", skip_all, fields(user.id = %id))]
    async fn history(&self, id: &UserId) -> Result<Vec<UserEvent>, StoreError> {
        self.in_time(select_events(self.readers(), id)).await
    }
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
