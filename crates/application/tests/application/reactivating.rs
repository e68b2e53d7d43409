use unlockd_application::UserService;
use unlockd_application::users::ReactivateUser;
use unlockd_domain::{Actor, UserEventKind, UserState};
use unlockd_testkit::fixtures;

use crate::stage::{Stage, instance_manager, manager, reactivate, reason};

#[tokio::test]
async fn an_inactive_user_becomes_active() {
    let stage = Stage::new().await;
    stage.deactivate_here().await;
    let command = ReactivateUser {
        reason: Some(fixtures::reason("Back again")),
        ..reactivate("here")
    };

    let outcome = stage.users.reactivate_user(&manager(), command.clone()).await.unwrap();

    let user = stage.stored("here").await;
    assert_eq!(user.record().state, UserState::Active);
    assert_eq!(outcome.answer.sequence.get(), 3);
    assert_eq!(
        (outcome.answer.sequence, outcome.answer.change_date),
        (user.sequence(), user.changed_at())
    );
    let event = stage.last_event("here").await;
    assert_eq!(event.kind, UserEventKind::Reactivated { reason: command.reason });
    assert_eq!(event.actor, Actor::User(manager().user_id().clone()));
}

#[tokio::test]
async fn only_an_inactive_user_is_taken_back() {
    for (is_locked, state) in [(false, "USER_STATE_ACTIVE"), (true, "USER_STATE_LOCKED")] {
        let stage = Stage::new().await;
        if is_locked {
            stage.lock_here().await;
        }
        let before = stage.stored("here").await;

        let error = stage
            .users
            .reactivate_user(&manager(), reactivate("here"))
            .await
            .unwrap_err();

        assert_eq!(
            error.describe(None).metadata,
            [("userId", "here".to_owned()), ("state", state.to_owned())]
        );
        assert_eq!(reason::<()>(Err(error)), "USER_NOT_INACTIVE");
        assert_eq!(stage.stored("here").await, before);
    }
}

#[tokio::test]
async fn a_deleted_user_does_not_come_back() {
    let stage = Stage::new().await;
    stage.delete_here().await;
    let outcome = stage
        .users
        .reactivate_user(&instance_manager(), reactivate("here"))
        .await;
    assert_eq!(reason(outcome), "USER_NOT_FOUND");
}
