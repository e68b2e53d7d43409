//! Watching what happens, on a clock that stands still until everybody waits.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{Instant, sleep, timeout};
use unlockd_application::events::{EventFilterForm, WatchEventsForm, WatchUpdate};
use unlockd_application::ports::{RecordedEvent, SecretToken, UserStore};
use unlockd_application::{
    Authenticator, Caller, Error, EventService, EventWatch, Events, LiveCaller, UserService, Users,
};
use unlockd_domain::{Event, Position, UserEventName};
use unlockd_testkit::{drive, fixtures};

use crate::event_store_double::EventStoreDouble;
use crate::stage::{Stage, caller, instance_manager, lock, manager, reason, unlock, update};

/// Knows one caller and lets them in for ever.
struct Known(Caller);

#[async_trait]
impl Authenticator for Known {
    async fn authenticate(&self, _: Option<SecretToken>) -> Result<Caller, Error> {
        Ok(self.0.clone())
    }
}

fn live(caller: &Caller) -> LiveCaller {
    let known = Arc::new(Known(caller.clone()));
    LiveCaller::new(caller.clone(), SecretToken::new("a token"), known)
}

pub(crate) type Watch = Result<Box<dyn EventWatch>, Error>;

pub(crate) fn behind(position: Option<u64>) -> WatchEventsForm {
    WatchEventsForm {
        after_position: position.map(Position::new),
        ..WatchEventsForm::default()
    }
}

pub(crate) async fn watch(events: &Events, caller: &Caller, form: WatchEventsForm) -> Watch {
    events.watch_events(live(caller), form.parse().unwrap()).await
}

pub(crate) fn positions(events: &[RecordedEvent]) -> Vec<u64> {
    events.iter().map(|recorded| recorded.position.get()).collect()
}

/// All that is told until everything up to the position has been.
pub(crate) async fn read_up_to(watch: &mut dyn EventWatch, position: u64) -> Vec<RecordedEvent> {
    let mut events = Vec::new();
    loop {
        let update = watch.next().await.unwrap();
        events.extend(update.events);
        if update.position.get() >= position {
            return events;
        }
    }
}

