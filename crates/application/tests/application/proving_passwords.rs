//! Setting a password against the current one: as strict as signing in.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use unlockd_application::ports::UserStore;
use unlockd_application::users::{IdForm, PasswordAuthority, PasswordForm, SetPassword, SetPasswordForm};
use unlockd_application::{Caller, Error, SignInPorts, UserService};
use unlockd_domain::{Actor, PasswordHash, Role, User, UserData, UserEventKind, UserEventName};
use unlockd_testkit::fixtures;

use crate::forms::violations;
use crate::lobby::{Lobby, PASSWORD, password};
use crate::stage::{caller, lock, manager, oneself, only_at, plain, reason, set_password};
use crate::user_store_double::{Competitor, UserStoreDouble};

fn against(current: &str) -> SetPassword {
    SetPassword {
        authority: PasswordAuthority::CurrentPassword(password(current)),
        ..set_password("ada", "another sesame")
    }
}

async fn set(lobby: &Lobby, who: &Caller, command: SetPassword) -> Result<u64, Error> {
    let set = lobby.stage.users.set_password(who, command).await;
    set.map(|set| set.answer.sequence.get())
}

#[tokio::test]
async fn whoever_knows_their_password_sets_another_without_a_role() {
    let lobby = Lobby::new().await;
    let oneself = oneself("ada", "here").from_source(Some(&fixtures::source("203.0.113.7")));
    assert_eq!(
        reason(set(&lobby, &oneself, set_password("ada", "another sesame")).await),
        "PERMISSION_DENIED"
    );

    assert_eq!(set(&lobby, &oneself, against(PASSWORD)).await.unwrap(), 3);

    assert_eq!(lobby.count(UserEventName::PasswordCheckSucceeded).await, 1);
    let event = lobby.stage.last_event("ada").await;
    assert_eq!(
        (event.kind, event.actor),
        (UserEventKind::PasswordChanged, Actor::User(fixtures::user_id("ada")))
    );
    assert_eq!(event.source, Some(fixtures::source("203.0.113.7")));
    lobby.try_ada("another sesame").await.unwrap();
    assert_eq!(reason(lobby.try_ada(PASSWORD).await), "INVALID_CREDENTIALS");
}

#[tokio::test]
async fn for_others_it_takes_a_role_also_with_their_password() {
    let lobby = Lobby::new().await;
    for who in [
        caller(None),
        caller(Some(Role::OrgOwnerViewer)),
        oneself("there", "there"),
    ] {
        assert_eq!(reason(set(&lobby, &who, against(PASSWORD)).await), "PERMISSION_DENIED");
    }
    assert_eq!(lobby.hasher.computations().comparisons(), 0);
    set(&lobby, &manager(), against(PASSWORD)).await.unwrap();
}

#[tokio::test]
async fn wrong_current_passwords_count_and_lock_as_when_signing_in() {
    let lobby = Lobby::new().await;
    let oneself = oneself("ada", "here").from_source(Some(&fixtures::source("203.0.113.7")));
    for _ in 0..10 {
        assert_eq!(
            reason(set(&lobby, &oneself, against("a wrong one")).await),
            "INVALID_CREDENTIALS"
        );
    }
    assert_eq!(lobby.count(UserEventName::Locked).await, 1);
    let hashes = lobby.hasher.computations().hashes;
    // The same source, and another one.
    assert_eq!(
        reason(set(&lobby, &oneself, against(PASSWORD)).await),
        "TOO_MANY_ATTEMPTS"
    );
    let elsewhere = oneself.from_source(None);
    assert_eq!(
        reason(set(&lobby, &elsewhere, against(PASSWORD)).await),
        "INVALID_CREDENTIALS"
    );
    assert_eq!(lobby.hasher.computations().hashes, hashes);
    assert_eq!(lobby.count(UserEventName::PasswordChanged).await, 0);

    lobby.stage.clock.advance(Duration::from_mins(15));
    set(&lobby, &elsewhere, against(PASSWORD)).await.unwrap();
}

#[tokio::test]
async fn the_lock_is_honoured_with_a_current_password_and_not_without() {
    let lobby = Lobby::new().await;
    lobby.stage.users.lock_user(&manager(), lock("ada")).await.unwrap();
    assert_eq!(
        reason(set(&lobby, &manager(), against(PASSWORD)).await),
        "INVALID_CREDENTIALS"
    );
    set(&lobby, &manager(), set_password("ada", "another sesame"))
        .await
        .unwrap();
}

