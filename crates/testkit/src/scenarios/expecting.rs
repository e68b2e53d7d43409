use super::stage::{ABORTED, NOT_FOUND, PERMISSION_DENIED, assert_refused, lock, unexpected, unlock};
use super::{Answer, Failure, Operation, Reaching, Reply, Request, Safeguards, Stage};

/// The operations that change a user who is there.
fn each_change() -> impl Iterator<Item = Operation> {
    let all = Operation::ALL.iter().copied();
    all.filter(|operation| operation.is_change() && operation.reaching() == Reaching::User)
}

pub(super) async fn a_user_is_changed_as_they_were_seen(stage: &Stage<'_>) {
    for operation in each_change() {
        let subject = stage.subject(operation).await;
        let seen = stage.seen(&subject.user_id).await.details.sequence;

        let reply = stage
            .safeguarded(&operation.request(&subject), &Safeguards::sequence(seen))
            .await;

        match reply {
            Ok(Reply {
                answer:
                    Answer::Changed(details) | Answer::UsernameAdded { details, .. } | Answer::CodeReturned { details, .. },
                replayed: false,
            }) => assert_eq!(details.sequence, seen + 1),
            other => unexpected(operation.rpc(), &other),
        }
    }
}

pub(super) async fn a_user_who_is_not_as_they_were_seen_is_left_alone(stage: &Stage<'_>) {
    for operation in each_change() {
        let subject = stage.subject(operation).await;
        let before = stage.seen(&subject.user_id).await;
        let current = before.details.sequence;
        for other in [0, current - 1, current + 1, u64::MAX] {
            let failure = stage
                .safeguarded_refusal(&operation.request(&subject), &Safeguards::sequence(other))
                .await;
            assert_mismatch(&failure, &subject.user_id, current);
        }
        assert_eq!(stage.seen(&subject.user_id).await, before, "a refusal changes nothing");
    }
}

pub(super) async fn a_user_who_is_to_be_has_no_sequence(stage: &Stage<'_>) {
    let creation = Request::CreateUser(stage.new_user());
    for other in [1, u64::MAX] {
        let failure = stage.safeguarded_refusal(&creation, &Safeguards::sequence(other)).await;
        assert_refused(&failure, ABORTED, "SEQUENCE_MISMATCH", &[("sequence", "0")]);
    }
    let created = stage.safeguarded(&creation, &Safeguards::sequence(0)).await;
    assert!(created.is_ok(), "{created:?}");
}

pub(super) async fn the_sequence_is_looked_at_before_the_state(stage: &Stage<'_>) {
    let user_id = stage.locked_user().await;

    let failure = stage
        .safeguarded_refusal(&lock(&user_id), &Safeguards::sequence(1))
        .await;
    assert_mismatch(&failure, &user_id, 2);

    let failure = stage
        .safeguarded_refusal(&lock(&user_id), &Safeguards::sequence(2))
        .await;
    assert_eq!(failure.reason, "USER_ALREADY_LOCKED");
}

pub(super) async fn the_sequence_is_looked_at_behind_permission_and_user(stage: &Stage<'_>) {
    let safeguards = Safeguards::sequence(u64::MAX);
    let world = stage.world;
    for operation in each_change() {
        let subject = stage.subject(operation).await;
        for caller in [&world.roleless, &world.other_manager] {
            let request = operation.request(&subject);
            let reply = stage.wire.call(Some(&caller.token), &request, &safeguards).await;
            let failure = reply.expect_err("the caller may not");
            assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
        }
        let unknown = stage.unknown();
        let request = operation.request(&unknown);
        let reply = stage
            .wire
            .call(Some(&world.instance_manager.token), &request, &safeguards)
            .await;
        let failure = reply.expect_err("the user does not exist");
        assert_refused(&failure, NOT_FOUND, "USER_NOT_FOUND", &[("userId", &unknown.user_id)]);
    }
}

pub(super) async fn of_two_who_have_seen_the_same_one_gets_through(stage: &Stage<'_>) {
    for _ in 0..5 {
        let user_id = stage.active_user().await;
        let (request, safeguards) = (lock(&user_id), Safeguards::sequence(1));

        let (one, other) = tokio::join!(
            stage.safeguarded(&request, &safeguards),
            stage.safeguarded(&request, &safeguards)
        );

        let failure = match (one, other) {
            (Ok(_), Err(failure)) | (Err(failure), Ok(_)) => failure,
            both => unexpected("one success", &both),
        };
        assert_mismatch(&failure, &user_id, 2);
    }
}

pub(super) async fn a_repeated_request_is_answered_though_the_user_has_changed(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    let safeguards = Safeguards::key(stage.world.fresh_id()).and_sequence(1);
    let first = stage.safeguarded(&lock(&user_id), &safeguards).await;
    let first = first.unwrap_or_else(|failure| unexpected("a lock", &failure));
    stage.managers_change(unlock(&user_id)).await;

    let again = stage.safeguarded(&lock(&user_id), &safeguards).await;

    let expected = Reply {
        answer: first.answer,
        replayed: true,
    };
    assert_eq!(again, Ok(expected));
}

#[track_caller]
fn assert_mismatch(failure: &Failure, user_id: &str, current: u64) {
    let metadata = [("userId", user_id), ("sequence", &current.to_string())];
    assert_refused(failure, ABORTED, "SEQUENCE_MISMATCH", &metadata);
}
