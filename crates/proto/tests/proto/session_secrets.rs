use std::collections::HashMap;

use unlockd_proto::zitadel::session::v2::user_agent::HeaderValues;
use unlockd_proto::zitadel::session::v2::{
    CheckIdpIntent, CheckOtp, CheckPassword, CheckTotp, Checks, CreateSessionRequest, CreateSessionResponse,
    DeleteSessionRequest, GetSessionRequest, GetSessionResponse, Session, SetSessionRequest, SetSessionResponse,
    UserAgent,
};

use crate::secrets::printed;

fn secret() -> String {
    "hunter2".to_owned()
}

fn metadata() -> HashMap<String, Vec<u8>> {
    HashMap::from([("note".to_owned(), b"hunter2".to_vec())])
}

/// How bytes are printed that nobody takes care of.
fn as_numbers() -> String {
    format!("{:?}", &b"hunter2"[..2]).replace(']', "")
}

fn checks() -> Checks {
    let code = || Some(CheckOtp { code: secret() });
    Checks {
        password: Some(CheckPassword { password: secret() }),
        idp_intent: Some(CheckIdpIntent {
            idp_intent_id: "the intent".to_owned(),
            idp_intent_token: secret(),
        }),
        totp: Some(CheckTotp { code: secret() }),
        otp_sms: code(),
        otp_email: code(),
        ..Checks::default()
    }
}

#[test]
fn what_somebody_signs_in_with_is_not_printed() {
    let created = printed(&CreateSessionRequest {
        checks: Some(checks()),
        ..CreateSessionRequest::default()
    });
    let set = printed(&SetSessionRequest {
        session_id: "the session".to_owned(),
        checks: Some(checks()),
        ..SetSessionRequest::default()
    });
    assert!(set.contains("the session"), "{set}");
    for printed in [created, set] {
        for told in ["the intent", "CheckPassword", "CheckTotp", "CheckOtp"] {
            assert!(printed.contains(told), "{printed}");
        }
    }
}

#[test]
fn the_token_of_a_session_is_not_printed() {
    let session_id = || "the session".to_owned();
    let printed = [
        printed(&CreateSessionResponse {
            session_id: session_id(),
            session_token: secret(),
            ..CreateSessionResponse::default()
        }),
        printed(&GetSessionRequest {
            session_id: session_id(),
            session_token: Some(secret()),
        }),
        printed(&SetSessionRequest {
            session_id: session_id(),
            session_token: secret(),
            ..SetSessionRequest::default()
        }),
        printed(&DeleteSessionRequest {
            session_id: session_id(),
            session_token: Some(secret()),
        }),
    ];
    for printed in printed {
        assert!(printed.contains("the session"), "{printed}");
    }
    crate::secrets::printed(&SetSessionResponse {
        session_token: secret(),
        ..SetSessionResponse::default()
    });
}

#[test]
fn notes_are_printed_without_what_they_say() {
    let session = Session {
        id: "the session".to_owned(),
        metadata: metadata(),
        ..Session::default()
    };
    let printed = [
        printed(&CreateSessionRequest {
            metadata: metadata(),
            ..CreateSessionRequest::default()
        }),
        printed(&SetSessionRequest {
            metadata: metadata(),
            ..SetSessionRequest::default()
        }),
        printed(&GetSessionResponse { session: Some(session) }),
    ];
    for printed in printed {
        assert!(printed.contains("note"), "{printed}");
        assert!(!printed.contains(&as_numbers()), "{printed}");
    }
}

#[test]
fn what_a_user_agent_sends_is_not_printed_since_cookies_are_among_it() {
    let header = HashMap::from([("cookie".to_owned(), HeaderValues { values: vec![secret()] })]);
    let printed = printed(&UserAgent {
        header,
        ..UserAgent::default()
    });
    assert!(printed.contains("cookie"), "{printed}");
}
