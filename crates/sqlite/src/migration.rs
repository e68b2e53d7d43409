use sqlx::migrate::{AppliedMigration, Migrate, MigrateError, Migrator};
use thiserror::Error;
use tracing::instrument;
use unlockd_application::ports::{BoxError, StoreError};

use crate::SqliteStore;
use crate::error::store_error;

static MIGRATIONS: Migrator = sqlx::migrate!();

/// Reason why the schema is not that of this program, or could not be brought up to date. Nothing of it was changed.
#[derive(Debug, Error)]
pub enum MigrationError {
    /// A newer unlockd was here before.
    #[error("the database is newer than this program: it has migration {version}, which this program does not know")]
    DatabaseIsNewer {
        /// The first migration that is not known here.
        version: i64,
    },
    /// The database is empty, or an older unlockd was here before.
    #[error("the database is older than this program: it lacks migration {version}")]
    DatabaseIsOlder {
        /// The first migration that is missing.
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

    /// Checks that the schema is that of this program, and changes nothing.
    ///
    /// # Errors
    /// [`MigrationError`] when the database is older or newer than this program, or cannot be read.
    #[instrument(level = "debug", name = "sqlite.check_schema", skip_all)]
    pub async fn check_schema(&self) -> Result<(), MigrationError> {
        let mut connection = self.readers().acquire().await.map_err(store_error)?;
        let table = &*MIGRATIONS.table_name;
        let is_begun = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = $1)";
        let is_begun: bool = sqlx::query_scalar(is_begun)
            .bind(table)
            .fetch_one(&mut *connection)
            .await
            .map_err(store_error)?;
        let applied = if is_begun {
            connection.list_applied_migrations(table).await?
        } else {
            Vec::new()
        };
        compare(&applied)
    }
}

/// Compares the migrations of a database with those of this program.
fn compare(applied: &[AppliedMigration]) -> Result<(), MigrationError> {
    if let Some(newer) = applied
        .iter()
        .find(|applied| !MIGRATIONS.version_exists(applied.version))
    {
        return Err(MigrationError::DatabaseIsNewer { version: newer.version });
    }
    for migration in MIGRATIONS.iter() {
        let version = migration.version;
        match applied.iter().find(|applied| applied.version == version) {
            Some(applied) if applied.checksum != migration.checksum => {
                return Err(MigrateError::VersionMismatch(version).into());
            }
            Some(_) => {}
            None => return Err(MigrationError::DatabaseIsOlder { version }),
        }
    }
    Ok(())
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
