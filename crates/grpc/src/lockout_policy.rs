use std::time::Duration;

use unlockd_application::lockout_policies::LockoutPolicyForm;
use unlockd_domain as domain;
use unlockd_proto::unlockd::policy::v1::LockoutPolicy;

use crate::duration;

/// A policy from a message.
pub(crate) fn form(policy: LockoutPolicy) -> LockoutPolicyForm {
    LockoutPolicyForm {
        max_password_attempts: policy.max_password_attempts,
        attempt_window: policy.attempt_window.map(duration::parse),
        lock_duration: policy.lock_duration.map(duration::parse),
        backoff_factor: policy.backoff_factor,
        max_lock_duration: policy.max_lock_duration.map(duration::parse),
        reveal_lock: policy.reveal_lock,
        source_attempts: policy.source_attempts,
        source_window: policy.source_window.map(duration::parse),
        lock_ends_sessions: policy.lock_ends_sessions,
        max_source_names: policy.max_source_names,
        max_source_failures: policy.max_source_failures,
        source_total_window: policy.source_total_window.map(duration::parse),
    }
}

/// A policy for a message: with all that holds, also where it is the default.
pub(crate) fn to_proto(policy: &domain::LockoutPolicy) -> LockoutPolicy {
    let span = |span: domain::PolicySpan| Some(duration::to_proto(span.get()));
    let lock_duration = policy.lock_duration.map_or(Duration::ZERO, domain::PolicySpan::get);
    LockoutPolicy {
        max_password_attempts: Some(policy.max_password_attempts.get()),
        attempt_window: span(policy.attempt_window),
        lock_duration: Some(duration::to_proto(lock_duration)),
        backoff_factor: Some(policy.backoff_factor.get()),
        max_lock_duration: span(policy.max_lock_duration),
        reveal_lock: Some(policy.reveal_lock),
        source_attempts: policy.source_attempts.map(domain::AttemptLimit::get),
        source_window: span(policy.source_window),
        lock_ends_sessions: Some(policy.lock_ends_sessions),
        max_source_names: Some(policy.max_source_names.get()),
        max_source_failures: Some(policy.max_source_failures.get()),
        source_total_window: span(policy.source_total_window),
    }
}
