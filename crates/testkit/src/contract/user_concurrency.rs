//! `UserStore::commit`, many changes at a time.

use std::sync::Arc;

use unlockd_application::ports::CommitError;
use unlockd_domain::{Actor, User};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

const WRITERS: usize = 64;

/// Everybody decides anew until their change got in.
pub async fn of_64_parallel_writers_one_wins_each_sequence_without_a_gap(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::user(&stores, "u").await;
    let tasks = (0..WRITERS).map(|_| {
        let users = Arc::clone(&stores.users);
        async move {
            let id = fixtures::user_id("u");
            loop {
                let user = users.find(&id).await.expect("an answer").expect("the user");
                let change = arrange::toggled(&user);
                match users.commit(&change, None).await {
                    Ok(()) => return change.user().sequence().get(),
                    Err(error) => assert!(matches!(error, CommitError::Conflict), "{error:?}"),
                }
            }
        }
    });
    let mut won = arrange::in_parallel(tasks).await;
    won.sort_unstable();
    let every_sequence_once: Vec<u64> = (2..).take(WRITERS).collect();
    assert_eq!(won, every_sequence_once);

    let user = arrange::assert_state_is_its_history(&stores, "u").await;
    let history = stores.users.history(user.id()).await.expect("an answer");
    let order: Vec<u64> = history.iter().map(|event| event.sequence.get()).collect();
    assert_eq!(order, (1..).take(WRITERS + 1).collect::<Vec<u64>>());
}

/// Everybody decides on the same sequence.
pub async fn of_64_parallel_commits_on_one_sequence_exactly_one_succeeds(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let user = arrange::user(&stores, "u").await;
    let tasks = (0..WRITERS).map(|number| {
        let users = Arc::clone(&stores.users);
        let mut order = fixtures::lock_order();
        order.reason = Some(fixtures::reason(&format!("writer {number}")));
        let change = user
            .lock(order, Actor::System, fixtures::now())
            .expect("an active user");
        async move { (users.commit(&change, None).await, change) }
    });
    let mut winners = Vec::new();
    for (result, change) in arrange::in_parallel(tasks).await {
        match result {
            Ok(()) => winners.push(change.user().clone()),
            Err(error) => assert!(matches!(error, CommitError::Conflict), "{error:?}"),
        }
    }
    assert_eq!(winners.len(), 1, "one commit succeeds");
    assert_eq!(arrange::assert_state_is_its_history(&stores, "u").await, winners[0]);
}

/// Whoever reads after an answer sees what was answered, while others write on.
pub async fn a_read_sees_every_write_that_was_answered_before(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let tasks = (0..8).map(|number| {
        let stores = stores.clone();
        async move {
            let id = format!("user {number}");
            let mut user = arrange::user(&stores, &id).await;
            for _ in 0..8 {
                user = arrange::commit(&stores, &arrange::toggled(&user)).await;
                let read = in_another_task(&stores, &id).await;
                assert_eq!(read, user);
            }
        }
    });
    arrange::in_parallel(tasks).await;
}

async fn in_another_task(stores: &Stores, id: &str) -> User {
    let (stores, id) = (stores.clone(), id.to_owned());
    let read = tokio::spawn(async move { arrange::find(&stores, &id).await });
    read.await.expect("a task that ends well")
}
