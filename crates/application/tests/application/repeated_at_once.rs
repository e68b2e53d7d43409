//! Copies of a request that are under way at the same time.

use std::sync::Arc;

use unlockd_application::UserService;
use unlockd_application::users::{CreateUser, NewUsername};
use unlockd_domain::UsernameScope;
use unlockd_testkit::fixtures;

use crate::repeatable_change::Change;
use crate::stage::{Stage, create, instance_manager, manager, plain, reason, under};
use crate::user_store_double::UserStoreDouble;

#[tokio::test]
async fn a_copy_that_gets_through_between_reading_and_writing_is_the_one_that_counts() {
    for change in Change::ALL {
        let (stage, double) = Stage::with_users(UserStoreDouble::new).await;
        change.prepare(&stage).await;
        let events = stage.events("here").await;
        let others = stage.services.users.clone();
        double.interrupt(async move {
            let copy = change.perform(&others, &manager(), "here", under("key")).await.unwrap();
            assert!(!copy.replayed);
        });

        let outcome = change
            .perform(&stage.users, &manager(), "here", under("key"))
            .await
            .unwrap();

        assert!(outcome.replayed, "{change:?}");
        let user = stage.stored("here").await;
        assert_eq!(
            (outcome.answer.sequence, outcome.answer.change_date),
            (user.sequence(), user.changed_at())
        );
        assert_eq!(stage.events("here").await, events + 1);
    }
}

#[tokio::test]
async fn a_key_that_another_request_takes_in_between_is_reused() {
    let (stage, double) = Stage::with_users(UserStoreDouble::new).await;
    let others = stage.services.users.clone();
    double.interrupt(async move {
        Change::Lock
            .perform(&others, &instance_manager(), "there", under("key"))
            .await
            .unwrap();
    });
    let outcome = Change::Lock
        .perform(&stage.users, &instance_manager(), "here", under("key"))
        .await;
    assert_eq!(reason(outcome), "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(stage.events("here").await, 1);

    let others = stage.services.users.clone();
    double.interrupt(async move {
        Change::Lock
            .perform(&others, &instance_manager(), "here", under("other"))
            .await
            .unwrap();
    });
    let command = CreateUser {
        safeguards: under("other"),
        ..create("here")
    };
    let outcome = stage.users.create_user(&instance_manager(), command).await;
    assert_eq!(reason(outcome), "IDEMPOTENCY_KEY_REUSED");
}

/// Creations that are refused in each way when a copy has come first: for the key, the id, and the names.
fn creations() -> [CreateUser; 3] {
    let anonymous = CreateUser {
        password: Some(plain("open sesame")),
        safeguards: under("key"),
        ..create("here")
    };
    let with_id = CreateUser {
        user_id: Some(fixtures::user_id("ada")),
        ..anonymous.clone()
    };
    let with_name = CreateUser {
        usernames: vec![NewUsername::new("ada", UsernameScope::Instance).unwrap()],
        ..anonymous.clone()
    };
    [anonymous, with_id, with_name]
}

#[tokio::test]
async fn a_copy_of_a_creation_that_gets_through_first_is_the_one_that_counts() {
    for command in creations() {
        let (stage, double) = Stage::with_users(UserStoreDouble::new).await;
        let (others, copy) = (stage.services.users.clone(), command.clone());
        double.interrupt(async move {
            let copy = others.create_user(&manager(), copy).await.unwrap();
            assert!(!copy.replayed);
        });

        let outcome = stage.users.create_user(&manager(), command).await.unwrap();

        assert!(outcome.replayed);
        let id = outcome.answer.user_id.as_str();
        assert_eq!(stage.stored(id).await.sequence(), outcome.answer.details.sequence);
        assert_eq!(stage.events(id).await, 1);
    }
}

#[tokio::test]
async fn a_creation_that_is_refused_for_somebody_else_s_sake_is_refused() {
    let (stage, double) = Stage::with_users(UserStoreDouble::new).await;
    let [_, with_id, with_name] = creations();
    for (command, expected) in [(with_id, "USER_ID_TAKEN"), (with_name, "USERNAME_TAKEN")] {
        let (others, mut other) = (stage.services.users.clone(), command.clone());
        other.safeguards = under(expected);
        other.user_id = other.user_id.or_else(|| Some(fixtures::user_id("grace")));
        double.interrupt(async move {
            others.create_user(&manager(), other).await.unwrap();
        });
        assert_eq!(reason(stage.users.create_user(&manager(), command).await), expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_any_number_of_copies_one_is_done_and_all_are_answered_alike() {
    for change in Change::ALL {
        let stage = Stage::new().await;
        change.prepare(&stage).await;
        let events = stage.events("here").await;
        let users = Arc::new(stage.users.clone());
        let copies: Vec<_> = (0..16)
            .map(|_| {
                let users = Arc::clone(&users);
                tokio::spawn(async move { change.perform(&users, &manager(), "here", under("key")).await })
            })
            .collect();
        let mut outcomes = Vec::new();
        for copy in copies {
            outcomes.push(copy.await.unwrap().unwrap());
        }

        assert_eq!(
            outcomes.iter().filter(|outcome| !outcome.replayed).count(),
            1,
            "{change:?}"
        );
        assert!(outcomes.iter().all(|outcome| outcome.answer == outcomes[0].answer));
        assert_eq!(stage.events("here").await, events + 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_any_number_of_copies_of_a_creation_one_user_comes() {
    for command in creations() {
        let stage = Stage::new().await;
        let copies: Vec<_> = (0..16)
            .map(|_| {
                let (users, command) = (stage.users.clone(), command.clone());
                tokio::spawn(async move { users.create_user(&manager(), command).await })
            })
            .collect();
        let mut outcomes = Vec::new();
        for copy in copies {
            outcomes.push(copy.await.unwrap().unwrap());
        }

        assert_eq!(outcomes.iter().filter(|outcome| !outcome.replayed).count(), 1);
        assert!(outcomes.iter().all(|outcome| outcome.answer == outcomes[0].answer));
    }
}
