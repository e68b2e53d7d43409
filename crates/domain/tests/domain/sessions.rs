//! What a session holds, and until when.

use std::collections::BTreeMap;

use unlockd_domain::{
    LoginIdentity, LoginName, PasswordProof, Sequence, Session, SessionId, SessionMetadata, SessionMetadataError,
    SessionRequest, SessionUser, TextError, TokenDigest, UserAgent, UserAgentError, UserAgentFields,
};

use crate::{at, organization_id, user_id};

const BEGIN: &str = "2024-06-25T13:35:39.148123Z";

fn session() -> Session {
    Session {
        id: SessionId::new("s").unwrap(),
        creator: user_id("login page"),
        user: None,
        metadata: SessionMetadata::default(),
        user_agent: None,
        created_at: at(BEGIN),
        changed_at: at(BEGIN),
        sequence: Sequence::FIRST,
        expires_at: None,
        request: None,
    }
}

fn entry(key: impl Into<String>, value: &[u8]) -> (String, Vec<u8>) {
    (key.into(), value.to_vec())
}

#[test]
fn a_session_ends_at_the_moment_that_was_set() {
    assert!(!session().has_expired(at("9999-12-31T23:59:59.999999Z")));
    let ending = Session {
        expires_at: Some(at("2024-06-25T14:00:00Z")),
        ..session()
    };
    assert!(!ending.has_expired(at("2024-06-25T13:59:59.999999Z")));
    assert!(ending.has_expired(at("2024-06-25T14:00:00Z")));
    assert!(ending.has_expired(at("2024-06-25T15:00:00Z")));
}

#[test]
fn a_session_says_whose_it_is_only_once_a_password_was_shown() {
    let mut session = session();
    assert_eq!(session.proof(), None);
    let named = SessionUser {
        identity: LoginIdentity::UserId(user_id("u")),
        named_at: at(BEGIN),
        proof: None,
    };
    session.user = Some(named.clone());
    assert_eq!(session.proof(), None);
    let proof = PasswordProof {
        user_id: user_id("u"),
        organization: organization_id("acme"),
        login_name: LoginName::new("ada").ok(),
        checked_at: at(BEGIN),
    };
    session.user = Some(SessionUser {
        proof: Some(proof.clone()),
        ..named
    });
    assert_eq!(session.proof(), Some(&proof));
}

#[test]
fn the_login_name_is_the_one_that_was_typed_or_else_one_of_the_proven_user() {
    let name = |text: &str| LoginName::new(text).unwrap();
    let proof = PasswordProof {
        user_id: user_id("u"),
        organization: organization_id("acme"),
        login_name: Some(name("ada")),
        checked_at: at(BEGIN),
    };
    let user = |identity, proof| SessionUser {
        identity,
        named_at: at(BEGIN),
        proof,
    };
    let by_id = || LoginIdentity::UserId(user_id("u"));
    assert_eq!(user(by_id(), None).login_name(), None);
    assert_eq!(user(by_id(), Some(proof.clone())).login_name(), Some(&name("ada")));
    let typed = LoginIdentity::LoginName(name("ADA"));
    assert_eq!(user(typed, Some(proof)).login_name(), Some(&name("ADA")));
}

#[test]
fn a_renewed_proof_is_a_change_of_a_proven_session_alone() {
    let later = at("2024-06-25T14:00:00Z");
    assert_eq!(session().with_renewed_proof(later), session());
    let proven = |checked_at| Session {
        user: Some(SessionUser {
            identity: LoginIdentity::UserId(user_id("u")),
            named_at: at(BEGIN),
            proof: Some(PasswordProof {
                user_id: user_id("u"),
                organization: organization_id("acme"),
                login_name: None,
                checked_at,
            }),
        }),
        ..session()
    };
    assert_eq!(
        proven(at(BEGIN)).with_renewed_proof(later),
        proven(later).advanced(later)
    );
}

