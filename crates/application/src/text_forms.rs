//! Texts that stores keep where a database has no better form: JSON, the same in every store.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use unlockd_domain::{
    AttemptLimit, BackoffFactor, LockoutPolicy, PolicySpan, SessionMetadata, SourceTotal, UserAgent, UserAgentFields,
};

use crate::ports::BoxError;

/// The text of a lockout policy. Spans are whole microseconds.
#[must_use]
pub fn lockout_policy_text(policy: &LockoutPolicy) -> String {
    let form = PolicyText {
        max_password_attempts: policy.max_password_attempts.get(),
        attempt_window: microseconds(policy.attempt_window),
        lock_duration: policy.lock_duration.map(microseconds),
        backoff_factor: policy.backoff_factor.get(),
        max_lock_duration: microseconds(policy.max_lock_duration),
        reveal_lock: policy.reveal_lock,
        source_attempts: policy.source_attempts.map(AttemptLimit::get),
        source_window: microseconds(policy.source_window),
        lock_ends_sessions: policy.lock_ends_sessions,
        max_source_names: policy.max_source_names.get(),
        max_source_failures: policy.max_source_failures.get(),
        source_total_window: microseconds(policy.source_total_window),
    };
    text(&form)
}

/// The policy that a text says.
///
/// # Errors
/// When it is not of [`lockout_policy_text`].
pub fn parse_lockout_policy(text: &str) -> Result<LockoutPolicy, BoxError> {
    let form: PolicyText = serde_json::from_str(text)?;
    Ok(LockoutPolicy {
        max_password_attempts: AttemptLimit::new(form.max_password_attempts)?,
        attempt_window: span(form.attempt_window)?,
        lock_duration: form.lock_duration.map(span).transpose()?,
        backoff_factor: BackoffFactor::new(form.backoff_factor)?,
        max_lock_duration: span(form.max_lock_duration)?,
        reveal_lock: form.reveal_lock,
        source_attempts: form.source_attempts.map(AttemptLimit::new).transpose()?,
        source_window: span(form.source_window)?,
        lock_ends_sessions: form.lock_ends_sessions,
        max_source_names: SourceTotal::new(form.max_source_names)?,
        max_source_failures: SourceTotal::new(form.max_source_failures)?,
        source_total_window: span(form.source_total_window)?,
    })
}

/// The text of a session's notes. Values are lists of bytes.
#[must_use]
pub fn session_metadata_text(metadata: &SessionMetadata) -> String {
    text(metadata.entries())
}

/// The notes that a text says.
///
/// # Errors
/// When it is not of [`session_metadata_text`].
pub fn parse_session_metadata(text: &str) -> Result<SessionMetadata, BoxError> {
    Ok(SessionMetadata::trusted(serde_json::from_str(text)?))
}

/// The text of a user agent, without its fingerprint, which stores keep apart, to find it by.
#[must_use]
pub fn user_agent_text(user_agent: &UserAgent) -> String {
    let fields = user_agent.fields();
    text(&UserAgentText {
        ip: fields.ip.clone(),
        description: fields.description.clone(),
        headers: fields.headers.clone(),
    })
}

/// The user agent that a text says, with its fingerprint.
///
/// # Errors
/// When it is not of [`user_agent_text`].
pub fn parse_user_agent(text: &str, fingerprint_id: Option<String>) -> Result<UserAgent, BoxError> {
    let form: UserAgentText = serde_json::from_str(text)?;
    Ok(UserAgent::trusted(UserAgentFields {
        fingerprint_id,
        ip: form.ip,
        description: form.description,
        headers: form.headers,
    }))
}

#[derive(Serialize, Deserialize)]
struct PolicyText {
    max_password_attempts: u32,
    attempt_window: u64,
    lock_duration: Option<u64>,
    backoff_factor: u32,
    max_lock_duration: u64,
    reveal_lock: bool,
    source_attempts: Option<u32>,
    source_window: u64,
    lock_ends_sessions: bool,
    max_source_names: u32,
    max_source_failures: u32,
    source_total_window: u64,
}

#[derive(Serialize, Deserialize)]
struct UserAgentText {
    ip: Option<String>,
    description: Option<String>,
    headers: BTreeMap<String, Vec<String>>,
}

fn microseconds(span: PolicySpan) -> u64 {
    u64::try_from(span.get().as_micros()).unwrap_or(u64::MAX)
}

fn span(microseconds: u64) -> Result<PolicySpan, BoxError> {
    Ok(PolicySpan::new(Duration::from_micros(microseconds))?)
}

/// Nothing in these forms can fail to be written: their keys are texts, and their numbers whole.
fn text(form: &impl Serialize) -> String {
    serde_json::to_string(form).unwrap_or_default()
}
