//! Sessions that are created and changed under an idempotency key.

use std::time::Duration;

use tokio::task::JoinSet;
use unlockd_application::ports::SecretToken;
use unlockd_application::sessions::{CreateSession, CreatedSession, SetSession, UpdatedSession};
use unlockd_application::users::Outcome;
use unlockd_application::{Caller, Error, SessionService};
use unlockd_domain::{Grant, SessionId, UserEventName};
use unlockd_testkit::fixtures;

use crate::lobby::{Lobby, PASSWORD, ada, checks, create, login_page, set, stranger};
use crate::stage::reason;

fn sign_in(password: &str) -> CreateSession {
    CreateSession {
        idempotency_key: Some(fixtures::idempotency_key("k")),
        ..create(checks(Some(ada()), Some(password)))
    }
}

async fn begin(lobby: &Lobby, who: &Caller, command: CreateSession) -> Result<Outcome<CreatedSession>, Error> {
    lobby.stage.services.sessions.create_session(who, command).await
}

/// Changes a session under a key, by the token that it had first.
fn change(begun: &CreatedSession) -> SetSession {
    SetSession {
        metadata: vec![("b".to_owned(), vec![2]), ("a".to_owned(), vec![1])],
        idempotency_key: Some(fixtures::idempotency_key("k")),
        ..set(&begun.id, Some(&begun.token))
    }
}

async fn go_on(lobby: &Lobby, command: SetSession) -> Result<Outcome<UpdatedSession>, Error> {
    lobby.stage.services.sessions.set_session(&stranger(), command).await
}

async fn is_valid(lobby: &Lobby, id: &SessionId, token: &SecretToken) -> bool {
    lobby.get_session(&stranger(), id, Some(token)).await.is_ok()
}

#[tokio::test]
async fn a_repeated_creation_answers_with_the_same_session_and_a_new_token() {
    let lobby = Lobby::new().await;

    let first = begin(&lobby, &login_page(), sign_in(PASSWORD)).await.unwrap();
    let again = begin(&lobby, &login_page(), sign_in(PASSWORD)).await.unwrap();

    assert!(!first.replayed && again.replayed);
    let (first, again) = (first.answer, again.answer);
    assert_eq!((&again.id, &again.details), (&first.id, &first.details));
    assert!(is_valid(&lobby, &again.id, &again.token).await);
    assert!(!is_valid(&lobby, &first.id, &first.token).await);
    assert_eq!(lobby.count(UserEventName::PasswordCheckSucceeded).await, 2);
}

#[tokio::test]
async fn a_repetition_has_to_show_the_password() {
    let lobby = Lobby::new().await;
    let first = begin(&lobby, &login_page(), sign_in(PASSWORD)).await.unwrap().answer;

    let refused = begin(&lobby, &login_page(), sign_in("a wrong one")).await;

    assert_eq!(reason(refused), "INVALID_CREDENTIALS");
    assert!(is_valid(&lobby, &first.id, &first.token).await);
}

#[tokio::test]
async fn a_key_belongs_to_one_creation_of_one_caller() {
    let lobby = Lobby::new().await;
    let first = begin(&lobby, &login_page(), sign_in(PASSWORD)).await.unwrap().answer;
    let noted = CreateSession {
        lifetime: Some(Duration::from_secs(9)),
        ..sign_in(PASSWORD)
    };
    let nameless = CreateSession {
        idempotency_key: Some(fixtures::idempotency_key("k")),
        ..create(checks(None, None))
    };
    for other in [noted, nameless] {
        assert_eq!(
            reason(begin(&lobby, &login_page(), other).await),
            "IDEMPOTENCY_KEY_REUSED"
        );
    }
    let user = fixtures::new_user("page 2", "here");
    let other_caller = Caller::new(user.change.user(), [Grant::instance_owner()].into_iter().collect());
    let others = begin(&lobby, &other_caller, sign_in(PASSWORD)).await.unwrap();
    assert!(!others.replayed && others.answer.id != first.id);
    assert!(is_valid(&lobby, &first.id, &first.token).await);
}

#[tokio::test]
async fn a_creation_is_not_repeated_over_a_later_change() {
    let lobby = Lobby::new().await;
    let first = begin(&lobby, &login_page(), sign_in(PASSWORD)).await.unwrap().answer;
    let later = lobby
        .set_session(&stranger(), set(&first.id, Some(&first.token)))
        .await
        .unwrap();

    let refused = begin(&lobby, &login_page(), sign_in(PASSWORD)).await;

    assert_eq!(reason(refused), "IDEMPOTENCY_KEY_REUSED");
    assert!(is_valid(&lobby, &first.id, &later.token).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn copies_of_a_creation_at_once_lead_to_one_session() {
    let lobby = Lobby::new().await;
    let mut running = JoinSet::new();
    for _ in 0..8 {
        let sessions = lobby.stage.services.sessions.clone();
        running.spawn(async move { sessions.create_session(&login_page(), sign_in(PASSWORD)).await });
    }
    let answers: Vec<_> = running.join_all().await.into_iter().map(Result::unwrap).collect();
    assert_eq!(answers.iter().filter(|outcome| !outcome.replayed).count(), 1);
    let id = &answers[0].answer.id;
    assert!(answers.iter().all(|outcome| outcome.answer.id == *id));
    let mut valid = 0;
    for outcome in &answers {
        valid += usize::from(is_valid(&lobby, id, &outcome.answer.token).await);
    }
    assert_eq!(valid, 1);
}

#[tokio::test]
async fn a_repeated_change_may_show_the_token_that_it_has_replaced() {
    let lobby = Lobby::new().await;
    let begun = lobby.sign_in().await;

    let first = go_on(&lobby, change(&begun)).await.unwrap();
    let mut repetition = change(&begun);
    repetition.metadata.reverse();
    let again = go_on(&lobby, repetition).await.unwrap();

    assert!(!first.replayed && again.replayed);
    assert_eq!(again.answer.details, first.answer.details);
    assert!(is_valid(&lobby, &begun.id, &again.answer.token).await);
    for replaced in [&begun.token, &first.answer.token] {
        assert!(!is_valid(&lobby, &begun.id, replaced).await);
    }
}

#[tokio::test]
async fn the_replaced_token_serves_no_other_request() {
    let lobby = Lobby::new().await;
    let begun = lobby.sign_in().await;
    let updated = go_on(&lobby, change(&begun)).await.unwrap().answer;
    let other_key = SetSession {
        idempotency_key: Some(fixtures::idempotency_key("other")),
        ..change(&begun)
    };
    let no_key = SetSession {
        idempotency_key: None,
        ..change(&begun)
    };
    let other_content = SetSession {
        metadata: Vec::new(),
        ..change(&begun)
    };
    for refused in [other_key, no_key, other_content.clone()] {
        assert_eq!(reason(go_on(&lobby, refused).await), "SESSION_TOKEN_INVALID");
    }
    let with_the_valid_token = SetSession {
        token: Some(updated.token.clone()),
        ..other_content
    };
    assert_eq!(
        reason(go_on(&lobby, with_the_valid_token).await),
        "IDEMPOTENCY_KEY_REUSED"
    );
    let later = lobby
        .set_session(&stranger(), set(&begun.id, Some(&updated.token)))
        .await
        .unwrap();
    assert_eq!(reason(go_on(&lobby, change(&begun)).await), "SESSION_TOKEN_INVALID");
    assert!(is_valid(&lobby, &begun.id, &later.token).await);
}
