use unlockd_domain::Role;

use super::session_stage::{PASSWORD, WRONG_PASSWORD, by_id, by_name};
use super::signing_in::assert_invalid_credentials;
use super::stage::{PERMISSION_DENIED, assert_refused, assert_throttled, assert_violates, unexpected};
use super::tenant::{Tenant, strict};
use super::{
    Answer, EffectivePolicy, Failure, ListEventsRequest, LockoutPolicy, LockoutSettings, ObjectDetails, Request,
    SettingsOwner, Stage, Wire, World,
};

/// Every field, each other than in the default.
fn unusual() -> LockoutPolicy {
    let span = |text: &str| Some(text.to_owned());
    LockoutPolicy {
        max_password_attempts: Some(7),
        attempt_window: span("1800s"),
        lock_duration: span("60.500s"),
        backoff_factor: Some(1),
        max_lock_duration: span("315360000s"),
        reveal_lock: Some(true),
        source_attempts: Some(100),
        source_window: span("0.000001s"),
        lock_ends_sessions: Some(true),
        max_source_names: Some(0),
        max_source_failures: Some(1_000_000),
        source_total_window: span("0.000002s"),
    }
}

/// What holds where nothing was set.
fn default() -> LockoutPolicy {
    let span = |text: &str| Some(text.to_owned());
    LockoutPolicy {
        max_password_attempts: Some(10),
        attempt_window: span("3600s"),
        lock_duration: span("900s"),
        backoff_factor: Some(2),
        max_lock_duration: span("86400s"),
        reveal_lock: Some(false),
        source_attempts: None,
        source_window: span("86400s"),
        lock_ends_sessions: Some(false),
        max_source_names: Some(30),
        max_source_failures: Some(100),
        source_total_window: span("3600s"),
    }
}

pub(super) async fn an_organization_has_a_policy_of_its_own_until_it_is_reset(stage: &Stage<'_>) {
    let tenant = Tenant::new(stage).await;
    for (sequence, policy) in [(1, unusual()), (3, strict())] {
        let set = tenant.set_policy(policy.clone()).await;
        assert_eq!((set.sequence, &set.resource_owner), (sequence, &Some(tenant.id())));
        let expected = EffectivePolicy {
            policy: or_default(policy),
            origin: "LOCKOUT_POLICY_ORIGIN_ORGANIZATION".to_owned(),
            details: Some(set),
        };
        assert_eq!(tenant.policy().await, expected);

        let reset = tenant.reset_policy().await;
        assert_eq!(
            (reset.sequence, &reset.resource_owner),
            (sequence + 1, &Some(tenant.id()))
        );
        assert_ne!(tenant.policy().await.origin, "LOCKOUT_POLICY_ORIGIN_ORGANIZATION");
        assert_eq!(tenant.reset_policy().await, reset, "resetting it again changes nothing");
    }
    let never_set = Tenant::new(stage).await;
    let reset = never_set.reset_policy().await;
    let nothing = ObjectDetails {
        sequence: 0,
        change_date: None,
        resource_owner: Some(never_set.id()),
    };
    assert_eq!(reset, nothing);
}

pub(super) async fn what_is_not_set_is_as_in_the_default(stage: &Stage<'_>) {
    let tenant = Tenant::with_policy(stage, unusual()).await;
    for policy in [
        LockoutPolicy::default(),
        LockoutPolicy {
            backoff_factor: Some(100),
            ..LockoutPolicy::default()
        },
        LockoutPolicy {
            max_password_attempts: Some(0),
            lock_duration: Some("0s".to_owned()),
            source_attempts: Some(0),
            reveal_lock: Some(false),
            ..LockoutPolicy::default()
        },
    ] {
        tenant.set_policy(policy.clone()).await;
        assert_eq!(tenant.policy().await.policy, or_default(policy));
    }
}

pub(super) async fn numbers_and_spans_of_policies_have_bounds(stage: &Stage<'_>) {
    let tenant = Tenant::with_policy(stage, strict()).await;
    let before = tenant.policy().await;
    let span = |text: &str| Some(text.to_owned());
    let too_much = LockoutPolicy {
        max_password_attempts: Some(101),
        attempt_window: span("315360001s"),
        lock_duration: span("315360001s"),
        backoff_factor: Some(101),
        max_lock_duration: span("315360001s"),
        reveal_lock: None,
        source_attempts: Some(101),
        source_window: span("315360001s"),
        max_source_names: Some(1_000_001),
        max_source_failures: Some(1_000_001),
        source_total_window: span("315360001s"),
        ..LockoutPolicy::default()
    };
    let too_little = LockoutPolicy {
        attempt_window: span("0s"),
        lock_duration: span("-1s"),
        backoff_factor: Some(0),
        max_lock_duration: span("0s"),
        source_window: span("-0.5s"),
        source_total_window: span("-0.5s"),
        ..LockoutPolicy::default()
    };
    let spans = [
        "attempt_window",
        "lock_duration",
        "max_lock_duration",
        "source_total_window",
        "source_window",
    ];
    for (policy, counts) in [
        (
            too_much,
            &[
                "backoff_factor",
                "max_password_attempts",
                "max_source_failures",
                "max_source_names",
                "source_attempts",
            ][..],
        ),
        (too_little, &["backoff_factor"]),
    ] {
        let request = Request::SetLockoutPolicy {
            organization_id: Some(tenant.id()),
            policy,
        };
        let failure = stage.refusal(tenant.owner.token.as_str(), request).await;
        let mut fields: Vec<_> = spans.iter().chain(counts).copied().collect();
        fields.sort_unstable();
        assert_violates(&of_fields(failure), &fields);
    }
    assert_eq!(tenant.policy().await, before, "a refusal changes nothing");
}

