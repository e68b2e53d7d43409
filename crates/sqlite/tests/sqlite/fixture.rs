use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};
use tempfile::TempDir;
use unlockd_sqlite::{SqliteOptions, SqliteStore};

/// A file of its own for a test, in a folder that goes with it.
pub(crate) struct DatabaseFile {
    folder: TempDir,
}

impl DatabaseFile {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// The file; its own folder is not there yet.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("data/unlockd.db")
    }

    pub(crate) async fn open(&self) -> SqliteStore {
        SqliteStore::open(SqliteOptions::new(self.path())).await.unwrap()
    }

    pub(crate) async fn open_migrated(&self) -> SqliteStore {
        let store = self.open().await;
        store.migrate().await.unwrap();
        store
    }

    /// What another process has: a connection that the store knows nothing of.
    pub(crate) async fn connect(&self) -> SqliteConnection {
        connect(&self.path()).await
    }
}

pub(crate) async fn connect(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).connect().await.unwrap()
}
