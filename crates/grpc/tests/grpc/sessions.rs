use std::collections::HashMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use prost_types::{Duration, Timestamp};
use unlockd_proto::zitadel::session::v2::user_agent::HeaderValues;
use unlockd_proto::zitadel::session::v2::{
    CreateSessionRequest, CreateSessionResponse, DeleteSessionRequest, DeleteSessionResponse, GetSessionRequest,
    GetSessionResponse, SetSessionRequest, SetSessionResponse, UserAgent, UserFactor,
};
use unlockd_proto::zitadel::user::v3alpha::{GetUserByIdRequest, GetUserByIdResponse};

use crate::raw_client::{RawRequest, USER_SERVICE, code_and_reason, framed};
use crate::sign_in::{
    ALICE, LOGIN_NAME, PASSWORD, SESSION_SERVICE, by_id, by_login_name, call, checks, create_session, guess, session,
    signing_in, stage_with_alice,
};
use crate::stage::Stage;

/// Where the clock of a stage stands.
const NOW: Timestamp = Timestamp {
    seconds: 1_719_322_539,
    nanos: 148_123_000,
};

/// Goes on with a session by its token, as somebody without any role.
async fn set(stage: &Stage, request: &SetSessionRequest) -> Result<SetSessionResponse, tonic::Status> {
    let path = format!("{SESSION_SERVICE}/SetSession");
    call(stage, &stage.world.roleless.token, &path, request).await
}

async fn delete(stage: &Stage, session_id: &str) -> DeleteSessionResponse {
    let request = DeleteSessionRequest {
        session_id: session_id.to_owned(),
        session_token: None,
    };
    let path = format!("{SESSION_SERVICE}/DeleteSession");
    let deleted = call(stage, &stage.world.instance_owner.token, &path, &request).await;
    deleted.expect("the session is deleted")
}

#[tokio::test]
async fn who_shows_a_password_gets_a_token_that_is_a_bearer_token() {
    let stage = stage_with_alice().await;

    let created = guess(&stage, PASSWORD).await.expect("a session");

    let details = created.details.expect("details");
    assert_eq!((details.sequence, details.change_date), (1, Some(NOW)));
    assert_eq!(details.resource_owner, stage.world.organization.to_string());
    assert_eq!(created.challenges, None);
    let request = GetUserByIdRequest {
        user_id: ALICE.to_owned(),
    };
    let path = format!("{USER_SERVICE}/GetUserByID");
    let found: GetUserByIdResponse = call(&stage, &created.session_token, &path, &request)
        .await
        .expect("Alice reads herself");
    assert_eq!(found.user.expect("a user").user_id, ALICE);
}

#[tokio::test]
async fn until_the_password_is_shown_a_session_says_what_was_typed_and_nothing_more() {
    let stage = stage_with_alice().await;
    for (search, typed) in [
        (
            by_login_name("Alice@example.com"),
            UserFactor {
                login_name: "Alice@example.com".to_owned(),
                ..UserFactor::default()
            },
        ),
        (
            by_id(ALICE),
            UserFactor {
                id: ALICE.to_owned(),
                ..UserFactor::default()
            },
        ),
        (
            by_login_name("nobody"),
            UserFactor {
                login_name: "nobody".to_owned(),
                ..UserFactor::default()
            },
        ),
    ] {
        let named = CreateSessionRequest {
            checks: Some(checks(Some(search), None)),
            ..CreateSessionRequest::default()
        };
        let created = create_session(&stage, &named).await.expect("a session");
        assert_eq!(created.details.expect("details").resource_owner, "");

        let factors = session(&stage, &created.session_id).await.factors.expect("factors");

        let expected = UserFactor {
            verified_at: Some(NOW),
            ..typed
        };
        assert_eq!((factors.user, factors.password), (Some(expected), None));
    }
}

#[tokio::test]
async fn a_session_goes_on_by_its_token_which_changes_each_time() {
    let stage = stage_with_alice().await;
    let named = CreateSessionRequest {
        checks: Some(checks(Some(by_login_name(LOGIN_NAME)), None)),
        ..CreateSessionRequest::default()
    };
    let created = create_session(&stage, &named).await.expect("a session");
    let mut request = SetSessionRequest {
        session_id: created.session_id.clone(),
        session_token: created.session_token,
        checks: Some(checks(None, Some(PASSWORD))),
        ..SetSessionRequest::default()
    };

    let shown = set(&stage, &request).await.expect("the password is right");

    assert_eq!(shown.details.expect("details").sequence, 2);
    let refused = set(&stage, &request).await.expect_err("the token has changed");
    assert_eq!(code_and_reason(&refused), (7, "SESSION_TOKEN_INVALID".to_owned()));
    request.session_token = shown.session_token;
    request.checks = None;
    set(&stage, &request).await.expect("the new token works");
    let factors = session(&stage, &created.session_id).await.factors.expect("factors");
    let user = factors.user.expect("a user");
    assert_eq!((user.id.as_str(), user.login_name.as_str()), (ALICE, LOGIN_NAME));
    assert_eq!(user.organization_id, stage.world.organization.to_string());
    assert_eq!(factors.password.expect("a password").verified_at, Some(NOW));
}

