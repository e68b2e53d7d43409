//! Requests that are repeated one after the other.

use std::time::Duration;

use unlockd_application::users::{CreateUser, CreatedUser, Details, LockUser, Outcome, Safeguards};
use unlockd_application::{Caller, Error, UserService};
use unlockd_domain::{Role, Timestamp};
use unlockd_testkit::fixtures;

use crate::repeatable_change::Change;
use crate::stage::{
    Stage, caller, create, delete, instance_manager, lock, manager, oneself, plain, reason, under, unlock, update,
};
use crate::user_store_double::UserStoreDouble;

fn created_under(key: &str) -> CreateUser {
    CreateUser {
        safeguards: under(key),
        ..create("here")
    }
}

/// Repeated, the answer is the first one.
#[track_caller]
fn assert_replayed<T: PartialEq + std::fmt::Debug>(again: Result<Outcome<T>, Error>, first: &Outcome<T>) {
    let again = again.unwrap();
    assert_eq!(again.answer, first.answer);
    assert!(again.replayed && !first.replayed);
}

#[tokio::test]
async fn a_change_is_done_once_and_answered_alike_however_often_it_is_sent() {
    for change in Change::ALL {
        let stage = Stage::new().await;
        change.prepare(&stage).await;
        let first = change
            .perform(&stage.users, &manager(), "here", under("key"))
            .await
            .unwrap();
        let events = stage.events("here").await;
        for _ in 0..3 {
            stage.clock.advance(Duration::from_secs(1));
            let again = change.perform(&stage.users, &manager(), "here", under("key")).await;
            assert_replayed(again, &first);
        }
        assert_eq!(stage.events("here").await, events, "{change:?}");
    }
}

#[tokio::test]
async fn the_first_answer_stands_whatever_has_happened_since() {
    for change in Change::ALL.into_iter().filter(|change| *change != Change::Delete) {
        let stage = Stage::new().await;
        change.prepare(&stage).await;
        let first = change
            .perform(&stage.users, &manager(), "here", under("key"))
            .await
            .unwrap();
        stage.clock.advance(Duration::from_secs(1));
        stage.users.update_user(&manager(), update("here", "{}")).await.unwrap();
        assert_replayed(
            change.perform(&stage.users, &manager(), "here", under("key")).await,
            &first,
        );
        stage.delete_here().await;
        assert_replayed(
            change.perform(&stage.users, &manager(), "here", under("key")).await,
            &first,
        );
    }
}

