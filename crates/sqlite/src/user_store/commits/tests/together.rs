//! What becomes of the changes of one batch.

use sqlx::{Executor, QueryBuilder, Row};
use unlockd_application::ports::{CommitError, StoreError, UserStore};
use unlockd_domain::{Actor, Event, User, UserChange, UserProfile, UsernameScope};
use unlockd_testkit::fixtures;

use super::{File, PATIENT, lock, plain, requested};
use crate::store::LIMITS;
use crate::user_store::commits::Commit;
use crate::user_store::plain_changes::push_update;

#[tokio::test]
async fn of_a_batch_of_100_with_one_conflict_99_are_written_in_one_transaction() {
    let file = File::new(PATIENT, LIMITS).await;
    let changes: Vec<UserChange> = file.users(100).await.iter().map(lock).collect();
    file.store.commit(&changes[50], None).await.unwrap();
    file.empty_log().await;

    let answers = file.run(changes.iter().map(plain).collect()).await;

    assert_eq!(file.transactions(), 1);
    for (number, answer) in answers.iter().enumerate() {
        match answer {
            Ok(()) => assert_ne!(number, 50),
            Err(CommitError::Conflict) => assert_eq!(number, 50),
            Err(error) => panic!("{number}: {error:?}"),
        }
        file.assert_written(&changes[number], true).await;
    }
}

#[tokio::test]
async fn each_in_a_batch_is_refused_for_itself_and_leaves_nothing() {
    let file = File::new(PATIENT, LIMITS).await;
    let users = file.users(9).await;
    let owner = file.owner("owner").await;
    let nobody = fixtures::new_user("nobody", "acme").change.user().clone();
    let (used, fresh) = (fixtures::request("used", 1), fixtures::request("fresh", 2));
    file.store.commit(&lock(&users[0]), Some(&used)).await.unwrap();
    let name = |user: &User, name: &str| {
        let username = fixtures::username(name, UsernameScope::Instance);
        let profile = UserProfile::default();
        let added = user.add_username(&profile, username, Actor::System, fixtures::now());
        added.unwrap()
    };
    let deletion = users[8].delete(Actor::System, fixtures::now()).unwrap();
    let changes = [
        plain(&lock(&users[0])),
        requested(&lock(&users[1]), &used),
        plain(&lock(&owner)),
        plain(&lock(&users[2])),
        plain(&name(&users[3], "alice")),
        plain(&name(&users[4], "ALICE")),
        requested(&lock(&users[5]), &fresh),
        requested(&lock(&users[6]), &fresh),
        plain(&lock(&users[7])),
        plain(&deletion),
        plain(&lock(&nobody)),
    ];

    file.empty_log().await;

    let answers = file.run(changes.to_vec()).await;

    assert_eq!(file.transactions(), 1);
    let answers: Vec<String> = answers.iter().map(|answer| format!("{answer:?}")).collect();
    let expected = [
        "Err(Conflict)",
        "Err(IdempotencyKeyTaken)",
        "Err(LastInstanceOwner)",
        "Ok(())",
        "Ok(())",
        "Err(UsernameTaken { username: \"ALICE\" })",
        "Ok(())",
        "Err(IdempotencyKeyTaken)",
        "Ok(())",
        "Ok(())",
        "Err(Conflict)",
    ];
    assert_eq!(answers, expected);
    for (commit, answer) in changes.iter().zip(&answers).skip(1).take(9) {
        file.assert_written(&commit.change, answer == "Ok(())").await;
    }
    assert_eq!(file.find(&nobody).await, None);
}

#[tokio::test]
async fn of_all_owners_who_are_locked_in_one_batch_one_stays() {
    let file = File::new(PATIENT, LIMITS).await;
    let mut changes = Vec::new();
    for id in ["a", "b", "c"] {
        changes.push(plain(&lock(&file.owner(id).await)));
    }

    let answers = file.run(changes).await;

    assert!(matches!(
        answers[..],
        [Ok(()), Ok(()), Err(CommitError::LastInstanceOwner)]
    ));
}

