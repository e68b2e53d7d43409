use unlockd_application::UserService;
use unlockd_domain::{Actor, UserEventKind};

use crate::stage::{Stage, add_username, instance_manager, manager, reason, update};

#[tokio::test]
async fn what_the_owners_note_is_replaced_and_nothing_else() {
    let stage = Stage::new().await;
    let users = &stage.users;
    users
        .add_username(&manager(), add_username("here", "ada"))
        .await
        .unwrap();
    for data in ["{\"likes\":\"tea\"}", "{}"] {
        let before = stage.profile("here").await;

        let updated = users.update_user(&manager(), update("here", data)).await.unwrap();
        let details = updated.answer;

        let (user, after) = (stage.stored("here").await, stage.profile("here").await);
        assert_eq!(after.data.unwrap().as_json(), data);
        assert_eq!((after.usernames, after.password), (before.usernames, before.password));
        assert_eq!(
            (details.sequence, details.change_date, &details.resource_owner),
            (user.sequence(), user.changed_at(), user.organization())
        );
        let event = stage.last_event("here").await;
        assert_eq!(event.kind, UserEventKind::Updated);
        assert_eq!(event.actor, Actor::User(manager().user_id().clone()));
    }
}

#[tokio::test]
async fn locked_and_inactive_users_are_updated_too() {
    let stage = Stage::new().await;
    stage.lock_here().await;
    let locked = stage.users.update_user(&manager(), update("here", "{}")).await.unwrap();
    assert_eq!(locked.answer.sequence.get(), 3);
    stage.deactivate_here().await;
    let inactive = stage.users.update_user(&manager(), update("here", "{}")).await.unwrap();
    assert_eq!(inactive.answer.sequence.get(), 5);
    assert_eq!(
        stage.stored("here").await.record().state.wire_name(),
        "USER_STATE_INACTIVE"
    );
}

#[tokio::test]
async fn a_deleted_user_does_not_exist_any_more() {
    let stage = Stage::new().await;
    stage.delete_here().await;
    let outcome = stage.users.update_user(&instance_manager(), update("here", "{}")).await;
    assert_eq!(reason(outcome), "USER_NOT_FOUND");
}
