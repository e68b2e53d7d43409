use tokio::task::JoinSet;
use unlockd_application::ports::{
    EventFilter, EventOrder, EventRange, EventStore, OrganizationStore, RecordedEvent, UserStore, Visibility,
};
use unlockd_domain::{Actor, Event, Position, User};
use unlockd_sqlite::SqliteStore;
use unlockd_testkit::fixtures;

use crate::fixture::DatabaseFile;

const WRITERS: usize = 16;
/// Each writer creates a user, and locks and unlocks them so often.
const ROUNDS: usize = 10;
const EVENTS: usize = WRITERS * (1 + 2 * ROUNDS);

async fn write(store: SqliteStore, number: usize) {
    let new = fixtures::new_user(&format!("user {number}"), "acme");
    UserStore::create(&store, &new).await.unwrap();
    let mut user: User = new.change.user().clone();
    for _ in 0..ROUNDS {
        let lock = user
            .lock(fixtures::lock_order(), Actor::System, fixtures::now())
            .unwrap();
        store.commit(&lock, None).await.unwrap();
        let unlock = lock.user().unlock(None, Actor::System, fixtures::now()).unwrap();
        store.commit(&unlock, None).await.unwrap();
        user = unlock.user().clone();
    }
}

async fn events_between(store: &SqliteStore, after: Position, up_to: Position) -> Vec<RecordedEvent> {
    let range = EventRange {
        after,
        up_to,
        order: EventOrder::Forward,
        limit: 10_000,
    };
    let all = EventFilter::all(Visibility::Instance);
    store.select(&all, &range).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn while_two_processes_write_a_third_misses_no_event_and_sees_none_twice() {
    let file = DatabaseFile::new();
    let stores = [file.open_migrated().await, file.open_migrated().await];
    OrganizationStore::create(&stores[0], &fixtures::organization("acme"), None)
        .await
        .unwrap();
    let watching = file.open().await;
    assert_eq!(watching.settled().await.unwrap(), Position::START);
    let mut writers = JoinSet::new();
    for number in 0..WRITERS {
        writers.spawn(write(stores[number % 2].clone(), number));
    }

    let (mut seen, mut position, mut looks) = (Vec::new(), Position::START, 0);
    while seen.len() < EVENTS {
        let settled = watching.settled().await.unwrap();
        let new = events_between(&watching, position, settled).await;
        // Positions have no gaps, so all of them are there as soon as the last one is.
        let expected: Vec<u64> = (position.get() + 1..=settled.get()).collect();
        let positions: Vec<u64> = new.iter().map(|recorded| recorded.position.get()).collect();
        assert_eq!(positions, expected);
        looks += usize::from(!new.is_empty());
        position = settled;
        seen.extend(new);
    }
    writers.join_all().await;
    assert_eq!(watching.settled().await.unwrap().get(), EVENTS as u64);
    assert!(looks > 1, "everything was written before the first look");
    assert_eq!(events_between(&stores[0], Position::START, Position::END).await, seen);
    for number in 0..WRITERS {
        let id = fixtures::user_id(&format!("user {number}"));
        let theirs = seen.iter().map(|recorded| &recorded.event);
        let theirs: Vec<_> = theirs.filter(|event| event.user_id() == Some(&id)).cloned().collect();
        let history = watching.history(&id).await.unwrap();
        let history: Vec<_> = history.into_iter().map(Event::User).collect();
        assert_eq!(theirs, history, "in the order of the sequences");
    }
}

/// They are merged from one statement for each organization, up to some number.
#[tokio::test]
async fn the_events_of_any_number_of_organizations_are_in_order() {
    let file = DatabaseFile::new();
    let store = file.open_migrated().await;
    for number in 0..7 {
        let id = format!("organization {number}");
        OrganizationStore::create(&store, &fixtures::organization(&id), None)
            .await
            .unwrap();
    }
    for number in 0..20 {
        let new = fixtures::new_user(
            &format!("user {number:02}"),
            &format!("organization {}", number * 3 % 7),
        );
        UserStore::create(&store, &new).await.unwrap();
    }
    let all = events_between(&store, Position::START, Position::END).await;
    for visible in [1, 2, 6, 7, 99, 100, 101, 1_001] {
        let visible: Vec<_> = (1..=visible).map(|number| format!("organization {number}")).collect();
        let visible = visible.iter().map(|id| fixtures::organization_id(id)).collect();
        let filter = EventFilter::all(Visibility::Organizations(visible));
        let mut expected = all.clone();
        expected.retain(|recorded| filter.matches(&recorded.event));
        for order in [EventOrder::Forward, EventOrder::Backward] {
            let range = EventRange {
                after: Position::START,
                up_to: Position::END,
                order,
                limit: 1_000,
            };
            assert_eq!(store.select(&filter, &range).await.unwrap(), expected);
            expected.reverse();
        }
    }
}
