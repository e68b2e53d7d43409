use std::time::Duration;

use unlockd_application::UserService;
use unlockd_application::users::LockUser;
use unlockd_domain::{Actor, Lock, LockCause, LockScope, Reason, Timestamp, UserState};
use unlockd_testkit::fixtures;

use crate::stage::{Stage, instance_manager, instance_owner, lock, manager, reason};
use crate::user_store_double::UserStoreDouble;

#[tokio::test]
async fn an_active_user_becomes_locked_with_all_that_was_said_about_it() {
    let stage = Stage::new().await;
    stage.clock.advance(Duration::from_mins(1));
    let command = LockUser {
        reason: Reason::parse("Left the company").unwrap(),
        until: Some(Timestamp::MAX),
        ..lock("here")
    };

    let details = stage.users.lock_user(&manager(), command.clone()).await.unwrap().answer;

    let user = stage.stored("here").await;
    let expected = Lock {
        since: fixtures::now().saturating_add(Duration::from_mins(1)),
        cause: LockCause::Operator,
        by: Actor::User(manager().user_id().clone()),
        reason: command.reason,
        until: command.until,
        scope: LockScope::AllUse,
    };
    assert_eq!(details.change_date, expected.since);
    assert_eq!(user.record().state, UserState::Locked(expected));
    assert_eq!((details.sequence, details.sequence.get()), (user.sequence(), 2));
}

#[tokio::test]
async fn locking_twice_is_refused_the_second_time() {
    let stage = Stage::new().await;
    stage.lock_here().await;
    let before = stage.stored("here").await;

    let outcome = stage.users.lock_user(&manager(), lock("here")).await;

    assert_eq!(reason(outcome), "USER_ALREADY_LOCKED");
    assert_eq!(stage.stored("here").await, before);
}

#[tokio::test]
async fn an_inactive_user_cannot_be_locked() {
    let (stage, double) = Stage::with_users(|inner| UserStoreDouble::showing(inner, UserState::Inactive)).await;

    let error = stage.users.lock_user(&manager(), lock("here")).await.unwrap_err();

    assert_eq!(
        error.describe(None).metadata,
        [
            ("userId", "here".to_owned()),
            ("state", "USER_STATE_INACTIVE".to_owned())
        ]
    );
    assert_eq!(reason::<()>(Err(error)), "USER_NOT_ACTIVE");
    assert_eq!(double.commits(), 0);
}

#[tokio::test]
async fn a_deleted_user_does_not_exist_any_more() {
    let (stage, _) = Stage::with_users(|inner| UserStoreDouble::showing(inner, UserState::Deleted)).await;

    let outcome = stage.users.lock_user(&instance_manager(), lock("here")).await;
    assert_eq!(reason(outcome), "USER_NOT_FOUND");
}

#[tokio::test]
async fn a_lock_ends_after_it_begins() {
    let stage = Stage::new().await;
    let now = fixtures::now();
    for (end, accepted) in [(now, false), (now.saturating_add(Duration::from_micros(1)), true)] {
        let until = Some(end);
        let outcome = stage
            .users
            .lock_user(&manager(), LockUser { until, ..lock("here") })
            .await;
        match outcome {
            Ok(_) => assert!(accepted),
            Err(error) => {
                assert!(!accepted);
                assert_eq!(error.describe(None).field_violations[0].field, "locked_until");
                assert_eq!(reason::<()>(Err(error)), "INVALID_ARGUMENT");
            }
        }
    }
    assert_eq!(stage.events("here").await, 2);
}

#[tokio::test]
async fn a_clock_that_was_set_back_does_not_let_a_lock_end_before_it_begins() {
    let stage = Stage::new().await;
    let until = Some(fixtures::now());
    stage.clock.set(fixtures::earliest());

    let outcome = stage
        .users
        .lock_user(&manager(), LockUser { until, ..lock("here") })
        .await;

    assert_eq!(reason(outcome), "INVALID_ARGUMENT");
}

#[tokio::test]
async fn the_last_active_instance_owner_cannot_be_locked() {
    let stage = Stage::new().await;
    stage.make_owners().await;
    stage.lock_here().await;

    let outcome = stage.users.lock_user(&instance_owner(), lock("there")).await;

    assert_eq!(reason(outcome), "LAST_INSTANCE_OWNER");
    assert_eq!(stage.stored("there").await.record().state, UserState::Active);
}
