use std::io::Write;
use std::num::NonZeroU16;
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use futures_util::future::join_all;
use unlockd_application::ports::{PasswordHasher, PasswordHasherError, Verification};
use unlockd_credentials::{Argon2idHasher, Argon2idParameters};
use unlockd_domain::{PasswordHash, PlainPassword};

const PASSWORD: &str = "correct horse battery staple \u{1f40e}";

const CURRENT: Verification = Verification::Match { is_outdated: false };
const OUTDATED: Verification = Verification::Match { is_outdated: true };

/// One that hashes fast, with m=32, t=1, p=2.
fn hasher() -> Argon2idHasher {
    let parameters = Argon2idParameters::new(32, 1, 2).expect("the parameters are valid");
    Argon2idHasher::new(parameters, NonZeroU16::MIN, 64)
}

fn password(text: &str) -> PlainPassword {
    PlainPassword::new(text).expect("the password is valid")
}

async fn verify(text: &str, hash: &str) -> Verification {
    let hash = PasswordHash::trusted(hash.to_owned());
    let verification = hasher().verify(password(text), Some(hash)).await;
    verification.expect("the password is compared")
}

#[tokio::test]
async fn a_hash_of_its_own_verifies_the_password_and_no_other_and_is_not_outdated() {
    for hasher in [hasher(), Argon2idHasher::default()] {
        let hash = hasher.hash(password(PASSWORD)).await.expect("the password is hashed");
        for (text, expected) in [
            (PASSWORD, CURRENT),
            ("correct horse battery staple", Verification::Mismatch),
            ("x", Verification::Mismatch),
        ] {
            let verification = hasher.verify(password(text), Some(hash.clone())).await;
            assert_eq!(verification.expect("the password is compared"), expected, "{text}");
        }
    }
}

/// Made by `argon2-cffi`, as are all others here.
#[tokio::test]
async fn a_hash_of_the_same_parameters_is_not_outdated_whoever_made_it() {
    for hash in [
        "$argon2id$v=19$m=32,t=1,p=2$MDEyMzQ1Njc4OWFiY2RlZg$4k5tA+GoFWtqwcBp6IEuZ1zrTDqS006GLnS7iDng/ns",
        "$argon2id$v=19$m=32,t=1,p=2$MDEyMzQ1Njc$LkhTaw4Ycjy8rKN/AmnM27vG06BYErJVNXCrEaAwbgI",
    ] {
        assert_eq!(verify(PASSWORD, hash).await, CURRENT, "{hash}");
    }
}

#[tokio::test]
async fn a_hash_of_another_variant_version_length_or_cost_is_outdated() {
    for hash in [
        "$argon2i$v=19$m=32,t=1,p=2$MDEyMzQ1Njc4OWFiY2RlZg$LqDnCb86EH/gzjFbPUvvqezCH+JvQhd5gft5mFTZPEA",
        "$argon2d$v=19$m=32,t=1,p=2$MDEyMzQ1Njc4OWFiY2RlZg$9V6JsqjR7NQmV8zSW7+IUNQlhgYIR4HhEJIoCGt+LIs",
        "$argon2id$v=16$m=32,t=1,p=2$MDEyMzQ1Njc4OWFiY2RlZg$uxPkqIIUd3khICXqAz5Lffy5ln7imB8PPaH8dVYEVv8",
        "$argon2id$m=32,t=1,p=2$MDEyMzQ1Njc4OWFiY2RlZg$uxPkqIIUd3khICXqAz5Lffy5ln7imB8PPaH8dVYEVv8",
        "$argon2id$v=19$m=32,t=1,p=2$MDEyMzQ1Njc4OWFiY2RlZg$jx0CaEcwdk720zsC0oQV0Q",
        "$argon2id$v=19$m=40,t=1,p=2$MDEyMzQ1Njc4OWFiY2RlZg$5YxyUaS8ij6tApG/5+dSaZr5yniZl0NIGZ3DQznmKa4",
        "$argon2id$v=19$m=32,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$tMq5fOj2HOYA44t1JTbBFhygqSRhSnJ5MkuWlo58sIw",
        "$argon2id$v=19$m=32,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$vpJvIuc06KflfcyEMY3NhYpAuK6IiGgtaS2MPXAJ1TA",
    ] {
        assert_eq!(verify(PASSWORD, hash).await, OUTDATED, "{hash}");
        assert_eq!(verify("x", hash).await, Verification::Mismatch, "{hash}");
    }
}

