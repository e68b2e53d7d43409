//! The one reader behind all who watch: when it is there, what it keeps, and how it fails.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};
use unlockd_application::ports::StoreError;
use unlockd_application::users::LockUser;
use unlockd_application::{Caller, EventWatch, Events, UserService};
use unlockd_domain::Event;
use unlockd_testkit::fixtures;

use crate::event_store_double::EventStoreDouble;
use crate::stage::{Stage, instance_manager, lock, manager, reason, unlock};
use crate::watching::{behind, positions, read_up_to, watch};

/// The same as the stage's, on a store that can fail.
fn events_on_double(stage: &Stage) -> (Events, Arc<EventStoreDouble>) {
    let double = Arc::new(EventStoreDouble::new(stage.store.clone()));
    (Events::new(Arc::<EventStoreDouble>::clone(&double)), double)
}

async fn looks_in_a_second(store: &EventStoreDouble) -> usize {
    let before = store.looks();
    sleep(Duration::from_secs(1)).await;
    store.looks() - before
}

#[tokio::test(start_paused = true)]
async fn one_reader_looks_for_all_and_goes_with_the_last_who_watches() {
    let stage = Stage::new().await;
    let (events, store) = events_on_double(&stage);
    assert_eq!(looks_in_a_second(&store).await, 0, "nobody watches");
    let first = watch(&events, &manager(), behind(None)).await.unwrap();
    let alone = looks_in_a_second(&store).await;
    assert!((5..=20).contains(&alone), "{alone} looks");

    let mut others = Vec::new();
    for _ in 0..50 {
        others.push(watch(&events, &manager(), behind(None)).await.unwrap());
    }
    let together = looks_in_a_second(&store).await;
    assert!(together.abs_diff(alone) <= 1, "{together} looks");

    drop(first);
    others.truncate(1);
    assert!(looks_in_a_second(&store).await.abs_diff(alone) <= 1);
    drop(others);
    sleep(Duration::from_millis(50)).await;
    assert_eq!(looks_in_a_second(&store).await, 0);

    let mut again = watch(&events, &manager(), behind(Some(2))).await.unwrap();
    stage.lock_here().await;
    assert_eq!(positions(&read_up_to(&mut *again, 3).await), [3]);
}

#[tokio::test(start_paused = true)]
async fn a_caller_watches_a_hundred_times_and_keeps_nobody_else_out() {
    let stage = Stage::new().await;
    let events = &stage.services.events;
    let mut watches = Vec::new();
    for _ in 0..100 {
        watches.push(watch(events, &manager(), behind(None)).await.unwrap());
    }
    let error = watch(&events.clone(), &manager(), behind(None))
        .await
        .map(drop)
        .unwrap_err();
    assert!(error.describe(None).retry_after.is_some());
    assert_eq!(reason::<()>(Err(error)), "OVERLOADED");
    let somebody_else = Caller::new(
        fixtures::new_user("else", "here").change.user(),
        manager().grants().clone(),
    );
    watch(events, &somebody_else, behind(None)).await.map(drop).unwrap();

    watches.pop();
    let mut last = watch(events, &manager(), behind(None)).await.unwrap();
    last.next().await.unwrap();
    assert_eq!(
        reason(watch(events, &manager(), behind(None)).await.map(drop)),
        "OVERLOADED"
    );
}

