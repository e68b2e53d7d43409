use super::stage::{FAILED_PRECONDITION, assert_refused, assert_violates, lock};
use super::{Request, Stage};

pub(super) async fn locking_twice_is_refused_the_second_time(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    let locked = stage
        .change(&stage.world.organization_manager.token, lock(&user_id))
        .await;

    let failure = stage.managers_refusal(lock(&user_id)).await;

    assert_refused(
        &failure,
        FAILED_PRECONDITION,
        "USER_ALREADY_LOCKED",
        &[("userId", &user_id), ("state", "USER_STATE_LOCKED")],
    );
    assert_eq!(stage.seen(&user_id).await.details, locked, "a refusal changes nothing");
}

pub(super) async fn a_lock_needs_neither_a_reason_nor_an_end(stage: &Stage<'_>) {
    let user_id = stage.locked_user().await;

    let lock = stage.seen(&user_id).await.lock.expect("the user is locked");

    assert_eq!((lock.reason, lock.until), (None, None));
    assert_eq!(lock.cause, "LOCK_CAUSE_OPERATOR");
    assert_eq!(lock.locked_by.as_ref(), Some(&stage.world.organization_manager.user_id));
}

pub(super) async fn an_empty_reason_is_no_reason(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    stage
        .change(&stage.world.organization_manager.token, with_reason(&user_id, ""))
        .await;

    assert_eq!(
        stage.seen(&user_id).await.lock.expect("the user is locked").reason,
        None
    );
}

pub(super) async fn a_reason_of_500_characters_comes_back_as_it_was_given(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    let reason = "\u{1F511}é\n\"<".repeat(100);
    stage
        .change(&stage.world.organization_manager.token, with_reason(&user_id, &reason))
        .await;

    assert_eq!(
        stage.seen(&user_id).await.lock.expect("the user is locked").reason,
        Some(reason)
    );
}

pub(super) async fn the_end_of_a_lock_is_shown_in_utc(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    let end = until(&user_id, "2999-01-01T01:30:00.25+01:30");
    stage.change(&stage.world.organization_manager.token, end).await;

    let lock = stage.seen(&user_id).await.lock.expect("the user is locked");
    assert_eq!(lock.until.as_deref(), Some("2999-01-01T00:00:00.250Z"));
}

pub(super) async fn a_lock_cannot_end_in_the_past(stage: &Stage<'_>) {
    let (user_id, created) = stage.create(stage.new_user()).await;

    let failure = stage.managers_refusal(until(&user_id, "1999-12-31T23:59:59Z")).await;

    assert_violates(&failure, &["locked_until"]);
    assert_eq!(stage.seen(&user_id).await.details, created, "a refusal changes nothing");
}

fn with_reason(user_id: &str, reason: &str) -> Request {
    Request::LockUser {
        user_id: user_id.to_owned(),
        reason: Some(reason.to_owned()),
        locked_until: None,
        replace: false,
    }
}

fn until(user_id: &str, end: &str) -> Request {
    Request::LockUser {
        user_id: user_id.to_owned(),
        reason: None,
        locked_until: Some(end.to_owned()),
        replace: false,
    }
}
