use std::time::Duration;

use super::passing_time::{Era, MICROSECOND};
use super::resetting_passwords::{assert_invalid_code, redeem};
use super::session_access::of_ids;
use super::session_stage::{
    PASSWORD, WRONG_PASSWORD, by_id, by_name, end_session, get_session, get_session_by, set_session_by,
};
use super::session_tokens::assert_session_token_invalid;
use super::signing_in::assert_invalid_credentials;
use super::stage::{NOT_FOUND, PERMISSION_DENIED, UNAUTHENTICATED, assert_refused, assert_throttled, get};
use super::tenant::{Tenant, strict};
use super::{Checks, CreateSessionRequest, LockoutPolicy, Request, SetSessionRequest};

const MINUTE: Duration = Duration::from_mins(1);

pub(super) async fn a_wrong_password_counts_for_as_long_as_the_policy_says(era: &Era<'_>) {
    let policy = LockoutPolicy {
        attempt_window: Some("600s".to_owned()),
        ..strict()
    };
    let tenant = Tenant::with_policy(era.stage, policy).await;
    let user_id = tenant.user().await;
    let count = async || tenant.count(&user_id).await.0;
    tenant.guess(&user_id, 1).await;
    era.pass(5 * MINUTE);
    tenant.guess(&user_id, 1).await;

    era.almost_pass(5 * MINUTE);
    assert_eq!(count().await, 2);
    era.pass(MICROSECOND);
    assert_eq!(count().await, 1, "the first one counts no more");
    tenant.guess(&user_id, 1).await;
    assert_eq!(tenant.count(&user_id).await, (2, "USER_STATE_ACTIVE".to_owned()));
    era.pass(10 * MINUTE);
    assert_eq!(count().await, 0);
    tenant.locked_user(3).await;
    tenant.guess(&user_id, 3).await;
    assert_eq!(tenant.count(&user_id).await, (3, "USER_STATE_LOCKED".to_owned()));
}

pub(super) async fn a_source_may_try_again_when_it_was_told(era: &Era<'_>) {
    let stage = era.stage;
    let policy = LockoutPolicy {
        source_attempts: Some(2),
        lock_duration: Some("600s".to_owned()),
        ..LockoutPolicy::default()
    };
    let tenant = Tenant::with_policy(stage, policy).await;
    let user_id = tenant.user().await;
    for minutes in [10, 20] {
        tenant.guess(&user_id, 2).await;
        era.pass(Duration::from_millis(500));
        let wait = assert_throttled(&stage.sign_in_refusal(by_id(&user_id), PASSWORD).await);
        assert_eq!(wait, Duration::from_millis(minutes * 60_000 - 500));

        era.almost_pass(wait);
        let wait = assert_throttled(&stage.sign_in_refusal(by_id(&user_id), PASSWORD).await);
        assert_eq!(wait, MICROSECOND);
        era.pass(wait);
        assert_eq!(tenant.seen(&user_id).await.sign_in_blocks, []);
    }
    stage.signed_in(by_id(&user_id)).await;
}

pub(super) async fn a_person_signs_in_from_the_same_desk_when_the_lock_ends(era: &Era<'_>) {
    let stage = era.stage;
    let policy = LockoutPolicy {
        max_password_attempts: Some(3),
        lock_duration: Some("3s".to_owned()),
        ..LockoutPolicy::default()
    };
    let tenant = Tenant::with_policy(stage, policy).await;
    let user_id = tenant.user().await;
    for _ in 0..2 {
        tenant.guess(&user_id, 3).await;
        assert_throttled(&stage.sign_in_refusal(by_id(&user_id), PASSWORD).await);

        era.pass(Duration::from_secs(4));

        stage.signed_in(by_id(&user_id)).await;
    }
}

pub(super) async fn repeated_blocks_last_longer_as_locks_do(era: &Era<'_>) {
    let stage = era.stage;
    let unknown = by_name(&stage.world.fresh_id());
    let tenant = Tenant::new(stage).await;
    let known = by_id(&tenant.user().await);
    for minutes in [15, 30, 60] {
        for who in [&known, &unknown] {
            for _ in 0..10 {
                assert_invalid_credentials(&stage.sign_in_refusal(who.clone(), WRONG_PASSWORD).await);
            }
            let wait = assert_throttled(&stage.sign_in_refusal(who.clone(), WRONG_PASSWORD).await);
            assert_eq!(wait, Duration::from_mins(minutes));
        }
        era.pass(Duration::from_mins(minutes) + MICROSECOND);
    }
    stage.signed_in(known).await;
}

pub(super) async fn a_session_is_gone_from_its_end_on(era: &Era<'_>) {
    let stage = era.stage;
    let user_id = stage.user_with_password().await;
    let begun = stage
        .begin(CreateSessionRequest {
            checks: Checks::user(by_id(&user_id)).with_password(PASSWORD),
            lifetime: Some("60s".to_owned()),
            ..CreateSessionRequest::default()
        })
        .await;
    let session = begun.expect("a session");
    stage.read(&session.token, &user_id).await;
    let viewer = stage.world.instance_viewer.token.as_str();
    era.almost_pass(MINUTE);
    stage.read(&session.token, &user_id).await;
    assert_eq!(stage.sessions(viewer, of_ids(&[&session])).await.total, 1);

    era.pass(MICROSECOND);

    let failure = stage.refusal(session.token.as_str(), get(&user_id)).await;
    assert_refused(&failure, UNAUTHENTICATED, "UNAUTHENTICATED", &[]);
    let roleless = stage.world.roleless.token.as_str();
    for request in [
        get_session_by(&session.id, &session.token),
        set_session_by(&session.id, &session.token),
    ] {
        assert_session_token_invalid(&stage.refusal(roleless, request).await);
    }
    let failure = stage.refusal(viewer, get_session(&session.id)).await;
    let metadata = [("sessionId", session.id.as_str())];
    assert_refused(&failure, NOT_FOUND, "SESSION_NOT_FOUND", &metadata);
    let organization_owner = stage.world.organization_owner.token.as_str();
    let revival = SetSessionRequest {
        session_id: session.id.clone(),
        lifetime: Some("60s".to_owned()),
        ..SetSessionRequest::default()
    };
    let failure = stage.refusal(organization_owner, Request::SetSession(revival)).await;
    assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
    assert_eq!(stage.sessions(viewer, of_ids(&[&session])).await.total, 0);
    stage.ended(organization_owner, end_session(&session.id)).await;
}

pub(super) async fn a_code_works_for_a_quarter_of_an_hour(era: &Era<'_>) {
    let stage = era.stage;
    let user_id = stage.active_user().await;
    let (code, _) = stage.code(&user_id).await;
    era.almost_pass(15 * MINUTE);
    stage.managers_change(redeem(&user_id, &code)).await;

    let (code, _) = stage.code(&user_id).await;
    era.pass(15 * MINUTE);
    let before = stage.seen(&user_id).await;
    assert_invalid_code(&stage.managers_refusal(redeem(&user_id, &code)).await);
    assert_eq!(stage.seen(&user_id).await, before, "what has expired is not tried");
}