pub(super) async fn settings_tell_the_same_as_the_policy(stage: &Stage<'_>) {
    let tenant = Tenant::with_policy(stage, unusual()).await;
    let set = tenant.policy().await.details;
    let of_tenant = SettingsOwner::Organization(tenant.id());
    for owner in [of_tenant.clone(), SettingsOwner::Caller] {
        let expected = LockoutSettings {
            max_password_attempts: 7,
            resource_owner_type: "RESOURCE_OWNER_TYPE_ORG".to_owned(),
            details: set.clone(),
        };
        assert_eq!(settings(stage, &tenant.owner.token, owner).await, expected);
    }
    let request = Request::GetLockoutSettings {
        owner: SettingsOwner::Instance,
    };
    let failure = stage.refusal(tenant.owner.token.as_str(), request).await;
    assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);

    tenant.reset_policy().await;
    let inherited = settings(stage, &tenant.owner.token, of_tenant).await;
    assert_eq!(inherited.resource_owner_type, "RESOURCE_OWNER_TYPE_INSTANCE");
}

pub(super) async fn the_policy_of_the_instance_is_no_business_of_an_organization(stage: &Stage<'_>) {
    let world = stage.world;
    let organization_id = None;
    let set = Request::SetLockoutPolicy {
        organization_id: organization_id.clone(),
        policy: unusual(),
    };
    let get = Request::GetLockoutPolicy {
        organization_id: organization_id.clone(),
    };
    let reset = Request::ResetLockoutPolicy { organization_id };
    for (caller, role) in world.holders() {
        let reads = role.is_instance_role() && role != Role::IamLoginClient;
        if reads {
            stage.effective_policy(&caller.token, get.clone()).await;
        }
        let requests = [(!reads).then_some(&get), Some(&set), Some(&reset)];
        for request in requests.into_iter().flatten() {
            if role != Role::IamOwner {
                let failure = stage.refusal(caller.token.as_str(), request.clone()).await;
                assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
            }
        }
    }
}

/// The policy of the instance holds for organizations without one, and for names that nobody has. Not one of the scenarios of
/// [`run_all`](super::run_all): it needs an instance whose policy nobody else sets, and on which nobody else relies. In the end
/// the policy is reset.
///
/// # Panics
/// When the wire answers otherwise.
pub async fn the_policy_of_the_instance_holds_where_there_is_no_other(world: &World, wire: &dyn Wire) {
    let stage = &Stage { world, wire };
    let owner = &world.instance_owner.token;
    let get = || Request::GetLockoutPolicy { organization_id: None };
    let reset = || Request::ResetLockoutPolicy { organization_id: None };
    let tenant = Tenant::new(stage).await;
    stage.policy_changed(owner, reset()).await;
    let nothing_set = EffectivePolicy {
        policy: default(),
        origin: "LOCKOUT_POLICY_ORIGIN_DEFAULT".to_owned(),
        details: None,
    };
    assert_eq!(stage.effective_policy(owner, get()).await, nothing_set);
    assert_eq!(tenant.policy().await, nothing_set);

    let policy = LockoutPolicy {
        max_password_attempts: Some(2),
        // The source may have failed in other scenarios.
        max_source_names: Some(0),
        max_source_failures: Some(0),
        ..LockoutPolicy::default()
    };
    let set = Request::SetLockoutPolicy {
        organization_id: None,
        policy: policy.clone(),
    };
    let set = stage.policy_changed(owner, set).await;
    assert_eq!(set.resource_owner, None);
    let of_instance = EffectivePolicy {
        policy: or_default(policy),
        origin: "LOCKOUT_POLICY_ORIGIN_INSTANCE".to_owned(),
        details: Some(set.clone()),
    };
    assert_eq!(stage.effective_policy(owner, get()).await, of_instance);
    assert_eq!(tenant.policy().await, of_instance);
    let expected = LockoutSettings {
        max_password_attempts: 2,
        resource_owner_type: "RESOURCE_OWNER_TYPE_INSTANCE".to_owned(),
        details: Some(set.clone()),
    };
    assert_eq!(settings(stage, owner, SettingsOwner::Instance).await, expected);
    tenant.locked_user(2).await;
    let unknown = by_name(&world.fresh_id());
    for _ in 0..2 {
        assert_invalid_credentials(&stage.sign_in_refusal(unknown.clone(), WRONG_PASSWORD).await);
    }
    assert_throttled(&stage.sign_in_refusal(unknown, WRONG_PASSWORD).await);

    tenant.set_policy(strict()).await;
    tenant.locked_user(3).await;
    tenant.reset_policy().await;
    assert_eq!(tenant.policy().await, of_instance);

    let after = stage.policy_changed(owner, reset()).await;
    assert_eq!(after.sequence, set.sequence + 1);
    assert_eq!(tenant.policy().await, nothing_set);
    if world.source.is_some() {
        a_source_that_fails_at_many_names_is_slowed_as_a_whole(stage).await;
    }
    stage.policy_changed(owner, reset()).await;
}