#[test]
fn each_change_of_a_session_is_counted_and_never_dated_back() {
    let later = session().advanced(at("2024-06-25T14:00:00Z"));
    assert_eq!(
        (later.sequence, later.changed_at),
        (Sequence::FIRST.next(), at("2024-06-25T14:00:00Z"))
    );
    let behind = session().advanced(at("1999-12-31T23:59:59Z"));
    assert_eq!(
        (behind.sequence, behind.changed_at),
        (Sequence::FIRST.next(), at(BEGIN))
    );
    assert_eq!(later.created_at, at(BEGIN));
}

#[test]
fn notes_are_put_in_replaced_and_taken_away_by_an_empty_value() {
    let notes = SessionMetadata::default()
        .with([entry("a", b"1"), entry("b", b"\0\xff"), entry("c", b"3")])
        .unwrap();
    let changed = notes
        .with([entry("a", b"2"), entry("b", b""), entry("d", b"")])
        .unwrap();
    let expected = BTreeMap::from([entry("a", b"2"), entry("c", b"3")]);
    assert_eq!(*changed.entries(), expected);
    assert_eq!(SessionMetadata::trusted(expected.clone()).entries(), &expected);
}

#[test]
fn there_are_up_to_32_notes_when_all_is_put_in_and_taken_away() {
    let many = |count: u8| (0..count).map(|number| entry(number.to_string(), b"x"));
    let full = SessionMetadata::default().with(many(32)).unwrap();
    assert_eq!(full.entries().len(), SessionMetadata::MAX_ENTRIES);
    assert_eq!(
        SessionMetadata::default().with(many(33)),
        Err(SessionMetadataError::TooMany)
    );
    let one_more = entry("one more", b"x");
    assert_eq!(
        full.clone().with([one_more.clone()]),
        Err(SessionMetadataError::TooMany)
    );
    assert!(full.clone().with([entry("7", b"y")]).is_ok());
    assert!(full.with([one_more, entry("7", b"")]).is_ok());
}

#[test]
fn all_notes_have_16_kib_together() {
    let key = |number: usize| format!("{number:04}");
    let notes = SessionMetadata::default().with((0..4).map(|number| (key(number), vec![7; 4_092])));
    let full = notes.unwrap();
    assert_eq!(
        full.clone().with([("a".to_owned(), vec![7])]),
        Err(SessionMetadataError::TooLarge)
    );
    let exchanged = full.with([(key(0), vec![7; 4_090]), ("a".to_owned(), vec![7])]);
    assert_eq!(exchanged.unwrap().entries().len(), 5);
}

#[test]
fn a_note_has_a_key_of_1_to_200_characters_and_a_value_of_up_to_4096_bytes() {
    let put = |key: &str, value: usize| {
        SessionMetadata::default()
            .with([(key.to_owned(), vec![7; value])])
            .map(|notes| notes.entries().len())
    };
    assert_eq!(put(&"é".repeat(200), 4_096), Ok(1));
    assert_eq!(put("a", 4_097), Err(SessionMetadataError::ValueTooLong));
    for (key, problem) in [
        (String::new(), TextError::Empty),
        ("a".repeat(201), TextError::TooLong { max: 200 }),
        ("a\0".to_owned(), TextError::ContainsNul),
    ] {
        assert_eq!(put(&key, 1), Err(SessionMetadataError::Key(problem)));
        assert_eq!(
            put(&key, 0),
            Err(SessionMetadataError::Key(problem)),
            "also to take it away"
        );
    }
}

#[test]
fn the_fingerprint_of_a_user_agent_is_known_if_it_was_given() {
    let with = |fingerprint_id: Option<&str>| {
        let fields = UserAgentFields {
            fingerprint_id: fingerprint_id.map(str::to_owned),
            ..UserAgentFields::default()
        };
        Session {
            user_agent: Some(UserAgent::new(fields).unwrap()),
            ..session()
        }
    };
    assert_eq!(session().fingerprint_id(), None);
    assert_eq!(with(None).fingerprint_id(), None);
    assert_eq!(with(Some("f")).fingerprint_id(), Some("f"));
}

/// A user agent with this text in one of its parts.
type Fill = fn(String) -> UserAgentFields;