#[tokio::test]
async fn the_expected_sequence_is_that_before_the_request() {
    let lobby = Lobby::new().await;
    let at = |sequence| SetPassword {
        safeguards: only_at(sequence),
        ..against(PASSWORD)
    };
    assert_eq!(reason(set(&lobby, &manager(), at(2)).await), "SEQUENCE_MISMATCH");
    assert_eq!(lobby.hasher.computations().comparisons(), 0);
    assert_eq!(set(&lobby, &manager(), at(1)).await.unwrap(), 3);
}

#[tokio::test]
async fn a_new_password_that_is_too_short_is_refused_before_the_current_one_is_looked_at() {
    let lobby = Lobby::new().await;
    let short = SetPassword {
        new_password: plain("1234567"),
        ..against(PASSWORD)
    };
    let error = set(&lobby, &manager(), short).await.unwrap_err();
    assert_eq!(error.describe(None).field_violations[0].field, "new_password.password");
    assert_eq!(lobby.hasher.computations().comparisons(), 0);
}

#[test]
fn a_password_is_set_by_right_of_the_caller_the_current_password_or_a_code() {
    let form = |current: Option<&str>, code: Option<&str>| SetPasswordForm {
        user_id: IdForm {
            in_path: None,
            in_message: "ada".to_owned(),
        },
        new_password: Some(PasswordForm {
            password: Some(PASSWORD.to_owned()),
            ..PasswordForm::default()
        }),
        current_password: current.map(str::to_owned),
        verification_code: code.map(str::to_owned),
        ..SetPasswordForm::default()
    };
    let authority = |current, code| form(current, code).parse().unwrap().authority;
    assert_eq!(authority(None, None), PasswordAuthority::Caller);
    assert_eq!(
        authority(Some("x"), None),
        PasswordAuthority::CurrentPassword(password("x"))
    );
    assert!(matches!(authority(None, Some("K")), PasswordAuthority::VerificationCode(code) if code.expose() == "K"));
    let too_long = "K".repeat(21);
    for (current, code, field) in [
        (Some(""), None, "current_password"),
        (None, Some(""), "verification_code"),
        (None, Some(too_long.as_str()), "verification_code"),
        (Some("x"), Some("K"), "verification"),
    ] {
        let wrong = violations(form(current, code).parse());
        assert_eq!(
            wrong.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(),
            [field]
        );
    }
}

#[tokio::test]
async fn a_password_that_somebody_else_sets_meanwhile_is_not_gone_over() {
    let mut lobby = Lobby::new().await;
    let theirs = PasswordHash::trusted("theirs".to_owned());
    let competitor = {
        let theirs = theirs.clone();
        move |user: &User| {
            vec![
                user.set_password(theirs.clone(), false, Actor::System, fixtures::now())
                    .unwrap(),
            ]
        }
    };
    let store = lobby.stage.users.store.clone();
    lobby.stage.users.store = Arc::new(UserStoreDouble::with_competitor(store, Box::new(competitor)));

    let refused = set(&lobby, &oneself("ada", "here"), against(PASSWORD)).await;

    assert_eq!(reason(refused), "INVALID_CREDENTIALS");
    let found = lobby
        .stage
        .users
        .store
        .find_with_profile(&fixtures::user_id("ada"))
        .await;
    let (_, profile) = found.unwrap().unwrap();
    assert_eq!(profile.password.unwrap().hash, theirs);
}

#[tokio::test]
async fn what_others_have_done_before_the_password_is_looked_at_is_seen() {
    let mut lobby = Lobby::new().await;
    let updated = |user: &User| {
        vec![
            user.update(UserData::trusted("{}".to_owned()), Actor::System, fixtures::now())
                .unwrap(),
        ]
    };
    let done = AtomicBool::new(false);
    let competitor: Competitor = Box::new(move |user| {
        if done.swap(true, Ordering::SeqCst) {
            Vec::new()
        } else {
            updated(user)
        }
    });
    let store: Arc<dyn UserStore> = Arc::new(lobby.stage.store.clone());
    let ports = SignInPorts {
        users: Arc::new(UserStoreDouble::with_competitor(store, competitor)),
        ..lobby.ports()
    };
    lobby.check_on(ports);
    let command = SetPassword {
        safeguards: only_at(1),
        ..against(PASSWORD)
    };
    assert_eq!(reason(set(&lobby, &manager(), command).await), "SEQUENCE_MISMATCH");
    assert_eq!(lobby.count(UserEventName::PasswordChanged).await, 0);
}
