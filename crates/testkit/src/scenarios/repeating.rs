use unlockd_domain::Role;

use super::stage::{
    FAILED_PRECONDITION, UNAUTHENTICATED, assert_refused, deactivate, delete, lock, reactivate, unexpected,
};
use super::{Answer, CreateUserRequest, Failure, Operation, PasswordRequest, Reply, Request, Safeguards, Stage};

/// The changes of users that are answered alike when they are repeated under their key.
pub(super) fn each_that_is_replayed() -> impl Iterator<Item = Operation> {
    Operation::ALL
        .iter()
        .copied()
        .filter(|operation| operation.is_replayed())
}

impl Stage<'_> {
    /// A key that was never used.
    pub(super) fn fresh_key(&self) -> Safeguards {
        Safeguards::key(format!("key {}", self.world.fresh_id()))
    }

    /// Something that is done for the first time.
    pub(super) async fn done(&self, request: &Request, safeguards: &Safeguards) -> Answer {
        match self.safeguarded(request, safeguards).await {
            Ok(Reply {
                answer,
                replayed: false,
            }) => answer,
            other => unexpected("a first answer", &other),
        }
    }

    /// What was done before is answered as then, with the mark.
    pub(super) async fn assert_replayed(&self, request: &Request, safeguards: &Safeguards, first: &Answer) {
        match self.safeguarded(request, safeguards).await {
            Ok(Reply { answer, replayed: true }) => assert_eq!(answer, *first),
            other => unexpected("the first answer again", &other),
        }
    }

    /// A request of the organization's manager that must fail for all its safeguards.
    pub(super) async fn safeguarded_refusal(&self, request: &Request, safeguards: &Safeguards) -> Failure {
        match self.safeguarded(request, safeguards).await {
            Err(failure) => failure,
            Ok(reply) => unexpected("a refusal", &reply),
        }
    }
}

pub(super) async fn a_repeated_request_gets_the_first_answer_again(stage: &Stage<'_>) {
    assert_eq!(each_that_is_replayed().count(), 10);
    for operation in each_that_is_replayed() {
        let subject = stage.subject(operation).await;
        let (request, key) = (operation.request(&subject), stage.fresh_key());
        let first = stage.done(&request, &key).await;
        let events = stage.history(&subject.user_id).await;

        stage.assert_replayed(&request, &key, &first).await;
        stage.assert_replayed(&request, &key, &first).await;

        assert_eq!(
            stage.history(&subject.user_id).await,
            events,
            "{operation:?} is done once"
        );
    }
}

pub(super) async fn a_request_is_repeated_over_whatever_came_in_between(stage: &Stage<'_>) {
    for operation in each_that_is_replayed() {
        let subject = stage.subject(operation).await;
        let (request, key) = (operation.request(&subject), stage.fresh_key());
        let first = stage.done(&request, &key).await;
        // The user leaves the state that the request has led to; a deleted one has no other.
        if operation == Operation::DeactivateUser {
            stage.managers_change(reactivate(&subject.user_id)).await;
        } else if operation != Operation::DeleteUser {
            stage.managers_change(deactivate(&subject.user_id)).await;
        }
        let events = stage.history(&subject.user_id).await;

        stage.assert_replayed(&request, &key, &first).await;

        assert_eq!(
            stage.history(&subject.user_id).await,
            events,
            "{operation:?} is done once"
        );
    }
}

pub(super) async fn a_request_can_be_repeated_after_the_user_was_deleted(stage: &Stage<'_>) {
    for operation in each_that_is_replayed() {
        let subject = stage.subject(operation).await;
        let (request, key) = (operation.request(&subject), stage.fresh_key());
        let first = stage.done(&request, &key).await;
        if operation != Operation::DeleteUser {
            stage.managers_change(delete(&subject.user_id)).await;
        }

        stage.assert_replayed(&request, &key, &first).await;

        let other = if operation == Operation::LockUser {
            Operation::UnlockUser
        } else {
            Operation::LockUser
        };
        let failure = stage.safeguarded_refusal(&other.request(&subject), &key).await;
        assert_reused(&failure);
    }
}

pub(super) async fn a_user_without_a_given_id_is_created_once(stage: &Stage<'_>) {
    let request = Request::CreateUser(CreateUserRequest {
        usernames: vec![(stage.world.fresh_id(), false)],
        password: Some(PasswordRequest::Plain {
            password: "correct horse battery staple".to_owned(),
            change_required: true,
        }),
        data: Some(r#"{"department":"compilers"}"#.to_owned()),
        ..stage.new_user()
    });
    let key = stage.fresh_key();

    let first = stage.done(&request, &key).await;

    stage.assert_replayed(&request, &key, &first).await;
}

pub(super) async fn two_copies_at_once_are_done_once_and_answered_alike(stage: &Stage<'_>) {
    for operation in each_that_is_replayed() {
        let subject = stage.subject(operation).await;
        let (request, key) = (operation.request(&subject), stage.fresh_key());
        let before = stage.history(&subject.user_id).await.len();

        let copies = tokio::join!(stage.safeguarded(&request, &key), stage.safeguarded(&request, &key));

        let (Ok(one), Ok(other)) = copies else {
            panic!("expected two answers to {operation:?}, got {copies:?}");
        };
        assert_eq!(one.answer, other.answer);
        assert_ne!(one.replayed, other.replayed, "one of the two was first");
        assert_eq!(stage.history(&subject.user_id).await.len(), before + 1, "{operation:?}");
    }
}

pub(super) async fn repeating_is_no_way_around_a_lock(stage: &Stage<'_>) {
    let manager = stage.world.member(Some(Role::OrgUserManager)).await;
    let subject = stage.subject(Operation::LockUser).await;
    let (request, key) = (lock(&subject.user_id), stage.fresh_key());
    let token = Some(manager.token.as_str());
    let first = stage.wire.call(token, &request, &key).await;
    first.unwrap_or_else(|failure| unexpected("a lock", &failure));
    stage.managers_change(lock(&manager.user_id)).await;

    let again = stage.wire.call(token, &request, &key).await;

    let Err(failure) = again else {
        panic!("expected a refusal, got {again:?}");
    };
    assert_refused(&failure, UNAUTHENTICATED, "UNAUTHENTICATED", &[]);
}

/// The failure is that of a key that belongs to another request.
#[track_caller]
pub(super) fn assert_reused(failure: &Failure) {
    assert_refused(failure, FAILED_PRECONDITION, "IDEMPOTENCY_KEY_REUSED", &[]);
}
