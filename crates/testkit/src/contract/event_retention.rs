//! `EventStore::prune`: old events go.

use std::time::Duration;

use unlockd_application::ports::{EventFilter, RecordedEvent, Visibility};
use unlockd_domain::{ActivityEvent, ActivityKind, Actor, EventName, Position, Timestamp, UserEventName};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

fn at(second: u64) -> Timestamp {
    fixtures::now().saturating_add(Duration::from_secs(second))
}

async fn all(stores: &Stores) -> Vec<RecordedEvent> {
    arrange::select(stores, &EventFilter::all(Visibility::Instance)).await
}

/// A failed sign-in in every second from the first on, and a user who was created and locked before them.
async fn ten_seconds(stores: &Stores) -> Vec<RecordedEvent> {
    arrange::organization(stores, arrange::ACME).await;
    let user = arrange::user(stores, "u").await;
    arrange::commit(stores, &arrange::locked(&user)).await;
    for second in 1..=10 {
        let event = ActivityEvent {
            kind: ActivityKind::SignInFailed,
            user_id: None,
            organization: None,
            actor: Actor::System,
            time: at(second),
            source: None,
        };
        stores.events.append(&event).await.expect("the event is written");
    }
    all(stores).await
}

/// Prunes until there is nothing left to prune.
async fn prune(stores: &Stores, before: Timestamp, limit: u32) -> Position {
    let mut after = Position::START;
    loop {
        let reached = stores.events.prune(before, after, limit).await.expect("an answer");
        if reached == after {
            return reached;
        }
        assert!(after < reached, "{after} {reached}");
        after = reached;
    }
}

/// In steps of any size; what is as old as the limit stays.
pub async fn events_that_are_older_go_and_the_others_stay(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let before = ten_seconds(&stores).await;
    assert_eq!(prune(&stores, fixtures::now(), 3).await, Position::START);
    assert_eq!(all(&stores).await, before);
    for (second, limit) in [(3, 1), (5, 100), (8, 2)] {
        let reached = prune(&stores, at(second), limit).await;
        let created = EventName::User(UserEventName::Created);
        let stays = |recorded: &&RecordedEvent| recorded.event.time() >= at(second) || recorded.event.name() == created;
        let expected: Vec<_> = before.iter().filter(stays).cloned().collect();
        assert_eq!(all(&stores).await, expected, "{second}");
        assert!(
            expected
                .iter()
                .all(|recorded| recorded.position > reached || recorded.event.name() == created)
        );
    }
    let found = arrange::find(&stores, "u").await;
    assert_eq!(found.sequence().get(), 2, "the state stays");
}

/// Positions go on, and what was settled stays settled.
pub async fn the_last_event_of_all_is_kept(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let before = ten_seconds(&stores).await;
    let settled = stores.events.settled().await.expect("an answer");
    prune(&stores, at(100), 4).await;
    let left = all(&stores).await;
    assert_eq!(left, [before[0].clone(), before[before.len() - 1].clone()]);
    assert_eq!(stores.events.settled().await.expect("an answer"), settled);
    let user = arrange::find(&stores, "u").await;
    let unlocked = arrange::toggled(&user);
    arrange::commit(&stores, &unlocked).await;
    let last = all(&stores).await.pop().expect("an event");
    assert!(last.position > settled, "{last:?}");
}

/// Each goes once, and nothing else goes.
pub async fn parallel_prunes_do_no_harm(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let before = ten_seconds(&stores).await;
    let prunes = (0..4).map(|_| {
        let stores = harness.stores();
        async move { prune(&stores, at(6), 2).await }
    });
    arrange::in_parallel(prunes).await;
    prune(&stores, at(6), 100).await;
    let left = all(&stores).await;
    assert_eq!(left.len(), 6, "{left:?}");
    assert!(left.iter().all(|recorded| before.contains(recorded)));
}
