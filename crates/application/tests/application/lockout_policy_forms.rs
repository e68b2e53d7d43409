//! From what a wire brings to commands about lockout policies.

use std::time::Duration;

use unlockd_application::MalformedDuration;
use unlockd_application::lockout_policies::{LockoutPolicyForm, OwnerForm, SettingsOwnerForm};
use unlockd_application::users::{IdForm, SafeguardsForm};
use unlockd_domain::{AttemptLimit, BackoffFactor, LockoutPolicy, SourceTotal};
use unlockd_testkit::fixtures;

use crate::forms::{fields, violations};
use crate::stage::oneself;

fn of(organization: &str) -> OwnerForm {
    OwnerForm {
        organization: IdForm {
            in_path: None,
            in_message: organization.to_owned(),
        },
        ..OwnerForm::default()
    }
}

fn parsed(form: LockoutPolicyForm) -> LockoutPolicy {
    of("").parse_set(Some(form), "").unwrap().policy
}

#[test]
fn what_is_not_said_is_as_in_the_default() {
    assert_eq!(parsed(LockoutPolicyForm::default()), LockoutPolicy::DEFAULT);
    let one = LockoutPolicyForm {
        reveal_lock: Some(true),
        ..LockoutPolicyForm::default()
    };
    let expected = LockoutPolicy {
        reveal_lock: true,
        ..LockoutPolicy::DEFAULT
    };
    assert_eq!(parsed(one), expected);
}

#[test]
fn every_part_of_a_policy_is_taken_over() {
    let seconds = |number| Some(Ok(Duration::from_secs(number)));
    let form = LockoutPolicyForm {
        max_password_attempts: Some(3),
        attempt_window: seconds(60),
        lock_duration: seconds(120),
        backoff_factor: Some(5),
        max_lock_duration: seconds(600),
        reveal_lock: Some(true),
        source_attempts: Some(7),
        source_window: seconds(900),
        lock_ends_sessions: Some(true),
        max_source_names: Some(0),
        max_source_failures: Some(1_000_000),
        source_total_window: seconds(1),
    };
    let expected = LockoutPolicy {
        max_password_attempts: AttemptLimit::new(3).unwrap(),
        attempt_window: fixtures::policy_span(60),
        lock_duration: Some(fixtures::policy_span(120)),
        backoff_factor: BackoffFactor::new(5).unwrap(),
        max_lock_duration: fixtures::policy_span(600),
        reveal_lock: true,
        source_attempts: Some(AttemptLimit::new(7).unwrap()),
        source_window: fixtures::policy_span(900),
        lock_ends_sessions: true,
        max_source_names: SourceTotal::new(0).unwrap(),
        max_source_failures: SourceTotal::new(SourceTotal::MAX).unwrap(),
        source_total_window: fixtures::policy_span(1),
    };
    assert_eq!(parsed(form), expected);
}

#[test]
fn zero_stands_for_any_number_and_for_no_end() {
    let form = LockoutPolicyForm {
        max_password_attempts: Some(0),
        lock_duration: Some(Ok(Duration::ZERO)),
        source_attempts: Some(0),
        ..LockoutPolicyForm::default()
    };
    let policy = parsed(form);
    assert_eq!(
        (policy.max_password_attempts.limit(), policy.source_limit()),
        (None, None)
    );
    assert_eq!(policy.lock_duration, None);
}

#[test]
fn all_that_is_wrong_with_a_policy_is_said_with_its_path() {
    let form = || LockoutPolicyForm {
        max_password_attempts: Some(101),
        attempt_window: Some(Ok(Duration::ZERO)),
        lock_duration: Some(Err(MalformedDuration)),
        backoff_factor: Some(0),
        max_lock_duration: Some(Ok(Duration::ZERO)),
        reveal_lock: None,
        source_attempts: Some(101),
        source_window: Some(Ok(Duration::MAX)),
        lock_ends_sessions: None,
        max_source_names: Some(1_000_001),
        max_source_failures: Some(1_000_001),
        source_total_window: Some(Ok(Duration::ZERO)),
    };
    let mut names = [
        "attempt_window",
        "backoff_factor",
        "lock_duration",
        "max_lock_duration",
        "max_password_attempts",
        "max_source_failures",
        "max_source_names",
        "source_attempts",
        "source_total_window",
        "source_window",
    ]
    .map(str::to_owned);
    let sorted = |path| {
        let mut fields = fields(of("").parse_set(Some(form()), path));
        fields.sort_unstable();
        fields
    };
    assert_eq!(sorted(""), names);
    names = names.map(|name| format!("policy.{name}"));
    assert_eq!(sorted("policy."), names);
    assert_eq!(fields(of("").parse_set(None, "policy.")), ["policy"]);
}

#[test]
fn no_organization_is_the_instance() {
    for (text, organization) in [("", None), ("here", Some(fixtures::organization_id("here")))] {
        assert_eq!(of(text).parse_get().unwrap().organization, organization);
        assert_eq!(of(text).parse_reset().unwrap().organization, organization);
        let set = of(text).parse_set(Some(LockoutPolicyForm::default()), "").unwrap();
        assert_eq!(set.organization, organization);
    }
    let in_path = OwnerForm {
        organization: IdForm {
            in_path: Some(Ok(String::new())),
            in_message: String::new(),
        },
        ..OwnerForm::default()
    };
    assert_eq!(fields(in_path.parse_get()), ["organization_id"]);
    assert_eq!(fields(of(&"o".repeat(201)).parse_reset()), ["organization_id"]);
}

#[test]
fn expected_sequences_are_not_known_here() {
    let form = || OwnerForm {
        safeguards: SafeguardsForm {
            idempotency_keys: vec![b"key".to_vec()],
            if_match: vec![b"\"1\"".to_vec()],
            if_sequence: None,
        },
        ..OwnerForm::default()
    };
    let wrong = violations(form().parse_reset());
    let unknown = ("if-match".to_owned(), "is not known by this request".to_owned());
    assert_eq!(wrong, [unknown]);
    assert!(form().parse_get().is_ok(), "reads are safe to repeat");
    let set = form().parse_set(Some(LockoutPolicyForm::default()), "");
    assert_eq!(fields(set), ["if-match"]);
}

#[test]
fn whose_settings_are_not_said_are_those_of_the_caller() {
    let parse = |org_id: &str, instance| {
        let form = SettingsOwnerForm {
            org_id: org_id.to_owned(),
            instance,
        };
        form.parse(&oneself("ada", "here"))
    };
    assert_eq!(
        parse("", false).unwrap().organization,
        Some(fixtures::organization_id("here"))
    );
    assert_eq!(
        parse("there", false).unwrap().organization,
        Some(fixtures::organization_id("there"))
    );
    assert_eq!(parse("", true).unwrap().organization, None);
    assert_eq!(fields(parse("there", true)), ["ctx"]);
    assert_eq!(fields(parse("\0", false)), ["ctx.org_id"]);
}
