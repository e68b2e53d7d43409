use prost_types::Duration;
use tonic::Status;
use unlockd_proto::unlockd::event::v1::{ListEventsRequest, ListEventsResponse};
use unlockd_proto::unlockd::policy::v1::{
    GetLockoutPolicyRequest, GetLockoutPolicyResponse, LockoutPolicy, LockoutPolicyOrigin, ResetLockoutPolicyRequest,
    ResetLockoutPolicyResponse, SetLockoutPolicyRequest, SetLockoutPolicyResponse,
};

use crate::raw_client::{RawRequest, code_and_reason, framed, violations};
use crate::sign_in::{POLICY_SERVICE, call, set_policy};
use crate::stage::Stage;

fn seconds(seconds: i64) -> Duration {
    Duration { seconds, nanos: 0 }
}

/// What holds where nothing was set.
fn default_policy() -> LockoutPolicy {
    LockoutPolicy {
        max_password_attempts: Some(10),
        attempt_window: Some(seconds(60 * 60)),
        lock_duration: Some(seconds(15 * 60)),
        backoff_factor: Some(2),
        max_lock_duration: Some(seconds(24 * 60 * 60)),
        reveal_lock: Some(false),
        source_attempts: None,
        source_window: Some(seconds(24 * 60 * 60)),
        lock_ends_sessions: Some(false),
        max_source_names: Some(30),
        max_source_failures: Some(100),
        source_total_window: Some(seconds(60 * 60)),
    }
}

/// Another value in every field.
fn unusual_policy() -> LockoutPolicy {
    LockoutPolicy {
        max_password_attempts: Some(0),
        attempt_window: Some(Duration {
            seconds: 1,
            nanos: 500_000_000,
        }),
        lock_duration: Some(seconds(0)),
        backoff_factor: Some(1),
        max_lock_duration: Some(seconds(7)),
        reveal_lock: Some(true),
        source_attempts: Some(0),
        source_window: Some(seconds(9)),
        lock_ends_sessions: Some(true),
        max_source_names: Some(0),
        max_source_failures: Some(1_000_000),
        source_total_window: Some(seconds(11)),
    }
}

async fn get(stage: &Stage, organization_id: &str) -> GetLockoutPolicyResponse {
    let request = GetLockoutPolicyRequest {
        organization_id: organization_id.to_owned(),
    };
    let path = format!("{POLICY_SERVICE}/GetLockoutPolicy");
    let found = call(stage, &stage.world.instance_viewer.token, &path, &request).await;
    found.expect("a policy")
}

async fn set(
    stage: &Stage,
    organization_id: &str,
    policy: Option<LockoutPolicy>,
) -> Result<SetLockoutPolicyResponse, Status> {
    let request = SetLockoutPolicyRequest {
        organization_id: organization_id.to_owned(),
        policy,
    };
    let path = format!("{POLICY_SERVICE}/SetLockoutPolicy");
    call(stage, &stage.world.instance_owner.token, &path, &request).await
}

async fn reset(stage: &Stage, organization_id: &str) -> ResetLockoutPolicyResponse {
    let request = ResetLockoutPolicyRequest {
        organization_id: organization_id.to_owned(),
    };
    let path = format!("{POLICY_SERVICE}/ResetLockoutPolicy");
    let reset = call(stage, &stage.world.instance_owner.token, &path, &request).await;
    reset.expect("the policy is reset")
}

#[tokio::test]
async fn the_default_is_told_in_full() {
    let stage = Stage::new().await;
    for owner in ["", stage.world.organization.as_str()] {
        let found = get(&stage, owner).await;

        assert_eq!(found.origin(), LockoutPolicyOrigin::Default);
        assert_eq!((found.policy, found.details), (Some(default_policy()), None));
    }
}

#[tokio::test]
async fn a_policy_is_read_as_it_was_set_and_as_the_default_where_it_says_nothing() {
    let stage = Stage::new().await;
    let set = set(&stage, "", Some(unusual_policy())).await.expect("it is set");
    let details = set.details.expect("details");
    assert_eq!((details.sequence, details.resource_owner.as_str()), (1, ""));

    let found = get(&stage, "").await;
    assert_eq!(found.origin(), LockoutPolicyOrigin::Instance);
    assert_eq!((found.policy, found.details), (Some(unusual_policy()), Some(details)));

    set_policy(&stage, LockoutPolicy::default()).await;
    assert_eq!(get(&stage, "").await.policy, Some(default_policy()));
}

#[tokio::test]
async fn an_organizations_policy_goes_before_the_instances_until_it_is_reset() {
    let stage = Stage::new().await;
    let organization = stage.world.organization.as_str();
    set_policy(&stage, unusual_policy()).await;
    let set = set(&stage, organization, Some(LockoutPolicy::default()))
        .await
        .expect("it is set");

    let found = get(&stage, organization).await;
    assert_eq!(found.origin(), LockoutPolicyOrigin::Organization);
    assert_eq!(
        (found.policy, found.details),
        (Some(default_policy()), set.details.clone())
    );
    assert_eq!(set.details.expect("details").resource_owner, organization);

    let details = reset(&stage, organization).await.details.expect("details");
    assert_eq!((details.sequence, details.resource_owner.as_str()), (2, organization));
    let found = get(&stage, organization).await;
    assert_eq!(found.origin(), LockoutPolicyOrigin::Instance);
    assert_eq!(found.policy, Some(unusual_policy()));
}

