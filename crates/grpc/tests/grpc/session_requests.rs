//! What requests about sessions may not ask for.

use unlockd_proto::zitadel::session::v2::request_challenges::{OtpEmail, Otpsms, WebAuthN};
use unlockd_proto::zitadel::session::v2::{
    CheckIdpIntent, CheckOtp, CheckTotp, CheckUser, CheckWebAuthN, Checks, CreateSessionRequest, CreateSessionResponse,
    DeleteSessionRequest, RequestChallenges, SetSessionRequest, UserAgent,
};

use crate::raw_client::{RawRequest, code_and_reason, framed, violations};
use crate::sign_in::{ALICE, PASSWORD, SESSION_SERVICE, by_id, checks, create_session, signing_in, stage_with_alice};
use crate::stage::Stage;

#[tokio::test]
async fn checks_and_challenges_that_are_not_implemented_are_refused_by_their_names() {
    let stage = stage_with_alice().await;
    let code = || Some(CheckOtp::default());
    let with_checks = |checks| CreateSessionRequest {
        checks: Some(checks),
        ..CreateSessionRequest::default()
    };
    let with_challenges = |challenges| CreateSessionRequest {
        challenges: Some(challenges),
        ..CreateSessionRequest::default()
    };
    for (request, field) in [
        (
            with_checks(Checks {
                web_auth_n: Some(CheckWebAuthN::default()),
                ..Checks::default()
            }),
            "checks.web_auth_n",
        ),
        (
            with_checks(Checks {
                idp_intent: Some(CheckIdpIntent::default()),
                ..Checks::default()
            }),
            "checks.idp_intent",
        ),
        (
            with_checks(Checks {
                totp: Some(CheckTotp::default()),
                ..Checks::default()
            }),
            "checks.totp",
        ),
        (
            with_checks(Checks {
                otp_sms: code(),
                ..Checks::default()
            }),
            "checks.otp_sms",
        ),
        (
            with_checks(Checks {
                otp_email: code(),
                ..Checks::default()
            }),
            "checks.otp_email",
        ),
        (
            with_challenges(RequestChallenges {
                web_auth_n: Some(WebAuthN {}),
                ..RequestChallenges::default()
            }),
            "challenges.web_auth_n",
        ),
        (
            with_challenges(RequestChallenges {
                otp_sms: Some(Otpsms {}),
                ..RequestChallenges::default()
            }),
            "challenges.otp_sms",
        ),
        (
            with_challenges(RequestChallenges {
                otp_email: Some(OtpEmail {}),
                ..RequestChallenges::default()
            }),
            "challenges.otp_email",
        ),
    ] {
        let status = create_session(&stage, &request).await.expect_err(field);
        assert_eq!(code_and_reason(&status), (12, "UNIMPLEMENTED".to_owned()), "{field}");
        assert!(status.message().contains(field), "{status:?}");
    }
}

#[tokio::test]
async fn all_that_is_wrong_with_a_session_is_said_by_the_names_of_the_proto() {
    let stage = Stage::new().await;
    let lifetimes = [(0, 0), (-1, 0), (1, -1), (1, 1_000_000_000), (i64::MAX, 0)];
    for (seconds, nanos) in lifetimes {
        let request = CreateSessionRequest {
            checks: Some(Checks {
                user: Some(CheckUser::default()),
                ..checks(None, Some(""))
            }),
            metadata: [(String::new(), b"note".to_vec())].into(),
            user_agent: Some(UserAgent {
                fingerprint_id: Some(String::new()),
                ..UserAgent::default()
            }),
            lifetime: Some(prost_types::Duration { seconds, nanos }),
            ..CreateSessionRequest::default()
        };

        let status = create_session(&stage, &request).await.expect_err("much is wrong");

        assert_eq!(code_and_reason(&status), (3, "INVALID_ARGUMENT".to_owned()));
        let fields: Vec<_> = violations(&status).into_iter().map(|(field, _)| field).collect();
        let expected = [
            "checks.user",
            "checks.password.password",
            "metadata",
            "user_agent",
            "lifetime",
        ];
        assert_eq!(fields, expected, "{seconds} {nanos}");
    }
}

#[tokio::test]
async fn changes_of_sessions_have_no_precondition_and_a_wellformed_key() {
    let stage = stage_with_alice().await;
    let session_id = || "unknown".to_owned();
    let set = SetSessionRequest {
        session_id: session_id(),
        ..SetSessionRequest::default()
    };
    let delete = DeleteSessionRequest {
        session_id: session_id(),
        session_token: None,
    };
    for (rpc, message) in [
        ("CreateSession", framed(&signing_in(by_id(ALICE), PASSWORD))),
        ("SetSession", framed(&set)),
        ("DeleteSession", framed(&delete)),
    ] {
        let request = RawRequest::grpc(&format!("{SESSION_SERVICE}/{rpc}"), message)
            .header("idempotency-key", "")
            .header("if-match", "\"1\"")
            .token(&stage.world.instance_owner.token);

        let outcome = request.send(&stage.server).await.outcome::<CreateSessionResponse>();

        let status = outcome.expect_err(rpc);
        assert_eq!(code_and_reason(&status), (3, "INVALID_ARGUMENT".to_owned()), "{rpc}");
        let fields: Vec<_> = violations(&status).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["if-match", "idempotency-key"], "{rpc}");
    }
}
