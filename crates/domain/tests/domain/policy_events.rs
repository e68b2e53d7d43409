//! The history of a lockout policy.

use unlockd_domain::{
    Actor, LockoutPolicy, OwnedPolicy, PolicyChange, PolicyEvent, PolicyEventName, Sequence, Source,
    UnknownPolicyEventName,
};

use crate::{at, organization_id, user_id};

const NOW: &str = "2024-06-25T13:35:39.148123Z";
const LATER: &str = "2024-06-25T14:00:00Z";

fn somebody() -> Actor {
    Actor::User(user_id("somebody"))
}

/// Set at [`NOW`] where nothing was.
fn set() -> PolicyChange {
    let policy = Some(LockoutPolicy::DEFAULT);
    PolicyChange::new(Some(organization_id("acme")), None, policy, somebody(), at(NOW))
}

fn reset(before: &OwnedPolicy, now: &str) -> PolicyChange {
    PolicyChange::new(before.organization.clone(), Some(before), None, somebody(), at(now))
}

#[test]
fn a_policy_begins_its_history_when_it_is_set_for_the_first_time() {
    let change = set();
    let policy = OwnedPolicy {
        organization: Some(organization_id("acme")),
        policy: Some(LockoutPolicy::DEFAULT),
        sequence: Sequence::FIRST,
        changed_at: at(NOW),
    };
    assert_eq!(*change.policy(), policy);
    let event = PolicyEvent {
        organization: Some(organization_id("acme")),
        sequence: Sequence::FIRST,
        policy: Some(LockoutPolicy::DEFAULT),
        actor: somebody(),
        time: at(NOW),
        source: None,
    };
    assert_eq!(*change.event(), event);
    assert_eq!(change.event().name(), PolicyEventName::Set);
    assert_eq!(change.expected_sequence(), None);
}

#[test]
fn a_reset_leaves_nothing_but_the_history_which_goes_on_from_there() {
    let change = reset(set().policy(), LATER);
    assert_eq!(change.policy().policy, None);
    assert_eq!(change.event().name(), PolicyEventName::Reset);
    assert_eq!(change.expected_sequence(), Some(Sequence::FIRST));
    assert_eq!(
        (change.policy().sequence, change.policy().changed_at),
        (Sequence::FIRST.next(), at(LATER))
    );
}

#[test]
fn an_event_is_never_dated_before_the_one_in_front_of_it() {
    let change = reset(set().policy(), "1999-12-31T23:59:59Z");
    assert_eq!((change.event().time, change.policy().changed_at), (at(NOW), at(NOW)));
}

#[test]
fn where_a_change_comes_from_is_noted() {
    let source = Source::trusted("203.0.113.7".to_owned());
    let change = set().from_source(Some(&source));
    assert_eq!(change.event().source, Some(source));
    assert_eq!(change.from_source(None).event().source, None);
}

#[test]
fn events_have_the_names_that_are_stored_and_shown() {
    assert_eq!(
        PolicyEventName::ALL.map(PolicyEventName::as_str),
        ["lockout_policy.set", "lockout_policy.reset"]
    );
    for name in PolicyEventName::ALL {
        assert_eq!(name.as_str().parse(), Ok(name));
        assert_eq!(name.to_string(), name.as_str());
    }
    for unknown in ["", "lockout_policy", "Lockout_policy.set"] {
        assert_eq!(unknown.parse::<PolicyEventName>(), Err(UnknownPolicyEventName));
    }
}
