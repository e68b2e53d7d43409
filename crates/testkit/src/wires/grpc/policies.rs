use prost_types::Duration;
use unlockd_proto::unlockd::policy::v1::{self as proto, LockoutPolicyOrigin};
use unlockd_proto::zitadel::object::v2;
use unlockd_proto::zitadel::object::v2::request_context::ResourceOwner;
use unlockd_proto::zitadel::settings::v2::{self as settings, ResourceOwnerType};

use super::incoming::{given, text};
use crate::scenarios::{Answer, EffectivePolicy, LockoutPolicy, LockoutSettings, ObjectDetails, SettingsOwner};

pub(super) fn message(policy: LockoutPolicy) -> proto::LockoutPolicy {
    proto::LockoutPolicy {
        max_password_attempts: policy.max_password_attempts,
        attempt_window: span(policy.attempt_window),
        lock_duration: span(policy.lock_duration),
        backoff_factor: policy.backoff_factor,
        max_lock_duration: span(policy.max_lock_duration),
        reveal_lock: policy.reveal_lock,
        source_attempts: policy.source_attempts,
        source_window: span(policy.source_window),
        lock_ends_sessions: policy.lock_ends_sessions,
        max_source_names: policy.max_source_names,
        max_source_failures: policy.max_source_failures,
        source_total_window: span(policy.source_total_window),
    }
}

pub(super) fn context(owner: SettingsOwner) -> settings::GetLockoutSettingsRequest {
    let resource_owner = match owner {
        SettingsOwner::Caller => None,
        SettingsOwner::Organization(id) => Some(ResourceOwner::OrgId(id)),
        SettingsOwner::Instance => Some(ResourceOwner::Instance(true)),
    };
    settings::GetLockoutSettingsRequest {
        ctx: resource_owner.map(|owner| v2::RequestContext {
            resource_owner: Some(owner),
        }),
    }
}

pub(super) fn policy(policy: proto::LockoutPolicy) -> LockoutPolicy {
    let span = |span: Option<Duration>| span.map(|span| span.to_string());
    LockoutPolicy {
        max_password_attempts: policy.max_password_attempts,
        attempt_window: span(policy.attempt_window),
        lock_duration: span(policy.lock_duration),
        backoff_factor: policy.backoff_factor,
        max_lock_duration: span(policy.max_lock_duration),
        reveal_lock: policy.reveal_lock,
        source_attempts: policy.source_attempts,
        source_window: span(policy.source_window),
        lock_ends_sessions: policy.lock_ends_sessions,
        max_source_names: policy.max_source_names,
        max_source_failures: policy.max_source_failures,
        source_total_window: span(policy.source_total_window),
    }
}

pub(super) fn effective(answer: proto::GetLockoutPolicyResponse) -> Answer {
    let origin = LockoutPolicyOrigin::try_from(answer.origin).expect("an origin");
    Answer::Policy(EffectivePolicy {
        policy: policy(answer.policy.expect("a policy")),
        origin: origin.as_str_name().to_owned(),
        details: answer.details.map(details),
    })
}

pub(super) fn set(answer: proto::SetLockoutPolicyResponse) -> Answer {
    Answer::PolicyChanged(details(answer.details.expect("details")))
}

pub(super) fn reset(answer: proto::ResetLockoutPolicyResponse) -> Answer {
    Answer::PolicyChanged(details(answer.details.expect("details")))
}

pub(super) fn settings(answer: settings::GetLockoutSettingsResponse) -> Answer {
    let settings = answer.settings.expect("settings");
    let owner = ResourceOwnerType::try_from(settings.resource_owner_type).expect("an owner");
    Answer::Settings(LockoutSettings {
        max_password_attempts: settings.max_password_attempts,
        resource_owner_type: owner.as_str_name().to_owned(),
        details: answer.details.map(details),
    })
}

/// `zitadel.object.v2.Details`.
pub(super) fn details(details: v2::Details) -> ObjectDetails {
    ObjectDetails {
        sequence: details.sequence,
        change_date: details.change_date.map(|date| text(Some(date))),
        resource_owner: given(details.resource_owner),
    }
}

/// The duration that protobuf's JSON form says.
pub(super) fn span(text: Option<String>) -> Option<Duration> {
    text.map(|text| text.parse().expect("a duration"))
}
