use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use unlockd_application::ports::{
    Clock, IdGenerator, PasswordHasher, SecretToken, TokenIssuer, Verification, VerificationCodeGenerator,
};
use unlockd_application::{Error, Readiness};
use unlockd_domain::{PasswordHash, PlainPassword};
use unlockd_testkit::{
    Computations, CountingHasher, FixedClock, InsecureTestHasher, Outage, SequentialCodes, SequentialIds,
    SequentialTokens, Services, fixtures,
};

#[test]
fn a_fixed_clock_moves_only_when_it_is_moved_and_with_all_its_clones() {
    let clock = FixedClock::new(fixtures::now());
    let port: Arc<dyn Clock> = Arc::new(clock.clone());
    assert_eq!(port.now(), fixtures::now());
    clock.advance(Duration::from_micros(1));
    assert_eq!(port.now(), fixtures::timestamp("2024-06-25T13:35:39.148124Z"));
    clock.set(fixtures::earliest());
    assert_eq!(port.now(), fixtures::earliest());
}

#[test]
fn ids_are_not_repeated_by_another_generator() {
    let generators = [SequentialIds::new("id"), SequentialIds::new("id")];
    let ids: HashSet<String> = (0..100).map(|index| generators[index % 2].generate()).collect();
    assert_eq!(ids.len(), 100);
    assert!(ids.iter().all(|id| id.starts_with("id-")));
}

#[test]
fn tokens_have_the_real_form_and_digests_of_their_own() {
    let issuer = SequentialTokens;
    let mut tokens = Vec::new();
    for number in 0..20 {
        let is_of_session = number % 2 == 0;
        let (token, prefix) = if is_of_session {
            (issuer.issue_session_token(), SecretToken::SESSION_PREFIX)
        } else {
            (issuer.issue(), "unlockd_pat_")
        };
        assert_eq!(token.expose().strip_prefix(prefix).map(str::len), Some(43));
        assert_eq!(token.is_of_session(), is_of_session);
        assert_eq!(issuer.digest(&token), issuer.digest(&token));
        tokens.push(token);
    }
    let digests: HashSet<_> = tokens.iter().map(|token| issuer.digest(token)).collect();
    assert_eq!(digests.len(), tokens.len());
}

#[tokio::test]
async fn a_test_hash_looks_like_argon2id_and_does_not_hold_the_password() {
    let hash = async |password| {
        let password = PlainPassword::new(password).unwrap();
        InsecureTestHasher.hash(password).await.unwrap()
    };
    let one = hash("correct horse").await;
    assert_eq!(InsecureTestHasher.check_import(&one), Ok(()));
    assert!(one.expose().starts_with("$argon2id$"));
    assert!(!one.expose().contains("horse"));
    assert_eq!(one, hash("correct horse").await);
    assert_ne!(one, hash("battery staple").await);
}

#[test]
fn codes_have_the_real_form_and_are_not_repeated() {
    let codes: HashSet<String> = (0..100)
        .map(|_| SequentialCodes.generate().expose().to_owned())
        .collect();
    assert_eq!(codes.len(), 100);
    for code in codes {
        assert_eq!(code.len(), 8);
        assert!(
            code.chars()
                .all(|character| "23456789ABCDEFGHJKLMNPQRSTUVWXYZ".contains(character)),
            "{code}"
        );
    }
}

#[tokio::test]
async fn a_test_hash_fits_its_password_alone_however_that_is_composed() {
    let password = |text: &str| PlainPassword::new(text).unwrap();
    let verify = async |text: &str, hash: Option<&PasswordHash>| {
        let verified = InsecureTestHasher.verify(password(text), hash.cloned()).await;
        verified.unwrap()
    };
    let hash = InsecureTestHasher.hash(password("caf\u{e9}")).await.unwrap();
    let outdated = InsecureTestHasher::outdated_hash(&password("cafe\u{301}"));
    let (right, to_be_replaced) = ([false, true].map(|is_outdated| Verification::Match { is_outdated })).into();
    assert_eq!(verify("caf\u{e9}", Some(&hash)).await, right);
    assert_eq!(verify("cafe\u{301}", Some(&hash)).await, right);
    assert_eq!(verify("cafe\u{301}", Some(&outdated)).await, to_be_replaced);
    for (text, hash) in [
        ("cafe", Some(&hash)),
        ("caf\u{e9}", Some(&outdated)),
        ("caf\u{e9}", None),
    ] {
        assert_eq!(verify(text, hash).await, Verification::Mismatch);
    }
    assert_eq!(InsecureTestHasher.check_import(&outdated), Ok(()));
}

#[tokio::test]
async fn a_counting_hasher_counts_whatever_it_is_asked_for() {
    let hasher = CountingHasher::default();
    let password = || PlainPassword::new("correct horse").unwrap();
    let port: Arc<dyn PasswordHasher> = Arc::new(hasher.clone());
    let hash = port.hash(password()).await.unwrap();
    for hash in [Some(hash.clone()), None, None] {
        port.verify(password(), hash).await.unwrap();
    }
    port.fingerprint(password(), [0; 32]).await.unwrap();
    let computations = hasher.computations();
    assert_eq!(
        computations,
        Computations {
            hashes: 1,
            comparisons_with_a_hash: 1,
            comparisons_without_a_hash: 2,
            fingerprints: 1,
        }
    );
    assert_eq!(computations.comparisons(), 3);
}

#[tokio::test]
async fn services_are_ready_while_their_store_answers() {
    let (services, _, store) = Services::in_memory();
    services.check().await.unwrap();
    for outage in [Outage::ConnectionsLost, Outage::Silent] {
        store.set_outage(Some(outage));
        let answer = services.check().await;
        assert!(matches!(answer, Err(Error::StoreUnavailable(_))), "{answer:?}");
    }
    store.set_outage(None);
    services.check().await.unwrap();
}
