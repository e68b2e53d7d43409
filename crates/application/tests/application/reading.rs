use unlockd_application::UserService;
use unlockd_application::ports::UserStore;
use unlockd_domain::{Role, UserState};
use unlockd_testkit::fixtures;

use crate::stage::{Stage, caller, get, instance_manager, manager, oneself, reason};
use crate::user_store_double::UserStoreDouble;

#[tokio::test]
async fn a_reader_sees_state_and_profile() {
    let stage = Stage::new().await;
    let new = fixtures::named_user("ada", "here", &["ada", "countess"]);
    UserStore::create(&stage.store, &new).await.unwrap();

    let view = stage
        .users
        .get_user_by_id(&caller(Some(Role::OrgOwnerViewer)), get("ada"))
        .await
        .unwrap();

    assert_eq!((&view.user, view.profile), (new.change.user(), new.profile));
}

#[tokio::test]
async fn reading_oneself_needs_no_role() {
    let stage = Stage::new().await;

    let view = stage
        .users
        .get_user_by_id(&oneself("there", "there"), get("there"))
        .await
        .unwrap();

    assert_eq!(view.user, stage.stored("there").await);
}

#[tokio::test]
async fn reading_somebody_else_needs_the_permission() {
    let stage = Stage::new().await;
    for id in ["here", "there", "nobody"] {
        let outcome = stage.users.get_user_by_id(&caller(None), get(id)).await;
        assert_eq!(reason(outcome), "PERMISSION_DENIED");
    }
}

#[tokio::test]
async fn only_readers_of_the_instance_are_told_that_a_user_does_not_exist() {
    let stage = Stage::new().await;

    let outcome = stage
        .users
        .get_user_by_id(&caller(Some(Role::IamOwnerViewer)), get("nobody"))
        .await;
    assert_eq!(reason(outcome), "USER_NOT_FOUND");
    for id in ["there", "nobody"] {
        let error = stage.users.get_user_by_id(&manager(), get(id)).await.unwrap_err();
        assert_eq!(error.describe(None).metadata, []);
        assert_eq!(reason::<()>(Err(error)), "PERMISSION_DENIED");
    }
}

#[tokio::test]
async fn a_deleted_user_does_not_exist_any_more() {
    let (stage, _) = Stage::with_users(|inner| UserStoreDouble::showing(inner, UserState::Deleted)).await;

    let outcome = stage.users.get_user_by_id(&instance_manager(), get("here")).await;
    assert_eq!(reason(outcome), "USER_NOT_FOUND");
    let outcome = stage.users.get_user_by_id(&manager(), get("here")).await;
    assert_eq!(reason(outcome), "PERMISSION_DENIED");
}
