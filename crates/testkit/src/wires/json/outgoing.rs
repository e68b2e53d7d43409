use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::{policies, search_query, sessions};
use crate::scenarios::{
    CreateUserRequest, ListEventsRequest, PasswordRequest, Request, ResetMedium, SetPasswordRequest, UpdateUserRequest,
    Verification, WatchEventsRequest,
};

/// What a request is sent as.
pub(super) struct Outgoing {
    /// Path and query.
    pub(super) target: String,
    /// The body, or null without one.
    pub(super) body: Value,
}

impl From<&Request> for Outgoing {
    fn from(request: &Request) -> Self {
        let operation = request.operation();
        let (_, template) = operation.route();
        let of_user = |user_id: &str, body| Self {
            target: template.replace("{user_id}", &encoded(user_id)),
            body,
        };
        let of_session = |session_id: &str, body| Self {
            target: template.replace("{session_id}", &encoded(session_id)),
            body,
        };
        let of_policy = |organization_id: Option<&String>, body| Self {
            target: match organization_id {
                Some(id) => template.replace("{organization_id}", &encoded(id)),
                None => operation.aliases().concat(),
            },
            body,
        };
        match request {
            Request::CreateUser(request) => with_body(template, new_user(request)),
            Request::ListUsers(request) => with_body(template, search_query::list_users(request)),
            Request::GetUserById { user_id } | Request::DeleteUser { user_id } => of_user(user_id, Value::Null),
            Request::UpdateUser(request) => of_user(&request.user_id, update(request)),
            Request::LockUser {
                user_id,
                reason,
                locked_until,
                replace,
            } => {
                let mut body = given([("reason", reason.as_ref()), ("lockedUntil", locked_until.as_ref())]);
                if *replace {
                    body["replace"] = true.into();
                }
                of_user(user_id, body)
            }
            Request::UnlockUser { user_id, reason }
            | Request::DeactivateUser { user_id, reason }
            | Request::ReactivateUser { user_id, reason } => of_user(user_id, given([("reason", reason.as_ref())])),
            Request::AddUsername { user_id, username } => {
                let body = username.as_ref().map_or(
                    json!({}),
                    |(name, specific)| json!({"username": {"username": name, "isOrganizationSpecific": specific}}),
                );
                of_user(user_id, body)
            }
            Request::RemoveUsername { user_id, username_id } => {
                let Self { target, body } = of_user(user_id, Value::Null);
                let target = target.replace("{username_id}", &encoded(username_id));
                Self { target, body }
            }
            Request::SetPassword(request) => of_user(&request.user_id, set_password(request)),
            Request::RequestPasswordReset { user_id, medium } => of_user(user_id, reset(*medium)),
            Request::ListEvents(request) => with_parameters(template, &listing(request)),
            Request::WatchEvents(request) => with_parameters(template, &watching(request)),
            Request::CreateSession(request) => with_body(template, sessions::new_session(request)),
            Request::GetSession {
                session_id,
                session_token,
            } => {
                let Self { target, .. } = of_session(session_id, Value::Null);
                with_parameters(&target, &[("sessionToken", session_token.clone())])
            }
            Request::SetSession(request) => of_session(&request.session_id, sessions::continued(request)),
            Request::DeleteSession {
                session_id,
                session_token,
            } => of_session(session_id, given([("sessionToken", session_token.as_ref())])),
            Request::ListSessions(request) => with_body(template, sessions::search(request)),
            Request::GetLockoutPolicy { organization_id } | Request::ResetLockoutPolicy { organization_id } => {
                of_policy(organization_id.as_ref(), Value::Null)
            }
            Request::SetLockoutPolicy {
                organization_id,
                policy,
            } => of_policy(organization_id.as_ref(), policies::body(policy)),
            Request::GetLockoutSettings { owner } => with_parameters(template, &policies::context(owner)),
        }
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn with_body(path: &str, body: Value) -> Outgoing {
    let target = path.to_owned();
    Outgoing { target, body }
}

/// A query of the parameters that are given.
fn with_parameters(path: &str, parameters: &[(&str, Option<String>)]) -> Outgoing {
    let pairs: Vec<_> = parameters
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", encoded(value.as_ref()?))))
        .collect();
    let mark = if pairs.is_empty() { "" } else { "?" };
    Outgoing {
        target: format!("{path}{mark}{}", pairs.join("&")),
        body: Value::Null,
    }
}

/// A body of the fields that are given; null without any.
fn given<const N: usize>(fields: [(&str, Option<&String>); N]) -> Value {
    let fields: Map<_, _> = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), json!(value?))))
        .collect();
    if fields.is_empty() {
        Value::Null
    } else {
        Value::Object(fields)
    }
}

