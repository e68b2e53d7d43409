use futures_util::future::join_all;

use super::session_stage::{PASSWORD, WRONG_PASSWORD, by_id};
use super::signing_in::assert_invalid_credentials;
use super::stage::{FAILED_PRECONDITION, assert_refused, deactivate, lock, moved, unlock};
use super::tenant::{Tenant, strict};
use super::{Event, Lock, LockoutPolicy, Stage};

/// The microseconds of a minute.
const MINUTE: i64 = 60_000_000;

pub(super) async fn wrong_passwords_are_counted_and_one_too_many_locks(stage: &Stage<'_>) {
    let tenant = Tenant::with_policy(stage, strict()).await;
    let user_id = tenant.user().await;
    for count in 1..3 {
        tenant.guess(&user_id, 1).await;
        assert_eq!(tenant.count(&user_id).await, (count, "USER_STATE_ACTIVE".to_owned()));
    }
    tenant.guess(&user_id, 1).await;

    let seen = tenant.seen(&user_id).await;
    assert_eq!(
        (seen.state.as_str(), seen.failed_password_attempts),
        ("USER_STATE_LOCKED", 3)
    );
    let since = seen.details.change_date;
    let until = moved(&since, 15 * MINUTE);
    let expected = Lock {
        since: since.clone(),
        cause: "LOCK_CAUSE_POLICY".to_owned(),
        locked_by: None,
        reason: None,
        until: Some(until.clone()),
        scope: "LOCK_SCOPE_SIGN_IN".to_owned(),
    };
    assert_eq!(seen.lock, Some(expected));
    let history = tenant.history(&user_id).await;
    let [_, first, second, third, locked] = history.as_slice() else {
        panic!("expected five events, got {history:?}");
    };
    for failed in [first, second, third] {
        let expected = Event {
            kind: "user.password.check.failed".to_owned(),
            actor_id: Some(stage.world.login_client.user_id.clone()),
            counts_until: Some(moved(&failed.time, 60 * MINUTE)),
            source: stage.world.source.clone(),
            ..quiet(failed)
        };
        assert_eq!(*failed, expected);
    }
    let expected = Event {
        kind: "user.locked".to_owned(),
        actor_id: None,
        time: since,
        lock_cause: Some("LOCK_CAUSE_POLICY".to_owned()),
        lock_until: Some(until),
        lock_scope: Some("LOCK_SCOPE_SIGN_IN".to_owned()),
        source: stage.world.source.clone(),
        ..quiet(locked)
    };
    assert_eq!(*locked, expected);
}

pub(super) async fn behind_the_lock_no_password_is_tried_until_the_unlock(stage: &Stage<'_>) {
    let tenant = Tenant::with_policy(stage, strict()).await;
    let user_id = tenant.locked_user(3).await;
    let before = tenant.all_events(&user_id).await;
    for password in [PASSWORD, WRONG_PASSWORD] {
        assert_invalid_credentials(&stage.sign_in_refusal(by_id(&user_id), password).await);
    }
    let events = tenant.all_events(&user_id).await;
    let told: Vec<_> = events[before.len()..].iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(told, ["sign_in.failed", "sign_in.failed"]);

    tenant.change(unlock(&user_id)).await;

    let seen = tenant.seen(&user_id).await;
    assert_eq!((seen.state.as_str(), seen.lock), ("USER_STATE_ACTIVE", None));
    assert_eq!(seen.failed_password_attempts, 0);
    tenant.guess(&user_id, 2).await;
    assert_eq!(tenant.count(&user_id).await, (2, "USER_STATE_ACTIVE".to_owned()));
    stage.signed_in(by_id(&user_id)).await;
}

pub(super) async fn a_success_forgets_the_failures(stage: &Stage<'_>) {
    let tenant = Tenant::with_policy(stage, strict()).await;
    let user_id = tenant.user().await;
    for _ in 0..3 {
        tenant.guess(&user_id, 2).await;
        stage.signed_in(by_id(&user_id)).await;
        assert_eq!(tenant.count(&user_id).await, (0, "USER_STATE_ACTIVE".to_owned()));
    }
}

pub(super) async fn a_policy_of_0_attempts_never_locks(stage: &Stage<'_>) {
    let any_number = LockoutPolicy {
        max_password_attempts: Some(0),
        ..LockoutPolicy::default()
    };
    let tenant = Tenant::with_policy(stage, any_number).await;
    let user_id = tenant.user().await;

    tenant.guess(&user_id, 12).await;

    assert_eq!(tenant.count(&user_id).await, (12, "USER_STATE_ACTIVE".to_owned()));
    stage.signed_in(by_id(&user_id)).await;
}

