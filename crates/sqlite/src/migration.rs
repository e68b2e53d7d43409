use sqlx::migrate::{MigrateError, Migrator};
use thiserror::Error;
use tracing::instrument;
use unlockd_application::ports::{BoxError, StoreError};

use crate::SqliteStore;
use crate::error::store_error;

static MIGRATIONS: Migrator = sqlx::migrate!();

/// Why the database could not be brought up to date. Nothing of it was changed.
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
    /// The database could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SqliteStore {
    /// Brings the schema up to date: all of what is missing, or nothing.
    ///
    /// # Errors
    /// [`MigrationError`] when the database is newer than this program, cannot be written, or a migration fails.
    #[instrument(level = "debug", name = "sqlite.migrate", skip_all)]
    pub async fn migrate(&self) -> Result<(), MigrationError> {
        // One transaction around them all: of several processes that start on one file, the first migrates.
        let mut transaction = self.begin_writing().await?;
        MIGRATIONS.run_direct(None, &mut *transaction, false).await?;
        Ok(transaction.commit().await.map_err(store_error)?)
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
