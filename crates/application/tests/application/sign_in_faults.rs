//! Others come first, and stores fail, while a password is checked: nothing is half done, and nobody is let in by the way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use unlockd_application::SignInPorts;
use unlockd_application::ports::{PasswordHasher, PasswordHasherError, StoreError, UserStore};
use unlockd_domain::{Actor, AttemptLimit, LockoutPolicy, User, UserChange, UserData, UserEventName, UserState};
use unlockd_testkit::{InsecureTestHasher, fixtures};

use crate::hasher_double::{FailingHasher, FullHasher};
use crate::lobby::{Lobby, PASSWORD, ada, password};
use crate::stage::reason;
use crate::user_store_double::{Competitor, UserStoreDouble};

/// A lobby in which others change `ada` between the look at her and what is written about her.
async fn with_competitor(competitor: Competitor) -> (Lobby, Arc<UserStoreDouble>) {
    with_users(|inner| UserStoreDouble::with_competitor(inner, competitor)).await
}

async fn with_users(double: impl FnOnce(Arc<dyn UserStore>) -> UserStoreDouble) -> (Lobby, Arc<UserStoreDouble>) {
    let mut lobby = Lobby::new().await;
    let double = Arc::new(double(Arc::new(lobby.stage.store.clone())));
    let ports = SignInPorts {
        users: Arc::<UserStoreDouble>::clone(&double),
        ..lobby.ports()
    };
    lobby.check_on(ports);
    (lobby, double)
}

fn once(compete: impl Fn(&User) -> UserChange + Send + Sync + 'static) -> Competitor {
    let done = AtomicBool::new(false);
    Box::new(move |user| {
        if done.swap(true, Ordering::SeqCst) {
            Vec::new()
        } else {
            vec![compete(user)]
        }
    })
}

fn others_update(user: &User) -> UserChange {
    let data = UserData::from_json("{}").unwrap();
    user.update(data, Actor::System, fixtures::now()).unwrap()
}

#[tokio::test]
async fn a_lock_that_comes_first_keeps_the_right_password_out() {
    let competitor = once(|user| {
        user.lock(fixtures::lock_order(), Actor::System, fixtures::now())
            .unwrap()
    });
    let (lobby, _) = with_competitor(competitor).await;
    assert_eq!(reason(lobby.try_ada(PASSWORD).await), "INVALID_CREDENTIALS");
    assert_eq!(lobby.count(UserEventName::PasswordCheckSucceeded).await, 0);
    let computations = lobby.hasher.computations();
    assert_eq!(
        (computations.comparisons(), computations.comparisons_with_a_hash),
        (1, 1)
    );
}

#[tokio::test]
async fn what_has_nothing_to_do_with_it_costs_no_second_comparison() {
    let (lobby, double) = with_competitor(once(others_update)).await;
    lobby.try_ada(PASSWORD).await.unwrap();
    assert_eq!((double.commits(), lobby.hasher.computations().comparisons()), (2, 1));
    let (lobby, _) = with_competitor(once(others_update)).await;
    assert_eq!(reason(lobby.try_ada("a wrong one").await), "INVALID_CREDENTIALS");
    assert_eq!(lobby.count(UserEventName::PasswordCheckFailed).await, 1);
}

#[tokio::test]
async fn a_password_that_is_replaced_meanwhile_is_compared_anew() {
    let hash = InsecureTestHasher.hash(password("another sesame")).await.unwrap();
    for (text, let_in) in [(PASSWORD, false), ("another sesame", true)] {
        let hash = hash.clone();
        let competitor = once(move |user| {
            user.set_password(hash.clone(), false, Actor::System, fixtures::now())
                .unwrap()
        });
        let (lobby, _) = with_competitor(competitor).await;
        assert_eq!(lobby.try_ada(text).await.is_ok(), let_in, "{text}");
        assert_eq!(lobby.hasher.computations().comparisons(), 2);
    }
}

