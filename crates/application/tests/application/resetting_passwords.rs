//! Codes by which passwords are replaced: how often and how long they may be tried, and what the right one does.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use unlockd_application::ports::{PasswordHasherError, StoreError, UserStore, VerificationCode};
use unlockd_application::users::{
    PasswordAuthority, RequestPasswordReset, RequestPasswordResetForm, RequestedPasswordReset, Safeguards, SetPassword,
};
use unlockd_application::{Caller, Error, UserService};
use unlockd_domain::{Actor, LockCause, Role, Source, UserEventKind, UserEventName, UserState};
use unlockd_testkit::fixtures;

use crate::hasher_double::{FailingHasher, SlowHasher};
use crate::lobby::{Lobby, PASSWORD, ada};
use crate::stage::{
    caller, deactivate, delete, instance_manager, lock, manager, oneself, only_at, reason, set_password,
};
use crate::user_store_double::UserStoreDouble;

fn source() -> Source {
    fixtures::source("203.0.113.7")
}

fn reset_of(id: &str) -> RequestPasswordReset {
    RequestPasswordReset {
        user_id: fixtures::user_id(id),
        safeguards: Safeguards::default(),
    }
}

async fn request(lobby: &Lobby) -> RequestedPasswordReset {
    let requested = lobby
        .stage
        .users
        .request_password_reset(&manager().from_source(Some(&source())), reset_of("ada"))
        .await;
    requested.expect("a code")
}

fn by_code(code: &str) -> SetPassword {
    SetPassword {
        authority: PasswordAuthority::VerificationCode(VerificationCode::new(code)),
        ..set_password("ada", "another sesame")
    }
}

async fn redeem(lobby: &Lobby, who: &Caller, code: &str) -> Result<(), Error> {
    let who = who.clone().from_source(Some(&source()));
    lobby.stage.users.set_password(&who, by_code(code)).await.map(drop)
}

#[tokio::test]
async fn a_code_is_told_once_and_kept_as_a_hash() {
    let lobby = Lobby::new().await;
    let requested = request(&lobby).await;
    let code = requested.code.expose();
    assert_eq!(code.len(), 8);
    assert!(!format!("{requested:?}").contains(code));
    let open = lobby.stage.profile("ada").await.password_reset.unwrap();
    assert!(!open.code_hash.expose().contains(code));
    assert_eq!(open.failed_attempts, 0);
    assert_eq!(open.expires_at, fixtures::now().saturating_add(Duration::from_mins(15)));
    let event = lobby.stage.last_event("ada").await;
    assert_eq!(
        (event.kind, event.sequence),
        (UserEventKind::PasswordResetRequested, requested.details.sequence)
    );
    assert_eq!(event.actor, Actor::User(manager().user_id().clone()));
    assert_eq!(event.source, Some(source()));
}

#[tokio::test]
async fn the_right_code_replaces_the_password_once_in_whatever_case_it_is_typed() {
    for typed in [
        str::to_ascii_lowercase as fn(&str) -> String,
        |code| format!(" {code}\t"),
        str::to_owned,
    ] {
        let lobby = Lobby::new().await;
        let code = request(&lobby).await.code;
        let code = typed(code.expose());
        redeem(&lobby, &manager(), &code).await.unwrap();
        assert_eq!(reason(lobby.try_ada(PASSWORD).await), "INVALID_CREDENTIALS");
        lobby.try_ada("another sesame").await.unwrap();
        assert_eq!(lobby.stage.profile("ada").await.password_reset, None);
        assert_eq!(
            reason(redeem(&lobby, &manager(), &code).await),
            "INVALID_VERIFICATION_CODE"
        );
    }
}

