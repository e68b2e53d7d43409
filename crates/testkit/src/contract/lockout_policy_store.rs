//! `LockoutPolicyStore`.

use std::sync::Arc;
use std::time::Duration;

use unlockd_application::ports::{CommitPolicyError, EventFilter, RecordedRequest, Visibility};
use unlockd_domain::{
    Actor, AttemptLimit, BackoffFactor, Event, LockoutPolicy, OrganizationId, OwnedPolicy, PolicyChange, PolicySpan,
    SourceTotal, Timestamp,
};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

fn owner(id: Option<&str>) -> Option<OrganizationId> {
    id.map(fixtures::organization_id)
}

async fn found(stores: &Stores, organization: Option<&str>) -> Option<OwnedPolicy> {
    let owner = owner(organization);
    stores.policies.find(owner.as_ref()).await.expect("an answer")
}

/// The policy that holds, as how many attempts it allows.
async fn effective(stores: &Stores, organization: Option<&str>) -> Option<u32> {
    let owner = owner(organization);
    let held = stores
        .policies
        .find_effective(owner.as_ref())
        .await
        .expect("an answer")?;
    // What holds is what is kept of whomever it belongs to.
    let kept = stores.policies.find(held.organization.as_ref()).await;
    assert_eq!(kept.expect("an answer").as_ref(), Some(&held));
    Some(held.policy.expect("a policy that is set").max_password_attempts.get())
}

fn change(organization: Option<&str>, before: Option<&OwnedPolicy>, policy: Option<LockoutPolicy>) -> PolicyChange {
    let actor = Actor::User(fixtures::user_id("caller"));
    PolicyChange::new(owner(organization), before, policy, actor, fixtures::now())
}

async fn commit(stores: &Stores, change: &PolicyChange) -> OwnedPolicy {
    let written = stores.policies.commit(change, None).await;
    written.expect("the policy is written");
    change.policy().clone()
}

/// Sets the policy, or resets it, behind what is there.
async fn write(stores: &Stores, organization: Option<&str>, policy: Option<u32>) -> OwnedPolicy {
    let before = found(stores, organization).await;
    let policy = policy.map(fixtures::lockout_policy);
    commit(stores, &change(organization, before.as_ref(), policy)).await
}

async fn assert_refused(stores: &Stores, change: &PolicyChange, is_expected: impl FnOnce(&CommitPolicyError) -> bool) {
    let owner = change.policy().organization.as_ref().map(OrganizationId::as_str);
    let everything = EventFilter::all(Visibility::Instance);
    let before = (found(stores, owner).await, arrange::select(stores, &everything).await);
    let refused = stores.policies.commit(change, None).await;
    assert!(matches!(&refused, Err(error) if is_expected(error)), "{refused:?}");
    let after = (found(stores, owner).await, arrange::select(stores, &everything).await);
    assert_eq!(after, before);
}

/// With the least and the most of everything, of the instance and of an organization.
pub async fn a_policy_comes_back_whole(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let organization = "\u{1F511}".repeat(200);
    arrange::organization(&stores, &organization).await;
    let shortest = PolicySpan::new(Duration::from_micros(1)).expect("a span");
    let longest = PolicySpan::new(PolicySpan::MAX).expect("a span");
    let limit = |number| AttemptLimit::new(number).expect("a limit");
    let least = LockoutPolicy {
        max_password_attempts: limit(0),
        attempt_window: shortest,
        lock_duration: None,
        backoff_factor: BackoffFactor::new(1).expect("a factor"),
        max_lock_duration: shortest,
        reveal_lock: false,
        source_attempts: None,
        source_window: shortest,
        lock_ends_sessions: false,
        max_source_names: SourceTotal::new(1).expect("a total"),
        max_source_failures: SourceTotal::new(0).expect("a total"),
        source_total_window: longest,
    };
    let most = LockoutPolicy {
        max_password_attempts: limit(AttemptLimit::MAX),
        attempt_window: longest,
        lock_duration: Some(longest),
        backoff_factor: BackoffFactor::new(BackoffFactor::MAX).expect("a factor"),
        max_lock_duration: longest,
        reveal_lock: true,
        source_attempts: Some(limit(AttemptLimit::MAX)),
        source_window: longest,
        lock_ends_sessions: true,
        max_source_names: SourceTotal::new(SourceTotal::MAX).expect("a total"),
        max_source_failures: SourceTotal::new(SourceTotal::MAX).expect("a total"),
        source_total_window: shortest,
    };
    let no_limit = LockoutPolicy {
        source_attempts: Some(limit(0)),
        lock_duration: Some(shortest),
        ..most
    };
    let policies = [
        Some(LockoutPolicy::DEFAULT),
        Some(least),
        None,
        Some(most),
        Some(no_limit),
    ];
    for owner in [None, Some(organization.as_str())] {
        assert_eq!(found(&stores, owner).await, None);
        let mut before = None;
        for policy in policies {
            let written = commit(&stores, &change(owner, before.as_ref(), policy)).await;
            assert_eq!(found(&stores, owner).await.as_ref(), Some(&written));
            assert_eq!(written.policy, policy);
            before = Some(written);
        }
    }
}

/// Year 1 to year 9999, to the microsecond.
pub async fn changes_at_the_limits_of_time_come_back(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let mut before = None;
    for now in [fixtures::earliest(), Timestamp::MAX] {
        let policy = Some(LockoutPolicy::DEFAULT);
        let change = PolicyChange::new(None, before.as_ref(), policy, Actor::System, now);
        let written = commit(&stores, &change).await;
        assert_eq!(written.changed_at, now);
        assert_eq!(found(&stores, None).await.as_ref(), Some(&written));
        before = Some(written);
    }
}

