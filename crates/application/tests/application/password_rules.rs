//! How long a new password has to be, and which ones are too easy to guess.

use unlockd_application::ports::VerificationCode;
use unlockd_application::users::{
    CreateUser, NewPassword, NewPasswordSecret, NewUsername, PasswordAuthority, PasswordRules, SetPassword,
};
use unlockd_application::{Error, UserService};
use unlockd_domain::{PasswordHash, PlainPassword, UsernameScope};

use crate::stage::{Stage, add_username, create, manager, plain, set_password};

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
        "seven and a half",
        "ﷺ",
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
        refused(&stage, plain("elevenchars"))
            .await
            .is_some_and(|[said, _]| said.contains("12"))
    );
    assert_eq!(refused(&stage, plain("twelve chars")).await, None);
    stage.users.password_rules = PasswordRules { min_characters: 1 };
    assert_eq!(refused(&stage, plain("ö")).await, None);
}

#[tokio::test]
async fn nobody_knows_how_long_an_imported_password_is() {
    let stage = Stage::new().await;
    let hash = PasswordHash::new("$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy").unwrap();
    let imported = NewPassword {
        secret: NewPasswordSecret::Imported(hash),
        change_required: false,
    };
    assert_eq!(refused(&stage, imported).await, None);
}

#[tokio::test]
async fn a_common_password_is_refused_whatever_its_length_and_case() {
    let mut stage = Stage::new().await;
    stage.users.password_rules = PasswordRules { min_characters: 1 };
    let problem = Some([
        "is among the most common passwords".to_owned(),
        "is among the most common passwords".to_owned(),
    ]);
    for common in ["password", "12345678", "Qwerty", "ｌｅｔｍｅｉｎ", " iloveyou "] {
        assert_eq!(refused(&stage, plain(common)).await, problem, "{common}");
    }
}

#[tokio::test]
async fn blanks_only_are_refused() {
    let stage = Stage::new().await;
    let problem = Some([
        "must not consist of blanks only".to_owned(),
        "must not consist of blanks only".to_owned(),
    ]);
    for blank in ["        ", "\u{3000}\u{a0}      "] {
        assert_eq!(refused(&stage, plain(blank)).await, problem, "{blank:?}");
    }
}

/// The description of the one violation.
fn violation<T: std::fmt::Debug>(outcome: Result<T, Error>) -> (String, String) {
    let violations = outcome.expect_err("a refusal").describe(None).field_violations;
    assert_eq!(violations.len(), 1);
    (violations[0].field.clone(), violations[0].description.clone())
}

#[tokio::test]
async fn a_new_user_does_not_get_one_of_their_usernames_as_password() {
    let stage = Stage::new().await;
    for password in ["Alice.Cooper", "alice.cooper@here", "second name"] {
        let command = CreateUser {
            usernames: vec![
                NewUsername::new("alice.cooper", UsernameScope::Organization).unwrap(),
                NewUsername::new("Second Name", UsernameScope::Instance).unwrap(),
            ],
            password: Some(plain(password)),
            ..create("here")
        };
        let refused = violation(stage.users.create_user(&manager(), command).await);
        let expected = ("authenticators.password.password", "is one of the user's own usernames");
        assert_eq!((refused.0.as_str(), refused.1.as_str()), expected, "{password}");
    }
}

#[tokio::test]
async fn a_password_that_is_set_is_none_of_the_users_usernames_by_whatever_right() {
    let stage = Stage::new().await;
    stage
        .users
        .set_password(&manager(), set_password("here", "open sesame"))
        .await
        .unwrap();
    stage
        .users
        .add_username(&manager(), add_username("here", "alice.cooper"))
        .await
        .unwrap();
    for authority in [
        PasswordAuthority::Caller,
        PasswordAuthority::CurrentPassword(PlainPassword::new("open sesame").unwrap()),
        PasswordAuthority::VerificationCode(VerificationCode::new("WRONG".to_owned())),
    ] {
        for password in ["ALICE.cooper", "alice.cooper@here"] {
            let command = SetPassword {
                authority: authority.clone(),
                ..set_password("here", password)
            };
            let refused = violation(stage.users.set_password(&manager(), command).await);
            let expected = ("new_password.password", "is one of the user's own usernames");
            assert_eq!((refused.0.as_str(), refused.1.as_str()), expected, "{password}");
        }
    }
}

#[tokio::test]
async fn a_hash_that_cannot_be_verified_or_only_at_a_high_cost_is_not_imported() {
    let stage = Stage::new().await;
    let hash = "$argon2id$v=19$m=1048576,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$crqBzssGZtxY13DCV5Ivn1XR8kgjx1jj7W3jy8f66Hk";
    for (hash, problem) in [
        (hash, "costs too much to verify; the limit is 128 MiB of memory"),
        ("$1$salt$hash", "must be a whole password hash in a supported format"),
    ] {
        let imported = NewPassword {
            secret: NewPasswordSecret::Imported(PasswordHash::new(hash).unwrap()),
            change_required: false,
        };
        let set = SetPassword {
            new_password: imported.clone(),
            ..set_password("here", "replaced")
        };
        let create = CreateUser {
            password: Some(imported),
            ..create("here")
        };
        for (refused, field) in [
            (
                violation(stage.users.set_password(&manager(), set).await),
                "new_password.hash",
            ),
            (
                violation(stage.users.create_user(&manager(), create).await),
                "authenticators.password.hash",
            ),
        ] {
            assert_eq!((refused.0.as_str(), refused.1.as_str()), (field, problem));
        }
    }
}
