use std::future::{Future, poll_fn};
use std::num::NonZeroU16;
use std::pin::Pin;
use std::task::Poll;

use argon2::{Argon2, PasswordHash, PasswordVerifier};
use futures_util::future::join_all;
use unlockd_application::ports::{PasswordHasher, PasswordHasherError};
use unlockd_credentials::{Argon2idHasher, Argon2idParameters};
use unlockd_domain::PlainPassword;

const PASSWORD: &str = "correct horse battery staple \u{1f40e}";

async fn hash_of(password: &str) -> String {
    let password = PlainPassword::new(password).expect("the password is valid");
    let hash = Argon2idHasher::default().hash(password).await;
    hash.expect("the password is hashed").expose().to_owned()
}

#[tokio::test]
async fn the_hash_is_a_phc_string_with_the_recommended_parameters() {
    let hash = hash_of(PASSWORD).await;
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    let parsed = PasswordHash::new(&hash).expect("the hash is a PHC string");
    assert_eq!(parsed.salt.expect("there is a salt").len(), 16);
    assert_eq!(parsed.hash.expect("there is an output").len(), 32);
}

#[tokio::test]
async fn the_hash_verifies_the_password_and_no_other() {
    let hash = hash_of(PASSWORD).await;
    let parsed = PasswordHash::new(&hash).expect("the hash is a PHC string");
    let verify = |password: &str| Argon2::default().verify_password(password.as_bytes(), &parsed);
    assert_eq!(verify(PASSWORD), Ok(()));
    assert!(verify("correct horse battery stapl").is_err());
}

#[tokio::test]
async fn the_hash_is_of_the_normal_form_of_the_password() {
    let hash = hash_of("cafe\u{301} \u{fb01}ne").await;
    let parsed = PasswordHash::new(&hash).expect("the hash is a PHC string");
    let verify = |password: &str| Argon2::default().verify_password(password.as_bytes(), &parsed);
    assert_eq!(verify("caf\u{e9} fine"), Ok(()));
    assert!(verify("cafe\u{301} \u{fb01}ne").is_err());
}

#[tokio::test]
async fn the_hash_has_the_parameters_that_were_chosen() {
    let parameters = Argon2idParameters::new(32, 3, 2).expect("the parameters are valid");
    let hasher = Argon2idHasher::new(parameters, NonZeroU16::MIN, 0);
    let password = PlainPassword::new(PASSWORD).expect("the password is valid");

    let hash = hasher.hash(password).await.expect("the password is hashed");

    let hash = hash.expose();
    assert!(hash.starts_with("$argon2id$v=19$m=32,t=3,p=2$"), "{hash}");
}

#[tokio::test]
async fn the_same_password_has_another_salt_and_hash_each_time() {
    let (first, second) = (hash_of(PASSWORD).await, hash_of(PASSWORD).await);
    let salt = |hash: &str| hash.split('$').nth(4).map(str::to_owned);
    assert_ne!(first, second);
    assert_ne!(salt(&first), salt(&second));
}

/// On a runtime of one thread another task would get no turn before the hash if hashing took that thread.
#[tokio::test(flavor = "current_thread")]
async fn hashing_leaves_the_thread_to_others() {
    let mut hash = Box::pin(hash_of(PASSWORD));
    let mut turns = 0_u32;
    loop {
        tokio::select! {
            biased;
            _ = &mut hash => break,
            () = tokio::task::yield_now() => turns += 1,
        }
    }
    assert!(turns > 1, "the other task had {turns} turns");
}

#[tokio::test]
async fn many_hashes_at_once_are_all_made() {
    let hasher = Argon2idHasher::default();
    let tasks: Vec<_> = (0..16)
        .map(|number| {
            let hasher = hasher.clone();
            tokio::spawn(async move {
                let password = PlainPassword::new(format!("password {number}")).expect("the password is valid");
                hasher.hash(password).await
            })
        })
        .collect();
    for task in tasks {
        assert!(task.await.expect("the task ends").is_ok());
    }
}

#[tokio::test]
async fn who_finds_no_place_to_wait_is_refused_and_the_others_get_their_hash() {
    let hasher = Argon2idHasher::new(Argon2idParameters::default(), NonZeroU16::MIN, 2);
    let password = || PlainPassword::new(PASSWORD).expect("the password is valid");

    let outcomes = join_all((0..5).map(|_| hasher.hash(password()))).await;

    let refused: Vec<_> = outcomes
        .iter()
        .map(|outcome| matches!(outcome, Err(PasswordHasherError::Overloaded)))
        .collect();
    assert_eq!(refused, [false, false, false, true, true], "{outcomes:?}");
    assert!(outcomes.into_iter().take(3).all(|outcome| outcome.is_ok()));
    assert!(hasher.hash(password()).await.is_ok(), "the places are free again");
}

async fn is_pending<T>(mut future: Pin<&mut (dyn Future<Output = T> + Send)>) -> bool {
    poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_pending())).await
}

#[tokio::test]
async fn who_gives_up_waiting_leaves_the_place_to_others() {
    let hasher = Argon2idHasher::new(Argon2idParameters::default(), NonZeroU16::MIN, 1);
    let password = || PlainPassword::new(PASSWORD).expect("the password is valid");
    let mut first = hasher.hash(password());
    assert!(is_pending(first.as_mut()).await);
    let mut second = hasher.hash(password());
    assert!(is_pending(second.as_mut()).await);
    assert!(hasher.hash(password()).await.is_err(), "both places are taken");

    drop(second);

    assert!(hasher.hash(password()).await.is_ok());
    assert!(first.await.is_ok());
}