#[tokio::test]
async fn the_guess_that_others_came_before_is_the_one_that_locks() {
    let ninth = |user: &User| {
        let mut user = user.clone();
        let mut changes = Vec::new();
        for _ in 0..9 {
            let failed = user
                .fail_password_check(&LockoutPolicy::DEFAULT, true, Actor::System, fixtures::now())
                .unwrap();
            user = failed.user().clone();
            changes.push(failed);
        }
        changes
    };
    let done = AtomicBool::new(false);
    let competitor: Competitor = Box::new(move |user| {
        if done.swap(true, Ordering::SeqCst) {
            Vec::new()
        } else {
            ninth(user)
        }
    });
    let (lobby, _) = with_competitor(competitor).await;
    assert_eq!(reason(lobby.try_ada("a wrong one").await), "INVALID_CREDENTIALS");
    assert_eq!(lobby.count(UserEventName::PasswordCheckFailed).await, 10);
    assert!(matches!(
        lobby.stage.stored("ada").await.record().state,
        UserState::Locked(_)
    ));
}

#[tokio::test]
async fn whoever_always_comes_second_is_told_that_too_much_is_going_on() {
    let (lobby, double) = with_competitor(Box::new(|user| vec![others_update(user)])).await;
    let error = lobby.try_ada(PASSWORD).await.unwrap_err();
    assert!(error.describe(None).retry_after.is_some());
    assert_eq!(reason::<()>(Err(error)), "OVERLOADED");
    assert_eq!((double.commits(), lobby.hasher.computations().comparisons()), (16, 1));
}

#[tokio::test]
async fn a_store_that_fails_lets_nobody_in_and_begins_no_session() {
    let failures: [(fn() -> StoreError, _); 3] = [
        (|| StoreError::Unavailable("gone".into()), "STORE_UNAVAILABLE"),
        (|| StoreError::Overloaded("too much to do".into()), "OVERLOADED"),
        (|| StoreError::Internal("nonsense".into()), "INTERNAL"),
    ];
    for (failure, expected) in failures {
        let (lobby, _) = with_users(|inner| UserStoreDouble::failing(inner, failure)).await;
        for text in [PASSWORD, "a wrong one"] {
            assert_eq!(reason(lobby.try_ada(text).await), expected);
        }
        assert_eq!(lobby.stage.events("ada").await, 1);
    }
}

#[tokio::test]
async fn a_success_whose_answer_is_lost_lets_nobody_in() {
    let (lobby, _) = with_users(UserStoreDouble::losing_answers).await;
    assert_eq!(reason(lobby.try_ada(PASSWORD).await), "STORE_UNAVAILABLE");
    assert_eq!(lobby.count(UserEventName::PasswordCheckSucceeded).await, 1);
}

#[tokio::test]
async fn a_password_that_cannot_be_compared_counts_for_nobody() {
    let mut lobby = Lobby::new().await;
    let ports = SignInPorts {
        passwords: Arc::new(FailingHasher(|| PasswordHasherError::Failed("no memory".into()))),
        ..lobby.ports()
    };
    lobby.check_on(ports);
    assert_eq!(reason(lobby.try_ada(PASSWORD).await), "INTERNAL");
    assert_eq!(lobby.stage.events("ada").await, 1);
}

#[tokio::test]
async fn where_there_is_no_room_nobody_is_asked_to_hash_or_compare() {
    let mut lobby = Lobby::new().await;
    let ports = SignInPorts {
        passwords: Arc::new(FullHasher),
        ..lobby.ports()
    };
    lobby.check_on(ports);
    let error = lobby.try_ada(PASSWORD).await.unwrap_err();
    assert!(error.describe(None).retry_after.is_some());
    assert_eq!(reason::<()>(Err(error)), "TOO_MANY_ATTEMPTS");
}

#[tokio::test]
async fn an_attempt_about_which_nothing_was_decided_does_not_count_for_its_source() {
    let mut lobby = Lobby::new().await;
    let policy = LockoutPolicy {
        source_attempts: Some(AttemptLimit::new(2).unwrap()),
        ..LockoutPolicy::DEFAULT
    };
    lobby.adopt(policy).await;
    let good = lobby.ports();
    let unavailable = || StoreError::Unavailable("nobody answers".into());
    let store: Arc<dyn UserStore> = Arc::new(lobby.stage.store.clone());
    let ports = SignInPorts {
        users: Arc::new(UserStoreDouble::failing(store, unavailable)),
        ..lobby.ports()
    };
    lobby.check_on(ports);
    for _ in 0..3 {
        let outcome = lobby.show(ada(), PASSWORD, Some("203.0.113.7")).await;
        assert_eq!(reason(outcome), "STORE_UNAVAILABLE");
    }
    lobby.check_on(good);
    lobby.show(ada(), PASSWORD, Some("203.0.113.7")).await.unwrap();
}
