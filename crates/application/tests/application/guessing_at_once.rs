//! Hundreds of guesses at the same time: no more of them are answered than are counted, and none behind the lock.

use std::slice::from_ref;
use std::sync::Arc;

use tokio::task::JoinSet;
use unlockd_application::{SessionService, Sessions, SignIn, SignInPorts, UserService};
use unlockd_domain::{Grant, LoginIdentity, Source, UserEventName, UserState};
use unlockd_testkit::{CountingHasher, fixtures};

use crate::hasher_double::SlowHasher;
use crate::lobby::{Lobby, PASSWORD, ada, checks, create, login_page};
use crate::stage::{manager, unlock};

/// The reasons of what was refused, and how many were let in.
struct Answers {
    refused: Vec<&'static str>,
    let_in: usize,
}

/// A guess, and where it comes from.
type Guess = (LoginIdentity, String, Option<Source>);

/// So many guesses at `ada`, each from a network of its own.
fn wrong_guesses(count: u32) -> Vec<Guess> {
    let guess = |number| {
        let source = fixtures::source(&format!("2001:db8:0:{number:x}::1"));
        (ada(), format!("guess {number}"), Some(source))
    };
    (0..count).map(guess).collect()
}

/// All at the same time, by turns with these processes.
async fn at_once(processes: &[Sessions], guesses: Vec<Guess>) -> Answers {
    let mut running = JoinSet::new();
    for (number, (identity, text, source)) in guesses.into_iter().enumerate() {
        let sessions = processes[number % processes.len()].clone();
        running.spawn(async move {
            let command = create(checks(Some(identity), Some(&text)));
            let caller = login_page().from_source(source.as_ref());
            sessions.create_session(&caller, command).await
        });
    }
    let mut answers = Answers {
        refused: Vec::new(),
        let_in: 0,
    };
    for outcome in running.join_all().await {
        match outcome {
            Ok(_) => answers.let_in += 1,
            Err(error) => answers.refused.push(error.reason().as_str()),
        }
    }
    answers
}

/// What 500 guesses with a limit of 10 have to leave behind.
async fn assert_locked_by_ten(lobby: &Lobby, answers: &Answers) {
    assert_eq!((answers.let_in, answers.refused.len()), (0, 500));
    for reason in &answers.refused {
        assert!(
            matches!(*reason, "INVALID_CREDENTIALS" | "TOO_MANY_ATTEMPTS"),
            "{reason}"
        );
    }
    assert_eq!(lobby.count(UserEventName::PasswordCheckFailed).await, 10);
    assert_eq!(lobby.count(UserEventName::Locked).await, 1);
    assert_eq!(lobby.count(UserEventName::PasswordCheckSucceeded).await, 0);
    let user = lobby.stage.stored("ada").await;
    assert!(matches!(user.record().state, UserState::Locked(_)));
    assert_eq!(user.failed_password_attempts(fixtures::now()), 10);
    assert_eq!(lobby.stage.last_event("ada").await.kind.name(), UserEventName::Locked);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_500_wrong_guesses_at_once_ten_are_compared_and_the_tenth_locks() {
    let lobby = Lobby::on(Arc::new(SlowHasher)).await;
    let processes = [lobby.stage.services.sessions.clone()];

    let answers = at_once(&processes, wrong_guesses(500)).await;

    assert_locked_by_ten(&lobby, &answers).await;
    assert_eq!(lobby.hasher.computations().comparisons_with_a_hash, 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_together_count_as_exactly_as_one() {
    let lobby = Lobby::on(Arc::new(SlowHasher)).await;
    let mut other = lobby.stage.services.sessions.clone();
    let hasher = CountingHasher::new(Arc::new(SlowHasher));
    let ports = SignInPorts {
        passwords: Arc::new(hasher.clone()),
        ..lobby.ports()
    };
    other.sign_in = Arc::new(SignIn::new(ports).without_failure_delay());
    let processes = [lobby.stage.services.sessions.clone(), other];

    let answers = at_once(&processes, wrong_guesses(500)).await;

    assert_locked_by_ten(&lobby, &answers).await;
    // One more each may be under way when the other one locks; its outcome is not told.
    let ours = lobby.hasher.computations().comparisons_with_a_hash;
    let others = hasher.computations().comparisons_with_a_hash;
    assert!(ours + others <= 11, "{ours} and {others}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_guesses_right_behind_the_lock_is_not_let_in() {
    let lobby = Lobby::on(Arc::new(SlowHasher)).await;
    lobby.fail(10).await;
    let compared = lobby.hasher.computations().comparisons_with_a_hash;
    let right: Vec<_> = wrong_guesses(50)
        .into_iter()
        .map(|(identity, _, source)| (identity, PASSWORD.to_owned(), source))
        .collect();
    let answers = at_once(from_ref(&lobby.stage.services.sessions), right).await;
    assert_eq!((answers.let_in, answers.refused.len()), (0, 50));
    assert_eq!(lobby.hasher.computations().comparisons_with_a_hash, compared);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_instance_owner_is_guessed_at_ten_times_and_not_locked() {
    let lobby = Lobby::on(Arc::new(SlowHasher)).await;
    let administration = &lobby.stage.services.administration;
    let granted = administration
        .add_grant(&fixtures::user_id("ada"), &Grant::instance_owner())
        .await;
    granted.unwrap();

    let answers = at_once(from_ref(&lobby.stage.services.sessions), wrong_guesses(500)).await;

    assert_eq!(answers.let_in, 0);
    assert_eq!(lobby.count(UserEventName::PasswordCheckFailed).await, 10);
    assert_eq!(lobby.count(UserEventName::Locked).await, 0);
    assert_eq!(lobby.hasher.computations().comparisons_with_a_hash, 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_who_know_the_password_are_let_in_at_once() {
    let lobby = Lobby::on(Arc::new(SlowHasher)).await;
    let right: Vec<_> = (0..40).map(|_| (ada(), PASSWORD.to_owned(), None)).collect();
    let answers = at_once(from_ref(&lobby.stage.services.sessions), right).await;
    // Nobody counts as a failure for longer than their own attempt takes; so no more than ten are under way from one place.
    assert!(answers.let_in >= 10, "{} were let in", answers.let_in);
    assert!(answers.refused.iter().all(|reason| *reason == "TOO_MANY_ATTEMPTS"));
    assert_eq!(lobby.stage.stored("ada").await.record().state, UserState::Active);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_unlock_goes_through_while_guesses_pour_in() {
    let lobby = Lobby::on(Arc::new(SlowHasher)).await;
    lobby.fail(10).await;
    let sessions = [lobby.stage.services.sessions.clone()];
    let manager = manager();
    let (answers, unlocked) = tokio::join!(
        at_once(&sessions, wrong_guesses(200)),
        lobby.stage.users.unlock_user(&manager, unlock("ada"))
    );
    unlocked.unwrap();
    assert_eq!(answers.let_in, 0);
    let failed = lobby.count(UserEventName::PasswordCheckFailed).await;
    assert!(failed <= 20, "{failed} guesses, ten before the unlock");
}
