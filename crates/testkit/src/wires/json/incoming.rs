use std::collections::BTreeMap;

use serde_json::Value;

use unlockd_application::duration_from_text;

use super::{policies, sessions};
use crate::scenarios::{
    Answer, Details, Event, EventPage, Failure, Lock, Operation, SignInBlock, User, UserList, Username,
};

/// What the body of a success says.
pub(super) fn answer(operation: Operation, body: &Value) -> Answer {
    match operation {
        Operation::CreateUser => Answer::Created {
            user_id: text(&body["userId"]),
            details: details(&body["details"]),
        },
        Operation::GetUserById => Answer::User(user(&body["user"])),
        Operation::ListUsers => Answer::Users(UserList {
            total: number(&body["details"]["totalResult"]),
            read_at: text(&body["details"]["timestamp"]),
            sorting_column: optional_text(&body["sortingColumn"])
                .unwrap_or_else(|| "FIELD_NAME_UNSPECIFIED".to_owned()),
            users: list(&body["result"], user),
        }),
        Operation::AddUsername => Answer::UsernameAdded {
            username_id: text(&body["usernameId"]),
            details: details(&body["details"]),
        },
        Operation::RequestPasswordReset => Answer::CodeReturned {
            code: text(&body["verificationCode"]),
            details: details(&body["details"]),
        },
        Operation::ListEvents => Answer::Events(EventPage {
            events: list(&body["events"], event),
            next_page_token: optional_text(&body["nextPageToken"]),
            position: number(&body["position"]),
        }),
        Operation::UpdateUser
        | Operation::DeactivateUser
        | Operation::ReactivateUser
        | Operation::LockUser
        | Operation::UnlockUser
        | Operation::DeleteUser
        | Operation::RemoveUsername
        | Operation::SetPassword => Answer::Changed(details(&body["details"])),
        Operation::CreateSession => Answer::SessionBegun {
            session_id: text(&body["sessionId"]),
            session_token: text(&body["sessionToken"]),
            password_change_required: flag(&body["passwordChangeRequired"]),
            details: policies::details(&body["details"]),
        },
        Operation::SetSession => Answer::SessionChanged {
            session_token: text(&body["sessionToken"]),
            password_change_required: flag(&body["passwordChangeRequired"]),
            details: policies::details(&body["details"]),
        },
        Operation::GetSession => Answer::Session(sessions::session(&body["session"])),
        Operation::ListSessions => Answer::Sessions(sessions::list(body)),
        Operation::DeleteSession => Answer::SessionEnded(policies::details(&body["details"])),
        Operation::GetLockoutPolicy => Answer::Policy(policies::effective(body)),
        Operation::SetLockoutPolicy | Operation::ResetLockoutPolicy => {
            Answer::PolicyChanged(policies::details(&body["details"]))
        }
        Operation::GetLockoutSettings => Answer::Settings(policies::settings(body)),
        Operation::WatchEvents => panic!("a watch has no body that ends"),
    }
}

/// `google.rpc.Status`, in such an envelope.
pub(super) fn failure(body: &Value, envelope: BTreeMap<String, String>) -> Failure {
    let info = detail(body, "ErrorInfo").unwrap_or_else(|| panic!("no ErrorInfo in {body}"));
    let violations = detail(body, "BadRequest").map(|detail| &detail["fieldViolations"]);
    let delay = detail(body, "RetryInfo").map(|detail| duration_from_text(&text(&detail["retryDelay"])).unwrap());
    if !envelope.is_empty() {
        // RFC 9110, section 10.2.3: in whole seconds, which are not too few.
        let seconds = delay.map(|delay| delay.as_secs() + u64::from(delay.subsec_nanos() > 0));
        let header = envelope.get("retry-after").map(|seconds| seconds.parse().unwrap());
        assert_eq!(header, seconds, "{body}");
    }
    Failure {
        code: i32::try_from(body["code"].as_i64().unwrap()).unwrap(),
        reason: text(&info["reason"]),
        domain: text(&info["domain"]),
        message: text(&body["message"]),
        metadata: info["metadata"].as_object().map_or_else(BTreeMap::new, |metadata| {
            metadata.iter().map(|(key, value)| (key.clone(), text(value))).collect()
        }),
        field_violations: violations.map_or_else(Vec::new, |violations| {
            list(violations, |violation| {
                (text(&violation["field"]), text(&violation["description"]))
            })
        }),
        retry_after: delay,
        envelope,
    }
}

