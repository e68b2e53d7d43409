//! `EventStore::select`: which events are found.

use unlockd_application::ports::{EventFilter, EventOrder, EventRange, RecordedEvent, Visibility};
use unlockd_domain::{Actor, EventName, Position, User, UserEventName, UserId};

use super::activity_events::every_activity;
use super::dice::Dice;
use super::population::{self, ACTORS, ORGANIZATIONS, Population};
use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

const QUESTIONS: usize = 400;

fn all() -> EventFilter {
    EventFilter::all(Visibility::Instance)
}

fn whole() -> EventRange {
    EventRange {
        after: Position::START,
        up_to: Position::END,
        order: EventOrder::Forward,
        limit: 10_000,
    }
}

async fn select(stores: &Stores, filter: &EventFilter, range: &EventRange) -> Vec<RecordedEvent> {
    stores.events.select(filter, range).await.expect("an answer")
}

/// Each event as user and sequence.
fn places(events: &[RecordedEvent]) -> Vec<(&str, u64)> {
    let events = events.iter().map(|recorded| arrange::user_event(&recorded.event));
    events
        .map(|event| (event.user_id.as_str(), event.sequence.get()))
        .collect()
}

/// Two organizations, three users, two actors, and one moment after the other.
async fn a_short_history(stores: &Stores) {
    let at = |second: u8| fixtures::timestamp(&format!("2024-01-01T00:00:0{second}.00000{second}Z"));
    let by = |id: &str| Actor::User(fixtures::user_id(id));
    for organization in ["acme", "Acme"] {
        arrange::organization(stores, organization).await;
    }
    let mut users = Vec::new();
    for (id, organization, actor, second) in [
        ("a", "acme", Actor::System, 1),
        ("b", "Acme", by("actor"), 2),
        ("A", "acme", by("Actor"), 2),
    ] {
        let mut new = fixtures::new_user(id, organization);
        let organization = fixtures::organization_id(organization);
        new.change = User::create(fixtures::user_id(id), organization, actor, at(second));
        arrange::write(stores, &new).await;
        users.push(new.change.user().clone());
    }
    let lock = users[0].lock(fixtures::lock_order(), by("actor"), at(3));
    let locked = arrange::commit(stores, &lock.expect("an active user")).await;
    let deactivation = users[1].deactivate(None, by("a"), at(4));
    arrange::commit(stores, &deactivation.expect("an active user")).await;
    let unlock = locked.unlock(None, by("actor"), at(5));
    arrange::commit(stores, &unlock.expect("a locked user")).await;
}

const EVERYTHING: [(&str, u64); 6] = [("a", 1), ("b", 1), ("A", 1), ("a", 2), ("b", 2), ("a", 3)];

const OF_ACME: [(&str, u64); 4] = [("a", 1), ("A", 1), ("a", 2), ("a", 3)];

/// What is found, among all that there is.
async fn assert_found(stores: &Stores, filter: &EventFilter, expected: &[(&str, u64)]) {
    let found = select(stores, filter, &whole()).await;
    assert_eq!(places(&found), expected, "{filter:?}");
}

/// Of whom the events are, and of whose users; ids are compared byte by byte.
pub async fn events_are_found_by_user_and_organization(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    a_short_history(&stores).await;
    let of_user = |id| EventFilter {
        user_id: Some(fixtures::user_id(id)),
        ..all()
    };
    let of_organization = |id| EventFilter {
        organization: Some(fixtures::organization_id(id)),
        ..all()
    };
    assert_found(&stores, &all(), &EVERYTHING).await;
    assert_found(&stores, &of_user("a"), &[("a", 1), ("a", 2), ("a", 3)]).await;
    assert_found(&stores, &of_user("A"), &[("A", 1)]).await;
    assert_found(&stores, &of_user("nobody"), &[]).await;
    assert_found(&stores, &of_organization("acme"), &OF_ACME).await;
    assert_found(&stores, &of_organization("Acme"), &[("b", 1), ("b", 2)]).await;
    assert_found(&stores, &of_organization("nowhere"), &[]).await;
}