/// Its own, else the instance's, whichever is set; one that was reset is kept, and does not hold.
pub async fn what_holds_is_the_organizations_policy_or_else_the_instances(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    for id in ["acme", "Acme"] {
        arrange::organization(&stores, id).await;
    }
    let owners = [None, Some("acme"), Some("Acme"), Some("absent")];
    // Each write, and what holds then for each of these.
    let steps = [
        (Some("acme"), Some(5), [None, Some(5), None, None]),
        (Some("acme"), None, [None, None, None, None]),
        (None, Some(7), [Some(7), Some(7), Some(7), Some(7)]),
        (Some("acme"), Some(6), [Some(7), Some(6), Some(7), Some(7)]),
        (None, Some(8), [Some(8), Some(6), Some(8), Some(8)]),
        (Some("Acme"), Some(0), [Some(8), Some(6), Some(0), Some(8)]),
        (None, None, [None, Some(6), Some(0), None]),
        (Some("acme"), None, [None, None, Some(0), None]),
    ];
    for (owner, policy, expected) in steps {
        let others: Vec<_> = owners.into_iter().filter(|other| *other != owner).collect();
        let mut before = Vec::new();
        for other in &others {
            before.push(found(&stores, *other).await);
        }
        let written = write(&stores, owner, policy).await;
        assert_eq!(found(&stores, owner).await, Some(written));
        for (other, before) in others.iter().zip(before) {
            assert_eq!(found(&stores, *other).await, before, "{other:?}");
        }
        for (owner, expected) in owners.into_iter().zip(expected) {
            assert_eq!(effective(&stores, owner).await, expected, "{owner:?}");
        }
    }
}

/// Of a policy that has changed meanwhile, or was not changed so far; also once it was reset.
pub async fn a_change_on_another_sequence_is_a_conflict_and_writes_nothing(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let policy = Some(fixtures::lockout_policy(3));
    for owner in [None, Some(arrange::ACME)] {
        let first = change(owner, None, policy);
        let second = change(owner, Some(first.policy()), None);
        let third = change(owner, Some(second.policy()), policy);
        assert_refused(&stores, &second, |error| matches!(error, CommitPolicyError::Conflict)).await;
        commit(&stores, &first).await;
        for stale_or_early in [&first, &third] {
            assert_refused(&stores, stale_or_early, |error| {
                matches!(error, CommitPolicyError::Conflict)
            })
            .await;
        }
        commit(&stores, &second).await;
        for stale in [&first, &second] {
            assert_refused(&stores, stale, |error| matches!(error, CommitPolicyError::Conflict)).await;
        }
        commit(&stores, &third).await;
    }
}

/// There is nobody whose policy it could be.
pub async fn a_policy_of_an_absent_organization_is_refused_and_nothing_is_written(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let policy = Some(fixtures::lockout_policy(3));
    for absent in ["Acme", "absent"] {
        assert_refused(&stores, &change(Some(absent), None, policy), |error| {
            matches!(error, CommitPolicyError::OrganizationNotFound)
        })
        .await;
    }
}

/// The first one to set a policy, to change it, and to reset it.
pub async fn of_64_parallel_changes_on_one_sequence_exactly_one_succeeds(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    for owner in [None, Some(arrange::ACME)] {
        for round in 1..=3 {
            let before = found(&stores, owner).await;
            let tasks = (0..64).map(|number| {
                let policies = Arc::clone(&stores.policies);
                let policy = (round < 3).then(|| fixtures::lockout_policy(number));
                let change = change(owner, before.as_ref(), policy);
                async move { (policies.commit(&change, None).await, change) }
            });
            let mut written = Vec::new();
            for (result, change) in arrange::in_parallel(tasks).await {
                match result {
                    Ok(()) => written.push(change),
                    Err(error) => assert!(matches!(error, CommitPolicyError::Conflict), "{error:?}"),
                }
            }
            assert_eq!(written.len(), 1, "one change succeeds");
            assert_eq!(found(&stores, owner).await.as_ref(), Some(written[0].policy()));
            assert_eq!(written[0].policy().sequence.get(), round);
        }
    }
    let events = arrange::select(&stores, &EventFilter::all(Visibility::Instance)).await;
    assert_eq!(events.len(), 6);
}

/// The key of a policy's change is one of the caller's, like those of changes of users.
pub async fn a_request_that_changed_a_policy_is_found_and_its_key_is_taken(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let request = fixtures::request("key", 1);
    let set = change(None, None, Some(LockoutPolicy::DEFAULT));
    let written = stores.policies.commit(&set, Some(&request)).await;
    written.expect("the policy is written");

    let caller = fixtures::user_id("caller");
    let recorded = stores.users.find_request(&caller, &request.key).await;
    let expected = RecordedRequest {
        event: Event::Policy(set.event().clone()),
        digest: Some(request.digest),
    };
    assert_eq!(recorded.expect("an answer"), Some(expected));
    let reset = change(None, Some(set.policy()), None);
    let refused = stores.policies.commit(&reset, Some(&request)).await;
    assert!(
        matches!(refused, Err(CommitPolicyError::IdempotencyKeyTaken)),
        "{refused:?}"
    );
    assert_eq!(found(&stores, None).await.as_ref(), Some(set.policy()));
}
