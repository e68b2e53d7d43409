//! Reading, setting and resetting lockout policies.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use unlockd_application::idempotency::IdempotentRequest;
use unlockd_application::lockout_policies::{
    EffectiveLockoutPolicy, GetLockoutPolicy, LockoutPolicyOrigin, PolicyDetails, ResetLockoutPolicy, SetLockoutPolicy,
};
use unlockd_application::ports::{
    CommitPolicyError, EventFilter, EventOrder, EventRange, EventStore, LockoutPolicyStore, StoreError, Visibility,
};
use unlockd_application::{Caller, Error, LockoutPolicyService};
use unlockd_domain::{
    Actor, Event, LockoutPolicy, OrganizationId, OwnedPolicy, PolicyChange, PolicyEvent, Position, Role,
};
use unlockd_testkit::{MemoryStore, Outage, fixtures};

use crate::stage::{Stage, caller, reason};

fn owner() -> Caller {
    caller(Some(Role::IamOwner)).from_source(Some(&fixtures::source("203.0.113.7")))
}

fn owned_by(organization: Option<&str>) -> Option<OrganizationId> {
    organization.map(fixtures::organization_id)
}

async fn get(stage: &Stage, who: &Caller, organization: Option<&str>) -> Result<EffectiveLockoutPolicy, Error> {
    let query = GetLockoutPolicy {
        organization: owned_by(organization),
    };
    stage.services.lockout_policies.get_lockout_policy(who, query).await
}

async fn set(stage: &Stage, who: &Caller, organization: Option<&str>, attempts: u32) -> Result<PolicyDetails, Error> {
    let command = SetLockoutPolicy {
        organization: owned_by(organization),
        policy: fixtures::lockout_policy(attempts),
        idempotency_key: None,
    };
    let set = stage.services.lockout_policies.set_lockout_policy(who, command).await;
    set.map(|set| set.answer)
}

async fn reset(stage: &Stage, who: &Caller, organization: Option<&str>) -> Result<PolicyDetails, Error> {
    let command = ResetLockoutPolicy {
        organization: owned_by(organization),
        idempotency_key: None,
    };
    let reset = stage.services.lockout_policies.reset_lockout_policy(who, command).await;
    reset.map(|reset| reset.answer)
}

/// All events of policies.
async fn events(stage: &Stage) -> Vec<PolicyEvent> {
    let range = EventRange {
        after: Position::START,
        up_to: Position::END,
        order: EventOrder::Forward,
        limit: 100,
    };
    let all = stage
        .store
        .select(&EventFilter::all(Visibility::Instance), &range)
        .await
        .unwrap();
    let policies = all.into_iter().filter_map(|recorded| match recorded.event {
        Event::Policy(event) => Some(event),
        Event::User(_) | Event::Activity(_) => None,
    });
    policies.collect()
}

/// How many attempts the policy allows that holds, and where it comes from.
async fn holds(stage: &Stage, organization: Option<&str>) -> (u32, &'static str) {
    let effective = get(stage, &owner(), organization).await.unwrap();
    let origin = match effective.origin {
        LockoutPolicyOrigin::Default => "default",
        LockoutPolicyOrigin::Instance(_) => "instance",
        LockoutPolicyOrigin::Organization(_) => "organization",
    };
    (effective.policy.max_password_attempts.get(), origin)
}

#[tokio::test]
async fn an_organizations_policy_goes_before_the_instances_and_that_before_the_default() {
    let stage = Stage::new().await;
    for organization in [None, Some("here"), Some("there")] {
        assert_eq!(holds(&stage, organization).await, (10, "default"));
    }
    set(&stage, &owner(), None, 20).await.unwrap();
    set(&stage, &owner(), Some("here"), 3).await.unwrap();
    assert_eq!(holds(&stage, Some("here")).await, (3, "organization"));
    assert_eq!(holds(&stage, Some("there")).await, (20, "instance"));
    assert_eq!(holds(&stage, None).await, (20, "instance"));

    reset(&stage, &owner(), None).await.unwrap();
    assert_eq!(holds(&stage, Some("there")).await, (10, "default"));
    assert_eq!(holds(&stage, Some("here")).await, (3, "organization"));
    reset(&stage, &owner(), Some("here")).await.unwrap();
    assert_eq!(holds(&stage, Some("here")).await, (10, "default"));
}

