use std::time::Duration;

use unlockd_domain::{AttemptLimit, BackoffFactor, LockoutPolicy, OrganizationId, PolicySpan, SourceTotal};

use super::{GetLockoutPolicy, ResetLockoutPolicy, SetLockoutPolicy};
use crate::authentication::Caller;
use crate::duration_form::DurationForm;
use crate::error::{Error, Violations};
use crate::idempotency::IdempotencyKey;
use crate::users::{IdForm, SafeguardsForm};

/// Whose policy a request is about, as a wire brings it: an organization's, or the instance's when none is named.
#[derive(Debug, Clone, Default)]
pub struct OwnerForm {
    /// `organization_id`.
    pub organization: IdForm,
    /// The idempotency key. Policies have no precondition.
    pub safeguards: SafeguardsForm,
}

/// `unlockd.policy.v1.LockoutPolicy` as a wire brings it; what is not set is as in [`LockoutPolicy::DEFAULT`].
#[derive(Debug, Clone, Default)]
pub struct LockoutPolicyForm {
    /// `max_password_attempts`; 0: any number.
    pub max_password_attempts: Option<u32>,
    /// `attempt_window`
    pub attempt_window: Option<DurationForm>,
    /// `lock_duration`; 0: until somebody unlocks the user.
    pub lock_duration: Option<DurationForm>,
    /// `backoff_factor`
    pub backoff_factor: Option<u32>,
    /// `max_lock_duration`
    pub max_lock_duration: Option<DurationForm>,
    /// `reveal_lock`
    pub reveal_lock: Option<bool>,
    /// `source_attempts`; 0: any number.
    pub source_attempts: Option<u32>,
    /// `source_window`
    pub source_window: Option<DurationForm>,
    /// `lock_ends_sessions`
    pub lock_ends_sessions: Option<bool>,
    /// `max_source_names`; 0: no limit.
    pub max_source_names: Option<u32>,
    /// `max_source_failures`; 0: no limit.
    pub max_source_failures: Option<u32>,
    /// `source_total_window`
    pub source_total_window: Option<DurationForm>,
}

/// Whose settings are asked for, as in `zitadel.settings.v2.GetLockoutSettingsRequest`: its `ctx`.
#[derive(Debug, Clone, Default)]
pub struct SettingsOwnerForm {
    /// `ctx.org_id`; empty when it is not set.
    pub org_id: String,
    /// `ctx.instance`
    pub instance: bool,
}

impl OwnerForm {
    /// The query. Reads need no safeguards, and have none.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] when the organization's id is no id.
    pub fn parse_get(self) -> Result<GetLockoutPolicy, Error> {
        let mut violations = Violations::default();
        let organization = organization(self.organization, &mut violations);
        violations.finish(Some(GetLockoutPolicy { organization }))
    }

    /// The command to reset the policy.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] with all that is wrong.
    pub fn parse_reset(self) -> Result<ResetLockoutPolicy, Error> {
        let mut violations = Violations::default();
        let (organization, idempotency_key) = self.parse(&mut violations);
        violations.finish(Some(ResetLockoutPolicy {
            organization,
            idempotency_key,
        }))
    }

    /// The command to set the policy.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] with all that is wrong. `path` is that of the policy in the message: `policy.`, or nothing
    /// where the fields are the message.
    pub fn parse_set(self, policy: Option<LockoutPolicyForm>, path: &str) -> Result<SetLockoutPolicy, Error> {
        let mut violations = Violations::default();
        let (organization, idempotency_key) = self.parse(&mut violations);
        let policy = policy.map(|policy| policy.parse(path, &mut violations));
        if policy.is_none() {
            violations.note("policy", "must be given");
        }
        violations.finish(policy.map(|policy| SetLockoutPolicy {
            organization,
            policy,
            idempotency_key,
        }))
    }

