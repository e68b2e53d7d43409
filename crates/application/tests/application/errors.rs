use std::collections::HashSet;
use std::time::Duration;

use unlockd_application::ports::StoreError;
use unlockd_application::{Code, Error, ErrorReason, FieldViolation, UserService};
use unlockd_testkit::fixtures;

use crate::stage::{Stage, lock, manager};
use crate::user_store_double::UserStoreDouble;

/// What a driver might say.
const INSIDE: &str = "connection to db.internal:5432 as unlockd lost";

/// How a user store fails, the reason that clients are told, and whether trying again may help.
type StoreFailure = (fn() -> StoreError, &'static str, bool);

const STORE_FAILURES: [StoreFailure; 3] = [
    (|| StoreError::Unavailable(INSIDE.into()), "STORE_UNAVAILABLE", true),
    (|| StoreError::Overloaded(INSIDE.into()), "OVERLOADED", true),
    (|| StoreError::Internal(INSIDE.into()), "INTERNAL", false),
];

#[tokio::test]
async fn a_store_that_fails_is_described_without_its_own_words() {
    for (failure, reason, retry) in STORE_FAILURES {
        let (stage, _) = Stage::with_users(|inner| UserStoreDouble::failing(inner, failure)).await;

        let error = stage.users.lock_user(&manager(), lock("here")).await.unwrap_err();

        for request_id in [None, Some("request-7")] {
            let description = error.describe(request_id);
            assert_eq!(
                (description.reason.as_str(), description.retry_after.is_some()),
                (reason, retry)
            );
            let text = format!("{description:?}");
            for inner in ["db.internal", "5432", "lost"] {
                assert!(!text.contains(inner), "{text}");
            }
        }
    }
}

#[test]
fn an_internal_error_is_known_by_the_id_of_its_request() {
    let error = Error::internal(INSIDE);

    let description = error.describe(Some("request-7"));

    assert!(description.message.contains("request-7"));
    assert_eq!(description.metadata, [("requestId", "request-7".to_owned())]);
    assert_eq!(error.describe(None).metadata, []);
}

#[test]
fn a_bad_form_is_described_field_by_field() {
    let description = Error::invalid("user_id", "must not be empty").describe(None);

    assert_eq!(description.reason, ErrorReason::InvalidArgument);
    let [violation] = description.field_violations.as_slice() else {
        panic!("one violation went in, {:?} came out", description.field_violations);
    };
    assert_eq!(
        (violation.field.as_str(), violation.description.as_str()),
        ("user_id", "must not be empty")
    );
    assert_eq!(description.message, "user_id must not be empty.");
}

#[test]
fn of_many_violations_the_first_20_are_told() {
    let violations = (1..=21).map(|number| FieldViolation::new(format!("field_{number}"), "is wrong"));

    let description = Error::InvalidArgument(violations.collect()).describe(None);

    let told = description
        .field_violations
        .iter()
        .map(|violation| violation.field.clone());
    assert!(told.eq((1..=20).map(|number| format!("field_{number}"))));
    assert!(description.message.contains("field_20") && !description.message.contains("field_21"));
}

#[test]
fn a_missing_token_and_a_refused_one_have_the_same_reason() {
    assert_eq!(Error::TokenMissing.reason(), ErrorReason::Unauthenticated);
    assert_eq!(Error::TokenRefused.reason(), ErrorReason::Unauthenticated);
}

#[test]
fn trying_again_is_recommended_only_for_causes_that_pass() {
    let passing = [
        Error::Overloaded(None),
        Error::StoreUnavailable(INSIDE.into()),
        Error::ShuttingDown,
    ];
    let lasting = [
        Error::PermissionDenied,
        Error::DeadlineExceeded,
        Error::internal(INSIDE),
        Error::TokenRefused,
    ];

    assert!(passing.iter().all(|error| error.describe(None).retry_after.is_some()));
    assert!(lasting.iter().all(|error| error.describe(None).retry_after.is_none()));
}

#[test]
fn whoever_tries_too_often_is_told_how_long_to_wait() {
    for span in [Duration::ZERO, Duration::from_millis(1_500), Duration::from_hours(24)] {
        let description = Error::TooManyAttempts { retry_after: span }.describe(None);
        assert_eq!(description.reason, ErrorReason::TooManyAttempts);
        assert_eq!(
            (description.retry_after, description.metadata),
            (Some(span), Vec::new())
        );
    }
}

#[test]
fn nothing_is_told_of_a_user_with_a_password_a_code_or_a_session_token_that_is_refused() {
    for error in [
        Error::InvalidCredentials,
        Error::InvalidVerificationCode,
        Error::SessionTokenRefused,
    ] {
        let description = error.describe(Some("request-7"));
        assert_eq!(description.reason.code(), Code::PermissionDenied);
        assert!(description.metadata.is_empty() && description.field_violations.is_empty());
        assert_eq!(description.retry_after, None);
    }
}

#[test]
fn of_a_lock_that_is_revealed_the_end_is_told_if_it_has_one() {
    let metadata = |until| Error::UserLocked { until }.describe(None).metadata;
    assert_eq!(metadata(None), []);
    let expected = [("lockedUntil", "2024-06-25T13:35:39.148123Z".to_owned())];
    assert_eq!(metadata(Some(fixtures::now())), expected);
}

#[test]
fn each_reason_has_an_upper_case_name_of_its_own() {
    let names: HashSet<_> = ErrorReason::ALL.iter().map(|reason| reason.as_str()).collect();

    assert_eq!(names.len(), ErrorReason::ALL.len());
    for name in names {
        // google.rpc.ErrorInfo: at most 63 characters that match [A-Z][A-Z0-9_]+[A-Z0-9].
        assert!(name.len() <= 63, "{name}");
        assert!(
            name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'),
            "{name}"
        );
        assert!(!name.starts_with('_') && !name.ends_with('_'), "{name}");
    }
}

/// An answer over gRPC is made of headers: each violation is in it twice, once in a form that is longer by a third.
#[test]
fn what_is_told_of_violations_fits_into_the_headers_of_an_answer() {
    let path = "queries[0].or_query.".repeat(20);
    let violations =
        (0..200).map(|number| FieldViolation::new(format!("{path}queries[{number}]"), "must have a query"));
    let description = Error::InvalidArgument(violations.collect()).describe(None);

    let told = &description.field_violations;
    let in_details: usize = told
        .iter()
        .map(|violation| violation.field.len() + violation.description.len())
        .sum();
    assert!(!told.is_empty());
    assert!(description.message.len() + in_details * 4 / 3 <= 7 * 1024);
}

#[test]
fn one_violation_is_told_however_long_it_is() {
    let description = Error::invalid("x".repeat(10_000), "is not known").describe(None);

    assert_eq!(description.field_violations.len(), 1);
}
