use std::future::poll_fn;
use std::task::Poll;

use sqlx::Executor;
use unlockd_application::ports::{OrganizationStore, UserStore};
use unlockd_testkit::{drive, fixtures};

use crate::fixture::DatabaseFile;

/// More than a write ever needs.
const STEPS: usize = 16;
/// A step may take in several answers of the database, so that not every round has the same steps.
const ROUNDS: usize = 10;

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_is_dropped_at_any_point_is_whole_or_absent_and_blocks_nobody() {
    let file = DatabaseFile::new();
    let store = file.open_migrated().await;
    OrganizationStore::create(&store, &fixtures::organization("acme"), None)
        .await
        .unwrap();
    let mut answered = 0;
    for number in 0..ROUNDS * STEPS {
        let dropped = fixtures::named_user(&format!("dropped {number}"), "acme", &[&format!("name {number}")]);
        let answer = drive(UserStore::create(&store, &dropped), number % STEPS).await;

        let next = fixtures::new_user(&format!("next {number}"), "acme");
        UserStore::create(&store, &next).await.unwrap();
        let found = store.find_with_profile(dropped.change.user().id()).await.unwrap();
        let history = store.history(dropped.change.user().id()).await.unwrap();
        match found {
            Some((_, profile)) => assert_eq!((profile, history.len()), (dropped.profile, 1)),
            None => assert!(history.is_empty() && answer.is_none(), "an answered write is there"),
        }
        if let Some(answer) = answer {
            answer.unwrap();
            answered += 1;
        }
    }
    assert!(answered > 0, "more than {STEPS} steps for a write");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_is_dropped_while_it_waits_for_another_process_never_happens() {
    let file = DatabaseFile::new();
    let store = file.open_migrated().await;
    let mut other = file.connect().await;
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    // The first step asks for the write lock; the second one would follow on having it, so the write is dropped by hand.
    let organization = fixtures::organization("acme");
    {
        let mut write = OrganizationStore::create(&store, &organization, None);
        let first_step = poll_fn(|context| Poll::Ready(write.as_mut().poll(context))).await;
        assert!(first_step.is_pending());
    }
    assert!(
        OrganizationStore::list(&store).await.unwrap().is_empty(),
        "reading needs no lock"
    );
    other.execute("ROLLBACK").await.unwrap();

    OrganizationStore::create(&store, &fixtures::organization("next"), None)
        .await
        .unwrap();
    let names: Vec<_> = OrganizationStore::list(&store).await.unwrap();
    assert_eq!(names, [fixtures::organization("next")]);
}