#[tokio::test]
async fn a_code_may_be_missed_four_times() {
    let lobby = Lobby::new().await;
    let code = request(&lobby).await.code;
    for failed in 1..5 {
        assert_eq!(
            reason(redeem(&lobby, &manager(), "WRONGWRO").await),
            "INVALID_VERIFICATION_CODE"
        );
        let open = lobby.stage.profile("ada").await.password_reset.unwrap();
        assert_eq!(open.failed_attempts, failed);
    }
    let event = lobby.stage.last_event("ada").await;
    assert_eq!(event.kind, UserEventKind::PasswordResetFailed);
    assert_eq!(event.source, Some(source()));
    redeem(&lobby, &manager(), code.expose()).await.unwrap();

    let code = request(&lobby).await.code;
    for _ in 0..5 {
        assert_eq!(
            reason(redeem(&lobby, &manager(), "WRONGWRO").await),
            "INVALID_VERIFICATION_CODE"
        );
    }
    assert_eq!(lobby.stage.profile("ada").await.password_reset, None);
    assert_eq!(
        reason(redeem(&lobby, &manager(), code.expose()).await),
        "INVALID_VERIFICATION_CODE"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_500_wrong_codes_at_once_five_are_answered() {
    let lobby = Lobby::on(Arc::new(SlowHasher)).await;
    let code = request(&lobby).await.code;
    let mut running = JoinSet::new();
    for number in 0..500 {
        let users = lobby.stage.users.clone();
        running.spawn(async move { users.set_password(&manager(), by_code(&format!("W{number}"))).await });
    }
    for outcome in running.join_all().await {
        assert!(matches!(reason(outcome), "INVALID_VERIFICATION_CODE" | "OVERLOADED"));
    }
    assert_eq!(lobby.count(UserEventName::PasswordResetFailed).await, 5);
    assert_eq!(
        reason(redeem(&lobby, &manager(), code.expose()).await),
        "INVALID_VERIFICATION_CODE"
    );
}

#[tokio::test]
async fn a_code_works_for_a_quarter_of_an_hour() {
    let lobby = Lobby::new().await;
    let almost = Duration::from_mins(15).saturating_sub(Duration::from_micros(1));
    for (span, works) in [(almost, true), (Duration::from_mins(15), false)] {
        let code = request(&lobby).await.code;
        lobby.stage.clock.advance(span);
        assert_eq!(
            redeem(&lobby, &manager(), code.expose()).await.is_ok(),
            works,
            "{span:?}"
        );
    }
}

#[tokio::test]
async fn a_later_code_takes_the_place_of_an_earlier_one_with_all_its_tries() {
    let lobby = Lobby::new().await;
    let first = request(&lobby).await.code;
    for _ in 0..4 {
        assert_eq!(
            reason(redeem(&lobby, &manager(), "WRONGWRO").await),
            "INVALID_VERIFICATION_CODE"
        );
    }
    let second = request(&lobby).await.code;
    assert_ne!(first, second);
    assert_eq!(
        reason(redeem(&lobby, &manager(), first.expose()).await),
        "INVALID_VERIFICATION_CODE"
    );
    redeem(&lobby, &manager(), second.expose()).await.unwrap();
}

#[tokio::test]
async fn another_password_by_whatever_way_takes_the_code_with_it() {
    let lobby = Lobby::new().await;
    let code = request(&lobby).await.code;
    let set = lobby
        .stage
        .users
        .set_password(&manager(), set_password("ada", "a third sesame"))
        .await;
    set.unwrap();
    assert_eq!(
        reason(redeem(&lobby, &manager(), code.expose()).await),
        "INVALID_VERIFICATION_CODE"
    );
}

#[tokio::test]
async fn without_an_open_code_the_same_is_computed_and_answered() {
    let lobby = Lobby::new().await;
    let none = redeem(&lobby, &manager(), "ANYTHING").await.unwrap_err();
    let without = lobby.hasher.computations();
    assert_eq!((without.comparisons(), without.hashes), (1, 0));
    request(&lobby).await;
    let wrong = redeem(&lobby, &manager(), "ANYTHING").await.unwrap_err();
    assert_eq!(wrong.describe(None), none.describe(None));
    assert_eq!(lobby.hasher.computations().comparisons(), 2);
    assert_eq!(lobby.hasher.computations().hashes, 1);
}

#[tokio::test]
async fn the_right_code_lifts_a_lock_of_the_policy_and_no_operators() {
    let lobby = Lobby::new().await;
    lobby.fail(10).await;
    let code = request(&lobby).await.code;
    redeem(&lobby, &manager(), code.expose()).await.unwrap();
    let user = lobby.stage.stored("ada").await;
    assert_eq!(
        (user.record().state.clone(), user.record().policy_locks),
        (UserState::Active, 0)
    );
    assert_eq!(user.failed_password_attempts(fixtures::now()), 0);
    let history = lobby.stage.store.history(user.id()).await.unwrap();
    let names: Vec<_> = history.iter().rev().take(2).map(|event| event.kind.name()).collect();
    assert_eq!(names, [UserEventName::PasswordChanged, UserEventName::Unlocked]);
    lobby.try_ada("another sesame").await.unwrap();

    lobby.stage.users.lock_user(&manager(), lock("ada")).await.unwrap();
    let code = request(&lobby).await.code;
    redeem(&lobby, &manager(), code.expose()).await.unwrap();
    let user = lobby.stage.stored("ada").await;
    let UserState::Locked(kept) = user.state(fixtures::now()) else {
        panic!("an operator's lock stays");
    };
    assert_eq!(kept.cause, LockCause::Operator);
}

#[tokio::test]
async fn a_code_is_asked_for_by_whoever_may_change_the_user() {
    let lobby = Lobby::new().await;
    let users = &lobby.stage.users;
    for role in Role::ALL {
        let outcome = users.request_password_reset(&caller(Some(role)), reset_of("ada")).await;
        match role {
            Role::IamOwner | Role::IamUserManager | Role::OrgOwner | Role::OrgUserManager => {
                outcome.unwrap();
            }
            Role::IamOwnerViewer
            | Role::IamUserUnlocker
            | Role::IamLoginClient
            | Role::OrgOwnerViewer
            | Role::OrgUserUnlocker => assert_eq!(reason(outcome), "PERMISSION_DENIED"),
        }
    }
    for (who, id, expected) in [
        (oneself("ada", "here"), "ada", "PERMISSION_DENIED"),
        (manager(), "there", "PERMISSION_DENIED"),
        (manager(), "nobody", "PERMISSION_DENIED"),
        (instance_manager(), "nobody", "USER_NOT_FOUND"),
    ] {
        let hashes = lobby.hasher.computations().hashes;
        assert_eq!(reason(users.request_password_reset(&who, reset_of(id)).await), expected);
        assert_eq!(lobby.hasher.computations().hashes, hashes);
    }
    let mismatch = RequestPasswordReset {
        safeguards: only_at(77),
        ..reset_of("ada")
    };
    assert_eq!(
        reason(users.request_password_reset(&manager(), mismatch).await),
        "SEQUENCE_MISMATCH"
    );
    users.delete_user(&manager(), delete("ada")).await.unwrap();
    let gone = users.request_password_reset(&instance_manager(), reset_of("ada")).await;
    assert_eq!(reason(gone), "USER_NOT_FOUND");
}

#[tokio::test]
async fn whoever_has_a_code_of_their_own_needs_no_role_for_it() {
    let lobby = Lobby::new().await;
    let code = request(&lobby).await.code;
    for who in [
        caller(None),
        caller(Some(Role::OrgOwnerViewer)),
        oneself("there", "there"),
    ] {
        assert_eq!(reason(redeem(&lobby, &who, code.expose()).await), "PERMISSION_DENIED");
    }
    redeem(&lobby, &oneself("ada", "here"), code.expose()).await.unwrap();
}

#[tokio::test]
async fn an_inactive_user_gets_another_password_and_stays_inactive() {
    let lobby = Lobby::new().await;
    lobby
        .stage
        .users
        .deactivate_user(&manager(), deactivate("ada"))
        .await
        .unwrap();
    let code = request(&lobby).await.code;
    redeem(&lobby, &manager(), code.expose()).await.unwrap();
    assert_eq!(lobby.stage.stored("ada").await.record().state, UserState::Inactive);
    assert_eq!(
        reason(lobby.show(ada(), "another sesame", None).await),
        "INVALID_CREDENTIALS"
    );
}

#[tokio::test]
async fn what_fails_on_the_way_uses_no_code_up() {
    let mut lobby = Lobby::new().await;
    let code = request(&lobby).await.code;
    let intact = lobby.stage.users.clone();
    for (cause, expected) in [
        (FailingHasher(|| PasswordHasherError::Overloaded), "OVERLOADED"),
        (
            FailingHasher(|| PasswordHasherError::Failed("no memory".into())),
            "INTERNAL",
        ),
    ] {
        lobby.stage.users.passwords = Arc::new(cause);
        assert_eq!(reason(redeem(&lobby, &manager(), code.expose()).await), expected);
    }
    lobby.stage.users = intact.clone();
    let store = Arc::clone(&intact.store);
    lobby.stage.users.store = Arc::new(UserStoreDouble::failing(store, || {
        StoreError::Unavailable("gone".into())
    }));
    for code in [code.expose(), "WRONGWRO"] {
        assert_eq!(reason(redeem(&lobby, &manager(), code).await), "STORE_UNAVAILABLE");
    }
    lobby.stage.users = intact;
    assert_eq!(
        lobby.stage.profile("ada").await.password_reset.unwrap().failed_attempts,
        0
    );
    redeem(&lobby, &manager(), code.expose()).await.unwrap();
}

#[test]
fn codes_are_handed_to_the_caller_and_not_sent() {
    let form = |has_send_email, has_send_sms, has_return_code| {
        let form = RequestPasswordResetForm {
            has_send_email,
            has_send_sms,
            has_return_code,
            ..RequestPasswordResetForm::default()
        };
        let error = form.parse().unwrap_err();
        let description = error.describe(None);
        let field = description.metadata.first().map(|(_, field)| field.clone());
        (description.reason.as_str(), field)
    };
    let unimplemented = |field: &str| ("UNIMPLEMENTED", Some(field.to_owned()));
    assert_eq!(form(false, false, false), unimplemented("send_email"));
    assert_eq!(form(true, false, false), unimplemented("send_email"));
    assert_eq!(form(false, true, false), unimplemented("send_sms"));
    // Of nobody, with a key.
    assert_eq!(form(false, false, true), ("INVALID_ARGUMENT", None));
}
