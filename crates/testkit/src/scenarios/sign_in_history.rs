use super::lockout::quiet;
use super::resetting_passwords::redeem;
use super::session_stage::by_id;
use super::stage::delete;
use super::tenant::{Tenant, strict};
use super::{Event, ListEventsRequest, LockoutPolicy, Stage};

pub(super) async fn sign_ins_and_resets_are_told_with_their_source(stage: &Stage<'_>) {
    let tenant = Tenant::with_policy(stage, strict()).await;
    let user_id = tenant.user().await;
    stage.signed_in(by_id(&user_id)).await;
    tenant.guess(&user_id, 3).await;
    let (code, _) = stage.code_as(&tenant.owner.token, &user_id).await;
    stage
        .refusal(tenant.owner.token.as_str(), redeem(&user_id, "ZZZZZZZZ"))
        .await;
    tenant.change(redeem(&user_id, &code)).await;

    let history = tenant.history(&user_id).await;

    let (signs_in, resets) = (&stage.world.login_client.user_id, &tenant.owner.user_id);
    let expected = [
        ("user.created", Some(resets)),
        ("user.password.check.succeeded", Some(signs_in)),
        ("user.password.check.failed", Some(signs_in)),
        ("user.password.check.failed", Some(signs_in)),
        ("user.password.check.failed", Some(signs_in)),
        ("user.locked", None),
        ("user.password.reset.requested", Some(resets)),
        ("user.password.reset.failed", Some(resets)),
        ("user.unlocked", Some(resets)),
        ("user.password.changed", Some(resets)),
    ];
    assert_eq!(history.len(), expected.len(), "{history:?}");
    for (sequence, (event, (kind, actor_id))) in (1..).zip(history.iter().zip(expected)) {
        let is_with = |one: &str| kind == one;
        let expected = Event {
            user_id: Some(user_id.clone()),
            organization_id: Some(tenant.id()),
            sequence,
            kind: kind.to_owned(),
            actor_id: actor_id.cloned(),
            source: stage.world.source.clone(),
            lock_cause: is_with("user.locked").then(|| "LOCK_CAUSE_POLICY".to_owned()),
            lock_until: event.lock_until.clone().filter(|_| is_with("user.locked")),
            lock_scope: event.lock_scope.clone().filter(|_| is_with("user.locked")),
            unlock_cause: is_with("user.unlocked").then(|| "UNLOCK_CAUSE_PASSWORD_RESET".to_owned()),
            counts_until: event
                .counts_until
                .clone()
                .filter(|_| is_with("user.password.check.failed")),
            ..quiet(event)
        };
        assert_eq!(*event, expected);
    }
}

pub(super) async fn where_somebody_signed_in_goes_with_the_user(stage: &Stage<'_>) {
    let tenant = Tenant::with_policy(stage, strict()).await;
    let user_id = tenant.user().await;
    stage.signed_in(by_id(&user_id)).await;
    tenant.guess(&user_id, 3).await;
    let before = tenant.history(&user_id).await;

    tenant.change(delete(&user_id)).await;

    let mut after = tenant.history(&user_id).await;
    let last = after.pop().expect("the deletion is told");
    assert_eq!(last.kind, "user.deleted");
    let erased: Vec<_> = before
        .into_iter()
        .map(|event| Event { source: None, ..event })
        .collect();
    assert_eq!(after, erased);
}

pub(super) async fn changes_of_a_policy_are_told_with_what_was_set(stage: &Stage<'_>) {
    let tenant = Tenant::new(stage).await;
    let set = tenant.set_policy(strict()).await;
    let policy = tenant.policy().await.policy;
    let reset = tenant.reset_policy().await;
    tenant.reset_policy().await;
    let of_policies = || ListEventsRequest {
        organization_id: Some(tenant.id()),
        kinds: vec!["lockout_policy.set".to_owned(), "lockout_policy.reset".to_owned()],
        ..ListEventsRequest::default()
    };

    let told = tenant.events(of_policies()).await;

    let expected = [
        ("lockout_policy.set", &set, Some(policy)),
        ("lockout_policy.reset", &reset, None),
    ];
    assert_eq!(told.len(), expected.len(), "{told:?}");
    for (event, (kind, details, policy)) in told.iter().zip(expected) {
        let expected = Event {
            user_id: None,
            organization_id: Some(tenant.id()),
            sequence: details.sequence,
            kind: kind.to_owned(),
            actor_id: Some(tenant.owner.user_id.clone()),
            time: details.change_date.clone().expect("a date"),
            source: stage.world.source.clone(),
            lockout_policy: policy,
            ..quiet(event)
        };
        assert_eq!(*event, expected);
    }
    let everything = ListEventsRequest {
        organization_id: Some(tenant.id()),
        ..ListEventsRequest::default()
    };
    let kinds: Vec<_> = tenant
        .events(everything)
        .await
        .into_iter()
        .map(|event| event.kind)
        .collect();
    let expected = [
        "organization.created",
        "user.created",
        "user.role.granted",
        "user.token.created",
        "lockout_policy.set",
        "lockout_policy.reset",
    ];
    assert_eq!(kinds, expected);
    let outsider = &stage.world.other_manager.token;
    assert_eq!(stage.events(outsider, of_policies()).await.events, []);
}

pub(super) async fn every_policy_is_told_as_it_was_set(stage: &Stage<'_>) {
    let tenant = Tenant::new(stage).await;
    let mut expected = Vec::new();
    for policy in [
        strict(),
        LockoutPolicy {
            lock_duration: Some("0s".to_owned()),
            reveal_lock: Some(true),
            source_attempts: Some(5),
            ..LockoutPolicy::default()
        },
        LockoutPolicy::default(),
    ] {
        tenant.set_policy(policy).await;
        expected.push(Some(tenant.policy().await.policy));
    }
    let request = ListEventsRequest {
        kinds: vec!["lockout_policy.set".to_owned()],
        ..ListEventsRequest::default()
    };
    let told: Vec<_> = tenant
        .events(request)
        .await
        .into_iter()
        .map(|event| event.lockout_policy)
        .collect();
    assert_eq!(told, expected);
}
