//! What stores keep as texts comes back as it went in.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use unlockd_application::text_forms::{
    lockout_policy_text, parse_lockout_policy, parse_session_metadata, parse_user_agent, session_metadata_text,
    user_agent_text,
};
use unlockd_domain::{
    AttemptLimit, BackoffFactor, LockoutPolicy, PolicySpan, SessionMetadata, SourceTotal, UserAgent, UserAgentFields,
};

fn span() -> impl Strategy<Value = PolicySpan> {
    let longest = u64::try_from(PolicySpan::MAX.as_micros()).unwrap();
    (1..=longest).prop_map(|micros| PolicySpan::new(Duration::from_micros(micros)).unwrap())
}

fn limit() -> impl Strategy<Value = AttemptLimit> {
    (0..=AttemptLimit::MAX).prop_map(|number| AttemptLimit::new(number).unwrap())
}

fn policy() -> impl Strategy<Value = LockoutPolicy> {
    let factor = (1..=BackoffFactor::MAX).prop_map(|number| BackoffFactor::new(number).unwrap());
    let lock = prop::option::of(span());
    let source = prop::option::of(limit());
    let total = || (0..=SourceTotal::MAX).prop_map(|number| SourceTotal::new(number).unwrap());
    let of_name = (limit(), span(), lock, factor, span(), any::<bool>(), source, span());
    (of_name, any::<bool>(), total(), total(), span()).prop_map(
        |(of_name, lock_ends_sessions, max_source_names, max_source_failures, source_total_window)| {
            let (attempts, window, lock, factor, longest, reveal_lock, source_attempts, source_window) = of_name;
            LockoutPolicy {
                max_password_attempts: attempts,
                attempt_window: window,
                lock_duration: lock,
                backoff_factor: factor,
                max_lock_duration: longest,
                reveal_lock,
                source_attempts,
                source_window,
                lock_ends_sessions,
                max_source_names,
                max_source_failures,
                source_total_window,
            }
        },
    )
}

proptest! {
    #[test]
    fn a_policy(policy in policy()) {
        let text = lockout_policy_text(&policy);
        prop_assert_eq!(parse_lockout_policy(&text).unwrap(), policy);
    }

    #[test]
    fn the_notes_of_a_session(entries in prop::collection::btree_map(".{1,20}", prop::collection::vec(any::<u8>(), 0..50), 0..10)) {
        let metadata = SessionMetadata::trusted(entries);
        let text = session_metadata_text(&metadata);
        prop_assert_eq!(parse_session_metadata(&text).unwrap(), metadata);
    }

    #[test]
    fn a_user_agent_whose_fingerprint_is_kept_apart(
        fingerprint_id in prop::option::of(".{1,20}"),
        ip in prop::option::of(".{0,20}"),
        description in prop::option::of(".{0,20}"),
        headers in prop::collection::btree_map(".{1,20}", prop::collection::vec(".{0,20}", 0..4), 0..4),
    ) {
        let fields = UserAgentFields { fingerprint_id: fingerprint_id.clone(), ip, description, headers };
        let agent = UserAgent::trusted(fields);
        let text = user_agent_text(&agent);
        prop_assert_eq!(parse_user_agent(&text, fingerprint_id).unwrap(), agent);
    }
}

#[test]
fn a_text_that_no_store_has_written_is_refused() {
    for text in ["", "null", "[]", "{}", "{\"a\":1}"] {
        assert!(parse_lockout_policy(text).is_err(), "{text}");
    }
    for text in ["", "null", "[]", "{\"a\":1}", "{\"a\":[256]}", "{\"a\":\"AQ==\"}"] {
        assert!(parse_session_metadata(text).is_err(), "{text}");
    }
    for text in ["", "null", "[1]", "{\"headers\":1}"] {
        assert!(parse_user_agent(text, None).is_err(), "{text}");
    }
    let outside = lockout_policy_text(&LockoutPolicy::DEFAULT).replace(":10,", ":101,");
    assert!(parse_lockout_policy(&outside).is_err());
}

/// These texts are in databases: a change of their form needs a migration.
#[test]
fn the_form_of_the_texts_stays() {
    assert_eq!(
        lockout_policy_text(&LockoutPolicy::DEFAULT),
        "{\"max_password_attempts\":10,\"attempt_window\":3600000000,\"lock_duration\":900000000,\"backoff_factor\":2,\
         \"max_lock_duration\":86400000000,\"reveal_lock\":false,\"source_attempts\":null,\"source_window\":86400000000,\
         \"lock_ends_sessions\":false,\"max_source_names\":30,\"max_source_failures\":100,\"source_total_window\":3600000000}"
    );
    let metadata = SessionMetadata::trusted(BTreeMap::from([("a".to_owned(), vec![0, 255])]));
    assert_eq!(session_metadata_text(&metadata), "{\"a\":[0,255]}");
    let agent = UserAgent::trusted(UserAgentFields {
        fingerprint_id: Some("f".to_owned()),
        ip: Some("i".to_owned()),
        description: None,
        headers: BTreeMap::from([("h".to_owned(), vec!["v".to_owned()])]),
    });
    assert_eq!(
        user_agent_text(&agent),
        "{\"ip\":\"i\",\"description\":null,\"headers\":{\"h\":[\"v\"]}}"
    );
}
