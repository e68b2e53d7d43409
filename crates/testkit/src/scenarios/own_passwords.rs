//! Passwords that their owners replace.

use super::session_stage::{PASSWORD, WRONG_PASSWORD, by_id, plain};
use super::signing_in::assert_invalid_credentials;
use super::stage::{ABORTED, PERMISSION_DENIED, assert_refused, assert_throttled, assert_violates, lock, unlock};
use super::tenant::{Tenant, strict};
use super::{LockoutPolicy, Request, Safeguards, SetPasswordRequest, Stage, Verification};

const NEW_PASSWORD: &str = "incorrect mule battery staple";

pub(super) async fn whoever_knows_their_password_replaces_it_without_any_role(stage: &Stage<'_>) {
    let member = stage.world.member(None).await;
    stage.give_password(&member).await;

    let changed = stage
        .change(&member.token, replace(&member.user_id, PASSWORD, NEW_PASSWORD))
        .await;

    assert_eq!(stage.seen(&member.user_id).await.details, changed);
    assert_invalid_credentials(&stage.sign_in_refusal(by_id(&member.user_id), PASSWORD).await);
    let session = stage.sign_in(by_id(&member.user_id), NEW_PASSWORD).await;
    assert!(session.is_ok(), "{session:?}");
    let history = stage.history(&member.user_id).await;
    let told: Vec<_> = history.iter().map(|event| event.kind.as_str()).collect();
    let expected = [
        "user.created",
        "user.password.changed",
        "user.password.check.succeeded",
        "user.password.changed",
        "user.password.check.failed",
        "user.password.check.succeeded",
    ];
    assert_eq!(told, expected);
    assert_eq!(history[3].actor_id.as_ref(), Some(&member.user_id));
}

pub(super) async fn the_password_of_somebody_else_needs_the_permission_as_well(stage: &Stage<'_>) {
    let user_id = stage.user_with_password().await;
    let viewer = &stage.world.organization_viewer;
    for outsider in [&stage.world.roleless, viewer, &stage.world.other_manager] {
        let failure = stage
            .refusal(outsider.token.as_str(), replace(&user_id, PASSWORD, NEW_PASSWORD))
            .await;
        assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
    }
    assert_eq!(
        stage.history(&user_id).await.len(),
        1,
        "no password is tried for somebody who may not"
    );
    stage.managers_change(replace(&user_id, PASSWORD, NEW_PASSWORD)).await;
}

pub(super) async fn a_wrong_current_password_counts_and_locks(stage: &Stage<'_>) {
    let tenant = Tenant::with_policy(stage, strict()).await;
    let user_id = tenant.user().await;
    let session = stage.signed_in(by_id(&user_id)).await;
    let owner = tenant.owner.token.as_str();
    for count in 1..3 {
        let wrong = replace(&user_id, WRONG_PASSWORD, NEW_PASSWORD);
        assert_invalid_credentials(&stage.refusal(session.token.as_str(), wrong).await);
        assert_eq!(tenant.count(&user_id).await, (count, "USER_STATE_ACTIVE".to_owned()));
    }
    tenant.guess(&user_id, 1).await;
    let lock = tenant.seen(&user_id).await.lock.expect("the user is locked");
    assert_eq!(lock.cause, "LOCK_CAUSE_POLICY");

    let right = replace(&user_id, PASSWORD, NEW_PASSWORD);
    for caller in [session.token.as_str(), owner] {
        assert_invalid_credentials(&stage.refusal(caller, right.clone()).await);
    }

    tenant.change(unlock(&user_id)).await;
    stage.change(&session.token, right).await;
    assert_eq!(tenant.count(&user_id).await, (0, "USER_STATE_ACTIVE".to_owned()));
}

pub(super) async fn a_current_password_is_not_tried_behind_a_lock_of_an_operator(stage: &Stage<'_>) {
    let user_id = stage.user_with_password().await;
    stage.managers_change(lock(&user_id)).await;
    let before = stage.seen(&user_id).await;

    let failure = stage.managers_refusal(replace(&user_id, PASSWORD, NEW_PASSWORD)).await;

    assert_invalid_credentials(&failure);
    assert_eq!(stage.seen(&user_id).await, before, "a refusal changes nothing");
}

pub(super) async fn current_passwords_are_counted_by_source_together_with_sign_ins(stage: &Stage<'_>) {
    let policy = LockoutPolicy {
        source_attempts: Some(2),
        ..LockoutPolicy::default()
    };
    let tenant = Tenant::with_policy(stage, policy).await;
    let user_id = tenant.user().await;
    let owner = tenant.owner.token.as_str();
    tenant.guess(&user_id, 1).await;
    let wrong = replace(&user_id, WRONG_PASSWORD, NEW_PASSWORD);
    assert_invalid_credentials(&stage.refusal(owner, wrong).await);

    let right = replace(&user_id, PASSWORD, NEW_PASSWORD);
    assert_throttled(&stage.refusal(owner, right).await);
    assert_throttled(&stage.sign_in_refusal(by_id(&user_id), PASSWORD).await);
    assert_eq!(tenant.count(&user_id).await, (2, "USER_STATE_ACTIVE".to_owned()));
}

pub(super) async fn the_sequence_is_that_before_the_current_password_was_shown(stage: &Stage<'_>) {
    let user_id = stage.user_with_password().await;
    let request = replace(&user_id, PASSWORD, NEW_PASSWORD);

    let failure = stage.safeguarded_refusal(&request, &Safeguards::sequence(2)).await;
    let metadata = [("userId", user_id.as_str()), ("sequence", "1")];
    assert_refused(&failure, ABORTED, "SEQUENCE_MISMATCH", &metadata);
    assert_eq!(stage.history(&user_id).await.len(), 1, "nothing was tried");

    let changed = stage.safeguarded(&request, &Safeguards::sequence(1)).await;
    assert!(changed.is_ok(), "{changed:?}");
    assert_eq!(stage.seen(&user_id).await.details.sequence, 3);
}

pub(super) async fn a_new_password_has_at_least_8_characters(stage: &Stage<'_>) {
    let user_id = stage.user_with_password().await;
    let set = |password: &str, verification| {
        Request::SetPassword(SetPasswordRequest {
            user_id: user_id.clone(),
            new_password: Some(plain(password)),
            verification,
        })
    };
    let current = || Some(Verification::CurrentPassword(PASSWORD.to_owned()));
    for too_short in ["7 chars", &"e\u{301}".repeat(7)] {
        for verification in [None, current()] {
            let failure = stage.managers_refusal(set(too_short, verification)).await;
            assert_violates(&failure, &["new_password.password"]);
        }
        let mut creation = stage.new_user();
        creation.password = Some(plain(too_short));
        let failure = stage.managers_refusal(Request::CreateUser(creation)).await;
        assert_violates(&failure, &["authenticators.password.password"]);
    }
    assert_eq!(stage.history(&user_id).await.len(), 1, "nothing was tried");
    for long_enough in ["8 chars!", "\u{fb01}\u{fb01}\u{fb01}\u{fb01}", &"\u{1F512}".repeat(8)] {
        stage.managers_change(set(long_enough, None)).await;
    }
}

/// Replaces a password by showing the current one.
pub(super) fn replace(user_id: &str, current: &str, new: &str) -> Request {
    Request::SetPassword(SetPasswordRequest {
        user_id: user_id.to_owned(),
        new_password: Some(plain(new)),
        verification: Some(Verification::CurrentPassword(current.to_owned())),
    })
}