/// Who brought them about, and what they are called; the system is nobody.
pub async fn events_are_found_by_actor_and_kind(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    a_short_history(&stores).await;
    let by = |id| EventFilter {
        actor: Some(fixtures::user_id(id)),
        ..all()
    };
    let called = |kinds: &[UserEventName]| EventFilter {
        kinds: kinds.iter().copied().map(EventName::User).collect(),
        ..all()
    };
    assert_found(&stores, &by("actor"), &[("b", 1), ("a", 2), ("a", 3)]).await;
    assert_found(&stores, &by("Actor"), &[("A", 1)]).await;
    assert_found(&stores, &by("nobody"), &[]).await;
    let (locked, unlocked) = (UserEventName::Locked, UserEventName::Unlocked);
    assert_found(&stores, &called(&[locked]), &[("a", 2)]).await;
    assert_found(
        &stores,
        &called(&[unlocked, UserEventName::Deactivated, unlocked]),
        &[("b", 2), ("a", 3)],
    )
    .await;
    assert_found(&stores, &called(&[UserEventName::Deleted]), &[]).await;
    assert_found(&stores, &called(&UserEventName::ALL), &EVERYTHING).await;
}

/// To the microsecond, neither end included.
pub async fn events_are_found_by_time(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    a_short_history(&stores).await;
    let at = |second: &str| fixtures::timestamp(&format!("2024-01-01T00:00:0{second}Z"));
    let between = |after: Option<&str>, before: Option<&str>| EventFilter {
        after: after.map(at),
        before: before.map(at),
        ..all()
    };
    assert_found(&stores, &between(Some("4.000004"), None), &[("a", 3)]).await;
    assert_found(&stores, &between(Some("4.000003"), None), &[("b", 2), ("a", 3)]).await;
    assert_found(&stores, &between(None, Some("2.000002")), &[("a", 1)]).await;
    assert_found(&stores, &between(None, Some("2.000003")), &EVERYTHING[..3]).await;
    assert_found(&stores, &between(Some("1.000001"), Some("3.000003")), &EVERYTHING[1..3]).await;
    assert_found(&stores, &between(Some("3"), Some("2")), &[]).await;
}

/// What is asked for cannot widen what may be seen.
pub async fn only_events_that_may_be_seen_are_found(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    a_short_history(&stores).await;
    let seen = |ids: &[&str]| {
        let organizations = ids.iter().map(|id| fixtures::organization_id(id));
        EventFilter::all(Visibility::Organizations(organizations.collect()))
    };
    assert_found(&stores, &seen(&["acme"]), &OF_ACME).await;
    assert_found(&stores, &seen(&["nowhere", "Acme", "acme", "acme"]), &EVERYTHING).await;
    assert_found(&stores, &seen(&["nowhere"]), &[]).await;
    assert_found(&stores, &seen(&[]), &[]).await;
    let hidden = EventFilter {
        organization: Some(fixtures::organization_id("Acme")),
        ..seen(&["acme"])
    };
    assert_found(&stores, &hidden, &[]).await;
}

/// Behind one position, up to and with another; the first of them, or the last.
pub async fn ranges_orders_and_limits_are_kept(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    a_short_history(&stores).await;
    let events = select(&stores, &all(), &whole()).await;
    let positions: Vec<_> = events.iter().map(|recorded| recorded.position).collect();
    let mut ends = vec![Position::START, Position::END];
    ends.extend(positions.iter().flat_map(|position| [position.previous(), *position]));
    for after in &ends {
        for up_to in &ends {
            for limit in [1, 2, 5, 6, 7, u32::MAX] {
                let range = |order| EventRange {
                    after: *after,
                    up_to: *up_to,
                    order,
                    limit,
                };
                let within = |recorded: &&RecordedEvent| recorded.position > *after && recorded.position <= *up_to;
                let forward = events.iter().filter(within).take(limit as usize);
                let found = select(&stores, &all(), &range(EventOrder::Forward)).await;
                assert!(found.iter().eq(forward), "{:?}", range(EventOrder::Forward));
                let backward = events.iter().rev().filter(within).take(limit as usize);
                let found = select(&stores, &all(), &range(EventOrder::Backward)).await;
                assert!(found.iter().eq(backward), "{:?}", range(EventOrder::Backward));
            }
        }
    }
}