/// Which part of a user agent is refused, and why.
fn refused(fields: UserAgentFields) -> Option<(&'static str, TextError)> {
    match UserAgent::new(fields) {
        Err(UserAgentError::Text { part, problem }) => Some((part, problem)),
        Err(UserAgentError::TooManyHeaders) | Ok(_) => None,
    }
}

#[test]
fn each_part_of_a_user_agent_has_its_longest_text() {
    let header = |name: String, value: String| BTreeMap::from([(name, vec![value])]);
    let longest = UserAgentFields {
        fingerprint_id: Some("é".repeat(200)),
        ip: Some("é".repeat(200)),
        description: Some("é".repeat(500)),
        headers: header("é".repeat(200), "é".repeat(1_000)),
    };
    let agent = UserAgent::new(longest.clone()).unwrap();
    assert_eq!(agent.fields(), &longest);
    assert_eq!(UserAgent::trusted(longest), agent);

    let parts: [(&str, usize, Fill); 5] = [
        ("fingerprint_id", 200, |text| UserAgentFields {
            fingerprint_id: Some(text),
            ..UserAgentFields::default()
        }),
        ("ip", 200, |text| UserAgentFields {
            ip: Some(text),
            ..UserAgentFields::default()
        }),
        ("description", 500, |text| UserAgentFields {
            description: Some(text),
            ..UserAgentFields::default()
        }),
        ("header", 200, |text| UserAgentFields {
            headers: BTreeMap::from([(text, Vec::new())]),
            ..UserAgentFields::default()
        }),
        ("header", 1_000, |text| UserAgentFields {
            headers: BTreeMap::from([("x".to_owned(), vec![text])]),
            ..UserAgentFields::default()
        }),
    ];
    for (part, max, fill) in parts {
        assert_eq!(refused(fill("a".repeat(max))), None, "{part}");
        let too_long = TextError::TooLong { max };
        assert_eq!(refused(fill("a".repeat(max + 1))), Some((part, too_long)));
        assert_eq!(refused(fill("a\0".to_owned())), Some((part, TextError::ContainsNul)));
    }
}

#[test]
fn a_fingerprint_and_the_name_of_a_header_are_not_empty() {
    let empty = String::new;
    let fingerprint = UserAgentFields {
        fingerprint_id: Some(empty()),
        ..UserAgentFields::default()
    };
    assert_eq!(refused(fingerprint), Some(("fingerprint_id", TextError::Empty)));
    let header = UserAgentFields {
        headers: BTreeMap::from([(empty(), Vec::new())]),
        ..UserAgentFields::default()
    };
    assert_eq!(refused(header), Some(("header", TextError::Empty)));
    let silent = UserAgentFields {
        ip: Some(empty()),
        description: Some(empty()),
        headers: BTreeMap::from([("x".to_owned(), vec![empty()])]),
        ..UserAgentFields::default()
    };
    assert!(UserAgent::new(silent).is_ok());
}

#[test]
fn a_user_agent_has_up_to_32_headers_with_up_to_32_values_each() {
    let with = |headers: usize, values: usize| {
        let values = vec![String::new(); values];
        UserAgent::new(UserAgentFields {
            headers: (0..headers)
                .map(|number| (number.to_string(), values.clone()))
                .collect(),
            ..UserAgentFields::default()
        })
        .is_ok()
    };
    assert!(with(32, 32));
    assert!(!with(33, 1));
    assert!(!with(1, 33));
}

#[test]
fn a_request_is_stored_as_its_digests_one_after_the_other() {
    let created = SessionRequest {
        key: [1; 32],
        digest: [2; 32],
        replaced_token: None,
    };
    let changed = SessionRequest {
        replaced_token: Some(TokenDigest([3; 32])),
        ..created
    };
    for request in [created, changed] {
        assert_eq!(SessionRequest::from_bytes(&request.to_bytes()), Some(request));
    }
    assert_eq!(changed.to_bytes(), [[1; 32], [2; 32], [3; 32]].concat());
    for length in [0, 32, 63, 65, 95, 97, 128] {
        assert_eq!(SessionRequest::from_bytes(&vec![0; length]), None, "{length} bytes");
    }
}
