//! `SessionStore`: writing, finding and ending sessions.

use std::collections::BTreeMap;
use std::sync::Arc;

use unlockd_application::ports::{SessionHolder, WriteSessionError};
use unlockd_domain::{
    Grant, Grants, LoginIdentity, LoginName, PasswordProof, Sequence, Session, SessionMetadata, SessionRequest,
    SessionUser, Timestamp, TokenDigest, UserAgent, UserAgentFields,
};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

const DIGEST: TokenDigest = TokenDigest([0xa5; 32]);
const OTHER_DIGEST: TokenDigest = TokenDigest([0; 32]);

async fn found(stores: &Stores, id: &str) -> Option<(Session, TokenDigest)> {
    stores
        .sessions
        .find(&fixtures::session_id(id))
        .await
        .expect("an answer")
}

async fn holder(stores: &Stores, digest: &TokenDigest) -> Option<SessionHolder> {
    stores.sessions.find_holder(digest).await.expect("an answer")
}

async fn create(stores: &Stores, session: &Session, digest: &TokenDigest) {
    let created = stores.sessions.create(session, digest, None).await;
    created.expect("the session is written");
}

/// With all that a session can have.
fn furnished(id: &str, user: &str) -> Session {
    let value = |bytes: usize| {
        (0..bytes)
            .map(|byte| u8::try_from(byte % 256).expect("a byte"))
            .collect()
    };
    let longest = ("\u{1F511}".repeat(200), value(SessionMetadata::MAX_VALUE_BYTES));
    let others = (1..SessionMetadata::MAX_ENTRIES).map(|number| (format!("é{number:03}"), value(300)));
    let entries = others.chain([longest]);
    let headers = (0..UserAgent::MAX_HEADERS).map(|number| {
        let values = vec![
            String::new(),
            "'; DROP TABLE sessions; --".to_owned(),
            "é".repeat(1_000),
        ];
        (format!("x-header-{number}"), values)
    });
    let user_agent = UserAgent::new(UserAgentFields {
        fingerprint_id: Some("\u{10FFFF}".repeat(200)),
        ip: Some("2001:db8::1".to_owned()),
        description: Some("\u{202E}\u{1F511}".repeat(250)),
        headers: headers.collect(),
    });
    Session {
        metadata: SessionMetadata::default().with(entries).expect("notes"),
        user_agent: Some(user_agent.expect("a user agent")),
        created_at: fixtures::earliest(),
        changed_at: Timestamp::MAX,
        sequence: Sequence::new(7).expect("a sequence"),
        expires_at: Some(Timestamp::MAX),
        request: Some(SessionRequest {
            key: [0; 32],
            digest: [0xff; 32],
            replaced_token: Some(TokenDigest([0x80; 32])),
        }),
        ..fixtures::proven_session(id, user, arrange::ACME)
    }
}

/// The session is what is expected, under this digest and no other.
async fn assert_found(stores: &Stores, session: &Session, digest: &TokenDigest) {
    let expected = Some((session.clone(), *digest));
    assert_eq!(found(stores, session.id.as_str()).await, expected);
}

/// With nothing, with everything, and with each way to say who one is, whether or not there is such a user.
pub async fn a_session_comes_back_whole(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::user(&stores, "u").await;
    let named = |identity: LoginIdentity, proof: Option<PasswordProof>| {
        Some(SessionUser {
            identity,
            named_at: fixtures::earliest(),
            proof,
        })
    };
    let proof = PasswordProof {
        user_id: fixtures::user_id("u"),
        organization: fixtures::organization_id(arrange::ACME),
        login_name: Some(LoginName::new("\u{1F511}".repeat(200)).expect("a name")),
        checked_at: Timestamp::MAX,
    };
    let by_id = LoginIdentity::UserId(fixtures::user_id("nobody"));
    let by_name = fixtures::login_name(&"\u{1F511}".repeat(200));
    let users = [
        None,
        named(by_id, None),
        named(by_name.clone(), None),
        named(by_name, Some(proof)),
    ];
    let empty_agent = Some(UserAgent::new(UserAgentFields::default()).expect("a user agent"));
    for (number, user) in (0..).zip(users) {
        let session = Session {
            user,
            user_agent: empty_agent.clone().filter(|_| number % 2 == 1),
            request: Some(SessionRequest {
                key: [number; 32],
                digest: [1; 32],
                replaced_token: None,
            })
            .filter(|_| number % 2 == 1),
            ..fixtures::session(&format!("{}{number}", "\u{1F511}".repeat(199)))
        };
        create(&stores, &session, &TokenDigest([number; 32])).await;
        assert_found(&stores, &session, &TokenDigest([number; 32])).await;
    }
    let session = furnished("furnished", "u");
    create(&stores, &session, &DIGEST).await;
    assert_found(&stores, &session, &DIGEST).await;
    for absent in ["Furnished", "furnished ", "absent"] {
        assert_eq!(found(&stores, absent).await, None);
    }
}

