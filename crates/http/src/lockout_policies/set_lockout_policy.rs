use axum::extract::State;
use serde::{Deserialize, Serialize};
use unlockd_application::duration_from_text;
use unlockd_application::lockout_policies::{LockoutPolicyForm, PolicyDetails};
use unlockd_domain::{AttemptLimit, BackoffFactor, SourceTotal};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::policy_owner::{OrganizationInPath, Owned};
use crate::authenticated::Authenticated;
use crate::integer::{Integer, between, up_to};
use crate::object_details::ObjectDetails;
use crate::refusal::Refusal;
use crate::router::Api;
use crate::safeguards::{IdempotencyKeyHeader, Once};

/// A whole policy (`unlockd.policy.v1.LockoutPolicy`): what is left out is as in the default. Spans are in seconds, longer than
/// 0 and up to 10 years.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "maxPasswordAttempts": 5, "attemptWindow": "3600s", "lockDuration": "900s", "backoffFactor": 2, "maxLockDuration": "86400s",
    "revealLock": false, "sourceAttempts": 5, "sourceWindow": "86400s",
}))]
pub(crate) struct SetLockoutPolicyRequest {
    #[serde(alias = "max_password_attempts")]
    #[schema(schema_with = max_password_attempts, required = false)]
    max_password_attempts: Option<Integer<u32>>,
    /// For how long a wrong password counts. Default: 1 hour.
    #[serde(alias = "attempt_window")]
    #[schema(pattern = "^[0-9]+(\\.[0-9]{1,9})?s$")]
    attempt_window: Option<String>,
    /// How long the first lock lasts; `0s`: until somebody unlocks the user. Default: 15 minutes.
    #[serde(alias = "lock_duration")]
    #[schema(pattern = "^[0-9]+(\\.[0-9]{1,9})?s$")]
    lock_duration: Option<String>,
    #[serde(alias = "backoff_factor")]
    #[schema(schema_with = backoff_factor, required = false)]
    backoff_factor: Option<Integer<u32>>,
    /// The longest lock. Default: 24 hours.
    #[serde(alias = "max_lock_duration")]
    #[schema(pattern = "^[0-9]+(\\.[0-9]{1,9})?s$")]
    max_lock_duration: Option<String>,
    /// Whether whoever tries to sign in is told that the user is locked. Default: no, a lock looks like a wrong password.
    #[serde(alias = "reveal_lock")]
    reveal_lock: Option<bool>,
    #[serde(alias = "source_attempts")]
    #[schema(schema_with = source_attempts, required = false)]
    source_attempts: Option<Integer<u32>>,
    /// For how long earlier blocks of a source for a name make the next one longer, after its last failure. Default: 24 hours.
    #[serde(alias = "source_window")]
    #[schema(pattern = "^[0-9]+(\\.[0-9]{1,9})?s$")]
    source_window: Option<String>,
    /// Whether a lock also ends the use of the user's sessions and access tokens. Default: no, it bars new sign-ins only.
    #[serde(alias = "lock_ends_sessions")]
    lock_ends_sessions: Option<bool>,
    #[serde(alias = "max_source_names")]
    #[schema(schema_with = max_source_names, required = false)]
    max_source_names: Option<Integer<u32>>,
    #[serde(alias = "max_source_failures")]
    #[schema(schema_with = max_source_failures, required = false)]
    max_source_failures: Option<Integer<u32>>,
    /// For how long a failure counts for `maxSourceNames` and `maxSourceFailures`. Only the instance's policy counts.
    /// Default: 1 hour.
    #[serde(alias = "source_total_window")]
    #[schema(pattern = "^[0-9]+(\\.[0-9]{1,9})?s$")]
    source_total_window: Option<String>,
}

fn max_password_attempts() -> RefOr<Schema> {
    let description = "How many wrong passwords lock a user; 0: any number. Default: 10.";
    up_to(AttemptLimit::MAX.into(), description)
}

fn backoff_factor() -> RefOr<Schema> {
    let description = "How many times longer each further lock lasts while no sign-in succeeds in between. Default: 2.";
    between(1, BackoffFactor::MAX.into(), description)
}

fn source_attempts() -> RefOr<Schema> {
    let description = "How many failures one source may have for one login name; 0: any number. Default: as many as \
                       `maxPasswordAttempts`.";
    up_to(AttemptLimit::MAX.into(), description)
}

fn max_source_names() -> RefOr<Schema> {
    let description = "Login names at which one source may fail within `sourceTotalWindow` before it is slowed for all names; \
                       0: no limit. Only the instance's policy counts. Default: 30.";
    up_to(SourceTotal::MAX.into(), description)
}

fn max_source_failures() -> RefOr<Schema> {
    let description = "Failures that one source may have for all names within `sourceTotalWindow` before it is slowed for all \
                       names; 0: no limit. Only the instance's policy counts. Default: 100.";
    up_to(SourceTotal::MAX.into(), description)
}

/// The answer to a change of a policy.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "details": {"sequence": "1", "changeDate": "2024-06-25T13:35:39.148123Z", "resourceOwner": "default"},
}))]
pub(crate) struct ChangedLockoutPolicy {
    /// Where the policy's history stands; without a sequence if it was never set.
    details: ObjectDetails,
}

/// Sets the policy of an organization, in place of the instance's.
#[utoipa::path(
    put,
    path = "/v1/organizations/{organization_id}/lockout-policy",
    tag = "lockout policies",
    params(OrganizationInPath, IdempotencyKeyHeader),
    request_body = SetLockoutPolicyRequest,
    responses((status = 200, description = "The policy is set.", body = ChangedLockoutPolicy)),
)]
#[tracing::instrument(level = "debug", name = "http.lockout_policies.set", skip_all)]
pub(crate) async fn set_lockout_policy(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    Owned { owner, body }: Owned<SetLockoutPolicyRequest>,
) -> Result<Once<ChangedLockoutPolicy>, Refusal> {
    // The fields are the message, so that they have no path.
    let command = owner.parse_set(Some(body.into()), "")?;
    let outcome = api.lockout_policies.set_lockout_policy(&caller, command).await?;
    Ok(Once::of(outcome))
}

impl From<SetLockoutPolicyRequest> for LockoutPolicyForm {
    fn from(policy: SetLockoutPolicyRequest) -> Self {
        let span = |text: Option<String>| text.as_deref().map(duration_from_text);
        Self {
            max_password_attempts: policy.max_password_attempts.map(Integer::get),
            attempt_window: span(policy.attempt_window),
            lock_duration: span(policy.lock_duration),
            backoff_factor: policy.backoff_factor.map(Integer::get),
            max_lock_duration: span(policy.max_lock_duration),
            reveal_lock: policy.reveal_lock,
            source_attempts: policy.source_attempts.map(Integer::get),
            source_window: span(policy.source_window),
            lock_ends_sessions: policy.lock_ends_sessions,
            max_source_names: policy.max_source_names.map(Integer::get),
            max_source_failures: policy.max_source_failures.map(Integer::get),
            source_total_window: span(policy.source_total_window),
        }
    }
}

impl From<PolicyDetails> for ChangedLockoutPolicy {
    fn from(details: PolicyDetails) -> Self {
        Self {
            details: details.into(),
        }
    }
}