#[tokio::test]
async fn a_password_verifies_however_its_characters_are_composed() {
    let normalized = "$argon2id$v=19$m=32,t=1,p=2$MDEyMzQ1Njc4OWFiY2RlZg$lN8ryR/tGM7vdQBN6XsT9TBDqhmk+uF6IcGzPFedIL0";
    for text in [
        "caf\u{e9} fine VIII pass",
        "caf\u{e9} \u{fb01}ne \u{2167} pass",
        "cafe\u{301} \u{fb01}ne \u{2167} pass",
    ] {
        assert_eq!(verify(text, normalized).await, CURRENT, "{text}");
    }
    assert_eq!(verify("cafe fine VIII pass", normalized).await, Verification::Mismatch);
}

/// Other systems hash what was typed. Such a hash would not verify the same password from another keyboard.
#[tokio::test]
async fn a_hash_of_what_was_typed_verifies_just_that_and_is_outdated_even_with_the_same_parameters() {
    let composed = "caf\u{e9} \u{fb01}ne \u{2167} pass";
    let decomposed = "cafe\u{301} \u{fb01}ne \u{2167} pass";
    for (hash, of, not_of) in [
        (
            "$argon2id$v=19$m=32,t=1,p=2$MDEyMzQ1Njc4OWFiY2RlZg$VhAO2OnzbFBY0NbEDHxKryVVugNpucJhpnT7oXkV9o4",
            composed,
            decomposed,
        ),
        (
            "$argon2id$v=19$m=32,t=1,p=2$MDEyMzQ1Njc4OWFiY2RlZg$+DkoDBfyYFGl7CKs8hYlyC0kNGgnHPV8olH7q30g+4w",
            decomposed,
            composed,
        ),
        (
            "$2b$04$N9qo8uLOickgx2ZMRZoMye36d0DQQKBw/R2SLffREFDOxd3.315rq",
            decomposed,
            composed,
        ),
    ] {
        assert_eq!(verify(of, hash).await, OUTDATED, "{hash}");
        assert_eq!(verify(not_of, hash).await, Verification::Mismatch, "{hash}");
    }
}

#[tokio::test]
async fn nobodys_hash_is_of_no_password() {
    for text in [PASSWORD, "x", "cafe\u{301}"] {
        let verification = hasher().verify(password(text), None).await;
        assert_eq!(verification.expect("the password is compared"), Verification::Mismatch);
    }
}

