use unlockd_application::UserService;
use unlockd_application::users::DeactivateUser;
use unlockd_domain::{Actor, UserEventKind, UserState};
use unlockd_testkit::fixtures;

use crate::stage::{Stage, deactivate, instance_manager, instance_owner, manager, reason, unlock};

#[tokio::test]
async fn an_active_user_and_a_locked_one_become_inactive() {
    for is_locked in [false, true] {
        let stage = Stage::new().await;
        if is_locked {
            stage.lock_here().await;
        }
        let command = DeactivateUser {
            reason: Some(fixtures::reason("On leave")),
            ..deactivate("here")
        };

        let outcome = stage.users.deactivate_user(&manager(), command.clone()).await.unwrap();

        let user = stage.stored("here").await;
        assert_eq!(user.record().state, UserState::Inactive);
        let details = outcome.answer;
        assert_eq!(
            (details.sequence, details.change_date, &details.resource_owner),
            (user.sequence(), user.changed_at(), user.organization())
        );
        assert!(!outcome.replayed);
        let event = stage.last_event("here").await;
        assert_eq!(event.kind, UserEventKind::Deactivated { reason: command.reason });
        assert_eq!(event.actor, Actor::User(manager().user_id().clone()));
    }
}

#[tokio::test]
async fn an_inactive_user_is_not_put_aside_again() {
    let stage = Stage::new().await;
    stage.deactivate_here().await;

    let error = stage
        .users
        .deactivate_user(&manager(), deactivate("here"))
        .await
        .unwrap_err();

    assert_eq!(
        error.describe(None).metadata,
        [
            ("userId", "here".to_owned()),
            ("state", "USER_STATE_INACTIVE".to_owned())
        ]
    );
    assert_eq!(reason::<()>(Err(error)), "USER_ALREADY_INACTIVE");
    assert_eq!(stage.events("here").await, 2);
}

#[tokio::test]
async fn a_lock_ends_when_its_user_is_put_aside() {
    let stage = Stage::new().await;
    stage.lock_here().await;
    stage.deactivate_here().await;

    let outcome = stage.users.unlock_user(&manager(), unlock("here")).await;

    assert_eq!(reason(outcome), "USER_NOT_LOCKED");
}

#[tokio::test]
async fn a_deleted_user_does_not_exist_any_more() {
    let stage = Stage::new().await;
    stage.delete_here().await;
    let outcome = stage
        .users
        .deactivate_user(&instance_manager(), deactivate("here"))
        .await;
    assert_eq!(reason(outcome), "USER_NOT_FOUND");
    let outcome = stage.users.deactivate_user(&manager(), deactivate("here")).await;
    assert_eq!(reason(outcome), "PERMISSION_DENIED");
}

#[tokio::test]
async fn the_last_active_instance_owner_stays_in_service() {
    let stage = Stage::new().await;
    stage.make_owners().await;
    stage.deactivate_here().await;

    let outcome = stage
        .users
        .deactivate_user(&instance_owner(), deactivate("there"))
        .await;

    assert_eq!(reason(outcome), "LAST_INSTANCE_OWNER");
    assert_eq!(stage.stored("there").await.record().state, UserState::Active);
}
