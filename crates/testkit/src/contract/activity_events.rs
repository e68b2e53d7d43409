//! `EventStore::append`: events that change no state, among the others.

use unlockd_application::ports::{EventFilter, EventOrder, EventRange, Visibility};
use unlockd_domain::{
    AccessTokenId, ActivityEvent, ActivityKind, ActivityName, Actor, Event, EventName, Position, TokenName,
    TokenReference,
};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

fn all() -> EventFilter {
    EventFilter::all(Visibility::Instance)
}

fn activity(kind: ActivityKind, user: Option<&str>, organization: Option<&str>) -> ActivityEvent {
    ActivityEvent {
        kind,
        user_id: user.map(fixtures::user_id),
        organization: organization.map(fixtures::organization_id),
        actor: Actor::User(fixtures::user_id("admin")),
        time: fixtures::now(),
        source: Some(fixtures::source("203.0.113.7")),
    }
}

async fn append(stores: &Stores, event: &ActivityEvent) {
    stores.events.append(event).await.expect("the event is written");
}

async fn select(stores: &Stores, filter: &EventFilter) -> Vec<Event> {
    let events = arrange::select(stores, filter).await;
    events.into_iter().map(|recorded| recorded.event).collect()
}

/// One of each kind, with and without a user of [`arrange::ACME`], who is there.
pub(super) fn every_activity(user: &str) -> Vec<ActivityEvent> {
    let token = |name: Option<&str>| TokenReference {
        id: AccessTokenId::new("token").expect("an id"),
        name: name.map(|name| TokenName::new(name).expect("a name")),
    };
    let session = fixtures::session_id("session");
    let acme = Some(arrange::ACME);
    vec![
        activity(
            ActivityKind::TokenCreated(token(Some("nightly \u{1f319}"))),
            Some(user),
            acme,
        ),
        activity(ActivityKind::TokenRevoked(token(None)), Some(user), acme),
        activity(ActivityKind::SessionBegun(session.clone()), Some(user), acme),
        activity(ActivityKind::SessionEnded(session), Some(user), acme),
        activity(ActivityKind::SignInFailed, None, None),
        activity(ActivityKind::SignInFailed, None, acme),
        ActivityEvent {
            actor: Actor::System,
            source: None,
            ..activity(ActivityKind::SignInRefused, Some(user), acme)
        },
        activity(ActivityKind::OrganizationCreated, None, Some("another")),
    ]
}

/// Every kind of activity between two events of a user, in the order they were written.
async fn a_history(stores: &Stores) -> Vec<Event> {
    arrange::organization(stores, arrange::ACME).await;
    let user = arrange::user(stores, "u").await;
    let before = arrange::select(stores, &all()).await;
    let mut written: Vec<_> = before.into_iter().map(|recorded| recorded.event).collect();
    for event in every_activity("u") {
        append(stores, &event).await;
        written.push(Event::Activity(event));
    }
    let lock = arrange::locked(&user);
    arrange::commit(stores, &lock).await;
    written.push(Event::User(lock.event().clone()));
    written
}

/// With details, actor, time and source; the history of the user has none of them.
pub async fn activities_come_back_whole_among_other_events(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let written = a_history(&stores).await;
    assert_eq!(select(&stores, &all()).await, written);
    for name in ActivityName::ALL {
        let filter = EventFilter {
            kinds: vec![EventName::Activity(name)],
            ..all()
        };
        let expected: Vec<_> = written.iter().filter(|event| filter.matches(event)).cloned().collect();
        assert!(!expected.is_empty(), "{name}");
        assert_eq!(select(&stores, &filter).await, expected, "{name}");
    }
    arrange::assert_state_is_its_history(&stores, "u").await;
}

/// An answered write is settled, and behind all that was settled before.
pub async fn an_activity_that_was_written_is_settled(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    for _ in 0..3 {
        let earlier = stores.events.settled().await.expect("an answer");
        append(&stores, &activity(ActivityKind::SignInFailed, None, None)).await;
        let settled = stores.events.settled().await.expect("an answer");
        let last = arrange::select(&stores, &all()).await.pop().expect("an event");
        assert!(earlier < last.position && last.position <= settled, "{last:?}");
    }
}

/// Without an organization they belong to the instance.
pub async fn activities_are_seen_by_organization_or_by_the_whole_instance(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let written = a_history(&stores).await;
    for organizations in [
        &[][..],
        &[arrange::ACME],
        &["another", "nowhere"],
        &[arrange::ACME, "another"],
    ] {
        let ids = organizations.iter().map(|id| fixtures::organization_id(id)).collect();
        let filter = EventFilter::all(Visibility::Organizations(ids));
        let is_seen = |event: &&Event| {
            let organization = event.organization();
            organization.is_some_and(|id| organizations.contains(&id.as_str()))
        };
        let expected: Vec<_> = written.iter().filter(is_seen).cloned().collect();
        assert_eq!(select(&stores, &filter).await, expected, "{filter:?}");
    }
}

/// In both directions, page by page; also for those who see one organization only.
pub async fn a_users_activities_stand_in_order_among_their_other_events(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let written = a_history(&stores).await;
    for visibility in [
        Visibility::Instance,
        Visibility::Organizations(vec![fixtures::organization_id(arrange::ACME)]),
        Visibility::Organizations(Vec::new()),
    ] {
        let filter = EventFilter {
            user_id: Some(fixtures::user_id("u")),
            ..EventFilter::all(visibility)
        };
        let mut expected: Vec<_> = written.iter().filter(|event| filter.matches(event)).cloned().collect();
        for order in [EventOrder::Forward, EventOrder::Backward] {
            assert_eq!(
                pages_of_two(&stores, &filter, order).await,
                expected,
                "{filter:?} {order:?}"
            );
            expected.reverse();
        }
    }
}

async fn pages_of_two(stores: &Stores, filter: &EventFilter, order: EventOrder) -> Vec<Event> {
    let mut range = EventRange {
        after: Position::START,
        up_to: Position::END,
        order,
        limit: 2,
    };
    let mut events = Vec::new();
    loop {
        let page = stores.events.select(filter, &range).await.expect("an answer");
        let Some(last) = page.last().map(|last| last.position) else {
            return events;
        };
        match order {
            EventOrder::Forward => range.after = last,
            EventOrder::Backward => range.up_to = last.previous(),
        }
        events.extend(page.into_iter().map(|recorded| recorded.event));
    }
}

/// Nothing is written.
pub async fn an_activity_of_an_absent_user_is_refused(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let written = a_history(&stores).await;
    let event = activity(ActivityKind::SignInRefused, Some("nobody"), Some(arrange::ACME));
    stores.events.append(&event).await.expect_err("the user is absent");
    assert_eq!(select(&stores, &all()).await, written);
}

/// Sources and names of tokens, from the user's activities only.
pub async fn a_deletion_erases_what_is_personal_from_activities(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let mut expected = a_history(&stores).await;
    let deletion = arrange::deleted(&arrange::find(&stores, "u").await);
    arrange::commit(&stores, &deletion).await;
    for event in &mut expected {
        if event.user_id().is_some() {
            *event = event.clone().erased();
        }
    }
    expected.push(Event::User(deletion.event().clone()));
    assert_eq!(select(&stores, &all()).await, expected);
}