/// Writes so many events about the user of `here`.
async fn write(users: &Users, count: usize) {
    for number in 0..count {
        let command = update("here", &format!("{{\"a\":{number}}}"));
        users.update_user(&manager(), command).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn from_now_on_the_first_update_says_where_that_is_and_later_ones_what_happens() {
    let stage = Stage::new().await;
    let mut watch = watch(&stage.services.events, &manager(), behind(None)).await.unwrap();
    let begin = Instant::now();

    let first = watch.next().await.unwrap();
    assert_eq!((first.events, first.position.get()), (Vec::new(), 2));
    assert_eq!(begin.elapsed(), Duration::ZERO, "it comes at once");

    stage.lock_here().await;
    let second = watch.next().await.unwrap();
    let locked = stage.last_event("here").await;
    let position = Position::new(3).unwrap();
    let expected = WatchUpdate {
        events: vec![RecordedEvent {
            position,
            event: Event::User(locked),
        }],
        position,
    };
    assert_eq!(second, expected);
    assert!(begin.elapsed() <= Duration::from_millis(200), "{:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn what_happens_between_the_beginning_and_the_first_update_is_not_missed() {
    let stage = Stage::new().await;
    let mut watch = watch(&stage.services.events, &manager(), behind(None)).await.unwrap();
    stage.lock_here().await;

    assert_eq!(positions(&read_up_to(&mut *watch, 3).await), [3]);
}

#[tokio::test(start_paused = true)]
async fn behind_a_position_all_that_came_later_is_told_at_once() {
    let stage = Stage::new().await;
    stage.lock_here().await;
    for (after, expected) in [(0, vec![1, 2, 3]), (1, vec![2, 3]), (2, vec![3]), (3, vec![])] {
        let mut watch = watch(&stage.services.events, &instance_manager(), behind(Some(after)))
            .await
            .unwrap();
        let first = watch.next().await.unwrap();
        assert_eq!((positions(&first.events), first.position.get()), (expected, 3));
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_watches_behind_a_position_that_is_not_reached() {
    let stage = Stage::new().await;
    let error = watch(&stage.services.events, &manager(), behind(Some(3)))
        .await
        .map(drop)
        .unwrap_err();
    assert_eq!(error.describe(None).field_violations[0].field, "after_position");
    assert_eq!(reason::<()>(Err(error)), "INVALID_ARGUMENT");
}

#[tokio::test(start_paused = true)]
async fn without_the_permission_nobody_watches() {
    let stage = Stage::new().await;
    for form in [behind(None), behind(Some(7))] {
        let outcome = watch(&stage.services.events, &caller(None), form).await.map(drop);
        assert_eq!(reason(outcome), "PERMISSION_DENIED");
    }
}

#[tokio::test(start_paused = true)]
async fn reach_and_filter_narrow_what_is_told_and_the_position_moves_on_all_the_same() {
    let stage = Stage::new().await;
    let locks = WatchEventsForm {
        filter: EventFilterForm {
            kinds: vec![UserEventName::Locked.to_string()],
            ..EventFilterForm::default()
        },
        ..behind(Some(0))
    };
    let mut within_reach = watch(&stage.services.events, &manager(), behind(Some(0)))
        .await
        .unwrap();
    let mut locks_only = watch(&stage.services.events, &instance_manager(), locks).await.unwrap();
    assert_eq!(within_reach.next().await.unwrap().position.get(), 2);
    assert_eq!(locks_only.next().await.unwrap().events, []);
    for id in ["there", "here"] {
        stage.users.lock_user(&instance_manager(), lock(id)).await.unwrap();
        stage.users.unlock_user(&instance_manager(), unlock(id)).await.unwrap();
    }

    assert_eq!(positions(&read_up_to(&mut *within_reach, 6).await), [5, 6]);
    assert_eq!(positions(&read_up_to(&mut *locks_only, 6).await), [3, 5]);
}

#[tokio::test(start_paused = true)]
async fn in_a_silence_an_empty_update_comes_every_15_seconds() {
    let stage = Stage::new().await;
    let mut watch = watch(&stage.services.events, &manager(), behind(None)).await.unwrap();
    watch.next().await.unwrap();
    // Out of reach, but the position moves.
    stage.users.lock_user(&instance_manager(), lock("there")).await.unwrap();
    for _ in 0..3 {
        let begin = Instant::now();

        let update = watch.next().await.unwrap();

        assert_eq!((update.events, update.position.get()), (Vec::new(), 3));
        let silence = begin.elapsed().as_millis();
        assert!((15_000..15_100).contains(&silence), "{silence} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_is_far_behind_is_told_everything_from_the_store_and_then_from_what_is_at_hand() {
    let stage = Stage::new().await;
    write(&stage.users, 2_500).await;
    let mut early = watch(&stage.services.events, &instance_manager(), behind(Some(0)))
        .await
        .unwrap();
    let mut slow = watch(&stage.services.events, &instance_manager(), behind(None))
        .await
        .unwrap();

    assert_eq!(
        positions(&read_up_to(&mut *early, 2_502).await),
        (1..=2_502).collect::<Vec<_>>()
    );
    // More than what is at hand, while one watcher reads nothing.
    write(&stage.users, 2_500).await;
    assert_eq!(
        positions(&read_up_to(&mut *early, 5_002).await),
        (2_503..=5_002).collect::<Vec<_>>()
    );
    assert_eq!(
        positions(&read_up_to(&mut *slow, 5_002).await),
        (2_503..=5_002).collect::<Vec<_>>()
    );
    write(&stage.users, 3).await;
    assert_eq!(positions(&read_up_to(&mut *slow, 5_005).await), [5_003, 5_004, 5_005]);
}

#[tokio::test(start_paused = true)]
async fn an_update_tells_at_most_200_events() {
    let stage = Stage::new().await;
    write(&stage.users, 500).await;
    let mut watch = watch(&stage.services.events, &manager(), behind(Some(0)))
        .await
        .unwrap();
    let update = watch.next().await.unwrap();
    assert_eq!(
        (update.events.len(), update.events.last().unwrap().position),
        (200, update.position)
    );
}

/// A user who is locked and unlocked again and again, at moments that differ from writer to writer.
async fn live_through(users: Users, writer: u64) {
    let id = format!("user {writer}");
    UserStore::create(&*users.store, &fixtures::new_user(&id, "here"))
        .await
        .unwrap();
    for round in 0..10 {
        sleep(Duration::from_millis((writer * 7 + round * 13) % 60)).await;
        users.lock_user(&manager(), lock(&id)).await.unwrap();
        users.unlock_user(&manager(), unlock(&id)).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_missed_and_nothing_repeated_while_many_write() {
    let stage = Stage::new().await;
    let total = 2 + 16 * 21;
    let mut watchers = Vec::new();
    for after in [Some(0), Some(1), None] {
        let mut watch = watch(&stage.services.events, &instance_manager(), behind(after))
            .await
            .unwrap();
        watchers.push(tokio::spawn(async move {
            let mut told = Vec::new();
            let mut reached = 0;
            while reached < total {
                // Given up and asked again, as by a transport that has something else to do.
                let Ok(update) = timeout(Duration::from_millis(30), watch.next()).await else {
                    continue;
                };
                let update = update.unwrap();
                reached = update.position.get();
                told.extend(positions(&update.events));
            }
            (after.unwrap_or(2), told)
        }));
    }
    let writers: Vec<_> = (0..16)
        .map(|writer| tokio::spawn(live_through(stage.users.clone(), writer)))
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    for watcher in watchers {
        let (after, told) = watcher.await.unwrap();
        assert_eq!(told, (after + 1..=total).collect::<Vec<_>>());
    }
}

#[tokio::test(start_paused = true)]
async fn a_question_that_is_dropped_at_any_point_takes_nothing_with_it() {
    let stage = Stage::new().await;
    let events = Events::new(Arc::new(EventStoreDouble::new(stage.store.clone())));
    let mut watch = watch(&events, &instance_manager(), behind(Some(0))).await.unwrap();
    write(&stage.users, 300).await;
    let mut told = Vec::new();
    let mut steps = 1;
    while told.len() < 302 {
        if let Some(update) = drive(watch.next(), steps).await {
            told.extend(positions(&update.unwrap().events));
            steps = 1;
        } else {
            steps += 1;
            assert!(steps < 100, "nothing comes after {told:?}");
        }
    }
    assert_eq!(told, (1..=302).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_watch_goes_on_behind_the_last_position_that_another_one_told() {
    let stage = Stage::new().await;
    let mut told = Vec::new();
    let mut reached = 0;
    for _ in 0..5 {
        let mut watch = watch(&stage.services.events, &manager(), behind(Some(reached)))
            .await
            .unwrap();
        write(&stage.users, 3).await;
        while let Ok(update) = timeout(Duration::from_millis(100), watch.next()).await {
            let update = update.unwrap();
            reached = update.position.get();
            told.extend(positions(&update.events));
        }
        write(&stage.users, 2).await;
    }
    let mut last = watch(&stage.services.events, &manager(), behind(Some(reached)))
        .await
        .unwrap();
    told.extend(positions(&read_up_to(&mut *last, 27).await));
    // The second event is the creation of the user of `there`.
    let expected: Vec<_> = (1..=27).filter(|position| *position != 2).collect();
    assert_eq!(told, expected);
}
