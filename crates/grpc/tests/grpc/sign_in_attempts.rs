use std::time::Duration;

use tonic_types::StatusExt;
use unlockd_proto::unlockd::event::v1::{Event, ListEventsRequest, ListEventsResponse, UnlockCause};
use unlockd_proto::unlockd::policy::v1::LockoutPolicy;
use unlockd_proto::zitadel::user::v3alpha::{
    DeactivateUserRequest, DeactivateUserResponse, LockCause, LockUserRequest, LockUserResponse, State,
    UnlockUserRequest, UnlockUserResponse,
};

use crate::raw_client::{USER_SERVICE, code_and_reason};
use crate::sign_in::{
    ALICE, PASSWORD, alice, by_id, by_login_name, call, create_session, guess, set_policy, signing_in, stage_with_alice,
};
use crate::stage::Stage;

/// What happened to Alice, the latest last.
async fn history(stage: &Stage) -> Vec<Event> {
    let request = ListEventsRequest {
        user_id: ALICE.to_owned(),
        ..ListEventsRequest::default()
    };
    let path = "/unlockd.event.v1.EventService/ListEvents";
    let page: ListEventsResponse = call(stage, &stage.world.instance_viewer.token, path, &request)
        .await
        .expect("history");
    page.events
}

async fn lock(stage: &Stage) {
    let request = LockUserRequest {
        user_id: ALICE.to_owned(),
        ..LockUserRequest::default()
    };
    let path = format!("{USER_SERVICE}/LockUser");
    let _locked: LockUserResponse = call(stage, &stage.world.instance_manager.token, &path, &request)
        .await
        .expect("Alice is locked");
}

async fn unlock(stage: &Stage) {
    let request = UnlockUserRequest {
        user_id: ALICE.to_owned(),
        ..UnlockUserRequest::default()
    };
    let path = format!("{USER_SERVICE}/UnlockUser");
    let _unlocked: UnlockUserResponse = call(stage, &stage.world.instance_manager.token, &path, &request)
        .await
        .expect("Alice is unlocked");
}

async fn deactivate(stage: &Stage) {
    let request = DeactivateUserRequest {
        user_id: ALICE.to_owned(),
        ..DeactivateUserRequest::default()
    };
    let path = format!("{USER_SERVICE}/DeactivateUser");
    let _inactive: DeactivateUserResponse = call(stage, &stage.world.instance_manager.token, &path, &request)
        .await
        .expect("Alice is deactivated");
}

#[tokio::test]
async fn every_kind_of_wrong_guess_gets_the_same_status() {
    let stage = stage_with_alice().await;
    let wrong = guess(&stage, "wrong").await.expect_err("the password is wrong");
    assert_eq!(code_and_reason(&wrong), (7, "INVALID_CREDENTIALS".to_owned()));
    let mut others = Vec::new();
    for search in [by_id("nobody"), by_login_name("nobody")] {
        others.push(create_session(&stage, &signing_in(search, PASSWORD)).await);
    }
    lock(&stage).await;
    others.push(guess(&stage, PASSWORD).await);
    deactivate(&stage).await;
    others.push(guess(&stage, PASSWORD).await);

    for other in others {
        let other = other.expect_err("nobody comes in");
        assert_eq!(
            (other.code(), other.message(), other.details()),
            (wrong.code(), wrong.message(), wrong.details())
        );
    }
}

#[tokio::test]
async fn too_many_guesses_of_one_source_are_told_when_to_try_again() {
    let stage = stage_with_alice().await;
    for _ in 0..10 {
        guess(&stage, "wrong").await.expect_err("the password is wrong");
    }

    let refused = guess(&stage, PASSWORD).await.expect_err("ten were enough");

    assert_eq!(code_and_reason(&refused), (8, "TOO_MANY_ATTEMPTS".to_owned()));
    let retry = refused.get_details_retry_info().expect("a RetryInfo");
    assert_eq!(retry.retry_delay, Some(Duration::from_mins(15)));
}

#[tokio::test]
async fn who_was_locked_by_the_policy_is_active_when_the_time_is_over() {
    let stage = stage_with_alice().await;
    let policy = LockoutPolicy {
        max_password_attempts: Some(2),
        source_attempts: Some(0),
        ..LockoutPolicy::default()
    };
    set_policy(&stage, policy).await;
    for _ in 0..2 {
        guess(&stage, "wrong").await.expect_err("the password is wrong");
    }
    let locked = alice(&stage).await;
    assert_eq!(locked.state(), State::UserStateLocked);
    assert_eq!(locked.failed_password_attempts, 2);
    assert_eq!(locked.lock.expect("a lock").cause(), LockCause::Policy);

    stage.clock.advance(Duration::from_mins(15));

    let active = alice(&stage).await;
    assert_eq!(active.state(), State::UserStateActive);
    assert_eq!((active.lock, active.failed_password_attempts), (None, 0));
    guess(&stage, PASSWORD).await.expect("Alice comes in");
}

#[tokio::test]
async fn history_tells_attempts_with_their_source_and_what_ended_a_lock() {
    let stage = stage_with_alice().await;
    let policy = LockoutPolicy {
        max_password_attempts: Some(1),
        source_attempts: Some(0),
        ..LockoutPolicy::default()
    };
    set_policy(&stage, policy).await;
    guess(&stage, "wrong").await.expect_err("the password is wrong");
    stage.clock.advance(Duration::from_mins(15));
    guess(&stage, PASSWORD).await.expect("Alice comes in");
    lock(&stage).await;
    unlock(&stage).await;

    let events = history(&stage).await;

    let told: Vec<_> = events
        .iter()
        .map(|event| (event.kind.as_str(), event.source.as_str(), event.unlock_cause()))
        .collect();
    let none = UnlockCause::Unspecified;
    let expected = [
        ("user.created", "127.0.0.1", none),
        ("user.password.check.failed", "127.0.0.1", none),
        ("user.locked", "127.0.0.1", none),
        ("user.unlocked", "", UnlockCause::Expired),
        ("user.password.check.succeeded", "127.0.0.1", none),
        ("user.session.begun", "127.0.0.1", none),
        ("user.locked", "127.0.0.1", none),
        ("user.unlocked", "127.0.0.1", UnlockCause::Operator),
    ];
    assert_eq!(told, expected);
    let (failed, locked) = (&events[1], &events[2]);
    let seconds = |time: Option<prost_types::Timestamp>| time.expect("a time").seconds;
    assert_eq!(seconds(failed.counts_until) - seconds(failed.time), 60 * 60);
    assert_eq!(seconds(locked.lock_until) - seconds(locked.time), 15 * 60);
    assert_eq!((locked.lock_cause(), locked.actor_id.as_str()), (LockCause::Policy, ""));
    assert_eq!(failed.actor_id, stage.world.instance_owner.user_id);
}

#[tokio::test]
async fn a_policy_may_reveal_the_lock() {
    let stage = stage_with_alice().await;
    let policy = LockoutPolicy {
        reveal_lock: Some(true),
        ..LockoutPolicy::default()
    };
    set_policy(&stage, policy).await;
    lock(&stage).await;

    let refused = guess(&stage, PASSWORD).await.expect_err("Alice is locked");

    assert_eq!(code_and_reason(&refused), (9, "USER_LOCKED".to_owned()));
}
