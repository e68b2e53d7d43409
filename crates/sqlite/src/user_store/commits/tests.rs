mod together;
mod waiting;

use std::fs;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Executor, SqliteConnection};
use tempfile::TempDir;
use unlockd_application::idempotency::IdempotentRequest;
use unlockd_application::ports::{CommitError, GrantStore, OrganizationStore, UserStore};
use unlockd_batching::{BatchWork, Limits};
use unlockd_domain::{Actor, Grant, User, UserChange};
use unlockd_testkit::fixtures;

use super::{Commit, Commits};
use crate::{SqliteOptions, SqliteStore};

/// A store with an organization, and the folder of its file.
struct File {
    store: SqliteStore,
    folder: TempDir,
}

const PATIENT: Duration = Duration::from_secs(20);

impl File {
    async fn new(operation_timeout: Duration, limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = SqliteOptions::new(folder.path().join("unlockd.db"));
        options.operation_timeout = operation_timeout;
        let store = SqliteStore::open_limited(options, limits).await.unwrap();
        store.migrate().await.unwrap();
        let acme = fixtures::organization("acme");
        OrganizationStore::create(&store, &acme, None).await.unwrap();
        Self { store, folder }
    }

    async fn user(&self, id: &str) -> User {
        let new = fixtures::new_user(id, "acme");
        UserStore::create(&self.store, &new).await.unwrap();
        new.change.user().clone()
    }

    async fn users(&self, count: usize) -> Vec<User> {
        let mut users = Vec::new();
        for number in 0..count {
            users.push(self.user(&format!("user {number:03}")).await);
        }
        users
    }

    async fn owner(&self, id: &str) -> User {
        let user = self.user(id).await;
        let grant = Grant::instance_owner();
        GrantStore::add(&self.store, user.id(), &grant, fixtures::now())
            .await
            .unwrap();
        self.find(&user).await.unwrap()
    }

    async fn find(&self, user: &User) -> Option<User> {
        UserStore::find(&self.store, user.id()).await.unwrap()
    }

    /// One batch, whatever it consists of.
    async fn run(&self, commits: Vec<Commit>) -> Vec<Result<(), CommitError>> {
        let work = Commits::new(self.store.writer.clone(), PATIENT);
        work.run(commits).await
    }

    /// Of the user of the change: that all of it is there, or that none of it is.
    async fn assert_written(&self, change: &UserChange, is_written: bool) {
        let user = self.find(change.user()).await.unwrap();
        assert_eq!(user == *change.user(), is_written, "{user:?}");
        let history = self.store.history(user.id()).await.unwrap();
        assert_eq!(history.contains(change.event()), is_written, "{history:?}");
        assert_eq!(history.last().map(|event| event.sequence), Some(user.sequence()));
    }

    /// A connection that the store knows nothing of.
    async fn connect(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(self.folder.path().join("unlockd.db"));
        options.connect().await.unwrap()
    }

    async fn empty_log(&self) {
        let mut other = self.connect().await;
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    }

    /// How many transactions were written since the write-ahead log was empty: the last page of each comes with the size of the
    /// file (<https://www.sqlite.org/fileformat.html#the_write_ahead_log>).
    fn transactions(&self) -> usize {
        let log = fs::read(self.folder.path().join("unlockd.db-wal")).unwrap();
        let (header, frames) = log.split_at(32);
        let page_size = u32::from_be_bytes(header[8..12].try_into().unwrap()) as usize;
        frames
            .chunks(24 + page_size)
            .filter(|frame| frame[4..8] != [0; 4])
            .count()
    }
}

fn lock(user: &User) -> UserChange {
    let system = Actor::User(fixtures::user_id("operator"));
    user.lock(fixtures::lock_order(), system, fixtures::now()).unwrap()
}

fn plain(change: &UserChange) -> Commit {
    Commit::new(change, None)
}

fn requested(change: &UserChange, request: &IdempotentRequest) -> Commit {
    Commit::new(change, Some(request))
}
