use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{Acquire, Connection};
use thiserror::Error;
use tracing::instrument;
use unlockd_application::ports::{BoxError, StoreError};

use crate::error::store_error;
use crate::store::PostgresStore;

static MIGRATIONS: Migrator = sqlx::migrate!();

/// Why a database could not be brought up to date.
#[derive(Debug, Error)]
pub enum MigrationError {
    /// A newer unlockd was here before.
    #[error("the database is newer than this program: it has migration {version}, which this program does not know")]
    DatabaseIsNewer {
        /// The first migration that is not known here.
        version: i64,
    },
    /// A migration failed, or differs from the one that was applied.
    #[error("the database could not be migrated")]
    Failed(#[source] BoxError),
    /// The database could not be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PostgresStore {
    /// Brings the schema up to date. Changes nothing where it is; of several processes one does it and the others wait.
    ///
    /// # Errors
    /// [`MigrationError`] when the database is newer than this program, cannot be reached, or a migration fails.
    #[instrument(level = "debug", name = "postgres.migrate", skip_all)]
    pub async fn migrate(&self) -> Result<(), MigrationError> {
        let mut connection = self.pool.acquire().await.map_err(store_error)?.detach();
        let outcome = async {
            // Waiting for another process to migrate takes as long as it takes.
            sqlx::query!("SELECT set_config('statement_timeout', '0', false) AS statement_timeout")
                .fetch_one(&mut connection)
                .await
                .map_err(store_error)?;
            MIGRATIONS.run(connection.acquire().await.map_err(store_error)?).await?;
            Ok(())
        }
        .await;
        // Closed in any case: after a failure the connection still holds the migration lock.
        let closed = connection
            .close()
            .await
            .map_err(|error| MigrationError::Store(store_error(error)));
        outcome.and(closed)
    }
}

impl From<MigrateError> for MigrationError {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the driver may add variants at any time")]
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(version) => Self::DatabaseIsNewer { version },
            MigrateError::Execute(error) => Self::Store(store_error(error)),
            other => Self::Failed(other.into()),
        }
    }
}
