//! Changes of lockout policies, in one history with those of users.

use unlockd_application::events::{EventFilterForm, ListEventsForm};
use unlockd_application::lockout_policies::{ResetLockoutPolicy, SetLockoutPolicy};
use unlockd_application::ports::RecordedEvent;
use unlockd_application::{Caller, EventService, LockoutPolicyService};
use unlockd_domain::{Event, Role};
use unlockd_testkit::fixtures;

use crate::stage::{Stage, caller};

/// Two users; the policies of the instance, of `here` and of `there` are set, and that of `here` is reset.
async fn eventful() -> Stage {
    let stage = Stage::new().await;
    let policies = &stage.services.lockout_policies;
    let owner = caller(Some(Role::IamOwner));
    for organization in [None, Some("here"), Some("there")] {
        let command = SetLockoutPolicy {
            organization: organization.map(fixtures::organization_id),
            policy: fixtures::lockout_policy(3),
            idempotency_key: None,
        };
        policies.set_lockout_policy(&owner, command).await.unwrap();
    }
    let reset = ResetLockoutPolicy {
        organization: Some(fixtures::organization_id("here")),
        idempotency_key: None,
    };
    policies.reset_lockout_policy(&owner, reset).await.unwrap();
    stage
}

/// What is found: whose it is and what it is called.
async fn found(stage: &Stage, who: &Caller, filter: EventFilterForm) -> Vec<String> {
    let form = ListEventsForm {
        filter,
        ..ListEventsForm::default()
    };
    let query = form.parse().unwrap();
    let page = stage.services.events.list_events(who, query).await.unwrap();
    let name = |recorded: &RecordedEvent| {
        let event = &recorded.event;
        let place = event.organization().map_or("instance", |id| id.as_str());
        format!("{place} {}", event.name())
    };
    page.events.iter().map(name).collect()
}

fn of_kinds(kinds: &[&str]) -> EventFilterForm {
    EventFilterForm {
        kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        ..EventFilterForm::default()
    }
}

#[tokio::test]
async fn whoever_sees_the_instance_sees_all_policies_and_others_those_of_their_organization() {
    let stage = eventful().await;
    for role in Role::ALL.into_iter().filter(|role| *role != Role::IamLoginClient) {
        let found = found(&stage, &caller(Some(role)), EventFilterForm::default()).await;
        let expected: &[_] = if role.is_instance_role() {
            &[
                "here user.created",
                "there user.created",
                "instance lockout_policy.set",
                "here lockout_policy.set",
                "there lockout_policy.set",
                "here lockout_policy.reset",
            ]
        } else {
            &[
                "here user.created",
                "here lockout_policy.set",
                "here lockout_policy.reset",
            ]
        };
        assert_eq!(found, expected, "{role}");
    }
}

#[tokio::test]
async fn events_of_policies_are_found_by_kind_organization_and_actor_and_not_by_user() {
    let stage = eventful().await;
    let owner = caller(Some(Role::IamOwner));
    let set = found(&stage, &owner, of_kinds(&["lockout_policy.set"])).await;
    assert_eq!(
        set,
        ["instance", "here", "there"].map(|place| format!("{place} lockout_policy.set"))
    );
    let both = found(&stage, &owner, of_kinds(&["lockout_policy.reset", "user.created"])).await;
    assert_eq!(both.len(), 3);
    let here = EventFilterForm {
        organization_id: "here".to_owned(),
        ..of_kinds(&["lockout_policy.set", "lockout_policy.reset"])
    };
    assert_eq!(
        found(&stage, &owner, here).await,
        ["here lockout_policy.set", "here lockout_policy.reset"]
    );
    let by_owner = EventFilterForm {
        actor_id: owner.user_id().to_string(),
        ..EventFilterForm::default()
    };
    assert_eq!(found(&stage, &owner, by_owner).await.len(), 4);
    let of_user = EventFilterForm {
        user_id: "here".to_owned(),
        ..EventFilterForm::default()
    };
    assert_eq!(found(&stage, &owner, of_user).await, ["here user.created"]);
}

#[tokio::test]
async fn what_was_set_is_part_of_the_event() {
    let stage = eventful().await;
    let query = ListEventsForm {
        filter: of_kinds(&["lockout_policy.set", "lockout_policy.reset"]),
        ..ListEventsForm::default()
    };
    let owner = caller(Some(Role::IamOwner));
    let page = stage
        .services
        .events
        .list_events(&owner, query.parse().unwrap())
        .await
        .unwrap();
    let policies: Vec<_> = page
        .events
        .iter()
        .map(|recorded| match &recorded.event {
            Event::Policy(event) => event.policy,
            event @ (Event::User(_) | Event::Activity(_)) => panic!("only policies were asked for: {event:?}"),
        })
        .collect();
    let set = Some(fixtures::lockout_policy(3));
    assert_eq!(policies, [set, set, set, None]);
}
