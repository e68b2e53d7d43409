use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use unlockd_application::ports::{Clock, IdGenerator, PasswordHasher, TokenIssuer};
use unlockd_application::{Error, Readiness};
use unlockd_domain::{PasswordHash, PlainPassword};
use unlockd_testkit::{FixedClock, InsecureTestHasher, Outage, SequentialIds, SequentialTokens, Services, fixtures};

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
    let tokens: Vec<_> = (0..10).map(|_| issuer.issue()).collect();
    for token in &tokens {
        let random = token.expose().strip_prefix("unlockd_pat_");
        assert_eq!(random.map(str::len), Some(43));
        assert_eq!(issuer.digest(token), issuer.digest(token));
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
    assert_eq!(PasswordHash::import(one.expose()), Ok(one.clone()));
    assert!(one.expose().starts_with("$argon2id$"));
    assert!(!one.expose().contains("horse"));
    assert_eq!(one, hash("correct horse").await);
    assert_ne!(one, hash("battery staple").await);
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