fn new_user(request: &CreateUserRequest) -> Value {
    let mut body = json!({});
    if let Some(user_id) = &request.user_id {
        body["userId"] = json!(user_id);
    }
    if let Some(organization_id) = &request.organization_id {
        body["organization"] = json!({"orgId": organization_id});
    }
    if !request.usernames.is_empty() {
        let usernames = request.usernames.iter();
        body["authenticators"]["usernames"] = usernames
            .map(|(name, specific)| json!({"username": name, "isOrganizationSpecific": specific}))
            .collect();
    }
    if let Some(new) = &request.password {
        body["authenticators"]["password"] = password(new);
    }
    note(
        &mut body,
        request.data.as_ref(),
        request.schema_id.as_ref(),
        request.contact_email.as_ref(),
    );
    body
}

fn update(request: &UpdateUserRequest) -> Value {
    let mut body = json!({});
    note(
        &mut body,
        request.data.as_ref(),
        request.schema_id.as_ref(),
        request.contact_email.as_ref(),
    );
    body
}

/// The fields that creating and updating share.
fn note(body: &mut Value, data: Option<&String>, schema_id: Option<&String>, contact_email: Option<&String>) {
    if let Some(data) = data {
        body["data"] = serde_json::from_str(data).unwrap();
    }
    if let Some(schema_id) = schema_id {
        body["schemaId"] = json!(schema_id);
    }
    if let Some(address) = contact_email {
        body["contact"] = json!({"email": {"address": address}});
    }
}

fn set_password(request: &SetPasswordRequest) -> Value {
    let mut body = json!({});
    if let Some(new) = &request.new_password {
        body["newPassword"] = password(new);
    }
    match &request.verification {
        Some(Verification::CurrentPassword(current)) => body["currentPassword"] = json!(current),
        Some(Verification::Code(code)) => body["verificationCode"] = json!(code),
        None => {}
    }
    body
}

fn reset(medium: Option<ResetMedium>) -> Value {
    match medium {
        Some(ResetMedium::SendEmail) => json!({"sendEmail": {}}),
        Some(ResetMedium::SendSms) => json!({"sendSms": {}}),
        Some(ResetMedium::ReturnCode) => json!({"returnCode": {}}),
        None => json!({}),
    }
}

fn password(password: &PasswordRequest) -> Value {
    match password {
        PasswordRequest::Plain {
            password,
            change_required,
        } => json!({"password": password, "changeRequired": change_required}),
        PasswordRequest::Hash { hash, change_required } => json!({"hash": hash, "changeRequired": change_required}),
    }
}

fn listing(request: &ListEventsRequest) -> Vec<(&'static str, Option<String>)> {
    let number = |number: u32| (number != 0).then(|| number.to_string());
    let mut parameters = vec![
        ("userId", request.user_id.clone()),
        ("organizationId", request.organization_id.clone()),
        ("actorId", request.actor_id.clone()),
        ("after", request.after.clone()),
        ("before", request.before.clone()),
        ("order", order(request.order)),
        ("pageSize", number(request.page_size)),
        ("pageToken", request.page_token.clone()),
    ];
    parameters.extend(request.kinds.iter().map(|kind| ("kind", Some(kind.clone()))));
    parameters
}

/// The word for the number of an `EventOrder`.
fn order(number: i32) -> Option<String> {
    match number {
        0 => None,
        1 => Some("forward".to_owned()),
        2 => Some("backward".to_owned()),
        undefined => Some(undefined.to_string()),
    }
}

fn watching(request: &WatchEventsRequest) -> Vec<(&'static str, Option<String>)> {
    let mut parameters = vec![
        ("userId", request.user_id.clone()),
        ("organizationId", request.organization_id.clone()),
        ("actorId", request.actor_id.clone()),
        (
            "afterPosition",
            request.after_position.map(|position| position.to_string()),
        ),
    ];
    parameters.extend(request.kinds.iter().map(|kind| ("kind", Some(kind.clone()))));
    parameters
}