#[tokio::test]
async fn a_damaged_hash_is_of_no_password_and_no_failure() {
    for hash in [
        "",
        "$",
        "password",
        "$argon2id",
        "$argon2id$v=19$m=32,t=1,p=2",
        "$argon2id$v=19$m=32,t=1,p=2$MDEyMzQ1Njc4OWFiY2RlZg",
        "$argon2id$v=19$m=32,t=1,p=2$MDEyMzQ1Njc4OWFiY2RlZg$",
        "$argon2id$v=19$m=32,t=1,p=2$MDEyMzQ1Njc4OWFiY2RlZg$4k5tA+GoFWtqwcBp6IEuZ1zrTDqS006GLnS7iDng/n!",
        "$argon2id$v=19$m=32,t=1,p=2$MDEy$4k5tA+GoFWtqwcBp6IEuZ1zrTDqS006GLnS7iDng/ns",
        "$argon2id$v=20$m=32,t=1,p=2$MDEyMzQ1Njc4OWFiY2RlZg$4k5tA+GoFWtqwcBp6IEuZ1zrTDqS006GLnS7iDng/ns",
        "$argon2id$v=19$m=32,t=0,p=2$MDEyMzQ1Njc4OWFiY2RlZg$4k5tA+GoFWtqwcBp6IEuZ1zrTDqS006GLnS7iDng/ns",
        "$argon2id$v=19$m=8,t=1,p=2$MDEyMzQ1Njc4OWFiY2RlZg$4k5tA+GoFWtqwcBp6IEuZ1zrTDqS006GLnS7iDng/ns",
        "$argon2id$v=19$m=4294967295,t=1,p=2$MDEyMzQ1Njc4OWFiY2RlZg$4k5tA+GoFWtqwcBp6IEuZ1zrTDqS006GLnS7iDng/ns",
        "$2b$99$N9qo8uLOickgx2ZMRZoMye8XzTEzgAhJ6PDnLNWYJztBkWK3PdaiG",
        "$2b$04$N9qo8uLOickgx2ZMRZoMye8XzTEzgAhJ6PDnLNWYJztBkWK3Pdai",
        "$scrypt$ln=60,r=8,p=2$MDEyMzQ1Njc4OWFiY2RlZg$Xhg+Vg/EHaNC/IXM+45LQPRWjWPg5dYBZ2QufzL5P24",
        "$7$z6..../....2Q9obwLhin8qvQl6sisAO/$0p4RKkaQac1DkKVUbugYm9FwvX9MuSJc7hlf6x3u3p1",
        "$pbkdf2-md5$i=1000$MDEyMzQ1Njc4OWFiY2RlZg$RMeqVdroXKtfIL1JcqS4Sr3Z0d3aUS5XBkVvs83Ivs0",
        "$2b$04$N9qo8uLOickgx2ZMRZoMy\u{e9}8XzTEzgAhJ6PDnLNWYJztBkWK3PdaiG",
    ] {
        assert_eq!(verify(PASSWORD, hash).await, Verification::Mismatch, "{hash}");
    }
}

/// What is logged, kept for the test.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no test has failed here").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_damaged_hash_is_logged_as_an_error_without_the_hash_and_the_password() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
    let guard = tracing::subscriber::set_default(subscriber);

    verify("hunter2", "$argon2id$v=19$damaged").await;

    drop(guard);
    let log = String::from_utf8(log.0.lock().expect("no test has failed here").clone()).expect("the log is text");
    assert!(
        log.contains("ERROR") && log.contains("a stored password hash is damaged"),
        "{log}"
    );
    assert!(!log.contains("v=19") && !log.contains("hunter2"), "{log}");
}

#[tokio::test]
async fn verifications_and_hashes_wait_in_one_queue_that_is_bounded() {
    let hasher = Argon2idHasher::new(Argon2idParameters::default(), NonZeroU16::MIN, 1);
    let verify = || hasher.verify(password(PASSWORD), None);
    let hash = async { hasher.hash(password(PASSWORD)).await.map(drop) };

    let (first, verifications) = tokio::join!(hash, join_all((0..3).map(|_| verify())));

    first.expect("who came first gets the hash");
    let refused: Vec<_> = verifications
        .iter()
        .map(|outcome| matches!(outcome, Err(PasswordHasherError::Overloaded)))
        .collect();
    assert_eq!(refused, [false, true, true], "{verifications:?}");
    assert!(verify().await.is_ok(), "the places are free again");
}

/// On a runtime of one thread another task would get no turn before the answer if comparing took that thread.
#[tokio::test(flavor = "current_thread")]
async fn verifying_leaves_the_thread_to_others() {
    let hasher = Argon2idHasher::default();
    let mut verification = hasher.verify(password(PASSWORD), None);
    let mut turns = 0_u32;
    loop {
        tokio::select! {
            biased;
            _ = &mut verification => break,
            () = tokio::task::yield_now() => turns += 1,
        }
    }
    assert!(turns > 1, "the other task had {turns} turns");
}

#[tokio::test]
async fn there_is_no_room_while_every_place_is_taken() {
    let hasher = Argon2idHasher::new(Argon2idParameters::default(), NonZeroU16::MIN, 0);
    assert!(hasher.has_room());
    let mut hashing = Box::pin(hasher.hash(password(PASSWORD)));
    assert!(hashing.as_mut().now_or_never().is_none());
    assert!(!hasher.has_room());
    hashing.await.expect("a hash");
    assert!(hasher.has_room());
}
