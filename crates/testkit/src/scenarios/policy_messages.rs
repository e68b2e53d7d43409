//! The messages of `unlockd.policy.v1.LockoutPolicyService` and `zitadel.settings.v2.SettingsService`.

/// `unlockd.policy.v1.LockoutPolicy`. Durations are in protobuf's JSON form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LockoutPolicy {
    /// `max_password_attempts`.
    pub max_password_attempts: Option<u32>,
    /// `attempt_window`.
    pub attempt_window: Option<String>,
    /// `lock_duration`.
    pub lock_duration: Option<String>,
    /// `backoff_factor`.
    pub backoff_factor: Option<u32>,
    /// `max_lock_duration`.
    pub max_lock_duration: Option<String>,
    /// `reveal_lock`.
    pub reveal_lock: Option<bool>,
    /// `source_attempts`.
    pub source_attempts: Option<u32>,
    /// `source_window`.
    pub source_window: Option<String>,
    /// `lock_ends_sessions`.
    pub lock_ends_sessions: Option<bool>,
    /// `max_source_names`.
    pub max_source_names: Option<u32>,
    /// `max_source_failures`.
    pub max_source_failures: Option<u32>,
    /// `source_total_window`.
    pub source_total_window: Option<String>,
}

/// `GetLockoutSettingsRequest.ctx`.
#[derive(Debug, Clone)]
pub enum SettingsOwner {
    /// Nothing is set.
    Caller,
    /// `org_id`.
    Organization(String),
    /// `instance`.
    Instance,
}

/// `GetLockoutPolicyResponse`.
#[derive(Debug, Clone, PartialEq)]
pub struct EffectivePolicy {
    /// `policy`.
    pub policy: LockoutPolicy,
    /// `origin`, as the name of the enum's value.
    pub origin: String,
    /// `details`.
    pub details: Option<ObjectDetails>,
}

/// `GetLockoutSettingsResponse`.
#[derive(Debug, Clone, PartialEq)]
pub struct LockoutSettings {
    /// `settings.max_password_attempts`; 0 where it is left out.
    pub max_password_attempts: u64,
    /// `settings.resource_owner_type`, as the name of the enum's value.
    pub resource_owner_type: String,
    /// `details`.
    pub details: Option<ObjectDetails>,
}

/// `zitadel.object.v2.Details`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectDetails {
    /// `sequence`; 0 where it is left out.
    pub sequence: u64,
    /// `change_date`, in the form that JSON has.
    pub change_date: Option<String>,
    /// `resource_owner`.
    pub resource_owner: Option<String>,
}
