//! Passwords and codes that are set under an idempotency key.

use std::sync::Arc;

use tokio::task::JoinSet;
use unlockd_application::UserService;
use unlockd_application::ports::{UserStore, VerificationCode};
use unlockd_application::users::{PasswordAuthority, RequestPasswordReset, SetPassword};
use unlockd_domain::UserEventName;
use unlockd_testkit::fixtures;

use crate::lobby::{Lobby, PASSWORD, password};
use crate::stage::{manager, oneself, reason, set_password, under};

fn to(new_password: &str, authority: PasswordAuthority) -> SetPassword {
    SetPassword {
        authority,
        safeguards: under("key"),
        ..set_password("ada", new_password)
    }
}

fn reset_under(key: &str) -> RequestPasswordReset {
    RequestPasswordReset {
        user_id: fixtures::user_id("ada"),
        safeguards: under(key),
    }
}

async fn code(lobby: &Lobby, key: &str) -> String {
    let requested = lobby
        .stage
        .users
        .request_password_reset(&manager(), reset_under(key))
        .await;
    requested.expect("a code").code.expose().to_owned()
}

#[tokio::test]
async fn a_repeated_change_by_the_current_password_is_replayed_although_that_password_is_gone() {
    let lobby = Lobby::new().await;
    let (users, oneself) = (&lobby.stage.users, oneself("ada", "here"));
    let command = || to("another sesame", PasswordAuthority::CurrentPassword(password(PASSWORD)));

    let first = users.set_password(&oneself, command()).await.unwrap();
    let again = users.set_password(&oneself, command()).await.unwrap();

    assert!(again.replayed && !first.replayed);
    assert_eq!(again.answer, first.answer);
    assert_eq!(lobby.count(UserEventName::PasswordChanged).await, 1);
    assert_eq!(lobby.count(UserEventName::PasswordCheckFailed).await, 0);
}

#[tokio::test]
async fn a_repeated_change_by_a_code_is_replayed_although_the_code_is_used_up() {
    let lobby = Lobby::new().await;
    let code = code(&lobby, "request").await;
    let command = || {
        let code = VerificationCode::new(code.clone());
        to("another sesame", PasswordAuthority::VerificationCode(code))
    };

    let first = lobby.stage.users.set_password(&manager(), command()).await.unwrap();
    let again = lobby.stage.users.set_password(&manager(), command()).await.unwrap();

    assert!(again.replayed && !first.replayed);
    assert_eq!(again.answer, first.answer);
    assert_eq!(lobby.count(UserEventName::PasswordChanged).await, 1);
}

#[tokio::test]
async fn a_wrong_code_leaves_the_key_unused() {
    let lobby = Lobby::new().await;
    let code = code(&lobby, "request").await;
    let by = |code: &str| {
        to(
            "another sesame",
            PasswordAuthority::VerificationCode(VerificationCode::new(code)),
        )
    };

    let wrong = lobby.stage.users.set_password(&manager(), by("WRONGWRO")).await;
    assert_eq!(reason(wrong), "INVALID_VERIFICATION_CODE");

    let right = lobby.stage.users.set_password(&manager(), by(&code)).await.unwrap();
    assert!(!right.replayed);
}

#[tokio::test]
async fn copies_at_the_same_time_change_the_password_once_by_whatever_authority() {
    for by_code in [false, true] {
        let lobby = Lobby::new().await;
        let authority = if by_code {
            PasswordAuthority::VerificationCode(VerificationCode::new(code(&lobby, "request").await))
        } else {
            PasswordAuthority::CurrentPassword(password(PASSWORD))
        };
        let users = Arc::new(lobby.stage.users.clone());
        let mut copies = JoinSet::new();
        for _ in 0..4 {
            let (users, command) = (users.clone(), to("another sesame", authority.clone()));
            copies.spawn(async move { users.set_password(&manager(), command).await });
        }

        let outcomes: Vec<_> = copies.join_all().await.into_iter().map(Result::unwrap).collect();

        assert_eq!(outcomes.iter().filter(|outcome| !outcome.replayed).count(), 1);
        assert!(outcomes.iter().all(|outcome| outcome.answer == outcomes[0].answer));
        assert_eq!(lobby.count(UserEventName::PasswordChanged).await, 1);
    }
}

#[tokio::test]
async fn a_key_does_not_do_for_another_password() {
    let lobby = Lobby::new().await;
    let users = &lobby.stage.users;
    let command = |new_password| to(new_password, PasswordAuthority::Caller);
    users.set_password(&manager(), command("another sesame")).await.unwrap();

    let other = users.set_password(&manager(), command("a third sesame")).await;

    assert_eq!(reason(other), "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(lobby.count(UserEventName::PasswordChanged).await, 1);
}

#[tokio::test]
async fn a_repeated_request_for_a_code_is_answered_with_a_code_that_works() {
    let lobby = Lobby::new().await;
    let first = code(&lobby, "key").await;
    let again = code(&lobby, "key").await;

    assert_ne!(first, again, "codes are stored hashed");
    let by = |code: &str| SetPassword {
        authority: PasswordAuthority::VerificationCode(VerificationCode::new(code)),
        ..set_password("ada", "another sesame")
    };
    let users = &lobby.stage.users;
    assert_eq!(
        reason(users.set_password(&manager(), by(&first)).await),
        "INVALID_VERIFICATION_CODE"
    );
    users.set_password(&manager(), by(&again)).await.unwrap();
}

#[tokio::test]
async fn a_key_of_a_request_for_a_code_does_not_do_for_another_user() {
    let lobby = Lobby::new().await;
    code(&lobby, "key").await;
    let elsewhere = RequestPasswordReset {
        user_id: fixtures::user_id("here"),
        ..reset_under("key")
    };

    let outcome = lobby.stage.users.request_password_reset(&manager(), elsewhere).await;

    assert_eq!(reason(outcome), "IDEMPOTENCY_KEY_REUSED");
    let (_, profile) = lobby
        .stage
        .store
        .find_with_profile(&fixtures::user_id("here"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(profile.password_reset, None);
}
