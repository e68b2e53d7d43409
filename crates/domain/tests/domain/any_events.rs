//! Events of users, of policies and of activities, seen as one history.

use unlockd_domain::{
    ActivityName, Actor, Event, EventName, LockoutPolicy, PolicyChange, PolicyEventName, Source, UserEventName,
};

use crate::{at, created, organization_id, user_id};

const NOW: &str = "2024-06-25T13:35:39.148123Z";

#[test]
fn every_kind_of_event_has_a_name_of_its_own() {
    let names: Vec<_> = EventName::all().collect();
    let all = [
        UserEventName::ALL.len(),
        PolicyEventName::ALL.len(),
        ActivityName::ALL.len(),
    ];
    assert_eq!(names.len(), all.into_iter().sum::<usize>());
    for name in &names {
        assert_eq!(name.as_str().parse(), Ok(*name));
        assert_eq!(name.to_string(), name.as_str());
        assert_eq!(names.iter().filter(|other| other.as_str() == name.as_str()).count(), 1);
    }
    let refused = "user.vanished".parse::<EventName>().unwrap_err().to_string();
    assert!(names.iter().all(|name| refused.contains(name.as_str())), "{refused}");
}

#[test]
fn an_event_of_a_user_says_whose_it_is() {
    let source = Source::trusted("203.0.113.7".to_owned());
    let change = created(NOW).from_source(Some(&source));
    let event = Event::User(change.event().clone());
    assert_eq!(event.name(), EventName::User(UserEventName::Created));
    assert_eq!(event.user_id(), Some(&user_id("u")));
    assert_eq!(event.organization(), Some(&organization_id("acme")));
    assert_eq!((event.actor(), event.time()), (&Actor::System, at(NOW)));
    assert_eq!(event.source(), Some(&source));
}

#[test]
fn an_event_of_a_policy_is_no_users_and_that_of_the_instances_no_organizations() {
    let by = Actor::User(user_id("somebody"));
    let source = Source::trusted("203.0.113.7".to_owned());
    for organization in [None, Some(organization_id("acme"))] {
        let policy = Some(LockoutPolicy::DEFAULT);
        let change = PolicyChange::new(organization.clone(), None, policy, by.clone(), at(NOW));
        let event = Event::Policy(change.from_source(Some(&source)).event().clone());
        assert_eq!(event.name(), EventName::Policy(PolicyEventName::Set));
        assert_eq!((event.user_id(), event.organization()), (None, organization.as_ref()));
        assert_eq!((event.actor(), event.time()), (&by, at(NOW)));
        assert_eq!(event.source(), Some(&source));
    }
}
