//! Changes that are done only while the user is as the caller saw them.

use unlockd_application::users::{CreateUser, Safeguards};
use unlockd_application::{Error, UserService};
use unlockd_testkit::fixtures;

use crate::stage::{
    Stage, add_username, create, deactivate, delete, instance_manager, lock, manager, only_at, reactivate, reason,
    remove_username, set_password, unlock, update,
};
use crate::user_store_double::UserStoreDouble;

/// How each change of a user ends with these safeguards.
async fn outcomes(stage: &Stage, id: &str, safeguards: &Safeguards) -> Vec<Result<(), Error>> {
    let (users, caller) = (&stage.users, instance_manager());
    macro_rules! outcome {
        ($method:ident, $command:expr) => {{
            let mut command = $command;
            command.safeguards = safeguards.clone();
            users.$method(&caller, command).await.map(drop)
        }};
    }
    vec![
        outcome!(lock_user, lock(id)),
        outcome!(unlock_user, unlock(id)),
        outcome!(deactivate_user, deactivate(id)),
        outcome!(reactivate_user, reactivate(id)),
        outcome!(update_user, update(id, "{}")),
        outcome!(set_password, set_password(id, "open sesame")),
        outcome!(add_username, add_username(id, "ada")),
        outcome!(remove_username, remove_username(id, "1")),
        outcome!(delete_user, delete(id)),
    ]
}

#[tokio::test]
async fn whatever_is_asked_for_another_sequence_is_refused_with_the_one_there_is() {
    let stage = Stage::new().await;
    stage.lock_here().await;
    for wrong in [0, 1, 3, u64::MAX] {
        for outcome in outcomes(&stage, "here", &only_at(wrong)).await {
            let error = outcome.unwrap_err();
            assert_eq!(
                error.describe(None).metadata,
                [("userId", "here".to_owned()), ("sequence", "2".to_owned())]
            );
            assert_eq!(reason::<()>(Err(error)), "SEQUENCE_MISMATCH");
        }
    }
    assert_eq!(stage.events("here").await, 2);
}

#[tokio::test]
async fn at_the_expected_sequence_the_change_is_decided_as_ever() {
    let stage = Stage::new().await;
    let mut command = lock("here");
    command.safeguards = only_at(1);
    let locked = stage.users.lock_user(&manager(), command.clone()).await.unwrap();
    assert_eq!(locked.answer.sequence.get(), 2);
    command.safeguards = only_at(2);
    assert_eq!(
        reason(stage.users.lock_user(&manager(), command).await),
        "USER_ALREADY_LOCKED"
    );
}

#[tokio::test]
async fn a_sequence_says_nothing_about_users_who_are_out_of_reach_or_not_there() {
    let stage = Stage::new().await;
    let mut command = lock("there");
    command.safeguards = only_at(7);
    let foreign = stage.users.lock_user(&manager(), command.clone()).await;
    assert_eq!(reason(foreign), "PERMISSION_DENIED");
    command.user_id = fixtures::user_id("nobody");
    assert_eq!(
        reason(stage.users.lock_user(&manager(), command).await),
        "PERMISSION_DENIED"
    );
    for outcome in outcomes(&stage, "nobody", &only_at(7)).await {
        assert_eq!(reason(outcome), "USER_NOT_FOUND");
    }
}

#[tokio::test]
async fn whoever_comes_second_at_a_sequence_is_told_the_next_one() {
    let (stage, double) = Stage::with_users(UserStoreDouble::new).await;
    let others = stage.services.users.clone();
    double.interrupt(async move {
        others.update_user(&manager(), update("here", "{}")).await.unwrap();
    });
    let mut command = lock("here");
    command.safeguards = only_at(1);

    let error = stage.users.lock_user(&manager(), command).await.unwrap_err();

    assert!(error.describe(None).metadata.contains(&("sequence", "2".to_owned())));
    assert_eq!(reason::<()>(Err(error)), "SEQUENCE_MISMATCH");
    assert_eq!(stage.events("here").await, 2);
}

#[tokio::test]
async fn a_password_is_not_set_over_a_change_that_came_while_it_was_hashed() {
    let (stage, double) = Stage::with_users(UserStoreDouble::new).await;
    let others = stage.services.users.clone();
    double.interrupt(async move {
        others.update_user(&manager(), update("here", "{}")).await.unwrap();
    });
    let mut command = set_password("here", "open sesame");
    command.safeguards = only_at(1);

    let outcome = stage.users.set_password(&manager(), command).await;

    assert_eq!(reason(outcome), "SEQUENCE_MISMATCH");
    assert_eq!(stage.profile("here").await.password, None);
}

#[tokio::test]
async fn a_user_who_is_to_be_has_the_sequence_0() {
    let stage = Stage::new().await;
    let at = |sequence| CreateUser {
        safeguards: only_at(sequence),
        ..create("here")
    };
    for wrong in [1, u64::MAX] {
        let error = stage.users.create_user(&manager(), at(wrong)).await.unwrap_err();
        assert_eq!(error.describe(None).metadata, [("sequence", "0".to_owned())]);
        assert_eq!(reason::<()>(Err(error)), "SEQUENCE_MISMATCH");
    }
    let created = stage.users.create_user(&manager(), at(0)).await.unwrap();
    assert_eq!(created.answer.details.sequence.get(), 1);
}