/// An organization's policy does not matter for it. The source is that of all scenarios before.
async fn a_source_that_fails_at_many_names_is_slowed_as_a_whole(stage: &Stage<'_>) {
    let tenant = Tenant::with_policy(stage, strict()).await;
    let user_id = tenant.user().await;
    let of_names = |max_source_names| Request::SetLockoutPolicy {
        organization_id: None,
        policy: LockoutPolicy {
            max_source_names: Some(max_source_names),
            max_source_failures: Some(0),
            ..LockoutPolicy::default()
        },
    };
    stage
        .policy_changed(&stage.world.instance_owner.token, of_names(1))
        .await;
    let names = [stage.world.fresh_id(), stage.world.fresh_id()];
    let known = by_id(&user_id);
    for who in [known.clone(), by_name(&names[0]), by_name(&names[1])] {
        assert_throttled(&stage.sign_in_refusal(who, PASSWORD).await);
    }
    let refused = ListEventsRequest {
        kinds: vec!["sign_in.refused".to_owned()],
        ..ListEventsRequest::default()
    };
    let told = stage.events(&stage.world.instance_viewer.token, refused).await.events;
    let of_source: Vec<_> = told.iter().filter(|event| event.user_id.is_none()).collect();
    assert!(
        of_source.iter().any(|event| event.source == stage.world.source),
        "{told:?}"
    );

    stage
        .policy_changed(&stage.world.instance_owner.token, of_names(0))
        .await;
    stage.signed_in(known).await;
}

/// Lets the source of the scenarios fail at any number of names: they are all played within an hour.
pub(super) async fn let_sources_fail_at_any_number_of_names(stage: &Stage<'_>) {
    let request = Request::SetLockoutPolicy {
        organization_id: None,
        policy: LockoutPolicy {
            max_source_names: Some(0),
            max_source_failures: Some(0),
            ..LockoutPolicy::default()
        },
    };
    stage.policy_changed(&stage.world.instance_owner.token, request).await;
}

async fn settings(stage: &Stage<'_>, token: &str, owner: SettingsOwner) -> LockoutSettings {
    match stage.call(token, Request::GetLockoutSettings { owner }).await {
        Ok(Answer::Settings(settings)) => settings,
        other => unexpected("settings", &other),
    }
}

/// The policy with what holds where it says nothing.
fn or_default(policy: LockoutPolicy) -> LockoutPolicy {
    let default = default();
    LockoutPolicy {
        max_password_attempts: policy.max_password_attempts.or(default.max_password_attempts),
        attempt_window: policy.attempt_window.or(default.attempt_window),
        lock_duration: policy.lock_duration.or(default.lock_duration),
        backoff_factor: policy.backoff_factor.or(default.backoff_factor),
        max_lock_duration: policy.max_lock_duration.or(default.max_lock_duration),
        reveal_lock: policy.reveal_lock.or(default.reveal_lock),
        source_attempts: policy.source_attempts,
        source_window: policy.source_window.or(default.source_window),
        lock_ends_sessions: policy.lock_ends_sessions.or(default.lock_ends_sessions),
        max_source_names: policy.max_source_names.or(default.max_source_names),
        max_source_failures: policy.max_source_failures.or(default.max_source_failures),
        source_total_window: policy.source_total_window.or(default.source_total_window),
    }
}

/// The violations by the names of a policy's fields: over gRPC they are fields of the request's field `policy`, over HTTP the
/// policy is the body.
fn of_fields(failure: Failure) -> Failure {
    let violations = failure.field_violations.into_iter();
    Failure {
        field_violations: violations
            .map(|(field, problem)| (field.strip_prefix("policy.").unwrap_or(&field).to_owned(), problem))
            .collect(),
        ..failure
    }
}