fn detail<'a>(body: &'a Value, kind: &str) -> Option<&'a Value> {
    let kind = format!("type.googleapis.com/google.rpc.{kind}");
    let details = body["details"]
        .as_array()
        .unwrap_or_else(|| panic!("no details in {body}"));
    details.iter().find(|detail| detail["@type"] == kind)
}

/// `unlockd.event.v1.Event`.
pub(super) fn event(value: &Value) -> Event {
    Event {
        position: number(&value["position"]),
        user_id: optional_text(&value["userId"]),
        sequence: number(&value["sequence"]),
        kind: text(&value["kind"]),
        organization_id: optional_text(&value["organizationId"]),
        actor_id: optional_text(&value["actorId"]),
        time: text(&value["time"]),
        reason: optional_text(&value["reason"]),
        lock_cause: optional_text(&value["lockCause"]),
        lock_until: optional_text(&value["lockUntil"]),
        lock_scope: optional_text(&value["lockScope"]),
        source: optional_text(&value["source"]),
        unlock_cause: optional_text(&value["unlockCause"]),
        counts_until: optional_text(&value["countsUntil"]),
        lockout_policy: value.get("lockoutPolicy").map(policies::policy),
        token_id: optional_text(&value["tokenId"]),
        token_name: optional_text(&value["tokenName"]),
        session_id: optional_text(&value["sessionId"]),
        role: optional_text(&value["role"]),
        role_organization_id: optional_text(&value["roleOrganizationId"]),
    }
}

fn details(value: &Value) -> Details {
    Details {
        sequence: number(&value["sequence"]),
        change_date: text(&value["changeDate"]),
        resource_owner: text(&value["resourceOwner"]),
    }
}

/// A boolean, which is left out when it is false.
fn flag(value: &Value) -> bool {
    assert!(value.is_null() || *value == Value::Bool(true), "{value} is shown");
    !value.is_null()
}

fn user(value: &Value) -> User {
    User {
        user_id: text(&value["userId"]),
        details: details(&value["details"]),
        state: text(&value["state"]),
        usernames: list(&value["authenticators"]["usernames"], username),
        password_last_changed: optional_text(&value["authenticators"]["password"]["lastChanged"]),
        password_change_required: flag(&value["authenticators"]["password"]["changeRequired"]),
        data: value.get("data").cloned(),
        lock: value.get("lock").map(lock),
        failed_password_attempts: value
            .get("failedPasswordAttempts")
            .map_or(0, |count| u32::try_from(count.as_u64().unwrap()).unwrap()),
        sign_in_blocks: list(&value["signInBlocks"], sign_in_block),
    }
}

fn sign_in_block(value: &Value) -> SignInBlock {
    SignInBlock {
        source: optional_text(&value["source"]),
        failures: u32::try_from(value["failures"].as_u64().unwrap()).unwrap(),
        until: text(&value["until"]),
    }
}

fn username(value: &Value) -> Username {
    Username {
        username_id: text(&value["usernameId"]),
        username: text(&value["username"]),
        is_organization_specific: value
            .get("isOrganizationSpecific")
            .is_some_and(|specific| specific.as_bool().unwrap()),
    }
}

fn lock(value: &Value) -> Lock {
    Lock {
        since: text(&value["since"]),
        cause: text(&value["cause"]),
        locked_by: optional_text(&value["lockedBy"]),
        reason: optional_text(&value["reason"]),
        until: optional_text(&value["until"]),
        scope: text(&value["scope"]),
    }
}

/// What is in a list, which is left out when it is empty.
pub(super) fn list<T>(value: &Value, item: impl Fn(&Value) -> T) -> Vec<T> {
    assert!(value.is_null() || value.is_array(), "{value} is no list");
    value.as_array().into_iter().flatten().map(item).collect()
}

/// A number of 64 bits, which JSON has as a text, and which is left out when it is 0.
pub(super) fn number(value: &Value) -> u64 {
    optional_text(value).map_or(0, |digits| digits.parse().expect("digits"))
}

pub(super) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no text"))
        .to_owned()
}

pub(super) fn optional_text(value: &Value) -> Option<String> {
    (!value.is_null()).then(|| text(value))
}