/// Neither takes the other one's place.
pub async fn an_id_or_digest_in_use_is_a_conflict_and_nothing_is_written(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::user(&stores, "u").await;
    let (session, other) = (furnished("s", "u"), fixtures::session("other"));
    create(&stores, &session, &DIGEST).await;
    create(&stores, &other, &OTHER_DIGEST).await;
    let again = fixtures::session("s");
    for (new, digest) in [
        (&again, &TokenDigest([1; 32])),
        (&again, &DIGEST),
        (&fixtures::session("new"), &DIGEST),
    ] {
        let refused = stores.sessions.create(new, digest, None).await;
        assert!(matches!(refused, Err(WriteSessionError::Conflict)), "{refused:?}");
    }
    let taken = stores
        .sessions
        .replace(&other.clone().advanced(fixtures::now()), &DIGEST, other.sequence, None)
        .await;
    assert!(matches!(taken, Err(WriteSessionError::Conflict)), "{taken:?}");
    assert_found(&stores, &session, &DIGEST).await;
    assert_found(&stores, &other, &OTHER_DIGEST).await;
    assert_eq!(found(&stores, "new").await, None);
}

/// Somebody who is not there, or not any more, has shown no password.
pub async fn a_proof_of_an_absent_or_deleted_user_is_refused_and_nothing_is_written(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let deleted = arrange::user(&stores, "deleted").await;
    arrange::commit(&stores, &arrange::deleted(&deleted)).await;
    let session = fixtures::session("s");
    create(&stores, &session, &DIGEST).await;
    for user in ["absent", "deleted"] {
        let refused = stores
            .sessions
            .create(&furnished("new", user), &OTHER_DIGEST, None)
            .await;
        assert!(matches!(refused, Err(WriteSessionError::UserNotFound)), "{refused:?}");
        let proven = fixtures::proven_session("s", user, arrange::ACME).advanced(fixtures::now());
        let refused = stores
            .sessions
            .replace(&proven, &OTHER_DIGEST, session.sequence, None)
            .await;
        assert!(matches!(refused, Err(WriteSessionError::UserNotFound)), "{refused:?}");
    }
    assert_eq!(found(&stores, "new").await, None);
    assert_found(&stores, &session, &DIGEST).await;
}

/// Everything but what it is called can be another thing; the old token is nobody's.
pub async fn a_session_is_replaced_with_its_digest(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::user(&stores, "u").await;
    let other = fixtures::proven_session("other", "u", arrange::ACME);
    create(&stores, &other, &TokenDigest([9; 32])).await;
    let first = fixtures::session("s");
    create(&stores, &first, &DIGEST).await;
    let second = Session {
        sequence: first.sequence.next(),
        ..furnished("s", "u")
    };
    let replaced = stores
        .sessions
        .replace(&second, &OTHER_DIGEST, first.sequence, None)
        .await;
    replaced.expect("the session is replaced");
    assert_found(&stores, &second, &OTHER_DIGEST).await;
    assert_eq!(holder(&stores, &DIGEST).await, None);
    let held = holder(&stores, &OTHER_DIGEST).await.map(|holder| holder.session);
    assert_eq!(held, Some(second.clone()));

    let third = first.advanced(fixtures::now()).advanced(fixtures::now());
    let replaced = stores
        .sessions
        .replace(&third, &OTHER_DIGEST, second.sequence, None)
        .await;
    replaced.expect("the session is replaced");
    assert_found(&stores, &third, &OTHER_DIGEST).await;
    assert_eq!(holder(&stores, &OTHER_DIGEST).await, None);
    assert_found(&stores, &other, &TokenDigest([9; 32])).await;
}

