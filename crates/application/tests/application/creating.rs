use std::sync::Arc;

use unlockd_application::UserService;
use unlockd_application::ports::{PasswordHasherError, StoreError, UserStore};
use unlockd_application::users::{CreateUser, NewPassword, NewPasswordSecret, NewUsername};
use unlockd_domain::{Actor, PasswordHash, PlainPassword, UserData, UserEventKind, UserState, UsernameScope};
use unlockd_testkit::fixtures;

use crate::hasher_double::FailingHasher;
use crate::stage::{Stage, create, instance_manager, manager, reason};
use crate::user_store_double::UserStoreDouble;

fn named(name: &str, scope: UsernameScope) -> CreateUser {
    CreateUser {
        usernames: vec![NewUsername::new(name, scope).unwrap()],
        ..create("here")
    }
}

#[tokio::test]
async fn a_user_is_created_active_with_their_profile() {
    let stage = Stage::new().await;
    let command = CreateUser {
        user_id: Some(fixtures::user_id("ada")),
        data: Some(UserData::from_json(r#"{"likes": ["tea"]}"#).unwrap()),
        ..named("Ada", UsernameScope::Organization)
    };

    let created = stage
        .users
        .create_user(&manager(), command.clone())
        .await
        .unwrap()
        .answer;

    let (user, profile) = stage.store.find_with_profile(&created.user_id).await.unwrap().unwrap();
    assert_eq!(user.id().as_str(), "ada");
    assert_eq!(
        (&user.record().state, user.organization().as_str()),
        (&UserState::Active, "here")
    );
    assert_eq!(
        (created.details.sequence.get(), created.details.change_date),
        (1, fixtures::now())
    );
    assert_eq!(profile.usernames[0].name(), "Ada");
    assert_eq!(profile.usernames[0].scope(), UsernameScope::Organization);
    assert_eq!((profile.data, profile.password), (command.data, None));
    let history = stage.store.history(user.id()).await.unwrap();
    assert_eq!((history.len(), &history[0].kind), (1, &UserEventKind::Created));
    assert_eq!(history[0].actor, Actor::User(manager().user_id().clone()));
}

#[tokio::test]
async fn users_and_usernames_without_an_id_get_one_each() {
    let stage = Stage::new().await;
    let mut ids = Vec::new();
    for name in ["first", "second"] {
        let created = stage
            .users
            .create_user(&manager(), named(name, UsernameScope::Instance))
            .await
            .unwrap()
            .answer;
        let (user, profile) = stage.store.find_with_profile(&created.user_id).await.unwrap().unwrap();
        ids.extend([user.id().to_string(), profile.usernames[0].id().to_string()]);
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
}

#[tokio::test]
async fn a_plain_password_is_stored_as_a_hash_and_an_imported_hash_as_it_is() {
    let stage = Stage::new().await;
    let imported = PasswordHash::new("$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy").unwrap();
    let secrets = [
        NewPasswordSecret::Plain(PlainPassword::new("open sesame").unwrap()),
        NewPasswordSecret::Imported(imported.clone()),
    ];
    for secret in secrets {
        let is_plain = matches!(secret, NewPasswordSecret::Plain(_));
        let command = CreateUser {
            password: Some(NewPassword {
                secret,
                change_required: is_plain,
            }),
            ..create("here")
        };
        let created = stage.users.create_user(&manager(), command).await.unwrap().answer;
        let (_, profile) = stage.store.find_with_profile(&created.user_id).await.unwrap().unwrap();
        let stored = profile.password.unwrap();
        assert_eq!(
            (stored.change_required, stored.changed_at),
            (is_plain, created.details.change_date)
        );
        if is_plain {
            assert!(stored.hash.expose().starts_with("$argon2id$"));
            assert!(!stored.hash.expose().contains("open sesame"));
        } else {
            assert_eq!(stored.hash, imported);
        }
    }
}

#[tokio::test]
async fn an_id_that_was_given_out_is_refused() {
    let stage = Stage::new().await;
    for taken in ["here", "there"] {
        let user_id = Some(fixtures::user_id(taken));
        let outcome = stage
            .users
            .create_user(
                &manager(),
                CreateUser {
                    user_id,
                    ..create("here")
                },
            )
            .await;
        assert_eq!(reason(outcome), "USER_ID_TAKEN");
    }
}

#[tokio::test]
async fn a_username_that_is_taken_is_refused_by_its_name() {
    let stage = Stage::new().await;
    stage
        .users
        .create_user(&manager(), named("Zoë", UsernameScope::Instance))
        .await
        .unwrap();

    let error = stage
        .users
        .create_user(&manager(), named("ZOË", UsernameScope::Instance))
        .await
        .unwrap_err();

    assert_eq!(error.describe(None).metadata, [("username", "ZOË".to_owned())]);
    assert_eq!(reason::<()>(Err(error)), "USERNAME_TAKEN");
}

#[tokio::test]
async fn only_callers_of_the_instance_are_told_that_an_organization_does_not_exist() {
    let stage = Stage::new().await;

    let error = stage
        .users
        .create_user(&instance_manager(), create("nowhere"))
        .await
        .unwrap_err();
    assert_eq!(
        error.describe(None).metadata,
        [("organizationId", "nowhere".to_owned())]
    );
    assert_eq!(reason::<()>(Err(error)), "ORGANIZATION_NOT_FOUND");

    for organization in ["nowhere", "there"] {
        let outcome = stage.users.create_user(&manager(), create(organization)).await;
        assert_eq!(reason(outcome), "PERMISSION_DENIED");
    }
}

#[tokio::test]
async fn a_user_whose_password_is_not_hashed_is_not_created() {
    let causes: [(fn() -> PasswordHasherError, _); 2] = [
        (
            || PasswordHasherError::Failed("out of memory at 0x7f".into()),
            "INTERNAL",
        ),
        (|| PasswordHasherError::Overloaded, "OVERLOADED"),
    ];
    let mut stage = Stage::new().await;
    let command = CreateUser {
        user_id: Some(fixtures::user_id("ada")),
        password: Some(NewPassword {
            secret: NewPasswordSecret::Plain(PlainPassword::new("open sesame").unwrap()),
            change_required: false,
        }),
        ..create("here")
    };

    for (cause, expected) in causes {
        stage.users.passwords = Arc::new(FailingHasher(cause));

        let error = stage.users.create_user(&manager(), command.clone()).await.unwrap_err();

        let description = format!("{:?}", error.describe(None));
        assert!(!description.contains("0x7f"), "{description}");
        assert_eq!(reason::<()>(Err(error)), expected);
        assert_eq!(stage.events("ada").await, 0);
    }
}

#[tokio::test]
async fn a_store_that_fails_is_said_to_be_unavailable() {
    let failing = |inner| UserStoreDouble::failing(inner, || StoreError::Unavailable("gone".into()));
    let (stage, _) = Stage::with_users(failing).await;

    let outcome = stage.users.create_user(&manager(), create("here")).await;

    assert_eq!(reason(outcome), "STORE_UNAVAILABLE");
}