#[tokio::test]
async fn a_key_does_not_do_for_another_request() {
    let stage = Stage::new().await;
    let users = &stage.users;
    let first = LockUser {
        reason: Some(fixtures::reason("Rude")),
        safeguards: under("key"),
        ..lock("here")
    };
    users.lock_user(&instance_manager(), first.clone()).await.unwrap();
    let other_reason = LockUser {
        reason: Some(fixtures::reason("Very rude")),
        ..first.clone()
    };
    let no_reason = LockUser {
        reason: None,
        ..first.clone()
    };
    let with_end = LockUser {
        until: Some(Timestamp::MAX),
        ..first.clone()
    };
    let of_somebody_else = LockUser {
        user_id: fixtures::user_id("there"),
        ..first.clone()
    };
    let at_a_sequence = LockUser {
        safeguards: Safeguards {
            if_sequence: Some(1),
            ..under("key")
        },
        ..first.clone()
    };
    for other in [other_reason, no_reason, with_end, of_somebody_else, at_a_sequence] {
        let outcome = users.lock_user(&instance_manager(), other.clone()).await;
        assert_eq!(reason(outcome), "IDEMPOTENCY_KEY_REUSED", "{other:?}");
    }
    for change in Change::ALL {
        let outcome = change.perform(users, &instance_manager(), "here", under("key")).await;
        assert_eq!(reason(outcome), "IDEMPOTENCY_KEY_REUSED", "{change:?}");
    }
    let outcome = users.create_user(&instance_manager(), created_under("key")).await;
    assert_eq!(reason(outcome), "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(stage.events("here").await, 2);
}

#[tokio::test]
async fn of_a_deleted_users_requests_operation_and_user_are_still_compared() {
    let stage = Stage::new().await;
    let users = &stage.users;
    let first = Change::Lock
        .perform(users, &instance_manager(), "here", under("key"))
        .await
        .unwrap();
    stage.delete_here().await;

    for change in Change::ALL {
        let outcome = change.perform(users, &instance_manager(), "here", under("key")).await;
        if change == Change::Lock {
            assert_replayed(outcome, &first);
        } else {
            assert_eq!(reason(outcome), "IDEMPOTENCY_KEY_REUSED", "{change:?}");
        }
    }
    let elsewhere = Change::Lock
        .perform(users, &instance_manager(), "there", under("key"))
        .await;
    assert_eq!(reason(elsewhere), "IDEMPOTENCY_KEY_REUSED");
}

#[tokio::test]
async fn of_a_deleted_users_creation_the_organization_is_still_compared() {
    let stage = Stage::new().await;
    let users = &stage.users;
    let first = users
        .create_user(&instance_manager(), created_under("key"))
        .await
        .unwrap();
    let id = first.answer.user_id.to_string();
    users.delete_user(&instance_manager(), delete(&id)).await.unwrap();

    assert_replayed(
        users.create_user(&instance_manager(), created_under("key")).await,
        &first,
    );
    let elsewhere = CreateUser {
        safeguards: under("key"),
        ..create("there")
    };
    assert_eq!(
        reason(users.create_user(&instance_manager(), elsewhere).await),
        "IDEMPOTENCY_KEY_REUSED"
    );
    let by_name = CreateUser {
        user_id: Some(fixtures::user_id("ada")),
        ..created_under("key")
    };
    assert_eq!(
        reason(users.create_user(&instance_manager(), by_name).await),
        "IDEMPOTENCY_KEY_REUSED"
    );
}

#[tokio::test]
async fn each_caller_has_keys_of_their_own() {
    let stage = Stage::new().await;
    let granted = |id: &str| {
        Caller::new(
            fixtures::new_user(id, "here").change.user(),
            manager().grants().iter().cloned().collect(),
        )
    };
    let first = stage
        .users
        .create_user(&granted("ada"), created_under("key"))
        .await
        .unwrap();
    let second = stage
        .users
        .create_user(&granted("grace"), created_under("key"))
        .await
        .unwrap();
    assert!(!second.replayed);
    assert_ne!(first.answer.user_id, second.answer.user_id);
    let unlocked = Change::Lock
        .perform(&stage.users, &granted("joan"), "here", under("key"))
        .await;
    assert!(!unlocked.unwrap().replayed);
}

#[tokio::test]
async fn a_request_that_was_refused_has_not_used_its_key() {
    let stage = Stage::new().await;
    stage.lock_here().await;
    let users = &stage.users;
    let refused = Change::Lock.perform(users, &manager(), "here", under("key")).await;
    assert_eq!(reason(refused), "USER_ALREADY_LOCKED");
    users.unlock_user(&manager(), unlock("here")).await.unwrap();
    let done = Change::Lock
        .perform(users, &manager(), "here", under("key"))
        .await
        .unwrap();
    assert!(!done.replayed);
}

#[tokio::test]
async fn a_repetition_needs_the_permission_and_the_reach_of_the_request() {
    for change in Change::ALL {
        let stage = Stage::new().await;
        change.prepare(&stage).await;
        change
            .perform(&stage.users, &manager(), "here", under("key"))
            .await
            .unwrap();
        for role in [None, Some(Role::OrgOwnerViewer), Some(Role::IamOwnerViewer)] {
            let again = change.perform(&stage.users, &caller(role), "here", under("key")).await;
            assert_eq!(reason(again), "PERMISSION_DENIED");
        }
    }
    let stage = Stage::new().await;
    let there = Change::Lock
        .perform(&stage.users, &instance_manager(), "there", under("key"))
        .await;
    there.unwrap();
    let again = Change::Lock
        .perform(&stage.users, &manager(), "there", under("key"))
        .await;
    assert_eq!(reason(again), "PERMISSION_DENIED");
    let nobody = Change::Lock
        .perform(&stage.users, &oneself("here", "here"), "here", under("key"))
        .await;
    assert_eq!(reason(nobody), "PERMISSION_DENIED");
}

#[tokio::test]
async fn a_request_whose_answer_was_lost_is_answered_when_it_is_repeated() {
    for change in Change::ALL {
        let (stage, _) = Stage::with_users(UserStoreDouble::losing_answers).await;
        change.prepare(&stage).await;
        let lost = change.perform(&stage.users, &manager(), "here", under("key")).await;
        assert_eq!(reason(lost), "STORE_UNAVAILABLE");

        let again = change
            .perform(&stage.services.users, &manager(), "here", under("key"))
            .await
            .unwrap();

        assert!(again.replayed);
        assert_eq!(again.answer, Details::from(&stage.stored("here").await));
    }
    let (stage, _) = Stage::with_users(UserStoreDouble::losing_answers).await;
    let lost = stage.users.create_user(&manager(), created_under("key")).await;
    assert_eq!(reason(lost), "STORE_UNAVAILABLE");
    let again = stage
        .services
        .users
        .create_user(&manager(), created_under("key"))
        .await
        .unwrap();
    assert!(again.replayed);
    let user = stage.stored(again.answer.user_id.as_str()).await;
    assert_eq!(again.answer.details, Details::from(&user));
}

#[tokio::test]
async fn a_repetition_is_answered_though_the_sequence_has_moved_on() {
    let stage = Stage::new().await;
    let safeguards = || Safeguards {
        if_sequence: Some(1),
        ..under("key")
    };
    let first = Change::Lock
        .perform(&stage.users, &manager(), "here", safeguards())
        .await
        .unwrap();
    assert_replayed(
        Change::Lock
            .perform(&stage.users, &manager(), "here", safeguards())
            .await,
        &first,
    );
    let creation = |sequence| CreateUser {
        user_id: Some(fixtures::user_id("ada")),
        safeguards: Safeguards {
            if_sequence: sequence,
            ..under("another key")
        },
        ..create("here")
    };
    let first = stage.users.create_user(&manager(), creation(Some(0))).await.unwrap();
    assert_replayed(stage.users.create_user(&manager(), creation(Some(0))).await, &first);
    let other = stage.users.create_user(&manager(), creation(None)).await;
    assert_eq!(reason(other), "IDEMPOTENCY_KEY_REUSED");
}

async fn creation(stage: &Stage, command: CreateUser) -> Result<Outcome<CreatedUser>, Error> {
    stage.users.create_user(&manager(), command).await
}

#[tokio::test]
async fn a_creation_is_done_once_also_with_an_id_that_was_made_for_it() {
    let stage = Stage::new().await;
    let first = creation(&stage, created_under("key")).await.unwrap();
    stage
        .users
        .lock_user(&manager(), lock(first.answer.user_id.as_str()))
        .await
        .unwrap();
    assert_replayed(creation(&stage, created_under("key")).await, &first);
    let another = creation(&stage, created_under("another key")).await.unwrap();
    assert_ne!(another.answer.user_id, first.answer.user_id);
}

#[tokio::test]
async fn a_creation_with_a_password_is_repeated_with_the_same_one_only() {
    let stage = Stage::new().await;
    let with = |password: &str, change_required| {
        let mut password = plain(password);
        password.change_required = change_required;
        CreateUser {
            password: Some(password),
            ..created_under("key")
        }
    };
    let first = creation(&stage, with("open sesame", false)).await.unwrap();
    assert_replayed(creation(&stage, with("open sesame", false)).await, &first);
    for other in [
        with("open sesame!", false),
        with("open sesame", true),
        created_under("key"),
    ] {
        assert_eq!(reason(creation(&stage, other).await), "IDEMPOTENCY_KEY_REUSED");
    }
}
