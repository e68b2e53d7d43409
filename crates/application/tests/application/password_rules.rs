//! How long a new password has to be.

use unlockd_application::users::{CreateUser, NewPassword, NewPasswordSecret, PasswordRules, SetPassword};
use unlockd_application::{Error, UserService};
use unlockd_domain::PasswordHash;

use crate::stage::{Stage, create, manager, plain, set_password};

/// What is said about the password, or nothing when it is taken.
async fn refused(stage: &Stage, password: NewPassword) -> Option<[String; 2]> {
    let set = SetPassword {
        new_password: password.clone(),
        ..set_password("here", "replaced")
    };
    let create = CreateUser {
        password: Some(password),
        ..create("here")
    };
    let set = stage.users.set_password(&manager(), set).await.err();
    let create = stage.users.create_user(&manager(), create).await.err();
    let said = |error: Error, field: &str| {
        let violations = error.describe(None).field_violations;
        assert_eq!(violations.len(), 1);
        assert!(violations[0].field.ends_with(field), "{}", violations[0].field);
        violations[0].description.clone()
    };
    Some([said(set?, "new_password.password"), said(create?, "password.password")])
}

#[tokio::test]
async fn a_password_has_at_least_8_characters_of_its_normal_form() {
    let stage = Stage::new().await;
    let problem = Some([
        "must have at least 8 characters".to_owned(),
        "must have at least 8 characters".to_owned(),
    ]);
    for short in ["1234567", "\u{1F511}\u{1F511}", "e\u{301}e\u{301}e\u{301}e\u{301}"] {
        assert_eq!(refused(&stage, plain(short)).await, problem, "{short}");
    }
    for long in [
        "12345678",
        "ﷺ",
        "        ",
        "\u{1F511}\u{1F511}\u{1F511}\u{1F511}\u{1F511}\u{1F511}\u{1F511}\u{1F511}",
    ] {
        assert_eq!(refused(&stage, plain(long)).await, None, "{long}");
    }
}

#[tokio::test]
async fn the_shortest_password_can_be_set_to_another_length() {
    let mut stage = Stage::new().await;
    assert_eq!(PasswordRules::default().min_characters, 8);
    stage.users.password_rules = PasswordRules { min_characters: 12 };
    assert!(
        refused(&stage, plain("12345678901"))
            .await
            .is_some_and(|[said, _]| said.contains("12"))
    );
    assert_eq!(refused(&stage, plain("123456789012")).await, None);
    stage.users.password_rules = PasswordRules { min_characters: 1 };
    assert_eq!(refused(&stage, plain("1")).await, None);
}

#[tokio::test]
async fn nobody_knows_how_long_an_imported_password_is() {
    let stage = Stage::new().await;
    let hash = PasswordHash::import("$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy").unwrap();
    let imported = NewPassword {
        secret: NewPasswordSecret::Imported(hash),
        change_required: false,
    };
    assert_eq!(refused(&stage, imported).await, None);
}