pub(super) async fn a_lock_without_a_duration_lasts_until_somebody_unlocks(stage: &Stage<'_>) {
    let policy = LockoutPolicy {
        lock_duration: Some("0s".to_owned()),
        ..strict()
    };
    let tenant = Tenant::with_policy(stage, policy).await;
    let user_id = tenant.locked_user(3).await;

    let lock = tenant.seen(&user_id).await.lock.expect("the user is locked");

    assert_eq!((lock.cause.as_str(), lock.until), ("LOCK_CAUSE_POLICY", None));
    tenant.change(unlock(&user_id)).await;
    stage.signed_in(by_id(&user_id)).await;
}

pub(super) async fn each_further_lock_lasts_longer_until_a_sign_in_succeeds(stage: &Stage<'_>) {
    let policy = LockoutPolicy {
        max_password_attempts: Some(1),
        lock_duration: Some("60s".to_owned()),
        backoff_factor: Some(3),
        max_lock_duration: Some("500s".to_owned()),
        ..strict()
    };
    let tenant = Tenant::with_policy(stage, policy).await;
    let user_id = tenant.user().await;
    for spans in [vec![60, 180, 500, 500], vec![60, 180]] {
        for seconds in spans {
            tenant.guess(&user_id, 1).await;
            let lock = tenant.seen(&user_id).await.lock.expect("the user is locked");
            assert_eq!(lock.until, Some(moved(&lock.since, seconds * 1_000_000)));
            tenant.change(unlock(&user_id)).await;
        }
        stage.signed_in(by_id(&user_id)).await;
    }
}

pub(super) async fn a_lock_is_revealed_to_those_who_know_the_password_where_the_policy_says_so(stage: &Stage<'_>) {
    let policy = LockoutPolicy {
        reveal_lock: Some(true),
        ..strict()
    };
    let tenant = Tenant::with_policy(stage, policy).await;
    let by_policy = tenant.locked_user(3).await;
    let by_operator = tenant.user().await;
    tenant.change(lock(&by_operator)).await;
    let until = tenant.seen(&by_policy).await.lock.expect("the user is locked").until;
    let until = until.expect("the lock ends by itself");
    for user_id in [&by_policy, &by_operator] {
        assert_invalid_credentials(&stage.sign_in_refusal(by_id(user_id), WRONG_PASSWORD).await);
    }
    let failure = stage.sign_in_refusal(by_id(&by_policy), PASSWORD).await;
    assert_refused(&failure, FAILED_PRECONDITION, "USER_LOCKED", &[("lockedUntil", &until)]);
    let failure = stage.sign_in_refusal(by_id(&by_operator), PASSWORD).await;
    assert_refused(&failure, FAILED_PRECONDITION, "USER_LOCKED", &[]);
    // Three comparisons are the limit, whatever comes of them.
    assert_invalid_credentials(&stage.sign_in_refusal(by_id(&by_policy), WRONG_PASSWORD).await);
    assert_invalid_credentials(&stage.sign_in_refusal(by_id(&by_policy), PASSWORD).await);
    let inactive = tenant.user().await;
    tenant.change(deactivate(&inactive)).await;
    assert_invalid_credentials(&stage.sign_in_refusal(by_id(&inactive), PASSWORD).await);
}

pub(super) async fn of_many_guesses_at_once_no_more_are_counted_than_the_limit(stage: &Stage<'_>) {
    let tenant = Tenant::with_policy(stage, strict()).await;
    let user_id = tenant.user().await;

    let guesses = (0..30).map(|_| stage.sign_in_refusal(by_id(&user_id), WRONG_PASSWORD));
    for failure in join_all(guesses).await {
        let is_expected = matches!(
            failure.reason.as_str(),
            "INVALID_CREDENTIALS" | "TOO_MANY_ATTEMPTS" | "OVERLOADED"
        );
        assert!(is_expected, "{failure:?}");
    }

    let history = tenant.history(&user_id).await;
    let told: Vec<_> = history.iter().map(|event| event.kind.as_str()).collect();
    let failed = "user.password.check.failed";
    assert_eq!(told[..5], ["user.created", failed, failed, failed, "user.locked"]);
    assert!(told[5..].iter().all(|kind| kind.starts_with("sign_in.")), "{told:?}");
}

/// The event, without any details.
pub(super) fn quiet(event: &Event) -> Event {
    Event {
        kind: String::new(),
        actor_id: None,
        reason: None,
        lock_cause: None,
        lock_until: None,
        lock_scope: None,
        source: None,
        unlock_cause: None,
        counts_until: None,
        lockout_policy: None,
        role: None,
        role_organization_id: None,
        ..event.clone()
    }
}
