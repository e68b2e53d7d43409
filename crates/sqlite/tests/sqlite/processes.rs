use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;
use unlockd_application::ports::{GrantStore, OrganizationStore, UserStore};
use unlockd_application::users::{LockUser, Safeguards, UnlockUser};
use unlockd_application::{Authenticator, Error, UserService};
use unlockd_domain::Grant;
use unlockd_sqlite::SqliteStore;
use unlockd_testkit::{FixedClock, InsecureTestHasher, SequentialIds, SequentialTokens, Services, Stores, fixtures};

use crate::fixture::DatabaseFile;

fn services(store: &SqliteStore) -> Services {
    Services::new(
        Stores::of(store.clone()),
        Arc::new(FixedClock::new(fixtures::now())),
        Arc::new(SequentialIds::new("id")),
        Arc::new(InsecureTestHasher),
        Arc::new(SequentialTokens),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn of_200_parallel_unlocks_by_two_processes_exactly_one_succeeds() {
    let file = DatabaseFile::new();
    let stores = [file.open_migrated().await, file.open_migrated().await];
    OrganizationStore::create(&stores[0], &fixtures::organization("acme"), None)
        .await
        .unwrap();
    for id in ["owner", "locked"] {
        UserStore::create(&stores[0], &fixtures::new_user(id, "acme"))
            .await
            .unwrap();
    }
    let (owner, locked) = (fixtures::user_id("owner"), fixtures::user_id("locked"));
    GrantStore::add(&stores[0], &owner, &Grant::instance_owner(), fixtures::now())
        .await
        .unwrap();
    let services = stores.each_ref().map(services);
    let token = services[0]
        .administration
        .create_token(owner, None, None)
        .await
        .unwrap();
    let caller = services[1]
        .authentication
        .authenticate(Some(token.secret))
        .await
        .unwrap();
    let lock = LockUser {
        user_id: locked.clone(),
        reason: None,
        until: None,
        replaces: false,
        safeguards: Safeguards::default(),
    };
    services[0].users.lock_user(&caller, lock).await.unwrap();

    let start = Arc::new(Barrier::new(200));
    let mut unlocks = JoinSet::new();
    for number in 0..200 {
        let (users, caller, start) = (services[number % 2].users.clone(), caller.clone(), start.clone());
        let command = UnlockUser {
            user_id: locked.clone(),
            reason: None,
            safeguards: Safeguards::default(),
        };
        unlocks.spawn(async move {
            start.wait().await;
            users.unlock_user(&caller, command).await
        });
    }
    let (mut unlocked, mut not_locked) = (0, 0);
    for answer in unlocks.join_all().await {
        match answer {
            Ok(_) => unlocked += 1,
            Err(Error::UserNotLocked { .. }) => not_locked += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!((unlocked, not_locked), (1, 199));
    for store in &stores {
        let history = store.history(&locked).await.unwrap();
        assert_eq!(history.len(), 3, "created, locked, unlocked");
    }
}

#[tokio::test]
async fn what_one_process_writes_the_other_reads_at_once() {
    let file = DatabaseFile::new();
    let (writing, reading) = (file.open_migrated().await, file.open_migrated().await);
    for number in 0..20 {
        let organization = fixtures::organization(&format!("organization {number:02}"));
        OrganizationStore::create(&writing, &organization, None).await.unwrap();
        let found = OrganizationStore::find(&reading, &organization.id).await.unwrap();
        assert_eq!(found, Some(organization));
    }
}

/// A transaction that reads first and asks for the write lock later is refused when another process wrote in between.
#[tokio::test(flavor = "multi_thread")]
async fn parallel_writes_of_two_processes_all_get_through() {
    let file = DatabaseFile::new();
    let stores = [file.open_migrated().await, file.open_migrated().await];
    OrganizationStore::create(&stores[0], &fixtures::organization("acme"), None)
        .await
        .unwrap();
    let start = Arc::new(Barrier::new(100));
    let mut writes = JoinSet::new();
    for number in 0..100 {
        let (store, start) = (stores[number % 2].clone(), start.clone());
        let user = fixtures::new_user(&format!("user {number}"), "acme");
        writes.spawn(async move {
            start.wait().await;
            UserStore::create(&store, &user).await
        });
    }
    for answer in writes.join_all().await {
        answer.unwrap();
    }
}
