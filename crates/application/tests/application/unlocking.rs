use unlockd_application::UserService;
use unlockd_application::ports::UserStore;
use unlockd_application::users::UnlockUser;
use unlockd_domain::{Actor, Reason, UnlockCause, UserEventKind, UserState};
use unlockd_testkit::fixtures;

use crate::stage::{Stage, instance_manager, manager, reason, unlock};
use crate::user_store_double::UserStoreDouble;

#[tokio::test]
async fn a_locked_user_becomes_active() {
    let stage = Stage::new().await;
    stage.lock_here().await;
    let command = UnlockUser {
        reason: Reason::parse("Called from the usual number").unwrap(),
        ..unlock("here")
    };

    let details = stage
        .users
        .unlock_user(&manager(), command.clone())
        .await
        .unwrap()
        .answer;

    let user = stage.stored("here").await;
    assert_eq!(user.record().state, UserState::Active);
    assert_eq!(details.sequence.get(), 3);
    assert_eq!(
        (details.sequence, details.change_date),
        (user.sequence(), user.changed_at())
    );
    assert_eq!(details.resource_owner, fixtures::organization_id("here"));
    let event = stage.store.history(user.id()).await.unwrap().pop().unwrap();
    let expected = UserEventKind::Unlocked {
        cause: UnlockCause::Operator,
        reason: command.reason,
    };
    assert_eq!(event.kind, expected);
    assert_eq!(event.actor, Actor::User(manager().user_id().clone()));
    assert_eq!(event.time, fixtures::now());
}

#[tokio::test]
async fn unlocking_twice_is_refused_the_second_time() {
    let stage = Stage::new().await;
    stage.lock_here().await;
    stage.users.unlock_user(&manager(), unlock("here")).await.unwrap();

    let error = stage.users.unlock_user(&manager(), unlock("here")).await.unwrap_err();

    assert_eq!(
        error.describe(None).metadata,
        [("userId", "here".to_owned()), ("state", "USER_STATE_ACTIVE".to_owned())]
    );
    assert_eq!(reason::<()>(Err(error)), "USER_NOT_LOCKED");
    assert_eq!(stage.events("here").await, 3);
}

#[tokio::test]
async fn an_inactive_user_is_not_locked() {
    let (stage, _) = Stage::with_users(|inner| UserStoreDouble::showing(inner, UserState::Inactive)).await;

    let error = stage.users.unlock_user(&manager(), unlock("here")).await.unwrap_err();

    assert!(
        error
            .describe(None)
            .metadata
            .contains(&("state", "USER_STATE_INACTIVE".to_owned()))
    );
    assert_eq!(reason::<()>(Err(error)), "USER_NOT_LOCKED");
}

#[tokio::test]
async fn a_deleted_user_does_not_exist_any_more() {
    let (stage, _) = Stage::with_users(|inner| UserStoreDouble::showing(inner, UserState::Deleted)).await;

    let outcome = stage.users.unlock_user(&instance_manager(), unlock("here")).await;
    assert_eq!(reason(outcome), "USER_NOT_FOUND");
    let outcome = stage.users.unlock_user(&manager(), unlock("here")).await;
    assert_eq!(reason(outcome), "PERMISSION_DENIED");
}

#[tokio::test]
async fn an_unlock_is_not_earlier_than_the_lock_when_the_clock_was_set_back() {
    let stage = Stage::new().await;
    let locked = stage.lock_here().await;
    stage.clock.set(fixtures::earliest());

    let unlocked = stage
        .users
        .unlock_user(&manager(), unlock("here"))
        .await
        .unwrap()
        .answer;

    assert_eq!(unlocked.change_date, locked.change_date);
}