/// Events of every kind, whole, for each of any combination of conditions.
pub async fn random_filters_find_what_they_match(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let mut dice = Dice::new(4);
    let population = Population::settle(&stores, &mut dice).await;
    let users = select(&stores, &all(), &whole()).await;
    let user_id = users.iter().find_map(|recorded| recorded.event.user_id());
    for activity in every_activity(user_id.expect("an event of a user").as_str()) {
        for stores in [&stores, &population.in_memory] {
            stores.events.append(&activity).await.expect("the event is written");
        }
    }
    let events = select(&stores, &all(), &whole()).await;
    let in_memory = select(&population.in_memory, &all(), &whole()).await;
    let facts = |events: &[RecordedEvent]| -> Vec<_> { events.iter().map(|recorded| recorded.event.clone()).collect() };
    assert_eq!(facts(&events), facts(&in_memory));
    for name in EventName::all() {
        assert!(events.iter().any(|recorded| recorded.event.name() == name), "{name}");
    }

    let mut telling = 0;
    for _ in 0..QUESTIONS {
        let (filter, range) = (filter(&mut dice, &events), range(&mut dice, &events));
        let mut expected: Vec<_> = events
            .iter()
            .filter(|recorded| range.contains(recorded.position))
            .collect();
        expected.retain(|recorded| filter.matches(&recorded.event));
        if range.order == EventOrder::Backward {
            expected.reverse();
        }
        expected.truncate(range.limit as usize);
        let found = select(&stores, &filter, &range).await;
        assert!(
            found.iter().eq(expected.iter().copied()),
            "{filter:?} {range:?}: {found:?}"
        );
        telling += usize::from(!expected.is_empty());
    }
    // Questions that nothing fits say little.
    assert!(telling > QUESTIONS / 4, "only {telling} questions find something");
}

fn filter(dice: &mut Dice, events: &[RecordedEvent]) -> EventFilter {
    let organizations = |dice: &mut Dice| fixtures::organization_id(dice.pick(&ORGANIZATIONS));
    let hidden = dice.sometimes(30, |dice| (0..dice.below(5)).map(|_| organizations(dice)).collect());
    EventFilter {
        visibility: hidden.map_or(Visibility::Instance, Visibility::Organizations),
        user_id: dice.sometimes(25, |dice| user_id(dice, events)),
        organization: dice.sometimes(25, organizations),
        actor: dice.sometimes(25, |dice| fixtures::user_id(dice.pick(&ACTORS))),
        kinds: (0..dice.below(2) * dice.below(5))
            .map(|_| dice.pick(&EventName::all().collect::<Vec<_>>()))
            .collect(),
        after: dice.sometimes(25, population::moment),
        before: dice.sometimes(25, population::moment),
    }
}

fn user_id(dice: &mut Dice, events: &[RecordedEvent]) -> UserId {
    let of_users: Vec<_> = events.iter().filter_map(|recorded| recorded.event.user_id()).collect();
    dice.pick(&of_users).clone()
}

fn range(dice: &mut Dice, events: &[RecordedEvent]) -> EventRange {
    EventRange {
        after: dice
            .sometimes(30, |dice| dice.pick(events).position)
            .unwrap_or(Position::START),
        up_to: dice
            .sometimes(30, |dice| dice.pick(events).position)
            .unwrap_or(Position::END),
        order: dice.pick(&[EventOrder::Forward, EventOrder::Backward]),
        limit: dice.pick(&[1, 5, 1_000]),
    }
}
