use bytes::Bytes;
use tonic::Status;
use unlockd_proto::unlockd::event::v1::{ListEventsRequest, ListEventsResponse, UnlockCause};
use unlockd_proto::unlockd::policy::v1::LockoutPolicy;
use unlockd_proto::zitadel::user::v3alpha::request_password_reset_request::Medium;
use unlockd_proto::zitadel::user::v3alpha::set_password_request::Verification;
use unlockd_proto::zitadel::user::v3alpha::{
    RequestPasswordResetRequest, RequestPasswordResetResponse, ReturnPasswordResetCode, SendPasswordResetEmail,
    SendPasswordResetSms, SetPasswordRequest, SetPasswordResponse, State,
};

use crate::raw_client::{RawRequest, USER_SERVICE, code_and_reason, framed};
use crate::sign_in::{ALICE, PASSWORD, alice, call, guess, plain_password, set_policy, stage_with_alice};
use crate::stage::Stage;

const NEW_PASSWORD: &str = "battery staple";

async fn request(stage: &Stage, medium: Option<Medium>) -> Result<RequestPasswordResetResponse, Status> {
    let request = RequestPasswordResetRequest {
        user_id: ALICE.to_owned(),
        medium,
        if_sequence: None,
    };
    let path = format!("{USER_SERVICE}/RequestPasswordReset");
    call(stage, &stage.world.organization_manager.token, &path, &request).await
}

/// A code for Alice.
async fn code(stage: &Stage) -> String {
    let medium = Some(Medium::ReturnCode(ReturnPasswordResetCode {}));
    let requested = request(stage, medium).await.expect("a code is made");
    requested.verification_code.expect("the code is returned")
}

/// Sets the password of Alice to [`NEW_PASSWORD`].
async fn set(stage: &Stage, token: &str, verification: Verification) -> Result<SetPasswordResponse, Status> {
    let request = SetPasswordRequest {
        user_id: ALICE.to_owned(),
        new_password: Some(plain_password(NEW_PASSWORD)),
        if_sequence: None,
        verification: Some(verification),
    };
    call(stage, token, &format!("{USER_SERVICE}/SetPassword"), &request).await
}

#[tokio::test]
async fn a_code_that_is_returned_replaces_the_password_and_lifts_a_lock_of_the_policy() {
    let stage = stage_with_alice().await;
    let policy = LockoutPolicy {
        max_password_attempts: Some(1),
        ..LockoutPolicy::default()
    };
    set_policy(&stage, policy).await;
    guess(&stage, "wrong").await.expect_err("the password is wrong");
    assert_eq!(alice(&stage).await.state(), State::UserStateLocked);

    let verification = Verification::VerificationCode(code(&stage).await);
    let set = set(&stage, &stage.world.organization_manager.token, verification).await;

    let sequence = set.expect("the code is right").details.expect("details").sequence;
    assert_eq!(alice(&stage).await.state(), State::UserStateActive);
    guess(&stage, NEW_PASSWORD).await.expect("Alice comes in");
    let request = ListEventsRequest {
        user_id: ALICE.to_owned(),
        ..ListEventsRequest::default()
    };
    let path = "/unlockd.event.v1.EventService/ListEvents";
    let page: ListEventsResponse = call(&stage, &stage.world.instance_viewer.token, path, &request)
        .await
        .expect("history");
    let kinds: Vec<_> = page.events.iter().map(|event| event.kind.as_str()).collect();
    let unlocked = kinds
        .iter()
        .position(|kind| *kind == "user.unlocked")
        .expect("an unlock");
    assert_eq!(page.events[unlocked].unlock_cause(), UnlockCause::PasswordReset);
    assert!(kinds.contains(&"user.password.reset.requested"), "{kinds:?}");
    assert!(kinds.contains(&"user.password.changed"), "{kinds:?}");
    let last = page.events.iter().rfind(|event| event.sequence != 0);
    let last = last.expect("a last change");
    assert_eq!(
        (last.kind.as_str(), last.sequence),
        ("user.password.check.succeeded", sequence + 1)
    );
}

#[tokio::test]
async fn whoever_knows_the_current_password_sets_their_own_without_any_role() {
    let stage = stage_with_alice().await;
    let token = guess(&stage, PASSWORD).await.expect("a session").session_token;

    let wrong = set(&stage, &token, Verification::CurrentPassword("wrong".to_owned())).await;
    let status = wrong.expect_err("the password is wrong");
    assert_eq!(code_and_reason(&status), (7, "INVALID_CREDENTIALS".to_owned()));
    assert_eq!(alice(&stage).await.failed_password_attempts, 1);

    let right = set(&stage, &token, Verification::CurrentPassword(PASSWORD.to_owned())).await;
    right.expect("the password is right");
    guess(&stage, NEW_PASSWORD).await.expect("Alice comes in");
}

#[tokio::test]
async fn a_wrong_code_is_refused_and_not_repeated() {
    let stage = stage_with_alice().await;
    code(&stage).await;
    let verification = Verification::VerificationCode("hunter2".to_owned());

    let refused = set(&stage, &stage.world.organization_manager.token, verification).await;

    let status = refused.expect_err("the code is wrong");
    assert_eq!(code_and_reason(&status), (7, "INVALID_VERIFICATION_CODE".to_owned()));
    assert!(!format!("{status:?}").contains("hunter2"), "{status:?}");
}

#[tokio::test]
async fn unlockd_sends_no_codes_itself() {
    let stage = stage_with_alice().await;
    let email = Medium::SendEmail(SendPasswordResetEmail::default());
    let sms = Medium::SendSms(SendPasswordResetSms {});
    for (medium, field) in [
        (None, "send_email"),
        (Some(email), "send_email"),
        (Some(sms), "send_sms"),
    ] {
        let status = request(&stage, medium).await.expect_err(field);

        assert_eq!(code_and_reason(&status), (12, "UNIMPLEMENTED".to_owned()));
        assert!(status.message().contains(field), "{status:?}");
    }
}

#[tokio::test]
async fn codes_are_made_at_the_paths_of_the_rest_api() {
    let stage = stage_with_alice().await;
    let message = framed(&RequestPasswordResetRequest {
        medium: Some(Medium::ReturnCode(ReturnPasswordResetCode {})),
        ..RequestPasswordResetRequest::default()
    });
    for version in ["v3alpha", "v2beta"] {
        let path = format!("/{version}/users/{ALICE}/password/reset");
        let token = &stage.world.organization_manager.token;
        let made = RawRequest::grpc(&path, message.clone()).token(token);
        let made: RequestPasswordResetResponse = made.send(&stage.server).await.message();
        assert_eq!(made.verification_code.expect("a code").len(), 8);

        let silent = RawRequest::grpc(&path, Bytes::new()).token(token);
        let status = silent.send(&stage.server).await.failure();
        assert_eq!(code_and_reason(&status), (12, "UNIMPLEMENTED".to_owned()));
    }
}

#[tokio::test]
async fn codes_are_made_only_for_the_user_as_expected_and_not_once_for_a_key() {
    let stage = stage_with_alice().await;
    let message = RequestPasswordResetRequest {
        user_id: ALICE.to_owned(),
        medium: Some(Medium::ReturnCode(ReturnPasswordResetCode {})),
        if_sequence: Some(7),
    };
    let path = format!("{USER_SERVICE}/RequestPasswordReset");
    let token = &stage.world.organization_manager.token;
    let request = || RawRequest::grpc(&path, framed(&message)).token(token);

    let status = request().send(&stage.server).await.failure();
    assert_eq!(code_and_reason(&status), (10, "SEQUENCE_MISMATCH".to_owned()));
}
