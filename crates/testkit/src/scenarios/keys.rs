use super::repeating::{assert_reused, each_that_is_replayed};
use super::stage::{
    FAILED_PRECONDITION, assert_refused, assert_violates, deactivate, delete, lock, unexpected, unlock,
};
use super::tenant::Tenant;
use super::{CreateUserRequest, LockoutPolicy, Operation, PasswordRequest, Reply, Request, Safeguards, Stage};

pub(super) async fn a_key_belongs_to_one_request(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    let key = stage.fresh_key();
    stage.done(&lock(&user_id), &key).await;
    let before = stage.seen(&user_id).await;
    let with_reason = Request::LockUser {
        user_id: user_id.clone(),
        reason: Some("Left the laptop on the train".to_owned()),
        locked_until: None,
        replace: false,
    };
    let with_end = Request::LockUser {
        user_id: user_id.clone(),
        reason: None,
        locked_until: Some("2999-12-31T23:59:59Z".to_owned()),
        replace: false,
    };
    let other_user = lock(&stage.active_user().await);
    let creation = Request::CreateUser(stage.new_user());
    for request in [
        with_reason,
        with_end,
        other_user,
        unlock(&user_id),
        deactivate(&user_id),
        delete(&user_id),
        creation,
    ] {
        let failure = stage.safeguarded_refusal(&request, &key).await;
        assert_reused(&failure);
    }
    let expecting = key.clone().and_sequence(2);
    assert_reused(&stage.safeguarded_refusal(&lock(&user_id), &expecting).await);
    assert_eq!(stage.seen(&user_id).await, before, "a refusal changes nothing");
}

pub(super) async fn of_a_creation_every_field_counts(stage: &Stage<'_>) {
    let plain = |password: &str, change_required| {
        Some(PasswordRequest::Plain {
            password: password.to_owned(),
            change_required,
        })
    };
    let name = stage.world.fresh_id();
    let creation = CreateUserRequest {
        usernames: vec![(name.clone(), false)],
        password: plain("the first password", false),
        data: Some("{}".to_owned()),
        ..stage.new_user()
    };
    let key = stage.fresh_key();
    stage.done(&Request::CreateUser(creation.clone()), &key).await;
    for other in [
        CreateUserRequest {
            user_id: Some(stage.world.fresh_id()),
            ..creation.clone()
        },
        CreateUserRequest {
            usernames: vec![(name, true)],
            ..creation.clone()
        },
        CreateUserRequest {
            usernames: vec![],
            ..creation.clone()
        },
        CreateUserRequest {
            password: plain("the second password", false),
            ..creation.clone()
        },
        CreateUserRequest {
            password: plain("the first password", true),
            ..creation.clone()
        },
        CreateUserRequest {
            password: None,
            ..creation.clone()
        },
        CreateUserRequest {
            data: Some(r#"{"a":1}"#.to_owned()),
            ..creation.clone()
        },
        CreateUserRequest { data: None, ..creation },
    ] {
        assert_reused(&stage.safeguarded_refusal(&Request::CreateUser(other), &key).await);
    }
}

pub(super) async fn each_caller_has_keys_of_their_own(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    let key = stage.fresh_key();
    stage.done(&lock(&user_id), &key).await;
    let owner = Some(stage.world.organization_owner.token.as_str());

    let failure = match stage.wire.call(owner, &lock(&user_id), &key).await {
        Err(failure) => failure,
        Ok(reply) => unexpected("a refusal", &reply),
    };
    let metadata = [("userId", user_id.as_str()), ("state", "USER_STATE_LOCKED")];
    assert_refused(&failure, FAILED_PRECONDITION, "USER_ALREADY_LOCKED", &metadata);

    let unlocked = stage.wire.call(owner, &unlock(&user_id), &key).await;
    assert!(
        unlocked.is_ok_and(|reply| !reply.replayed),
        "the key is free for another caller"
    );
}

pub(super) async fn a_request_that_was_refused_has_not_used_its_key(stage: &Stage<'_>) {
    let user_id = stage.locked_user().await;
    let key = stage.fresh_key();
    let failure = stage.safeguarded_refusal(&lock(&user_id), &key).await;
    assert_eq!(failure.reason, "USER_ALREADY_LOCKED");
    stage.managers_change(unlock(&user_id)).await;

    let first = stage.done(&lock(&user_id), &key).await;

    stage.assert_replayed(&lock(&user_id), &key, &first).await;
}

pub(super) async fn a_key_has_1_to_200_printable_characters_and_is_given_once(stage: &Stage<'_>) {
    let keys = |keys: &[&str]| Safeguards {
        idempotency_keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        if_sequence: None,
    };
    let too_long = "k".repeat(201);
    for bad in [
        keys(&[""]),
        keys(&[&too_long]),
        keys(&["sch\u{f6}n"]),
        keys(&["a\tb"]),
        keys(&["a", "b"]),
        keys(&["a", "a"]),
    ] {
        for operation in each_that_is_replayed() {
            let request = operation.request(&stage.unknown());
            assert_violates(&stage.safeguarded_refusal(&request, &bad).await, &["idempotency-key"]);
        }
    }

    let fresh = stage.world.fresh_id();
    let printable: String = ('!'..='~').collect();
    let longest = format!("{fresh} {printable}{}", "k".repeat(199 - fresh.len() - printable.len()));
    let request = lock(&stage.active_user().await);
    let first = stage.done(&request, &Safeguards::key(longest.clone())).await;
    stage.assert_replayed(&request, &Safeguards::key(longest), &first).await;
}

pub(super) async fn reads_ignore_a_key(stage: &Stage<'_>) {
    let owner = Some(stage.world.instance_owner.token.as_str());
    for operation in Operation::ALL.iter().filter(|operation| !operation.is_change()) {
        let request = operation.request(&stage.subject(*operation).await);
        let reply = stage.wire.call(owner, &request, &stage.fresh_key()).await;
        assert!(
            matches!(reply, Ok(Reply { replayed: false, .. })),
            "{operation:?}: {reply:?}"
        );
    }
}

/// The code of the first answer is not stored.
pub(super) async fn a_repeated_request_for_a_reset_code_is_answered_with_another_code(stage: &Stage<'_>) {
    let subject = stage.subject(Operation::RequestPasswordReset).await;
    let (request, key) = (Operation::RequestPasswordReset.request(&subject), stage.fresh_key());

    let first = stage.done(&request, &key).await;
    let again = stage.done(&request, &key).await;

    assert_ne!(first, again);
}

pub(super) async fn a_policy_is_changed_once_under_a_key(stage: &Stage<'_>) {
    let tenant = Tenant::new(stage).await;
    let owner = Some(tenant.owner.token.as_str());
    let set = Request::SetLockoutPolicy {
        organization_id: Some(tenant.id()),
        policy: LockoutPolicy::default(),
    };
    let reset = Request::ResetLockoutPolicy {
        organization_id: Some(tenant.id()),
    };
    for request in [set, reset] {
        let key = stage.fresh_key();
        let first = stage.wire.call(owner, &request, &key).await;
        let again = stage.wire.call(owner, &request, &key).await;

        let (Ok(first), Ok(again)) = (first, again) else {
            panic!("expected two answers to {request:?}");
        };
        assert!(again.replayed && !first.replayed, "{request:?}");
        assert_eq!(again.answer, first.answer);
    }
}
