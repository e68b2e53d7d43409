use sqlx::SqliteConnection;
use sqlx::migrate::Migrator;
use thiserror::Error;
use unlockd_application::ports::BoxError;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Why the database was not brought up to date. Nothing of it was changed.
#[derive(Debug, Error)]
pub enum MigrateError {
    /// A newer version of this program was here.
    #[error("the database is newer than this program: it has migration {version}, which is not known here")]
    NewerDatabase {
        /// A migration that the database has and this program does not.
        version: i64,
    },
    /// A migration did not work, or the database could not be written.
    #[error("the migrations failed")]
    Failed(#[source] BoxError),
}

/// Applies what is missing, in the transaction that the connection is in.
pub(crate) async fn apply(connection: &mut SqliteConnection) -> Result<(), MigrateError> {
    MIGRATIONS.run_direct(None, connection, false).await.map_err(failed)
}

fn failed(error: sqlx::migrate::MigrateError) -> MigrateError {
    if let sqlx::migrate::MigrateError::VersionMissing(version) = error {
        MigrateError::NewerDatabase { version }
    } else {
        MigrateError::Failed(Box::new(error))
    }
}