#[tokio::test]
async fn each_change_of_a_policy_is_an_event_with_all_that_was_set() {
    let stage = Stage::new().await;
    let first = set(&stage, &owner(), Some("here"), 3).await.unwrap();
    stage.clock.advance(Duration::from_mins(1));
    let second = reset(&stage, &owner(), Some("here")).await.unwrap();
    let at = |minutes| fixtures::now().saturating_add(Duration::from_mins(minutes));
    assert_eq!((first.sequence, first.change_date), (1, Some(at(0))));
    assert_eq!((second.sequence, second.change_date), (2, Some(at(1))));
    assert_eq!(first.organization, owned_by(Some("here")));
    let [set, reset] = events(&stage).await.try_into().unwrap();
    assert_eq!((set.policy, reset.policy), (Some(fixtures::lockout_policy(3)), None));
    assert_eq!(set.source, Some(fixtures::source("203.0.113.7")));
    for event in [&set, &reset] {
        assert_eq!(event.actor, Actor::User(owner().user_id().clone()));
        assert_eq!(event.organization, owned_by(Some("here")));
    }
    assert_eq!((set.time, reset.time), (at(0), at(1)));
}

#[tokio::test]
async fn setting_the_same_again_is_noted_and_resetting_what_is_not_set_changes_nothing() {
    let stage = Stage::new().await;
    let nothing = PolicyDetails {
        sequence: 0,
        change_date: None,
        organization: None,
    };
    assert_eq!(reset(&stage, &owner(), None).await.unwrap(), nothing);
    assert_eq!(events(&stage).await, []);
    set(&stage, &owner(), None, 3).await.unwrap();
    set(&stage, &owner(), None, 3).await.unwrap();
    let first = reset(&stage, &owner(), None).await.unwrap();
    stage.clock.advance(Duration::from_mins(1));
    assert_eq!(reset(&stage, &owner(), None).await.unwrap(), first);
    assert_eq!((first.sequence, events(&stage).await.len()), (3, 3));
}

#[tokio::test]
async fn each_role_does_with_policies_what_it_allows() {
    const DENIED: &str = "PERMISSION_DENIED";
    let stage = Stage::new().await;
    for (role, reads, writes) in [
        (Role::IamOwner, true, true),
        (Role::IamUserManager, true, false),
        (Role::IamOwnerViewer, true, false),
        (Role::IamUserUnlocker, true, false),
        (Role::IamLoginClient, false, false),
        (Role::OrgOwner, true, true),
        (Role::OrgUserManager, true, false),
        (Role::OrgOwnerViewer, true, false),
        (Role::OrgUserUnlocker, true, false),
    ] {
        let who = caller(Some(role));
        for (organization, is_reached) in [
            (Some("here"), true),
            (Some("there"), role.is_instance_role()),
            (None, role.is_instance_role()),
        ] {
            let said = |failure: Option<Error>| failure.map_or("OK", |error| error.reason().as_str());
            let expected = |may| if may && is_reached { "OK" } else { DENIED };
            assert_eq!(
                said(get(&stage, &who, organization).await.err()),
                expected(reads),
                "{role}"
            );
            assert_eq!(
                said(set(&stage, &who, organization, 3).await.err()),
                expected(writes),
                "{role}"
            );
            assert_eq!(
                said(reset(&stage, &who, organization).await.err()),
                expected(writes),
                "{role}"
            );
        }
    }
}

#[tokio::test]
async fn only_callers_of_the_instance_are_told_that_an_organization_does_not_exist() {
    let stage = Stage::new().await;
    for (who, expected) in [
        (owner(), "ORGANIZATION_NOT_FOUND"),
        (caller(Some(Role::OrgOwner)), "PERMISSION_DENIED"),
        (caller(None), "PERMISSION_DENIED"),
    ] {
        assert_eq!(reason(get(&stage, &who, Some("nowhere")).await), expected);
        assert_eq!(reason(set(&stage, &who, Some("nowhere"), 3).await), expected);
        assert_eq!(reason(reset(&stage, &who, Some("nowhere")).await), expected);
    }
    assert_eq!(events(&stage).await, []);
}

