//! `EventStore`: the history of lockout policies, among the events of users.

use unlockd_application::ports::{EventFilter, Visibility};
use unlockd_domain::{
    Actor, Event, EventName, LockoutPolicy, OwnedPolicy, PolicyChange, PolicyEventName, UserEventName,
};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

fn all() -> EventFilter {
    EventFilter::all(Visibility::Instance)
}

async fn select(stores: &Stores, filter: &EventFilter) -> Vec<Event> {
    let events = arrange::select(stores, filter).await;
    events.into_iter().map(|recorded| recorded.event).collect()
}

/// One change after the other, each from somewhere else and at another moment, between events of users.
async fn a_history(stores: &Stores) -> Vec<Event> {
    for id in ["acme", "Acme"] {
        arrange::organization(stores, id).await;
    }
    let mut written = Vec::new();
    let mut policies: Vec<(Option<&str>, Option<OwnedPolicy>)> =
        vec![(None, None), (Some("acme"), None), (Some("Acme"), None)];
    for step in 0..9 {
        let user = fixtures::new_user(&format!("u {step}"), if step % 2 == 0 { "acme" } else { "Acme" });
        arrange::write(stores, &user).await;
        written.push(Event::User(user.change.event().clone()));
        let (owner, before) = &mut policies[step % 3];
        let policy = (step / 3 != 1).then_some(LockoutPolicy {
            reveal_lock: step == 4,
            ..fixtures::lockout_policy(u32::try_from(step).expect("a number"))
        });
        let actor = Actor::from((step % 4 != 3).then(|| fixtures::user_id(["one", "other"][step % 2])));
        let now = fixtures::timestamp(&format!("2025-01-0{}T00:00:00.000001Z", step + 1));
        let source = [Some("203.0.113.7"), None, Some("2001:db8::1")][step % 3].map(fixtures::source);
        let change = PolicyChange::new(
            owner.map(fixtures::organization_id),
            before.as_ref(),
            policy,
            actor,
            now,
        )
        .from_source(source.as_ref());
        stores
            .policies
            .commit(&change, None)
            .await
            .expect("the policy is written");
        written.push(Event::Policy(change.event().clone()));
        *before = Some(change.policy().clone());
    }
    written
}

/// With policy, actor, time and source, in the order they were written, among the events of users.
pub async fn events_of_policies_come_back_whole(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let written = a_history(&stores).await;
    assert_eq!(select(&stores, &all()).await, written);
    let names = [PolicyEventName::Set, PolicyEventName::Reset].map(EventName::Policy);
    for name in names {
        assert!(written.iter().any(|event| event.name() == name), "{name}");
    }
}

/// What was answered is settled, and behind what was settled before.
pub async fn a_policy_that_was_written_is_settled(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let mut before = None;
    for _ in 0..3 {
        let earlier = stores.events.settled().await.expect("an answer");
        let policy = Some(LockoutPolicy::DEFAULT);
        let change = PolicyChange::new(None, before.as_ref(), policy, Actor::System, fixtures::now());
        stores
            .policies
            .commit(&change, None)
            .await
            .expect("the policy is written");
        let settled = stores.events.settled().await.expect("an answer");
        let last = arrange::select(&stores, &all()).await.pop().expect("an event");
        assert_eq!(last.event, Event::Policy(change.event().clone()));
        assert!(earlier < last.position && last.position <= settled, "{last:?}");
        before = Some(change.policy().clone());
    }
}

/// The policy of the instance to those who see all of it, that of an organization to those who see its users.
pub async fn events_of_policies_are_seen_like_the_users_they_are_about(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let written = a_history(&stores).await;
    for organizations in [&[][..], &["acme"], &["Acme", "nowhere"], &["acme", "Acme"]] {
        let is_seen = |event: &&Event| {
            let organization = event.organization();
            organization.is_some_and(|id| organizations.contains(&id.as_str()))
        };
        let expected: Vec<_> = written.iter().filter(is_seen).cloned().collect();
        let ids = organizations.iter().map(|id| fixtures::organization_id(id)).collect();
        let filter = EventFilter::all(Visibility::Organizations(ids));
        assert_eq!(select(&stores, &filter).await, expected, "{filter:?}");
    }
}

/// By whose policy it is, who changed it, what happened, and when; no user's history has them.
pub async fn events_of_policies_are_found_by_what_they_are(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let written = a_history(&stores).await;
    let filters = [
        EventFilter {
            organization: Some(fixtures::organization_id("acme")),
            ..all()
        },
        EventFilter {
            actor: Some(fixtures::user_id("one")),
            ..all()
        },
        EventFilter {
            user_id: Some(fixtures::user_id("u 1")),
            ..all()
        },
        EventFilter {
            kinds: vec![EventName::Policy(PolicyEventName::Reset)],
            ..all()
        },
        EventFilter {
            kinds: vec![
                EventName::Policy(PolicyEventName::Set),
                EventName::User(UserEventName::Created),
            ],
            after: Some(fixtures::timestamp("2025-01-02T00:00:00.000001Z")),
            before: Some(fixtures::timestamp("2025-01-09T00:00:00.000001Z")),
            ..all()
        },
    ];
    for filter in filters {
        let expected: Vec<_> = written.iter().filter(|event| filter.matches(event)).cloned().collect();
        assert!(!expected.is_empty(), "{filter:?}");
        assert_eq!(select(&stores, &filter).await, expected, "{filter:?}");
    }
}

/// A deletion takes nothing of what the user has done to policies.
pub async fn events_of_policies_outlive_who_brought_them_about(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let user = arrange::user(&stores, "u").await;
    let change = PolicyChange::new(
        Some(fixtures::organization_id(arrange::ACME)),
        None,
        Some(LockoutPolicy::DEFAULT),
        Actor::User(user.id().clone()),
        fixtures::now(),
    );
    let change = change.from_source(Some(&fixtures::source("203.0.113.7")));
    stores
        .policies
        .commit(&change, None)
        .await
        .expect("the policy is written");
    arrange::commit(&stores, &arrange::deleted(&user)).await;
    let of_policies = EventFilter {
        kinds: vec![EventName::Policy(PolicyEventName::Set)],
        ..all()
    };
    let expected = Event::Policy(change.event().clone());
    assert_eq!(select(&stores, &of_policies).await, [expected]);
}