    fn parse(self, violations: &mut Violations) -> (Option<OrganizationId>, Option<IdempotencyKey>) {
        let key = self.safeguards.parse_key(violations);
        (organization(self.organization, violations), key)
    }
}

/// The organization, if one is named.
fn organization(form: IdForm, violations: &mut Violations) -> Option<OrganizationId> {
    let is_named = form.in_path.is_some() || !form.in_message.is_empty();
    is_named
        .then(|| violations.keep("organization_id", form.id(OrganizationId::new)))
        .flatten()
}

impl LockoutPolicyForm {
    /// The policy, or notes of what is wrong; the default stands in for what is.
    fn parse(self, path: &str, violations: &mut Violations) -> LockoutPolicy {
        let default = LockoutPolicy::DEFAULT;
        let field = |name: &str| format!("{path}{name}");
        let mut attempts = |name, number: Option<u32>| {
            number.and_then(|number| violations.keep(field(name), AttemptLimit::new(number)))
        };
        let max_password_attempts = attempts("max_password_attempts", self.max_password_attempts);
        let source_attempts = attempts("source_attempts", self.source_attempts);
        let mut total = |name, number: Option<u32>| {
            number.and_then(|number| violations.keep(field(name), SourceTotal::new(number)))
        };
        let max_source_names = total("max_source_names", self.max_source_names);
        let max_source_failures = total("max_source_failures", self.max_source_failures);
        let mut span = |name, form: Option<DurationForm>| span(field(name), form?, violations);
        let attempt_window = span("attempt_window", self.attempt_window);
        let lock_duration = match self.lock_duration {
            None => default.lock_duration,
            Some(Ok(Duration::ZERO)) => None,
            Some(form) => span("lock_duration", Some(form)),
        };
        let max_lock_duration = span("max_lock_duration", self.max_lock_duration);
        let source_window = span("source_window", self.source_window);
        let source_total_window = span("source_total_window", self.source_total_window);
        let backoff_factor = self
            .backoff_factor
            .and_then(|factor| violations.keep(field("backoff_factor"), BackoffFactor::new(factor)));
        LockoutPolicy {
            max_password_attempts: max_password_attempts.unwrap_or(default.max_password_attempts),
            attempt_window: attempt_window.unwrap_or(default.attempt_window),
            lock_duration,
            backoff_factor: backoff_factor.unwrap_or(default.backoff_factor),
            max_lock_duration: max_lock_duration.unwrap_or(default.max_lock_duration),
            reveal_lock: self.reveal_lock.unwrap_or(default.reveal_lock),
            source_attempts,
            source_window: source_window.unwrap_or(default.source_window),
            lock_ends_sessions: self.lock_ends_sessions.unwrap_or(default.lock_ends_sessions),
            max_source_names: max_source_names.unwrap_or(default.max_source_names),
            max_source_failures: max_source_failures.unwrap_or(default.max_source_failures),
            source_total_window: source_total_window.unwrap_or(default.source_total_window),
        }
    }
}

fn span(field: String, form: DurationForm, violations: &mut Violations) -> Option<PolicySpan> {
    let duration = match form {
        Ok(duration) => duration,
        Err(problem) => {
            violations.note(field, problem);
            return None;
        }
    };
    violations.keep(field, PolicySpan::new(duration))
}

impl SettingsOwnerForm {
    /// The query; whose settings are not said are those that hold for the caller.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] with all that is wrong.
    pub fn parse(self, caller: &Caller) -> Result<GetLockoutPolicy, Error> {
        let organization = match (self.org_id, self.instance) {
            (id, true) if id.is_empty() => None,
            (_, true) => {
                return Err(Error::invalid(
                    "ctx",
                    "must be an organization or the instance, not both",
                ));
            }
            (id, false) if id.is_empty() => Some(caller.organization().clone()),
            (id, false) => Some(OrganizationId::new(id).map_err(|problem| Error::invalid("ctx.org_id", problem))?),
        };
        Ok(GetLockoutPolicy { organization })
    }
}