#[tokio::test]
async fn resetting_what_was_never_set_has_no_history() {
    let stage = Stage::new().await;

    let details = reset(&stage, "").await.details.expect("details");

    assert_eq!((details.sequence, details.change_date), (0, None));
}

#[tokio::test]
async fn history_tells_what_was_set_by_whom_and_from_where() {
    let stage = Stage::new().await;
    let organization = stage.world.organization.as_str();
    set_policy(&stage, unusual_policy()).await;
    set(&stage, organization, Some(default_policy()))
        .await
        .expect("it is set");
    reset(&stage, organization).await;
    let request = ListEventsRequest {
        kinds: vec!["lockout_policy.set".to_owned(), "lockout_policy.reset".to_owned()],
        ..ListEventsRequest::default()
    };
    let path = "/unlockd.event.v1.EventService/ListEvents";
    let page: ListEventsResponse = call(&stage, &stage.world.instance_viewer.token, path, &request)
        .await
        .expect("history");

    let told: Vec<_> = page
        .events
        .iter()
        .map(|event| {
            let owner = event.organization_id.as_str();
            (event.kind.as_str(), owner, event.sequence, event.lockout_policy)
        })
        .collect();

    let expected = [
        ("lockout_policy.set", "", 1, Some(unusual_policy())),
        ("lockout_policy.set", organization, 1, Some(default_policy())),
        ("lockout_policy.reset", organization, 2, None),
    ];
    assert_eq!(told, expected);
    for event in page.events {
        assert_eq!((event.user_id.as_str(), event.source.as_str()), ("", "127.0.0.1"));
        assert_eq!(event.actor_id, stage.world.instance_owner.user_id);
    }
}

#[tokio::test]
async fn all_that_is_wrong_with_a_policy_is_said_by_the_names_of_the_proto() {
    let stage = Stage::new().await;
    let negative = Some(seconds(-1));
    let policy = LockoutPolicy {
        max_password_attempts: Some(101),
        attempt_window: Some(seconds(0)),
        lock_duration: negative,
        backoff_factor: Some(0),
        max_lock_duration: negative,
        reveal_lock: None,
        source_attempts: Some(101),
        source_window: negative,
        lock_ends_sessions: None,
        max_source_names: Some(1_000_001),
        max_source_failures: Some(1_000_001),
        source_total_window: negative,
    };

    let status = set(&stage, &"x".repeat(201), Some(policy))
        .await
        .expect_err("much is wrong");

    assert_eq!(code_and_reason(&status), (3, "INVALID_ARGUMENT".to_owned()));
    let mut fields: Vec<_> = violations(&status).into_iter().map(|(field, _)| field).collect();
    fields.sort();
    let expected = [
        "organization_id",
        "policy.attempt_window",
        "policy.backoff_factor",
        "policy.lock_duration",
        "policy.max_lock_duration",
        "policy.max_password_attempts",
        "policy.max_source_failures",
        "policy.max_source_names",
        "policy.source_attempts",
        "policy.source_total_window",
        "policy.source_window",
    ];
    assert_eq!(fields, expected);

    let missing = set(&stage, "", None).await.expect_err("there is no policy");
    assert_eq!(
        violations(&missing),
        [("policy".to_owned(), "must be given".to_owned())]
    );
}

#[tokio::test]
async fn changes_of_policies_know_no_condition_and_reads_ignore_it() {
    let stage = Stage::new().await;
    let whole = SetLockoutPolicyRequest {
        policy: Some(LockoutPolicy::default()),
        ..SetLockoutPolicyRequest::default()
    };
    let with_condition = |rpc, message| {
        RawRequest::grpc(&format!("{POLICY_SERVICE}/{rpc}"), message)
            .header("if-match", "\"1\"")
            .token(&stage.world.instance_owner.token)
            .send(&stage.server)
    };
    for (rpc, message) in [
        ("SetLockoutPolicy", framed(&whole)),
        ("ResetLockoutPolicy", framed(&ResetLockoutPolicyRequest::default())),
    ] {
        let status = with_condition(rpc, message).await.failure();

        assert_eq!(code_and_reason(&status), (3, "INVALID_ARGUMENT".to_owned()), "{rpc}");
        let fields: Vec<_> = violations(&status).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["if-match"], "{rpc}");
    }
    let read = with_condition("GetLockoutPolicy", framed(&GetLockoutPolicyRequest::default())).await;
    assert_eq!(
        read.message::<GetLockoutPolicyResponse>().policy,
        Some(default_policy())
    );
}
