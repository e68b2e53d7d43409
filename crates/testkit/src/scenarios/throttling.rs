use std::time::Duration;

use super::session_stage::{PASSWORD, WRONG_PASSWORD, by_id, by_name, plain};
use super::signing_in::assert_invalid_credentials;
use super::stage::{FAILED_PRECONDITION, assert_refused, assert_throttled, deactivate, lock, reactivate, unlock};
use super::tenant::Tenant;
use super::{CreateUserRequest, LockoutPolicy, Request, SetPasswordRequest, Stage};

/// Many failures lock, fewer are enough to slow down the source.
fn of_sources(attempts: u32) -> LockoutPolicy {
    LockoutPolicy {
        source_attempts: Some(attempts),
        ..LockoutPolicy::default()
    }
}

pub(super) async fn a_source_has_so_many_wrong_guesses_for_a_name(stage: &Stage<'_>) {
    let tenant = Tenant::with_policy(stage, of_sources(2)).await;
    let name = stage.world.fresh_id();
    let user_id = tenant
        .create(CreateUserRequest {
            usernames: vec![(name.clone(), false)],
            ..tenant.new_user()
        })
        .await;
    tenant.guess(&user_id, 2).await;
    for password in [PASSWORD, WRONG_PASSWORD] {
        let failure = stage.sign_in_refusal(by_id(&user_id), password).await;

        let wait = assert_throttled(&failure);
        assert!(wait <= Duration::from_mins(15), "{wait:?} is longer than a lock");
        assert!(wait > Duration::from_mins(10), "{wait:?}: the block has begun just now");
    }
    assert_eq!(tenant.count(&user_id).await, (2, "USER_STATE_ACTIVE".to_owned()));
    stage.signed_in(by_name(&name)).await;
}

pub(super) async fn blocks_are_shown_with_the_user_and_told_to_whoever_unlocks_them(stage: &Stage<'_>) {
    let tenant = Tenant::with_policy(stage, of_sources(2)).await;
    let name = format!("Somebody {}", stage.world.fresh_id());
    let user_id = tenant
        .create(CreateUserRequest {
            usernames: vec![(name.clone(), true)],
            ..tenant.new_user()
        })
        .await;
    let typed = format!("{name}@{}", tenant.id());
    assert_invalid_credentials(&stage.sign_in_refusal(by_name(&typed), WRONG_PASSWORD).await);
    assert_eq!(tenant.seen(&user_id).await.sign_in_blocks, []);
    assert_invalid_credentials(&stage.sign_in_refusal(by_name(&typed), WRONG_PASSWORD).await);

    let seen = tenant.seen(&user_id).await;

    let [block] = seen.sign_in_blocks.as_slice() else {
        panic!("expected one block, got {seen:?}");
    };
    assert_eq!((&block.source, block.failures), (&stage.world.source, 2));
    let failure = stage.refusal(tenant.owner.token.as_str(), unlock(&user_id)).await;
    let metadata = [
        ("userId", user_id.as_str()),
        ("state", "USER_STATE_ACTIVE"),
        ("blockedUntil", block.until.as_str()),
    ];
    assert_refused(&failure, FAILED_PRECONDITION, "USER_NOT_LOCKED", &metadata);
    assert!(failure.message.contains(&block.until), "{failure:?}");

    tenant.change(set_password(&user_id)).await;
    assert_eq!(tenant.seen(&user_id).await.sign_in_blocks, []);
}

pub(super) async fn a_source_is_slowed_down_for_names_that_nobody_has(stage: &Stage<'_>) {
    for unknown in [by_name(&stage.world.fresh_id()), by_id(&stage.world.fresh_id())] {
        for _ in 0..10 {
            assert_invalid_credentials(&stage.sign_in_refusal(unknown.clone(), WRONG_PASSWORD).await);
        }
        assert_throttled(&stage.sign_in_refusal(unknown, WRONG_PASSWORD).await);
    }
}

pub(super) async fn failures_that_change_no_user_are_told_and_refusals_once_a_minute(stage: &Stage<'_>) {
    let tenant = Tenant::with_policy(stage, of_sources(2)).await;
    let user_id = tenant.user().await;
    tenant.change(lock(&user_id)).await;
    tenant.guess(&user_id, 2).await;
    for _ in 0..3 {
        assert_throttled(&stage.sign_in_refusal(by_id(&user_id), WRONG_PASSWORD).await);
    }

    let events = tenant.all_events(&user_id).await;

    let told: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    let expected = [
        "user.created",
        "user.locked",
        "sign_in.failed",
        "sign_in.failed",
        "sign_in.refused",
    ];
    assert_eq!(told, expected);
    for event in &events[2..] {
        assert_eq!(event.source, stage.world.source);
        assert_eq!(event.actor_id.as_ref(), Some(&stage.world.login_client.user_id));
    }
}

pub(super) async fn names_that_differ_in_case_are_one(stage: &Stage<'_>) {
    let tenant = Tenant::with_policy(stage, of_sources(2)).await;
    let name = format!("somebody {}", stage.world.fresh_id());
    tenant
        .create(CreateUserRequest {
            usernames: vec![(name.clone(), false)],
            ..tenant.new_user()
        })
        .await;
    for typed in [&name, &name.to_uppercase()] {
        assert_invalid_credentials(&stage.sign_in_refusal(by_name(typed), WRONG_PASSWORD).await);
    }
    assert_throttled(&stage.sign_in_refusal(by_name(&name), PASSWORD).await);
}

pub(super) async fn a_success_forgets_the_failures_of_its_source(stage: &Stage<'_>) {
    let tenant = Tenant::with_policy(stage, of_sources(3)).await;
    let user_id = tenant.user().await;
    for _ in 0..3 {
        tenant.guess(&user_id, 2).await;
        stage.signed_in(by_id(&user_id)).await;
    }
}

pub(super) async fn whoever_lets_a_user_back_in_gives_all_sources_attempts_anew(stage: &Stage<'_>) {
    let policy = LockoutPolicy {
        max_password_attempts: Some(2),
        ..LockoutPolicy::default()
    };
    let tenant = Tenant::with_policy(stage, policy).await;
    let user_id = tenant.locked_user(2).await;
    assert_throttled(&stage.sign_in_refusal(by_id(&user_id), PASSWORD).await);

    tenant.change(unlock(&user_id)).await;

    stage.signed_in(by_id(&user_id)).await;
    let user_id = tenant.locked_user(2).await;
    tenant.change(deactivate(&user_id)).await;
    assert_throttled(&stage.sign_in_refusal(by_id(&user_id), PASSWORD).await);

    tenant.change(reactivate(&user_id)).await;

    stage.signed_in(by_id(&user_id)).await;
}

pub(super) async fn a_new_password_gives_all_sources_attempts_anew(stage: &Stage<'_>) {
    let tenant = Tenant::with_policy(stage, of_sources(1)).await;
    let user_id = tenant.user().await;
    tenant.guess(&user_id, 1).await;
    assert_throttled(&stage.sign_in_refusal(by_id(&user_id), PASSWORD).await);

    tenant.change(set_password(&user_id)).await;

    let session = stage.sign_in(by_id(&user_id), "another fine password").await;
    assert!(session.is_ok(), "{session:?}");
}

fn set_password(user_id: &str) -> Request {
    Request::SetPassword(SetPasswordRequest {
        user_id: user_id.to_owned(),
        new_password: Some(plain("another fine password")),
        verification: None,
    })
}
