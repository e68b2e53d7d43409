use serde_json::{Value, json};

use super::incoming::{number, optional_text, text};
use crate::scenarios::{EffectivePolicy, LockoutPolicy, LockoutSettings, ObjectDetails, SettingsOwner};

/// The body that sets a policy.
pub(super) fn body(policy: &LockoutPolicy) -> Value {
    let mut body = json!({});
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body[name] = value;
        }
    };
    set("maxPasswordAttempts", policy.max_password_attempts.map(Value::from));
    set("attemptWindow", policy.attempt_window.clone().map(Value::from));
    set("lockDuration", policy.lock_duration.clone().map(Value::from));
    set("backoffFactor", policy.backoff_factor.map(Value::from));
    set("maxLockDuration", policy.max_lock_duration.clone().map(Value::from));
    set("revealLock", policy.reveal_lock.map(Value::from));
    set("sourceAttempts", policy.source_attempts.map(Value::from));
    set("sourceWindow", policy.source_window.clone().map(Value::from));
    set("lockEndsSessions", policy.lock_ends_sessions.map(Value::from));
    set("maxSourceNames", policy.max_source_names.map(Value::from));
    set("maxSourceFailures", policy.max_source_failures.map(Value::from));
    set("sourceTotalWindow", policy.source_total_window.clone().map(Value::from));
    body
}

/// The parameters that say whose settings are asked for.
pub(super) fn context(owner: &SettingsOwner) -> Vec<(&'static str, Option<String>)> {
    match owner {
        SettingsOwner::Caller => vec![],
        SettingsOwner::Organization(id) => vec![("ctx.orgId", Some(id.clone()))],
        SettingsOwner::Instance => vec![("ctx.instance", Some("true".to_owned()))],
    }
}

pub(super) fn policy(value: &Value) -> LockoutPolicy {
    let count = |name| {
        value
            .get(name)
            .map(|count: &Value| u32::try_from(count.as_u64().unwrap()).unwrap())
    };
    LockoutPolicy {
        max_password_attempts: count("maxPasswordAttempts"),
        attempt_window: optional_text(&value["attemptWindow"]),
        lock_duration: optional_text(&value["lockDuration"]),
        backoff_factor: count("backoffFactor"),
        max_lock_duration: optional_text(&value["maxLockDuration"]),
        reveal_lock: value.get("revealLock").map(|reveals| reveals.as_bool().unwrap()),
        source_attempts: count("sourceAttempts"),
        source_window: optional_text(&value["sourceWindow"]),
        lock_ends_sessions: value.get("lockEndsSessions").map(|ends| ends.as_bool().unwrap()),
        max_source_names: count("maxSourceNames"),
        max_source_failures: count("maxSourceFailures"),
        source_total_window: optional_text(&value["sourceTotalWindow"]),
    }
}

pub(super) fn effective(body: &Value) -> EffectivePolicy {
    EffectivePolicy {
        policy: policy(&body["policy"]),
        origin: text(&body["origin"]),
        details: body.get("details").map(details),
    }
}

pub(super) fn settings(body: &Value) -> LockoutSettings {
    LockoutSettings {
        max_password_attempts: number(&body["settings"]["maxPasswordAttempts"]),
        resource_owner_type: text(&body["settings"]["resourceOwnerType"]),
        details: body.get("details").map(details),
    }
}

/// `zitadel.object.v2.Details`.
pub(super) fn details(value: &Value) -> ObjectDetails {
    ObjectDetails {
        sequence: number(&value["sequence"]),
        change_date: optional_text(&value["changeDate"]),
        resource_owner: optional_text(&value["resourceOwner"]),
    }
}
