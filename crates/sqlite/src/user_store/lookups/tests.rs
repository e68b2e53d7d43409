use std::time::Duration;

use sqlx::Executor;
use tempfile::TempDir;
use unlockd_application::ports::{OrganizationStore, StoreError, UserStore};
use unlockd_batching::BatchWork;
use unlockd_testkit::fixtures;

use super::{Lookup, Lookups, ProfileLookup, UserLookup};
use crate::{SqliteOptions, SqliteStore};

/// A store with these users, all but the last of whom have two names, and the folder of its file.
async fn store_with(ids: [&str; 3]) -> (SqliteStore, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions::new(folder.path().join("unlockd.db"));
    let store = SqliteStore::open(options).await.unwrap();
    store.migrate().await.unwrap();
    OrganizationStore::create(&store, &fixtures::organization("acme"), None)
        .await
        .unwrap();
    for id in &ids[..2] {
        let names = [&*format!("{id} 1"), &format!("{id} 2")];
        UserStore::create(&store, &fixtures::named_user(id, "acme", &names))
            .await
            .unwrap();
    }
    UserStore::create(&store, &fixtures::new_user(ids[2], "acme"))
        .await
        .unwrap();
    (store, folder)
}

async fn run<L: Lookup>(store: &SqliteStore, ids: &[&str]) -> Vec<Option<L::Found>> {
    let lookups = Lookups::<L>::new(store.readers().clone(), Duration::from_secs(20));
    let ids = ids.iter().map(|id| fixtures::user_id(id)).collect();
    let answers = lookups.run(ids).await;
    answers.into_iter().map(Result::unwrap).collect()
}

#[tokio::test]
async fn who_is_looked_up_together_is_found_as_if_alone() {
    let quoted = r#"a "quoted" \ name"#;
    let (store, _folder) = store_with([quoted, "émile", "nameless"]).await;
    let asked = ["émile", "nobody", quoted, "nameless", quoted, "émile", "émile"];

    let states = run::<UserLookup>(&store, &asked).await;
    let profiles = run::<ProfileLookup>(&store, &asked).await;

    for ((id, state), profile) in asked.iter().zip(states).zip(profiles) {
        let id = fixtures::user_id(id);
        assert_eq!(state, store.find_with_grants(&id).await.unwrap());
        assert_eq!(profile, store.find_with_profile(&id).await.unwrap());
        assert_eq!(state.is_none(), id.as_str() == "nobody");
    }
}

#[tokio::test]
async fn who_cannot_be_read_is_nobody_elses_matter() {
    let (store, _folder) = store_with(["first", "broken", "last"]).await;
    let mut transaction = store.begin_writing().await.unwrap();
    transaction
        .execute("UPDATE users SET password_failures = '[\"never\"]' WHERE id = 'broken'")
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    let [first, broken, last] = ["first", "broken", "last"].map(fixtures::user_id);

    // The second and the third one wait for the first one, and are a batch.
    let find = |id| UserStore::find(&store, id);
    let (one, other, another) = tokio::join!(find(&first), find(&broken), find(&last));

    assert_eq!(one.unwrap().unwrap().id(), &first);
    assert!(matches!(other, Err(StoreError::Internal(_))), "{other:?}");
    assert_eq!(another.unwrap().unwrap().id(), &last);
}