/// A store in which others come first, so many times.
struct Contested {
    inner: MemoryStore,
    left: AtomicUsize,
}

#[async_trait]
impl LockoutPolicyStore for Contested {
    async fn find(&self, organization: Option<&OrganizationId>) -> Result<Option<OwnedPolicy>, StoreError> {
        LockoutPolicyStore::find(&self.inner, organization).await
    }

    async fn find_effective(&self, organization: Option<&OrganizationId>) -> Result<Option<OwnedPolicy>, StoreError> {
        self.inner.find_effective(organization).await
    }

    async fn commit(
        &self,
        change: &PolicyChange,
        request: Option<&IdempotentRequest>,
    ) -> Result<(), CommitPolicyError> {
        let is_due = self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if is_due.is_ok() {
            let before = self.find(None).await?;
            let policy = Some(LockoutPolicy::DEFAULT);
            let theirs = PolicyChange::new(None, before.as_ref(), policy, Actor::System, fixtures::now());
            LockoutPolicyStore::commit(&self.inner, &theirs, None).await?;
        }
        LockoutPolicyStore::commit(&self.inner, change, request).await
    }
}

async fn contested(times: usize) -> Stage {
    let mut stage = Stage::new().await;
    stage.services.lockout_policies.store = Arc::new(Contested {
        inner: stage.store.clone(),
        left: AtomicUsize::new(times),
    });
    stage
}

#[tokio::test]
async fn whoever_comes_second_writes_behind_the_others() {
    let stage = contested(3).await;
    assert_eq!(set(&stage, &owner(), None, 3).await.unwrap().sequence, 4);
    assert_eq!(holds(&stage, None).await, (3, "instance"));
}

#[tokio::test]
async fn whoever_always_comes_second_is_told_that_too_much_is_going_on() {
    let stage = contested(usize::MAX).await;
    assert_eq!(reason(set(&stage, &owner(), None, 3).await), "OVERLOADED");
}

#[tokio::test]
async fn a_store_that_is_lost_is_said_to_be_unavailable() {
    let stage = Stage::new().await;
    stage.store.set_outage(Some(Outage::ConnectionsLost));
    for organization in [None, Some("here")] {
        assert_eq!(reason(get(&stage, &owner(), organization).await), "STORE_UNAVAILABLE");
        assert_eq!(
            reason(set(&stage, &owner(), organization, 3).await),
            "STORE_UNAVAILABLE"
        );
        assert_eq!(reason(reset(&stage, &owner(), organization).await), "STORE_UNAVAILABLE");
    }
}

#[tokio::test]
async fn a_change_under_a_key_is_written_once_and_answered_alike() {
    let stage = Stage::new().await;
    let policies = &stage.services.lockout_policies;
    let set = |attempts| SetLockoutPolicy {
        organization: owned_by(Some("here")),
        policy: fixtures::lockout_policy(attempts),
        idempotency_key: Some(fixtures::idempotency_key("set")),
    };
    let reset = || ResetLockoutPolicy {
        organization: owned_by(Some("here")),
        idempotency_key: Some(fixtures::idempotency_key("reset")),
    };
    let first_set = policies.set_lockout_policy(&owner(), set(3)).await.unwrap();
    let first_reset = policies.reset_lockout_policy(&owner(), reset()).await.unwrap();

    let set_again = policies.set_lockout_policy(&owner(), set(3)).await.unwrap();
    let reset_again = policies.reset_lockout_policy(&owner(), reset()).await.unwrap();

    assert!(set_again.replayed && reset_again.replayed);
    assert_eq!(
        (set_again.answer, reset_again.answer),
        (first_set.answer, first_reset.answer)
    );
    assert_eq!(events(&stage).await.len(), 2);
    let other = policies.set_lockout_policy(&owner(), set(4)).await;
    assert_eq!(reason(other), "IDEMPOTENCY_KEY_REUSED");
}
