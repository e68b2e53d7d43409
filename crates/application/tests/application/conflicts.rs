use std::sync::atomic::{AtomicBool, Ordering};

use unlockd_application::UserService;
use unlockd_domain::{Actor, User, UserChange, UserState};
use unlockd_testkit::fixtures;

use crate::stage::{Stage, lock, manager, reason, unlock};
use crate::user_store_double::{Competitor, UserStoreDouble};

fn others_lock(user: &User) -> UserChange {
    user.lock(fixtures::lock_order(), Actor::System, fixtures::now())
        .expect("an active user")
}

fn others_unlock(user: &User) -> UserChange {
    user.unlock(None, Actor::System, fixtures::now())
        .expect("a locked user")
}

/// Changes the state of the user there and back.
fn others_change_twice(user: &User) -> Vec<UserChange> {
    let first = match &user.record().state {
        UserState::Active => others_lock(user),
        UserState::Locked(_) => others_unlock(user),
        UserState::Inactive | UserState::Deleted => panic!("nobody made the user {user:?}"),
    };
    let second = if user.record().state == UserState::Active {
        others_unlock(first.user())
    } else {
        others_lock(first.user())
    };
    vec![first, second]
}

fn once(compete: impl Fn(&User) -> Vec<UserChange> + Send + Sync + 'static) -> Competitor {
    let done = AtomicBool::new(false);
    Box::new(move |user| {
        if done.swap(true, Ordering::SeqCst) {
            Vec::new()
        } else {
            compete(user)
        }
    })
}

#[tokio::test]
async fn an_unlock_that_comes_second_is_refused_for_the_state_it_finds_then() {
    let competitor = once(|user| vec![others_unlock(user)]);
    let (stage, double) = Stage::with_users(|inner| UserStoreDouble::with_competitor(inner, competitor)).await;
    stage.services.users.lock_user(&manager(), lock("here")).await.unwrap();

    let outcome = stage.users.unlock_user(&manager(), unlock("here")).await;

    assert_eq!(reason(outcome), "USER_NOT_LOCKED");
    assert_eq!((stage.events("here").await, double.commits()), (3, 1));
}

#[tokio::test]
async fn a_lock_that_comes_second_is_refused_for_the_state_it_finds_then() {
    let competitor = once(|user| vec![others_lock(user)]);
    let (stage, _) = Stage::with_users(|inner| UserStoreDouble::with_competitor(inner, competitor)).await;

    let outcome = stage.users.lock_user(&manager(), lock("here")).await;

    assert_eq!(reason(outcome), "USER_ALREADY_LOCKED");
    assert_eq!(stage.stored("here").await.sequence().get(), 2);
}

#[tokio::test]
async fn a_change_that_is_still_legal_is_decided_anew_on_the_newest_user() {
    let competitor = once(others_change_twice);
    let (stage, double) = Stage::with_users(|inner| UserStoreDouble::with_competitor(inner, competitor)).await;

    let details = stage.users.lock_user(&manager(), lock("here")).await.unwrap().answer;

    assert_eq!((details.sequence.get(), double.commits()), (4, 2));
    assert_eq!(stage.events("here").await, 4);
}

#[tokio::test]
async fn a_change_that_never_gets_through_is_given_up() {
    let competitor: Competitor = Box::new(others_change_twice);
    let (stage, double) = Stage::with_users(|inner| UserStoreDouble::with_competitor(inner, competitor)).await;

    let outcome = stage.users.lock_user(&manager(), lock("here")).await;

    assert_eq!(reason(outcome), "OVERLOADED");
    assert!((2..=100).contains(&double.commits()), "{} attempts", double.commits());
    assert_eq!(stage.stored("here").await.record().state, UserState::Active);
    assert_eq!(
        stage.events("here").await,
        1 + 2 * double.commits(),
        "only the others' changes were written"
    );
}
