use std::sync::Arc;

use unlockd_application::UserService;
use unlockd_application::ports::PasswordHasherError;
use unlockd_application::users::{NewPassword, NewPasswordSecret, SetPassword};
use unlockd_domain::{Actor, PasswordHash, PlainPassword, UserEventKind};
use unlockd_testkit::{CountingHasher, fixtures};

use crate::hasher_double::FailingHasher;
use crate::stage::{Stage, caller, instance_manager, manager, only_at, reason, set_password};

#[tokio::test]
async fn a_password_is_replaced_and_dated_like_its_event() {
    let stage = Stage::new().await;
    let imported = PasswordHash::new("$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy").unwrap();
    let secrets = [
        NewPasswordSecret::Plain(PlainPassword::new("open sesame").unwrap()),
        NewPasswordSecret::Imported(imported.clone()),
    ];
    for (secret, change_required) in secrets.into_iter().zip([true, false]) {
        let command = SetPassword {
            new_password: NewPassword {
                secret,
                change_required,
            },
            ..set_password("here", "another")
        };

        let details = stage.users.set_password(&manager(), command).await.unwrap().answer;

        let stored = stage.profile("here").await.password.unwrap();
        assert_eq!(
            (stored.change_required, stored.changed_at),
            (change_required, details.change_date)
        );
        if change_required {
            assert!(stored.hash.expose().starts_with("$argon2id$"));
            assert!(!stored.hash.expose().contains("open sesame"));
        } else {
            assert_eq!(stored.hash, imported);
        }
        let event = stage.last_event("here").await;
        assert_eq!(
            (event.kind, event.sequence),
            (UserEventKind::PasswordChanged, details.sequence)
        );
        assert_eq!(event.actor, Actor::User(manager().user_id().clone()));
    }
}

#[tokio::test]
async fn nothing_is_hashed_for_a_request_that_is_refused_anyway() {
    let mut stage = Stage::new().await;
    let hasher = CountingHasher::default();
    stage.users.passwords = Arc::new(hasher.clone());
    let mismatch = SetPassword {
        safeguards: only_at(7),
        ..set_password("here", "open sesame")
    };
    for (who, command, expected) in [
        (caller(None), set_password("here", "open sesame"), "PERMISSION_DENIED"),
        (manager(), set_password("there", "open sesame"), "PERMISSION_DENIED"),
        (manager(), set_password("nobody", "open sesame"), "PERMISSION_DENIED"),
        (
            instance_manager(),
            set_password("nobody", "open sesame"),
            "USER_NOT_FOUND",
        ),
        (manager(), mismatch, "SEQUENCE_MISMATCH"),
    ] {
        assert_eq!(reason(stage.users.set_password(&who, command).await), expected);
    }
    assert_eq!(hasher.computations().hashes, 0);

    stage
        .users
        .set_password(&manager(), set_password("here", "open sesame"))
        .await
        .unwrap();
    assert_eq!(hasher.computations().hashes, 1);
}

#[tokio::test]
async fn a_password_that_is_not_hashed_is_not_set() {
    let causes: [(fn() -> PasswordHasherError, _); 2] = [
        (|| PasswordHasherError::Failed("out of memory".into()), "INTERNAL"),
        (|| PasswordHasherError::Overloaded, "OVERLOADED"),
    ];
    let mut stage = Stage::new().await;
    for (cause, expected) in causes {
        stage.users.passwords = Arc::new(FailingHasher(cause));
        let outcome = stage
            .users
            .set_password(&manager(), set_password("here", "open sesame"))
            .await;
        assert_eq!(reason(outcome), expected);
        assert_eq!(stage.events("here").await, 1);
    }
}

#[tokio::test]
async fn a_deleted_user_does_not_exist_any_more() {
    let stage = Stage::new().await;
    stage.delete_here().await;
    let outcome = stage
        .users
        .set_password(&instance_manager(), set_password("here", "open sesame"))
        .await;
    assert_eq!(reason(outcome), "USER_NOT_FOUND");
    assert_eq!(stage.stored("here").await.id(), &fixtures::user_id("here"));
}
