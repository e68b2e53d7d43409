use std::num::NonZeroU16;

use argon2::{Algorithm, Argon2, Params, Version};
use futures_util::future::join_all;
use unlockd_application::ports::{PasswordHasher, PasswordHasherError};
use unlockd_credentials::{Argon2idHasher, Argon2idParameters};
use unlockd_domain::PlainPassword;

const PASSWORD: &str = "correct horse battery staple \u{1f40e}";

fn password(text: &str) -> PlainPassword {
    PlainPassword::new(text).expect("the password is valid")
}

async fn fingerprint_of(text: &str, salt: u8) -> [u8; 32] {
    let fingerprint = Argon2idHasher::default().fingerprint(password(text), [salt; 32]).await;
    fingerprint.expect("the fingerprint is taken")
}

#[tokio::test]
async fn the_same_password_and_salt_have_the_same_fingerprint_whoever_takes_it() {
    assert_eq!(fingerprint_of(PASSWORD, 7).await, fingerprint_of(PASSWORD, 7).await);
}

#[tokio::test]
async fn another_password_or_another_salt_has_another_fingerprint() {
    let first = fingerprint_of(PASSWORD, 7).await;
    assert_ne!(first, fingerprint_of("correct horse battery stapl", 7).await);
    assert_ne!(first, fingerprint_of(PASSWORD, 8).await);
}

#[tokio::test]
async fn a_password_has_one_fingerprint_however_its_characters_are_composed() {
    let (composed, decomposed) = ("caf\u{e9} fine", "cafe\u{301} \u{fb01}ne");
    assert_eq!(fingerprint_of(composed, 7).await, fingerprint_of(decomposed, 7).await);
}

/// OWASP's Password Storage Cheat Sheet: m=19456, t=2, p=1.
#[tokio::test]
async fn a_fingerprint_is_as_dear_as_the_hash_that_is_stored() {
    let params = Params::new(19_456, 2, 1, Some(32)).expect("the parameters are valid");
    let argon2id = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut expected = [0; 32];
    argon2id
        .hash_password_into(PASSWORD.as_bytes(), &[7; 32], &mut expected)
        .expect("the password is hashed");

    assert_eq!(fingerprint_of(PASSWORD, 7).await, expected);
}

/// On a runtime of one thread another task would get no turn before the fingerprint if it took that thread.
#[tokio::test(flavor = "current_thread")]
async fn taking_a_fingerprint_leaves_the_thread_to_others() {
    let mut fingerprint = Box::pin(fingerprint_of(PASSWORD, 7));
    let mut turns = 0_u32;
    loop {
        tokio::select! {
            biased;
            _ = &mut fingerprint => break,
            () = tokio::task::yield_now() => turns += 1,
        }
    }
    assert!(turns > 1, "the other task had {turns} turns");
}

#[tokio::test]
async fn fingerprints_and_hashes_wait_in_one_queue_that_is_bounded() {
    let hasher = Argon2idHasher::new(Argon2idParameters::default(), NonZeroU16::MIN, 1);
    let fingerprint = || hasher.fingerprint(password(PASSWORD), [7; 32]);
    let hash = async { hasher.hash(password(PASSWORD)).await.map(drop) };

    let (first, fingerprints) = tokio::join!(hash, join_all((0..3).map(|_| fingerprint())));

    first.expect("who came first gets the hash");
    let refused: Vec<_> = fingerprints
        .iter()
        .map(|outcome| matches!(outcome, Err(PasswordHasherError::Overloaded)))
        .collect();
    assert_eq!(refused, [false, true, true], "{fingerprints:?}");
    assert!(fingerprint().await.is_ok(), "the places are free again");
}
