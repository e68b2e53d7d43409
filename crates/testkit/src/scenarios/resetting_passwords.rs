use super::session_stage::{PASSWORD, by_id, plain};
use super::signing_in::assert_invalid_credentials;
use super::stage::{
    PERMISSION_DENIED, UNIMPLEMENTED, assert_refused, assert_violates, deactivate, delete, lock, unexpected,
};
use super::tenant::{Tenant, strict};
use super::{Answer, Details, Failure, Request, ResetMedium, SetPasswordRequest, Stage, Verification};

const NEW_PASSWORD: &str = "incorrect mule battery staple";

/// A code of the right form that is never made.
const WRONG_CODE: &str = "ZZZZZZZZ";

pub(super) async fn a_code_replaces_a_forgotten_password(stage: &Stage<'_>) {
    let user_id = stage.user_with_password().await;
    let (code, requested) = stage.code(&user_id).await;
    assert_eq!(requested.sequence, 2);
    let is_of_the_form = |character: char| "23456789ABCDEFGHJKLMNPQRSTUVWXYZ".contains(character);
    assert!(code.len() == 8 && code.chars().all(is_of_the_form), "{code:?}");
    stage.signed_in(by_id(&user_id)).await;

    let changed = stage.managers_change(redeem(&user_id, &code)).await;

    assert_eq!(stage.seen(&user_id).await.details, changed);
    assert_invalid_credentials(&stage.sign_in_refusal(by_id(&user_id), PASSWORD).await);
    let session = stage.sign_in(by_id(&user_id), NEW_PASSWORD).await;
    assert!(session.is_ok(), "{session:?}");
}

pub(super) async fn a_code_can_be_typed_in_any_case(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    let (code, _) = stage.code(&user_id).await;

    stage
        .managers_change(redeem(&user_id, &format!(" {} ", code.to_lowercase())))
        .await;
}

pub(super) async fn a_reset_lifts_a_lock_of_the_policy_and_leaves_that_of_an_operator(stage: &Stage<'_>) {
    let tenant = Tenant::with_policy(stage, strict()).await;
    let user_id = tenant.locked_user(3).await;
    let (code, _) = stage.code_as(&tenant.owner.token, &user_id).await;
    assert_eq!(tenant.seen(&user_id).await.state, "USER_STATE_LOCKED");

    tenant.change(redeem(&user_id, &code)).await;

    let seen = tenant.seen(&user_id).await;
    assert_eq!((seen.state.as_str(), seen.lock), ("USER_STATE_ACTIVE", None));
    assert_eq!(seen.failed_password_attempts, 0);
    let history = tenant.history(&user_id).await;
    let [.., unlocked, changed] = history.as_slice() else {
        panic!("expected some events, got {history:?}");
    };
    assert_eq!(
        (unlocked.kind.as_str(), changed.kind.as_str()),
        ("user.unlocked", "user.password.changed")
    );
    assert_eq!(unlocked.unlock_cause.as_deref(), Some("UNLOCK_CAUSE_PASSWORD_RESET"));
    let session = stage.sign_in(by_id(&user_id), NEW_PASSWORD).await;
    assert!(session.is_ok(), "{session:?}");

    let user_id = tenant.user().await;
    tenant.change(lock(&user_id)).await;
    let before = tenant.seen(&user_id).await.lock;
    let (code, _) = stage.code_as(&tenant.owner.token, &user_id).await;
    tenant.change(redeem(&user_id, &code)).await;
    let seen = tenant.seen(&user_id).await;
    assert_eq!((seen.state.as_str(), seen.lock), ("USER_STATE_LOCKED", before));
    assert_invalid_credentials(&stage.sign_in_refusal(by_id(&user_id), NEW_PASSWORD).await);
}

pub(super) async fn five_wrong_codes_use_the_right_one_up(stage: &Stage<'_>) {
    let user_id = stage.user_with_password().await;
    let (code, _) = stage.code(&user_id).await;
    for _ in 0..5 {
        assert_invalid_code(&stage.managers_refusal(redeem(&user_id, WRONG_CODE)).await);
    }
    let before = stage.seen(&user_id).await;

    for code in [code.as_str(), WRONG_CODE] {
        assert_invalid_code(&stage.managers_refusal(redeem(&user_id, code)).await);
    }

    assert_eq!(stage.seen(&user_id).await, before, "what is used up is not tried");
    assert_eq!(before.failed_password_attempts, 0, "codes are no passwords");
    let history = stage.history(&user_id).await;
    let failed = history
        .iter()
        .filter(|event| event.kind == "user.password.reset.failed");
    assert_eq!(failed.count(), 5);
    stage.signed_in(by_id(&user_id)).await;
}

pub(super) async fn four_wrong_codes_leave_one_try(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    let (code, _) = stage.code(&user_id).await;
    for _ in 0..4 {
        assert_invalid_code(&stage.managers_refusal(redeem(&user_id, WRONG_CODE)).await);
    }
    stage.managers_change(redeem(&user_id, &code)).await;
}

