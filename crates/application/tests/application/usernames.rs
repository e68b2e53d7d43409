//! Names to sign in with, given and taken away.

use unlockd_application::UserService;
use unlockd_application::ports::UserStore;
use unlockd_application::users::{AddUsername, NewUsername};
use unlockd_domain::{Actor, UserEventKind, UserProfile, Username, UsernameScope};
use unlockd_testkit::fixtures;

use crate::forms::violations;
use crate::stage::{Stage, add_username, instance_manager, manager, reason, remove_username};
use crate::user_store_double::UserStoreDouble;

#[tokio::test]
async fn a_name_comes_behind_the_others_under_an_id_of_its_own() {
    let stage = Stage::new().await;
    let mut ids = Vec::new();
    for name in ["Ada", "countess"] {
        let added = stage
            .users
            .add_username(&manager(), add_username("here", name))
            .await
            .unwrap();

        let user = stage.stored("here").await;
        assert_eq!(
            (added.answer.details.sequence, added.answer.details.change_date),
            (user.sequence(), user.changed_at())
        );
        let event = stage.last_event("here").await;
        assert_eq!(event.kind, UserEventKind::UsernameAdded);
        assert_eq!(event.actor, Actor::User(manager().user_id().clone()));
        ids.push(added.answer.username_id);
    }
    let stored = stage.profile("here").await.usernames;
    assert!(stored.iter().map(Username::name).eq(["Ada", "countess"]));
    assert!(stored.iter().map(Username::id).eq(&ids));
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused_whoever_has_it() {
    let stage = Stage::new().await;
    stage
        .users
        .add_username(&manager(), add_username("here", "Zoë"))
        .await
        .unwrap();
    for user in ["here", "there"] {
        let error = stage
            .users
            .add_username(&instance_manager(), add_username(user, "ZOË"))
            .await
            .unwrap_err();
        assert_eq!(error.describe(None).metadata, [("username", "ZOË".to_owned())]);
        assert_eq!(reason::<()>(Err(error)), "USERNAME_TAKEN");
    }
    let in_organization = AddUsername {
        username: NewUsername::new("ZOË", UsernameScope::Organization).unwrap(),
        ..add_username("here", "zoë")
    };
    stage.users.add_username(&manager(), in_organization).await.unwrap();
}

#[tokio::test]
async fn a_name_of_the_organization_with_which_nobody_could_sign_in_is_refused() {
    let stage = Stage::new().await;
    let long = AddUsername {
        username: NewUsername::new("é".repeat(196), UsernameScope::Organization).unwrap(),
        ..add_username("here", "unused")
    };
    let outcome = stage.users.add_username(&manager(), long).await;
    let expected = (
        "username.username".to_owned(),
        "must have at most 200 characters together with \"@\" and the organization id".to_owned(),
    );
    assert_eq!(violations(outcome), [expected]);
}

#[tokio::test]
async fn a_user_has_up_to_100_names() {
    let stage = Stage::new().await;
    let names: Vec<_> = (1..UserProfile::MAX_USERNAMES)
        .map(|number| format!("name {number}"))
        .collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let new = fixtures::named_user("ada", "here", &names);
    UserStore::create(&stage.store, &new).await.unwrap();
    stage
        .users
        .add_username(&manager(), add_username("ada", "the last"))
        .await
        .unwrap();

    let error = stage
        .users
        .add_username(&manager(), add_username("ada", "one more"))
        .await
        .unwrap_err();

    assert_eq!(error.describe(None).metadata, [("userId", "ada".to_owned())]);
    assert_eq!(reason::<()>(Err(error)), "TOO_MANY_USERNAMES");
    assert_eq!(stage.profile("ada").await.usernames.len(), 100);
}

#[tokio::test]
async fn a_name_is_taken_away_by_its_id_and_free_again() {
    let stage = Stage::new().await;
    let users = &stage.users;
    let added = users
        .add_username(&manager(), add_username("here", "ada"))
        .await
        .unwrap();
    users
        .add_username(&manager(), add_username("here", "grace"))
        .await
        .unwrap();

    let command = remove_username("here", added.answer.username_id.as_str());
    let details = users.remove_username(&manager(), command).await.unwrap().answer;

    let user = stage.stored("here").await;
    assert_eq!(
        (details.sequence, details.change_date),
        (user.sequence(), user.changed_at())
    );
    let names = stage.profile("here").await.usernames;
    assert!(names.iter().map(Username::name).eq(["grace"]));
    let event = stage.last_event("here").await;
    assert_eq!(event.kind, UserEventKind::UsernameRemoved);
    assert_eq!(event.actor, Actor::User(manager().user_id().clone()));
    users
        .add_username(&instance_manager(), add_username("there", "ADA"))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_name_that_the_user_does_not_have_is_not_found() {
    let stage = Stage::new().await;
    let users = &stage.users;
    let theirs = users
        .add_username(&instance_manager(), add_username("there", "ada"))
        .await
        .unwrap();
    for id in ["nothing", theirs.answer.username_id.as_str()] {
        let error = users
            .remove_username(&manager(), remove_username("here", id))
            .await
            .unwrap_err();
        assert_eq!(
            error.describe(None).metadata,
            [("userId", "here".to_owned()), ("usernameId", id.to_owned())]
        );
        assert_eq!(reason::<()>(Err(error)), "USERNAME_NOT_FOUND");
    }
    assert_eq!(stage.events("here").await, 1);
}

#[tokio::test]
async fn a_name_that_somebody_else_takes_away_in_between_is_not_found() {
    let (stage, double) = Stage::with_users(UserStoreDouble::new).await;
    let added = stage
        .users
        .add_username(&manager(), add_username("here", "ada"))
        .await
        .unwrap();
    let command = remove_username("here", added.answer.username_id.as_str());
    let (others, theirs) = (stage.services.users.clone(), command.clone());
    double.interrupt(async move {
        others.remove_username(&manager(), theirs).await.unwrap();
    });

    let outcome = stage.users.remove_username(&manager(), command).await;

    assert_eq!(reason(outcome), "USERNAME_NOT_FOUND");
    assert_eq!(stage.events("here").await, 3);
}

#[tokio::test]
async fn a_deleted_user_does_not_exist_any_more() {
    let stage = Stage::new().await;
    stage.delete_here().await;
    let users = &stage.users;
    let outcome = users
        .add_username(&instance_manager(), add_username("here", "ada"))
        .await;
    assert_eq!(reason(outcome), "USER_NOT_FOUND");
    let outcome = users
        .remove_username(&instance_manager(), remove_username("here", "1"))
        .await;
    assert_eq!(reason(outcome), "USER_NOT_FOUND");
}