#[tokio::test]
async fn what_fails_in_a_batch_fails_alone() {
    let file = File::new(PATIENT, LIMITS).await;
    let changes: Vec<UserChange> = file.users(10).await.iter().map(lock).collect();
    let mut other = file.connect().await;
    // Somebody has written a history by hand, without the state that goes with it.
    let poison = "INSERT INTO user_events (position, user_id, sequence, kind, organization_id, occurred_at)
                  VALUES (1000, 'user 004', 2, 'user.deactivated', 'acme', 0)";
    other.execute(poison).await.unwrap();

    let answers = file.run(changes.iter().map(plain).collect()).await;

    for (number, answer) in answers.iter().enumerate() {
        match answer {
            Ok(()) => assert_ne!(number, 4),
            Err(CommitError::Store(StoreError::Internal(_))) => assert_eq!(number, 4),
            Err(error) => panic!("{number}: {error:?}"),
        }
        if number != 4 {
            file.assert_written(&changes[number], true).await;
        }
    }
    let poisoned = file.find(changes[4].user()).await.unwrap();
    assert_eq!(Some(poisoned.sequence()), changes[4].expected_sequence());
}

#[tokio::test]
async fn events_of_a_batch_have_positions_in_the_order_in_which_they_were_asked_for() {
    let file = File::new(PATIENT, LIMITS).await;
    let users = file.users(20).await;
    let asked: Vec<&User> = users.iter().rev().collect();

    for answer in file.run(asked.iter().map(|user| plain(&lock(user))).collect()).await {
        answer.unwrap();
    }

    let mut other = file.connect().await;
    let written: Vec<(String, i64)> =
        sqlx::query_as("SELECT user_id, position FROM user_events WHERE kind = 'user.locked' ORDER BY position")
            .fetch_all(&mut other)
            .await
            .unwrap();
    let expected: Vec<(String, i64)> = asked.iter().map(|user| user.id().to_string()).zip(21..).collect();
    assert_eq!(written, expected);
}

#[tokio::test]
async fn a_change_of_two_events_is_written_whole_with_its_request_at_the_last_one() {
    let file = File::new(PATIENT, LIMITS).await;
    let users = file.users(3).await;
    let mut order = fixtures::lock_order();
    order.until = Some(fixtures::timestamp("2024-06-25T14:00:00Z"));
    let lock_for_a_while = users[0].lock(order, Actor::System, fixtures::now()).unwrap();
    file.store.commit(&lock_for_a_while, None).await.unwrap();
    let later = fixtures::timestamp("2024-06-25T15:00:00Z");
    let caller = Actor::User(fixtures::user_id("caller"));
    let again = lock_for_a_while
        .user()
        .lock(fixtures::lock_order(), caller, later)
        .unwrap();
    assert_eq!(again.events().count(), 2);
    let request = fixtures::request("key", 1);

    let batch = vec![
        plain(&lock(&users[1])),
        requested(&again, &request),
        plain(&lock(&users[2])),
    ];
    for answer in file.run(batch).await {
        answer.unwrap();
    }

    let history = file.store.history(again.user().id()).await.unwrap();
    assert_eq!(history[2..], again.events().cloned().collect::<Vec<_>>());
    let found = file
        .store
        .find_request(&fixtures::user_id("caller"), &request.key)
        .await;
    let found = found.unwrap().unwrap();
    assert_eq!(
        (found.event, found.digest),
        (Event::User(again.event().clone()), Some(request.digest))
    );
    file.assert_written(&lock(&users[2]), true).await;
}

/// Nothing gathers statistics for SQLite, unless an operator does.
#[tokio::test]
async fn users_of_a_batch_are_found_by_their_ids_and_used_keys_by_their_index() {
    let file = File::new(PATIENT, LIMITS).await;
    let changes: Vec<Commit> = file.users(100).await.iter().map(|user| plain(&lock(user))).collect();
    let mut other = file.connect().await;
    for statistics in ["SELECT 1", "ANALYZE"] {
        other.execute(statistics).await.unwrap();
        let mut sql = QueryBuilder::new("EXPLAIN QUERY PLAN ");
        push_update(&mut sql, &changes.iter().take(5).collect::<Vec<_>>());
        let steps = sql.build().fetch_all(&mut other).await.unwrap();
        let steps: Vec<String> = steps.iter().map(|step| step.get("detail")).collect();
        let has = |wanted: &str| steps.iter().any(|step| step.contains(wanted));
        assert!(
            has("SEARCH users USING INDEX sqlite_autoindex_users_1 (id=?)"),
            "{steps:#?}"
        );
        assert!(
            has(
                "SEARCH other USING COVERING INDEX user_events_idempotency_key (actor_user_id=? AND idempotency_key=?)"
            ),
            "{steps:#?}"
        );
    }
}
