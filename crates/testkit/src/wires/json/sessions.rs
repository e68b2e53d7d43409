use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use unlockd_proto::zitadel::session::v2::SessionFieldName;

use super::incoming::{list as items, number, optional_text, text};
use super::search_query::named;
use crate::scenarios::{
    Challenge, CheckUser, Checks, CreateSessionRequest, ListSessionsRequest, OtherCheck, Session, SessionList,
    SessionQuery, SessionUser, SetSessionRequest, UserAgent,
};

/// The body that begins a session.
pub(super) fn new_session(request: &CreateSessionRequest) -> Value {
    let mut body = json!({});
    note(
        &mut body,
        &request.checks,
        &request.metadata,
        request.challenge,
        request.lifetime.as_ref(),
    );
    if let Some(user_agent) = &request.user_agent {
        body["userAgent"] = agent_body(user_agent);
    }
    body
}

/// The body that goes on with a session.
pub(super) fn continued(request: &SetSessionRequest) -> Value {
    let mut body = json!({});
    note(
        &mut body,
        &request.checks,
        &request.metadata,
        request.challenge,
        request.lifetime.as_ref(),
    );
    if let Some(token) = &request.session_token {
        body["sessionToken"] = json!(token);
    }
    body
}

/// The fields that beginning and going on share.
fn note(
    body: &mut Value,
    checks: &Checks,
    metadata: &[(String, Vec<u8>)],
    challenge: Option<Challenge>,
    lifetime: Option<&String>,
) {
    match &checks.user {
        Some(CheckUser::Missing) => body["checks"]["user"] = json!({}),
        Some(CheckUser::UserId(id)) => body["checks"]["user"] = json!({"userId": id}),
        Some(CheckUser::LoginName(name)) => body["checks"]["user"] = json!({"loginName": name}),
        None => {}
    }
    if let Some(password) = &checks.password {
        body["checks"]["password"] = json!({"password": password});
    }
    match checks.other {
        Some(OtherCheck::WebAuthN) => body["checks"]["webAuthN"] = json!({"credentialAssertionData": {}}),
        Some(OtherCheck::IdpIntent) => {
            body["checks"]["idpIntent"] = json!({"idpIntentId": "intent", "idpIntentToken": "token"});
        }
        Some(OtherCheck::Totp) => body["checks"]["totp"] = json!({"code": "123456"}),
        Some(OtherCheck::OtpSms) => body["checks"]["otpSms"] = json!({"code": "123456"}),
        Some(OtherCheck::OtpEmail) => body["checks"]["otpEmail"] = json!({"code": "123456"}),
        None => {}
    }
    match challenge {
        Some(Challenge::WebAuthN) => body["challenges"] = json!({"webAuthN": {}}),
        Some(Challenge::OtpSms) => body["challenges"] = json!({"otpSms": {}}),
        Some(Challenge::OtpEmail) => body["challenges"] = json!({"otpEmail": {}}),
        None => {}
    }
    if !metadata.is_empty() {
        let entries = metadata.iter();
        let entries: Map<_, _> = entries
            .map(|(key, value)| (key.clone(), json!(STANDARD.encode(value))))
            .collect();
        body["metadata"] = Value::Object(entries);
    }
    if let Some(lifetime) = lifetime {
        body["lifetime"] = json!(lifetime);
    }
}

fn agent_body(user_agent: &UserAgent) -> Value {
    let mut body = json!({});
    for (name, part) in [
        ("fingerprintId", &user_agent.fingerprint_id),
        ("ip", &user_agent.ip),
        ("description", &user_agent.description),
    ] {
        if let Some(part) = part {
            body[name] = json!(part);
        }
    }
    if !user_agent.header.is_empty() {
        let headers = user_agent.header.iter();
        let headers: Map<_, _> = headers
            .map(|(name, values)| (name.clone(), json!({"values": values})))
            .collect();
        body["header"] = Value::Object(headers);
    }
    body
}

/// The body of a search.
pub(super) fn search(request: &ListSessionsRequest) -> Value {
    let mut body = json!({});
    if request.offset != 0 {
        body["query"]["offset"] = json!(request.offset.to_string());
    }
    if request.limit != 0 {
        body["query"]["limit"] = json!(request.limit);
    }
    if request.ascending {
        body["query"]["asc"] = json!(true);
    }
    if request.sorting_column != 0 {
        body["sortingColumn"] = named(request.sorting_column, |column: SessionFieldName| column.as_str_name());
    }
    if !request.queries.is_empty() {
        body["queries"] = request.queries.iter().map(query).collect();
    }
    body
}

fn query(of: &SessionQuery) -> Value {
    match of {
        SessionQuery::Missing => json!({}),
        SessionQuery::Ids(ids) => json!({"idsQuery": {"ids": ids}}),
        SessionQuery::UserId(id) => json!({"userIdQuery": {"id": id}}),
        SessionQuery::CreationDate => json!({"creationDateQuery": {"creationDate": "2024-06-25T13:35:39Z"}}),
        SessionQuery::Creator => json!({"creatorQuery": {"id": "somebody"}}),
        SessionQuery::UserAgent => json!({"userAgentQuery": {"fingerprintId": "something"}}),
        SessionQuery::ExpirationDate => json!({"expirationDateQuery": {"expirationDate": "2024-06-25T13:35:39Z"}}),
    }
}

pub(super) fn list(body: &Value) -> SessionList {
    SessionList {
        total: number(&body["details"]["totalResult"]),
        read_at: text(&body["details"]["timestamp"]),
        sessions: items(&body["sessions"], session),
    }
}

/// `zitadel.session.v2.Session`.
pub(super) fn session(value: &Value) -> Session {
    let factors = &value["factors"];
    Session {
        id: text(&value["id"]),
        creation_date: text(&value["creationDate"]),
        change_date: text(&value["changeDate"]),
        sequence: number(&value["sequence"]),
        user: factors.get("user").map(session_user),
        password_verified_at: optional_text(&factors["password"]["verifiedAt"]),
        metadata: members(&value["metadata"], |value| {
            STANDARD.decode(text(value)).expect("base64")
        }),
        user_agent: value.get("userAgent").map(user_agent),
        expiration_date: optional_text(&value["expirationDate"]),
    }
}

fn session_user(value: &Value) -> SessionUser {
    SessionUser {
        verified_at: text(&value["verifiedAt"]),
        id: optional_text(&value["id"]),
        login_name: optional_text(&value["loginName"]),
        organization_id: optional_text(&value["organizationId"]),
    }
}

fn user_agent(value: &Value) -> UserAgent {
    UserAgent {
        fingerprint_id: optional_text(&value["fingerprintId"]),
        ip: optional_text(&value["ip"]),
        description: optional_text(&value["description"]),
        header: members(&value["header"], |values| items(&values["values"], text)),
    }
}

/// What is in a map, which is left out when it is empty.
fn members<T>(value: &Value, member: impl Fn(&Value) -> T) -> BTreeMap<String, T> {
    assert!(value.is_null() || value.is_object(), "{value} is no map");
    let members = value.as_object().into_iter().flatten();
    members.map(|(key, value)| (key.clone(), member(value))).collect()
}
