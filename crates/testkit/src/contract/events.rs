//! `EventStore`: the order of all events, and up to where it is settled.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use unlockd_application::ports::{
    CommitError, CommitPolicyError, EventFilter, EventOrder, EventRange, RecordedEvent, Visibility,
};
use unlockd_domain::{Actor, Event, LockoutPolicy, PolicyChange, Position, UserEvent};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

const WRITERS: usize = 16;
const ROUNDS: usize = 6;
const WATCHERS: usize = 3;

async fn settled(stores: &Stores) -> Position {
    stores.events.settled().await.expect("an answer")
}

async fn select(stores: &Stores, after: Position, up_to: Position, limit: u32) -> Vec<RecordedEvent> {
    let range = EventRange {
        after,
        up_to,
        order: EventOrder::Forward,
        limit,
    };
    let all = EventFilter::all(Visibility::Instance);
    stores.events.select(&all, &range).await.expect("an answer")
}

async fn everything(stores: &Stores) -> Vec<RecordedEvent> {
    select(stores, Position::START, Position::END, 10_000).await
}

/// Before the first event there is nothing to read, and nothing in the way of the first one.
pub async fn an_empty_store_has_no_events(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let before = settled(&stores).await;
    assert_eq!(everything(&stores).await, []);
    arrange::organization(&stores, arrange::ACME).await;
    let user = arrange::user(&stores, "u").await;
    let events = select(&stores, before, settled(&stores).await, 10).await;
    let of_u: Vec<_> = events
        .iter()
        .map(|recorded| arrange::user_event(&recorded.event).clone())
        .collect();
    assert_eq!(of_u, stores.users.history(user.id()).await.expect("an answer"));
}

/// The one that a bootstrap writes, too.
pub async fn positions_rise_with_every_write(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut written: Vec<UserEvent> = Vec::new();
    let mut last = settled(&stores).await;
    for id in ["z", "a", "m"] {
        let new = fixtures::new_user(id, arrange::ACME);
        arrange::write(&stores, &new).await;
        written.push(new.change.event().clone());
        let mut user = new.change.user().clone();
        for _ in 0..3 {
            let change = arrange::toggled(&user);
            user = arrange::commit(&stores, &change).await;
            written.push(change.event().clone());
        }
        let now = settled(&stores).await;
        assert!(now > last, "{now} is not behind {last}");
        last = now;
    }
    let events = everything(&stores).await;
    assert!(
        events.is_sorted_by(|one, next| one.position < next.position),
        "{events:?}"
    );
    assert!(Position::START < events[0].position && events[11].position <= last);
    let events: Vec<_> = events.into_iter().map(|recorded| recorded.event).collect();
    let written: Vec<_> = written.into_iter().map(Event::User).collect();
    assert_eq!(events, written);
}

/// Whatever was answered is settled, while others are still writing.
pub async fn an_answered_write_is_settled(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let tasks = (0..WRITERS).map(|number| {
        let stores = stores.clone();
        async move {
            let mut user = arrange::user(&stores, &format!("u {number}")).await;
            for _ in 0..ROUNDS {
                let change = arrange::toggled(&user);
                user = arrange::commit(&stores, &change).await;
                let up_to = settled(&stores).await;
                let events = select(&stores, Position::START, up_to, 10_000).await;
                let written = Event::User(change.event().clone());
                let is_there = events.iter().any(|recorded| recorded.event == written);
                assert!(is_there, "{:?} is not at or before {up_to}", change.event());
            }
        }
    });
    arrange::in_parallel(tasks).await;
}

/// A user's events are in one order, wherever they are read, though each is another writer's.
pub async fn a_users_events_have_rising_positions(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    for number in 0..2 {
        arrange::user(&stores, &format!("u {number}")).await;
    }
    let tasks = (0..WRITERS).map(|number| {
        let stores = stores.clone();
        async move { change_somebody(&stores, &format!("u {}", number % 2)).await }
    });
    arrange::in_parallel(tasks).await;
    let events = everything(&stores).await;
    assert!(
        events.is_sorted_by(|one, next| one.position < next.position),
        "{events:?}"
    );
    for number in 0..2 {
        let id = fixtures::user_id(&format!("u {number}"));
        let of_user = events.iter().map(|recorded| arrange::user_event(&recorded.event));
        let of_user: Vec<_> = of_user.filter(|event| event.user_id == id).cloned().collect();
        assert_eq!(of_user, stores.users.history(&id).await.expect("an answer"));
    }
}