#[tokio::test]
async fn what_is_noted_of_a_session_is_read_as_it_was_given() {
    let stage = stage_with_alice().await;
    let agent = UserAgent {
        fingerprint_id: Some("the laptop".to_owned()),
        ip: Some("192.0.2.7".to_owned()),
        description: Some("a browser".to_owned()),
        header: HashMap::from([(
            "accept".to_owned(),
            HeaderValues {
                values: vec!["text/html".to_owned(), "*/*".to_owned()],
            },
        )]),
    };
    let request = CreateSessionRequest {
        metadata: HashMap::from([
            ("bytes".to_owned(), vec![0, 255]),
            ("gone".to_owned(), b"soon".to_vec()),
        ]),
        user_agent: Some(agent.clone()),
        lifetime: Some(Duration {
            seconds: 60,
            nanos: 500_000_000,
        }),
        ..signing_in(by_id(ALICE), PASSWORD)
    };
    let created = create_session(&stage, &request).await.expect("a session");
    let change = SetSessionRequest {
        session_id: created.session_id.clone(),
        session_token: created.session_token,
        metadata: HashMap::from([("gone".to_owned(), Vec::new()), ("new".to_owned(), b"here".to_vec())]),
        ..SetSessionRequest::default()
    };
    set(&stage, &change).await.expect("the session changes");

    let found = session(&stage, &created.session_id).await;

    let metadata = HashMap::from([("bytes".to_owned(), vec![0, 255]), ("new".to_owned(), b"here".to_vec())]);
    assert_eq!(found.metadata, metadata);
    assert_eq!(found.user_agent, Some(agent));
    assert_eq!(found.sequence, 2);
    assert_eq!((found.creation_date, found.change_date), (Some(NOW), Some(NOW)));
    let end = Timestamp {
        seconds: NOW.seconds + 60,
        nanos: NOW.nanos + 500_000_000,
    };
    assert_eq!(found.expiration_date, Some(end));
}

#[tokio::test]
async fn the_token_of_a_session_opens_it_to_whoever_brings_it() {
    let stage = stage_with_alice().await;
    let created = guess(&stage, PASSWORD).await.expect("a session");
    let get = |session_token: &str| GetSessionRequest {
        session_id: created.session_id.clone(),
        session_token: Some(session_token.to_owned()),
    };
    let path = format!("{SESSION_SERVICE}/GetSession");
    let token = &stage.world.roleless.token;

    let found: GetSessionResponse = call(&stage, token, &path, &get(&created.session_token))
        .await
        .expect("the token is right");
    assert_eq!(found.session.expect("a session").id, created.session_id);

    for (session_token, reason) in [
        ("unlockd_session_x", "SESSION_TOKEN_INVALID"),
        ("", "PERMISSION_DENIED"),
    ] {
        let refused = call::<GetSessionResponse>(&stage, token, &path, &get(session_token)).await;
        let status = refused.expect_err(reason);
        assert_eq!(code_and_reason(&status), (7, reason.to_owned()));
    }
}

#[tokio::test]
async fn ending_a_session_again_changes_nothing() {
    let stage = stage_with_alice().await;
    let created = guess(&stage, PASSWORD).await.expect("a session");

    let first = delete(&stage, &created.session_id).await.details.expect("details");
    let second = delete(&stage, &created.session_id).await.details.expect("details");

    assert_eq!((first.sequence, second.sequence), (2, 0));
    let request = GetSessionRequest {
        session_id: created.session_id,
        session_token: None,
    };
    let path = format!("{SESSION_SERVICE}/GetSession");
    let refused = call::<GetSessionResponse>(&stage, &stage.world.instance_viewer.token, &path, &request).await;
    let status = refused.expect_err("it is gone");
    assert_eq!(code_and_reason(&status), (5, "SESSION_NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn browsers_sign_users_in_too_and_at_the_path_of_the_rest_api() {
    let stage = stage_with_alice().await;
    let message = framed(&signing_in(by_id(ALICE), PASSWORD));
    let text = BASE64_STANDARD.encode(&message).into();
    let path = format!("{SESSION_SERVICE}/CreateSession");
    for request in [
        RawRequest::http1(&path, "application/grpc-web+proto", message),
        RawRequest::http1("/v2/sessions", "application/grpc-web-text", text),
    ] {
        let answer = request
            .token(&stage.world.instance_owner.token)
            .send(&stage.server)
            .await
            .unwrapped();
        let created: CreateSessionResponse = answer.message();
        assert!(created.session_token.starts_with("unlockd_session_"));
    }
}
