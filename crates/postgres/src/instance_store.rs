use async_trait::async_trait;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Error};
use tracing::instrument;
use unlockd_application::ports::{Bootstrap, InstanceStore, StoreError};

use crate::error::corrupt;
use crate::instance_owners::BEGIN;
use crate::store::PostgresStore;
use crate::{access_token_store, event_store, grant_store, organization_store, user_writing};

/// The advisory lock under which an empty database is filled.
const BOOTSTRAP: i64 = 0x756e_6c6f_636b_0002;

#[async_trait]
impl InstanceStore for PostgresStore {
    #[instrument(level = "debug", name = "postgres.instance_store.ping", skip_all)]
    async fn ping(&self) -> Result<(), StoreError> {
        self.read(|attempt| Box::pin(is_empty(attempt.connection))).await?;
        Ok(())
    }

    #[instrument(level = "debug", name = "postgres.instance_store.is_empty", skip_all)]
    async fn is_empty(&self) -> Result<bool, StoreError> {
        self.read(|attempt| Box::pin(is_empty(attempt.connection))).await
    }

    #[instrument(level = "debug", name = "postgres.instance_store.bootstrap", skip_all)]
    async fn bootstrap(&self, bootstrap: &Bootstrap) -> Result<bool, StoreError> {
        self.write(|attempt| Box::pin(write_bootstrap(attempt.connection, bootstrap)))
            .await
    }
}

async fn is_empty(connection: &mut PgConnection) -> Result<bool, Error> {
    sqlx::query_scalar!(r#"SELECT NOT EXISTS (SELECT 1 FROM organizations) AS "is_empty!""#)
        .fetch_one(connection)
        .await
}

async fn write_bootstrap(connection: &mut PgConnection, bootstrap: &Bootstrap) -> Result<bool, Error> {
    let mut transaction = connection.begin_with(BEGIN).await?;
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", BOOTSTRAP)
        .execute(&mut *transaction)
        .await?;
    let begins = is_empty(&mut transaction).await?
        && organization_store::create(&mut transaction, &bootstrap.organization).await?;
    if !begins {
        transaction.rollback().await?;
        return Ok(false);
    }
    user_writing::create(&mut transaction, &bootstrap.user)
        .await?
        .map_err(corrupt)?;
    let user_id = bootstrap.user.change.user().id();
    if !grant_store::add(
        &mut transaction,
        user_id,
        &bootstrap.grant,
        bootstrap.user.change.event().time,
    )
    .await?
        || !access_token_store::add(&mut transaction, &bootstrap.token, &bootstrap.digest).await?
    {
        return Err(corrupt("the first user is not there"));
    }
    for event in &bootstrap.events {
        event_store::append(&mut transaction, event).await?;
    }
    transaction.commit().await?;
    Ok(true)
}
