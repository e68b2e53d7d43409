use argon2::{Argon2, PasswordHash, PasswordVerifier};
use unlockd_application::ports::PasswordHasher;
use unlockd_credentials::Argon2idHasher;
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