/// Each of them gets in some changes, between those of others, and is refused now and then.
async fn change_somebody(stores: &Stores, id: &str) {
    for _ in 0..ROUNDS {
        let user = arrange::find(stores, id).await;
        let refused = stores.users.commit(&arrange::toggled(&user), None).await.err();
        assert!(matches!(refused, None | Some(CommitError::Conflict)), "{refused:?}");
    }
}

/// One of those who do so at once gets it in.
async fn change_the_policy(stores: &Stores) {
    let before = stores.policies.find(None).await.expect("an answer");
    let policy = Some(LockoutPolicy::DEFAULT);
    let change = PolicyChange::new(None, before.as_ref(), policy, Actor::System, fixtures::now());
    let refused = stores.policies.commit(&change, None).await.err();
    assert!(
        matches!(refused, None | Some(CommitPolicyError::Conflict)),
        "{refused:?}"
    );
}

/// Whoever reads from one settled position to the next gets everything, once, in order: nothing is ever written at or
/// before a position that was settled, and none is before one that was settled earlier.
pub async fn watchers_see_every_event_once_and_in_order(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::user(&stores, "shared").await;
    let is_done = Arc::new(AtomicBool::new(false));
    let watchers: Vec<_> = (0..WATCHERS)
        .map(|_| tokio::spawn(watch(stores.clone(), Arc::clone(&is_done))))
        .collect();
    let writers = (0..WRITERS).map(|number| {
        let stores = stores.clone();
        async move {
            let mut user = arrange::user(&stores, &format!("u {number}")).await;
            for _ in 0..ROUNDS {
                user = arrange::commit(&stores, &arrange::toggled(&user)).await;
            }
            // What is refused takes a position, perhaps, and leaves it empty.
            change_somebody(&stores, "shared").await;
            change_the_policy(&stores).await;
            let locked = arrange::locked_for_a_minute(&stores, &format!("locked {number}")).await;
            arrange::commit(&stores, &arrange::updated_after_expiry(&locked, "{}")).await;
            if number % 2 == 0 {
                arrange::commit(&stores, &arrange::deleted(&user)).await;
            }
        }
    });
    arrange::in_parallel(writers).await;
    is_done.store(true, Ordering::SeqCst);

    let positions = |events: &[RecordedEvent]| -> Vec<_> {
        let place = |recorded: &RecordedEvent| {
            let event = &recorded.event;
            (recorded.position, event.name(), event.user_id().cloned())
        };
        events.iter().map(place).collect()
    };
    let all = everything(&stores).await;
    assert!(all.len() > WRITERS * (ROUNDS + 1), "{} events", all.len());
    for watcher in watchers {
        let seen = watcher.await.expect("a task that ends well");
        assert_eq!(positions(&seen), positions(&all));
    }
}

/// All that is there, a few at a time, until nobody writes any more.
async fn watch(stores: Stores, is_done: Arc<AtomicBool>) -> Vec<RecordedEvent> {
    const FEW: u32 = 5;
    let (mut seen, mut behind) = (Vec::new(), Position::START);
    loop {
        let is_last = is_done.load(Ordering::SeqCst);
        let up_to = settled(&stores).await;
        assert!(behind <= up_to, "{up_to} is before {behind}, which was settled");
        while behind < up_to {
            let events = select(&stores, behind, up_to, FEW).await;
            let is_full = events.len() == FEW as usize;
            behind = match events.last() {
                Some(last) if is_full => last.position,
                Some(_) | None => up_to,
            };
            seen.extend(events);
        }
        if is_last {
            return seen;
        }
        tokio::task::yield_now().await;
    }
}
