use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;
use unlockd_application::ports::{CommitError, UserStore};
use unlockd_domain::{Actor, User, UserState};
use unlockd_testkit::fixtures;
use unlockd_testkit::postgres::TestDatabase;

use crate::store::{connect, migrated, ports};

#[tokio::test(flavor = "multi_thread")]
async fn of_200_parallel_unlocks_by_two_processes_exactly_one_succeeds() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let one = migrated(&database).await;
    let other = connect(database.url()).await;
    let new = fixtures::new_user("u", "acme");
    let locked = new
        .change
        .user()
        .lock(fixtures::lock_order(), Actor::System, fixtures::now())
        .unwrap();
    let organization = fixtures::organization("acme");
    ports(&one).organizations.create(&organization, None).await.unwrap();
    one.create(&new).await.unwrap();
    one.commit(&locked, None).await.unwrap();
    let unlocked = locked.user().unlock(None, Actor::System, fixtures::now()).unwrap();

    let barrier = Arc::new(Barrier::new(200));
    let mut unlocks = JoinSet::new();
    for number in 0..200 {
        let store = if number % 2 == 0 { one.clone() } else { other.clone() };
        let (barrier, unlocked) = (Arc::clone(&barrier), unlocked.clone());
        unlocks.spawn(async move {
            barrier.wait().await;
            store.commit(&unlocked, None).await
        });
    }
    let outcomes = unlocks.join_all().await;

    let conflicts = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Err(CommitError::Conflict)))
        .count();
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(conflicts, 199);
    let history = other.history(locked.user().id()).await.unwrap();
    assert_eq!(history.len(), 3);
    assert_eq!(
        *User::replay(&history).unwrap().state(fixtures::now()),
        UserState::Active
    );
}