pub(super) async fn a_code_works_once(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    let (code, _) = stage.code(&user_id).await;
    stage.managers_change(redeem(&user_id, &code)).await;

    assert_invalid_code(&stage.managers_refusal(redeem(&user_id, &code)).await);
}

pub(super) async fn another_code_takes_the_place_of_an_earlier_one(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    let (first, _) = stage.code(&user_id).await;
    for _ in 0..4 {
        assert_invalid_code(&stage.managers_refusal(redeem(&user_id, WRONG_CODE)).await);
    }
    let (second, _) = stage.code(&user_id).await;
    assert_ne!(first, second);

    assert_invalid_code(&stage.managers_refusal(redeem(&user_id, &first)).await);
    stage.managers_change(redeem(&user_id, &second)).await;
}

pub(super) async fn a_code_is_no_good_after_another_change_of_the_password(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    let (code, _) = stage.code(&user_id).await;
    let change = Request::SetPassword(SetPasswordRequest {
        user_id: user_id.clone(),
        new_password: Some(plain(PASSWORD)),
        verification: None,
    });
    stage.managers_change(change).await;

    assert_invalid_code(&stage.managers_refusal(redeem(&user_id, &code)).await);
    stage.signed_in(by_id(&user_id)).await;
}

pub(super) async fn a_code_is_good_for_its_user_only(stage: &Stage<'_>) {
    let (one, other) = (stage.active_user().await, stage.active_user().await);
    let (code, _) = stage.code(&one).await;
    stage.code(&other).await;

    assert_invalid_code(&stage.managers_refusal(redeem(&other, &code)).await);
    stage.managers_change(redeem(&one, &code)).await;
}

pub(super) async fn an_inactive_user_gets_a_password_and_stays_inactive(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    stage.managers_change(deactivate(&user_id)).await;
    let (code, _) = stage.code(&user_id).await;
    stage.managers_change(redeem(&user_id, &code)).await;

    assert_eq!(stage.seen(&user_id).await.state, "USER_STATE_INACTIVE");
    assert_invalid_credentials(&stage.sign_in_refusal(by_id(&user_id), NEW_PASSWORD).await);
}

pub(super) async fn whoever_has_a_code_replaces_their_password_without_any_role(stage: &Stage<'_>) {
    let member = stage.world.member(None).await;
    let (code, _) = stage.code(&member.user_id).await;
    let outsiders = [&stage.world.roleless, &stage.world.other_manager];
    for outsider in outsiders {
        let failure = stage
            .refusal(outsider.token.as_str(), redeem(&member.user_id, &code))
            .await;
        assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
    }
    stage.change(&member.token, redeem(&member.user_id, &code)).await;
}

pub(super) async fn without_an_open_code_every_code_is_wrong(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    let before = stage.seen(&user_id).await;
    assert_invalid_code(&stage.managers_refusal(redeem(&user_id, WRONG_CODE)).await);
    assert_eq!(stage.seen(&user_id).await, before, "a refusal changes nothing");
    for bad in ["", &"C".repeat(21)] {
        let failure = stage.managers_refusal(redeem(&user_id, bad)).await;
        assert_violates(&failure, &["verification_code"]);
    }
    stage.code(&user_id).await;
    stage.managers_change(delete(&user_id)).await;
    let failure = stage.managers_refusal(redeem(&user_id, WRONG_CODE)).await;
    assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
}

pub(super) async fn unlockd_sends_no_codes_itself(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    for (medium, field) in [
        (Some(ResetMedium::SendEmail), "send_email"),
        (None, "send_email"),
        (Some(ResetMedium::SendSms), "send_sms"),
    ] {
        let request = Request::RequestPasswordReset {
            user_id: user_id.clone(),
            medium,
        };
        let failure = stage.managers_refusal(request).await;
        assert_refused(&failure, UNIMPLEMENTED, "UNIMPLEMENTED", &[("field", field)]);
    }
    assert_eq!(stage.seen(&user_id).await.details.sequence, 1);
}

impl Stage<'_> {
    /// A code for somebody of the organization.
    pub(super) async fn code(&self, user_id: &str) -> (String, Details) {
        self.code_as(&self.world.organization_manager.token, user_id).await
    }

    /// A code that this caller asks for.
    pub(super) async fn code_as(&self, token: &str, user_id: &str) -> (String, Details) {
        let request = Request::RequestPasswordReset {
            user_id: user_id.to_owned(),
            medium: Some(ResetMedium::ReturnCode),
        };
        match self.call(token, request).await {
            Ok(Answer::CodeReturned { code, details }) => (code, details),
            other => unexpected("a code", &other),
        }
    }
}

/// Replaces a password by a code.
pub(super) fn redeem(user_id: &str, code: &str) -> Request {
    Request::SetPassword(SetPasswordRequest {
        user_id: user_id.to_owned(),
        new_password: Some(plain(NEW_PASSWORD)),
        verification: Some(Verification::Code(code.to_owned())),
    })
}

#[track_caller]
pub(super) fn assert_invalid_code(failure: &Failure) {
    assert_refused(failure, PERMISSION_DENIED, "INVALID_VERIFICATION_CODE", &[]);
}
