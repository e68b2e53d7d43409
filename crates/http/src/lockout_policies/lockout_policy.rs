use serde::Serialize;
use unlockd_application::duration_text;
use unlockd_domain::{self as domain, AttemptLimit, PolicySpan};
use utoipa::ToSchema;

/// When too many wrong passwords lock a user, and for how long (`unlockd.policy.v1.LockoutPolicy`).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "maxPasswordAttempts": 10, "attemptWindow": "3600s", "lockDuration": "900s", "backoffFactor": 2, "maxLockDuration": "86400s",
    "revealLock": false, "sourceWindow": "86400s", "lockEndsSessions": false, "maxSourceNames": 30, "maxSourceFailures": 100,
    "sourceTotalWindow": "3600s",
}))]
pub(crate) struct LockoutPolicy {
    /// How many wrong passwords lock a user; 0: any number.
    #[schema(maximum = 100)]
    max_password_attempts: u32,
    /// For how long a wrong password counts.
    attempt_window: String,
    /// How long the first lock lasts; `0s`: until somebody unlocks the user.
    lock_duration: String,
    /// How many times longer each further lock lasts while no sign-in succeeds in between.
    #[schema(minimum = 1, maximum = 100)]
    backoff_factor: u32,
    /// The longest lock.
    max_lock_duration: String,
    /// Whether whoever tries to sign in is told that the user is locked.
    reveal_lock: bool,
    /// How many failures one source may have for one login name, and 0 for any number; left out when it is as many as
    /// `maxPasswordAttempts`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, maximum = 100)]
    source_attempts: Option<u32>,
    /// For how long earlier blocks of a source for a name make the next one longer, after its last failure.
    source_window: String,
    /// Whether a lock also ends the use of the user's sessions and access tokens, not new sign-ins only.
    lock_ends_sessions: bool,
    /// Login names at which one source may fail within `sourceTotalWindow` before it is slowed for all names; 0: no limit. Only
    /// the instance's policy counts.
    #[schema(maximum = 1_000_000)]
    max_source_names: u32,
    /// Failures that one source may have for all names within `sourceTotalWindow` before it is slowed for all names; 0: no
    /// limit. Only the instance's policy counts.
    #[schema(maximum = 1_000_000)]
    max_source_failures: u32,
    /// For how long a failure counts for `maxSourceNames` and `maxSourceFailures`. Only the instance's policy counts.
    source_total_window: String,
}

impl From<domain::LockoutPolicy> for LockoutPolicy {
    fn from(policy: domain::LockoutPolicy) -> Self {
        let text = |span: PolicySpan| duration_text(span.get());
        Self {
            max_password_attempts: policy.max_password_attempts.get(),
            attempt_window: text(policy.attempt_window),
            lock_duration: policy.lock_duration.map_or_else(|| "0s".to_owned(), text),
            backoff_factor: policy.backoff_factor.get(),
            max_lock_duration: text(policy.max_lock_duration),
            reveal_lock: policy.reveal_lock,
            source_attempts: policy.source_attempts.map(AttemptLimit::get),
            source_window: text(policy.source_window),
            lock_ends_sessions: policy.lock_ends_sessions,
            max_source_names: policy.max_source_names.get(),
            max_source_failures: policy.max_source_failures.get(),
            source_total_window: text(policy.source_total_window),
        }
    }
}