#[tokio::test(start_paused = true)]
async fn whoever_is_refused_takes_no_place() {
    let stage = Stage::new().await;
    let (events, store) = events_on_double(&stage);
    for _ in 0..101 {
        let outcome = watch(&events, &manager(), behind(Some(9))).await.map(drop);
        assert_eq!(reason(outcome), "INVALID_ARGUMENT");
    }
    store.set_fault(Some(|| StoreError::Unavailable("gone".into())));
    for _ in 0..101 {
        let outcome = watch(&events, &manager(), behind(None)).await.map(drop);
        assert_eq!(reason(outcome), "STORE_UNAVAILABLE");
    }
    store.set_fault(None);
    watch(&events, &manager(), behind(None)).await.map(drop).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_lost_ends_all_watches_and_new_ones_go_on_when_it_is_back() {
    let stage = Stage::new().await;
    let (events, store) = events_on_double(&stage);
    let mut watches = Vec::new();
    for _ in 0..3 {
        let mut watch = watch(&events, &manager(), behind(None)).await.unwrap();
        watch.next().await.unwrap();
        watches.push(watch);
    }
    store.set_fault(Some(|| {
        StoreError::Unavailable("connection to db.internal lost".into())
    }));
    for watch in &mut watches {
        let error = timeout(Duration::from_secs(1), watch.next())
            .await
            .unwrap()
            .unwrap_err();
        assert!(error.describe(None).retry_after.is_some());
        assert!(!format!("{:?}", error.describe(None)).contains("db.internal"));
        assert_eq!(reason::<()>(Err(error)), "STORE_UNAVAILABLE");
    }
    let outcome = watch(&events, &manager(), behind(Some(2))).await.map(drop);
    assert_eq!(reason(outcome), "STORE_UNAVAILABLE");
    stage.lock_here().await;
    store.set_fault(None);

    let mut again = watch(&events, &manager(), behind(Some(2))).await.unwrap();
    assert_eq!(positions(&read_up_to(&mut *again, 3).await), [3]);
    stage.users.unlock_user(&manager(), unlock("here")).await.unwrap();
    assert_eq!(positions(&read_up_to(&mut *again, 4).await), [4]);
    assert_eq!(reason(watches[0].next().await), "STORE_UNAVAILABLE");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_is_described_as_everywhere_else() {
    let faults: [(fn() -> StoreError, _); 3] = [
        (|| StoreError::Unavailable("gone".into()), "STORE_UNAVAILABLE"),
        (|| StoreError::Overloaded("too much to do".into()), "OVERLOADED"),
        (|| StoreError::Internal("nonsense".into()), "INTERNAL"),
    ];
    for (fault, expected) in faults {
        let stage = Stage::new().await;
        let (events, store) = events_on_double(&stage);
        let mut watch = watch(&events, &manager(), behind(None)).await.unwrap();
        watch.next().await.unwrap();
        store.set_fault(Some(fault));
        assert_eq!(reason(watch.next().await), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_breaks_does_not_leave_its_watchers_waiting() {
    let stage = Stage::new().await;
    let (events, store) = events_on_double(&stage);
    let mut broken = watch(&events, &manager(), behind(None)).await.unwrap();
    broken.next().await.unwrap();
    store.set_fault(Some(|| panic!("the test breaks the reader")));
    let outcome = timeout(Duration::from_secs(1), broken.next()).await.unwrap();
    assert_eq!(reason(outcome), "INTERNAL");

    store.set_fault(None);
    stage.lock_here().await;
    let mut again = watch(&events, &manager(), behind(Some(2))).await.unwrap();
    assert_eq!(positions(&read_up_to(&mut *again, 3).await), [3]);
}

/// The reasons of what is told up to a position.
async fn reasons_up_to(watch: &mut dyn EventWatch, position: u64) -> Vec<Option<String>> {
    let told = read_up_to(watch, position).await;
    told.iter()
        .map(|recorded| match &recorded.event {
            Event::User(event) => event.kind.reason().map(ToString::to_string),
            event @ (Event::Policy(_) | Event::Activity(_)) => panic!("only users have changed: {event:?}"),
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn what_people_said_about_a_deleted_user_is_not_told_from_memory() {
    let stage = Stage::new().await;
    let events = &stage.services.events;
    let mut present = watch(events, &instance_manager(), behind(None)).await.unwrap();
    let mut slow = watch(events, &instance_manager(), behind(None)).await.unwrap();
    for id in ["here", "there"] {
        let rude = LockUser {
            reason: Some(fixtures::reason("Rude")),
            ..lock(id)
        };
        stage.users.lock_user(&instance_manager(), rude).await.unwrap();
    }
    let said = Some("Rude".to_owned());
    assert_eq!(reasons_up_to(&mut *present, 4).await, [said.clone(), said.clone()]);
    stage.delete_here().await;
    assert_eq!(reasons_up_to(&mut *present, 5).await, [None]);

    let mut late = watch(events, &instance_manager(), behind(Some(2))).await.unwrap();
    for watch in [&mut slow, &mut late] {
        assert_eq!(reasons_up_to(&mut **watch, 5).await, [None, said.clone(), None]);
    }
}
