use std::fs::{File, OpenOptions};
use std::io::Write;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::{Executor, SqliteConnection};
use tokio::sync::Mutex;
use unlockd_sqlite::{SqliteOptions, SqliteStore};
use unlockd_testkit::contract::{Outage, StoreHarness};
use unlockd_testkit::{Stores, contract_tests};

use crate::fixture::DatabaseFile;

struct Harness {
    store: SqliteStore,
    file: DatabaseFile,
    recovery: Mutex<Option<StuckRecovery>>,
}

/// Another process that rebuilds the index of the write-ahead log, and gets stuck: it keeps the write lock, and without
/// the index nobody can read either.
struct StuckRecovery {
    _writer: SqliteConnection,
    /// Open until the end: closing it would give up the process's locks on it (POSIX, `fcntl`).
    _index: File,
}

/// Two copies of 48 bytes each (<https://www.sqlite.org/walformat.html#the_wal_index_header>).
const INDEX_HEADER_BYTES: usize = 96;

#[async_trait]
impl StoreHarness for Harness {
    fn stores(&self) -> Stores {
        Stores::of(self.store.clone())
    }

    async fn suffer(&self, outage: Outage) {
        match outage {
            Outage::ConnectionsLost => self.store.close().await,
            Outage::Silent => *self.recovery.lock().await = Some(StuckRecovery::begin(&self.file).await),
        }
    }
}

impl StuckRecovery {
    async fn begin(file: &DatabaseFile) -> Self {
        let mut writer = file.connect().await;
        writer.execute("BEGIN IMMEDIATE").await.unwrap();
        let path = file.path().with_file_name("unlockd.db-shm");
        let mut index = OpenOptions::new().write(true).open(path).unwrap();
        index.write_all(&[0; INDEX_HEADER_BYTES]).unwrap();
        Self {
            _writer: writer,
            _index: index,
        }
    }
}

async fn harness(operation_timeout: Duration) -> Option<Harness> {
    let file = DatabaseFile::new();
    let mut options = SqliteOptions::new(file.path());
    options.operation_timeout = operation_timeout;
    let store = SqliteStore::open(options).await.unwrap();
    store.migrate().await.unwrap();
    Some(Harness {
        store,
        file,
        recovery: Mutex::new(None),
    })
}

/// Enough for 64 writes in a row on a slow disk.
const PATIENT: Duration = Duration::from_secs(20);
/// Each operation during an outage takes this long.
const IMPATIENT: Duration = Duration::from_secs(1);

contract_tests!(harness(PATIENT), harness(IMPATIENT));
