use async_trait::async_trait;
use tracing::instrument;
use unlockd_application::ports::{Bootstrap, BoxError, CreateUserError, InstanceStore, StoreError};

use crate::SqliteStore;
use crate::access_token_store::insert_token;
use crate::error::{corrupt, store_error};
use crate::event_store::append;
use crate::grant_store::insert_grant;
use crate::organization_store::insert_organization;
use crate::user_store::insert_new_user;

#[async_trait]
impl InstanceStore for SqliteStore {
    #[instrument(level = "debug", name = "sqlite.instance_store.ping", skip_all)]
    async fn ping(&self) -> Result<(), StoreError> {
        // Reads the file, where `SELECT 1` would not.
        self.in_time(async { is_empty(self.readers()).await }).await.map(drop)
    }

    #[instrument(level = "debug", name = "sqlite.instance_store.is_empty", skip_all)]
    async fn is_empty(&self) -> Result<bool, StoreError> {
        self.in_time(async { is_empty(self.readers()).await }).await
    }

    #[instrument(level = "debug", name = "sqlite.instance_store.bootstrap", skip_all)]
    async fn bootstrap(&self, bootstrap: &Bootstrap) -> Result<bool, StoreError> {
        self.in_time(async {
            let mut transaction = self.begin_writing().await?;
            if !is_empty(&mut *transaction).await? {
                return Ok(false);
            }
            let Bootstrap {
                organization,
                user,
                grant,
                token,
                digest,
                events,
            } = bootstrap;
            let is_new = insert_organization(&mut transaction, organization).await?;
            insert_new_user(&mut transaction, user).await.map_err(unusable)?;
            insert_grant(
                &mut transaction,
                user.change.user().id(),
                grant,
                user.change.event().time,
            )
            .await?;
            let is_new = insert_token(&mut transaction, token, digest).await? && is_new;
            if !is_new {
                return Err(corrupt("a store without organizations holds something else"));
            }
            for event in events {
                append(&mut transaction, Some(event)).await?;
            }
            transaction.commit().await.map_err(store_error)?;
            Ok(true)
        })
        .await
    }
}

async fn is_empty(executor: impl sqlx::SqliteExecutor<'_>) -> Result<bool, StoreError> {
    sqlx::query_scalar!(r#"SELECT NOT EXISTS (SELECT 1 FROM organizations) AS "is_empty!: bool""#)
        .fetch_one(executor)
        .await
        .map_err(store_error)
}

/// In an empty store nothing can be in the user's way.
fn unusable(error: CreateUserError) -> StoreError {
    match error {
        CreateUserError::Store(error) => error,
        refusal @ (CreateUserError::OrganizationNotFound
        | CreateUserError::UserIdTaken
        | CreateUserError::UsernameTaken { .. }
        | CreateUserError::IdempotencyKeyTaken) => StoreError::Internal(BoxError::from(refusal)),
    }
}
