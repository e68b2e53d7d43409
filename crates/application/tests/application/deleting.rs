use unlockd_application::UserService;
use unlockd_application::ports::UserStore;
use unlockd_application::users::{CreateUser, LockUser};
use unlockd_domain::{Actor, Role, UserEventKind, UserProfile, UserState};
use unlockd_testkit::fixtures;

use crate::stage::{
    Stage, add_username, caller, create, delete, get, instance_manager, instance_owner, lock, manager, reason,
    set_password, update,
};

#[tokio::test]
async fn deleting_erases_what_is_personal_and_keeps_what_happened() {
    let stage = Stage::new().await;
    let users = &stage.users;
    users
        .add_username(&manager(), add_username("here", "ada"))
        .await
        .unwrap();
    users
        .update_user(&manager(), update("here", "{\"a\":1}"))
        .await
        .unwrap();
    users
        .set_password(&manager(), set_password("here", "open sesame"))
        .await
        .unwrap();
    let command = LockUser {
        reason: Some(fixtures::reason("Ada was rude")),
        ..lock("here")
    };
    users.lock_user(&manager(), command).await.unwrap();
    let before = stage.store.history(&fixtures::user_id("here")).await.unwrap();

    let outcome = users.delete_user(&manager(), delete("here")).await.unwrap();

    let user = stage.stored("here").await;
    assert_eq!(user.record().state, UserState::Deleted);
    assert_eq!(
        (outcome.answer.sequence, outcome.answer.change_date, outcome.replayed),
        (user.sequence(), user.changed_at(), false)
    );
    assert_eq!(stage.profile("here").await, UserProfile::default());
    let mut after = stage.store.history(user.id()).await.unwrap();
    let deletion = after.pop().unwrap();
    assert_eq!(deletion.kind, UserEventKind::Deleted);
    assert_eq!(deletion.actor, Actor::User(manager().user_id().clone()));
    assert!(after.iter().all(|event| event.kind.reason().is_none()));
    let facts = |events: &[unlockd_domain::UserEvent]| {
        let facts = events
            .iter()
            .map(|event| (event.sequence, event.kind.name(), event.time, event.actor.clone()));
        facts.collect::<Vec<_>>()
    };
    assert_eq!(facts(&after), facts(&before));
}

#[tokio::test]
async fn a_deleted_user_does_not_exist_any_more_and_is_not_deleted_twice() {
    let stage = Stage::new().await;
    stage.delete_here().await;

    let outcome = stage.users.delete_user(&instance_manager(), delete("here")).await;
    assert_eq!(reason(outcome), "USER_NOT_FOUND");
    let outcome = stage.users.delete_user(&manager(), delete("here")).await;
    assert_eq!(reason(outcome), "PERMISSION_DENIED");
    let outcome = stage.users.get_user_by_id(&instance_manager(), get("here")).await;
    assert_eq!(reason(outcome), "USER_NOT_FOUND");
    assert_eq!(stage.events("here").await, 2);
}

#[tokio::test]
async fn names_of_a_deleted_user_are_free_again_and_the_id_is_not() {
    let stage = Stage::new().await;
    let users = &stage.users;
    users
        .add_username(&manager(), add_username("here", "ada"))
        .await
        .unwrap();
    stage.delete_here().await;

    users
        .add_username(&instance_manager(), add_username("there", "Ada"))
        .await
        .unwrap();
    let again = CreateUser {
        user_id: Some(fixtures::user_id("here")),
        ..create("here")
    };
    assert_eq!(reason(users.create_user(&manager(), again).await), "USER_ID_TAKEN");
}

#[tokio::test]
async fn a_user_who_is_deleted_is_forgotten_by_whoever_remembers_callers() {
    let stage = Stage::new().await;
    let issued = stage
        .services
        .administration
        .create_token(fixtures::user_id("here"), None, None)
        .await;
    let secret = issued.unwrap().secret;
    let knock =
        || unlockd_application::Authenticator::authenticate(&*stage.services.authentication, Some(secret.clone()));
    knock().await.unwrap();

    stage.delete_here().await;

    assert_eq!(reason(knock().await), "UNAUTHENTICATED");
}

#[tokio::test]
async fn the_last_active_instance_owner_cannot_be_deleted() {
    let stage = Stage::new().await;
    stage.make_owners().await;
    stage.delete_here().await;

    let outcome = stage.users.delete_user(&instance_owner(), delete("there")).await;

    assert_eq!(reason(outcome), "LAST_INSTANCE_OWNER");
    assert_eq!(stage.stored("there").await.record().state, UserState::Active);
}

#[tokio::test]
async fn whoever_may_write_may_delete_and_whoever_may_only_read_may_not() {
    for role in Role::ALL {
        let stage = Stage::new().await;
        let outcome = stage.users.delete_user(&caller(Some(role)), delete("here")).await;
        match role {
            Role::IamOwner | Role::IamUserManager | Role::OrgOwner | Role::OrgUserManager => {
                assert_eq!(outcome.unwrap().answer.sequence.get(), 2, "{role}");
            }
            Role::IamOwnerViewer
            | Role::IamUserUnlocker
            | Role::IamLoginClient
            | Role::OrgOwnerViewer
            | Role::OrgUserUnlocker => assert_eq!(reason(outcome), "PERMISSION_DENIED", "{role}"),
        }
    }
}