/// Of a session that was changed, was not yet, or is not there.
pub async fn a_write_on_another_sequence_is_a_conflict_and_writes_nothing(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let first = fixtures::session("s");
    create(&stores, &first, &DIGEST).await;
    let second = first.clone().advanced(fixtures::now());
    let replaced = stores
        .sessions
        .replace(&second, &OTHER_DIGEST, first.sequence, None)
        .await;
    replaced.expect("the session is replaced");
    let third = second.clone().advanced(fixtures::now());
    let absent = fixtures::session("absent");
    for (session, expected) in [
        (&second, first.sequence),
        (&third, first.sequence),
        (&third, third.sequence),
        (&absent, absent.sequence),
    ] {
        let refused = stores.sessions.replace(session, &DIGEST, expected, None).await;
        assert!(matches!(refused, Err(WriteSessionError::Conflict)), "{refused:?}");
    }
    assert_found(&stores, &second, &OTHER_DIGEST).await;
    assert_eq!(found(&stores, "absent").await, None);
}

/// Each of them has another token to give out.
pub async fn of_64_parallel_writes_on_one_sequence_exactly_one_succeeds(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let first = fixtures::session("s");
    create(&stores, &first, &DIGEST).await;
    let tasks = (1..=64).map(|number| {
        let (sessions, expected) = (Arc::clone(&stores.sessions), first.sequence);
        let entries = BTreeMap::from([("number".to_owned(), vec![number])]);
        let session = Session {
            metadata: SessionMetadata::trusted(entries),
            ..first.clone().advanced(fixtures::now())
        };
        async move {
            let digest = TokenDigest([number; 32]);
            (
                sessions.replace(&session, &digest, expected, None).await,
                session,
                digest,
            )
        }
    });
    let mut written = Vec::new();
    for (result, session, digest) in arrange::in_parallel(tasks).await {
        match result {
            Ok(()) => written.push((session, digest)),
            Err(error) => assert!(matches!(error, WriteSessionError::Conflict), "{error:?}"),
        }
    }
    assert_eq!(written.len(), 1, "one write succeeds");
    assert_found(&stores, &written[0].0, &written[0].1).await;
}

/// The user of the proof as they are at this moment: locked, unlocked, granted; in an expired session, too.
pub async fn a_holder_is_found_in_any_state_with_all_grants(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::owner(&stores, "other").await;
    let user = arrange::user(&stores, "u").await;
    let session = Session {
        expires_at: Some(fixtures::earliest()),
        ..furnished("s", "u")
    };
    create(&stores, &session, &DIGEST).await;
    let mut expected = SessionHolder {
        session,
        user: user.clone(),
        grants: Grants::default(),
        password_change_required: false,
    };
    assert_eq!(holder(&stores, &DIGEST).await.as_ref(), Some(&expected));
    expected.user = arrange::commit(&stores, &arrange::locked(&user)).await;
    assert_eq!(holder(&stores, &DIGEST).await.as_ref(), Some(&expected));
    let grant = Grant::instance_owner();
    expected.user = arrange::grant(&stores, &user, &grant).await;
    expected.grants = [grant].into_iter().collect();
    assert_eq!(holder(&stores, &DIGEST).await.as_ref(), Some(&expected));
}

/// A digest that is unknown, by a bit even; and a session in which nobody has shown a password, whoever is named.
pub async fn without_a_proof_nobody_holds_a_token(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::user(&stores, "u").await;
    let mut named = fixtures::proven_session("named", "u", arrange::ACME);
    if let Some(user) = &mut named.user {
        user.proof = None;
    }
    create(&stores, &named, &DIGEST).await;
    create(&stores, &fixtures::session("empty"), &OTHER_DIGEST).await;
    create(&stores, &furnished("proven", "u"), &TokenDigest([1; 32])).await;
    let mut nearly = TokenDigest([1; 32]);
    nearly.0[31] ^= 1;
    for digest in [DIGEST, OTHER_DIGEST, nearly] {
        assert_eq!(holder(&stores, &digest).await, None);
    }
}
