//! Hashes that other implementations made: `argon2-cffi`, `bcrypt`, passlib, Python's `hashlib`, and libxcrypt's `crypt(3)`.

use unlockd_application::ports::{PasswordHasher, Verification};
use unlockd_credentials::Argon2idHasher;
use unlockd_domain::{PasswordHash, PlainPassword};

const PASSWORD: &str = "correct horse battery staple \u{1f40e}";

const ARGON2: [&str; 9] = [
    "$argon2i$v=16$m=256,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$C412dwSdcHim3fIu7S3PxUcsNVZzvqoTwZW3ngye+g4",
    "$argon2i$v=19$m=256,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$jKQoys8Njb+rhNXSksL5DgQIjnMdZcGSYN0IQVxdcYw",
    "$argon2d$v=16$m=256,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$mSHOX+ZeT5lyLkB/nztrTKhdqlpF/+R5tZqOvKJEo9k",
    "$argon2d$v=19$m=256,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$ndIcGnLHs5B4x7JjFoVND11+Ln7ZL1n9usnHHthG41w",
    "$argon2id$v=16$m=256,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$qrO/FN2F120wcSwsyC825aUwyKgkp3qmHYejDWGWbw4",
    "$argon2id$v=19$m=256,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$mFPX3ucp5pXA+WtTbbDDRwLGO0ZGX907f4mu/W4RuIk",
    // Without a version it is the one before RFC 9106's.
    "$argon2i$m=256,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$C412dwSdcHim3fIu7S3PxUcsNVZzvqoTwZW3ngye+g4",
    "$argon2d$m=256,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$mSHOX+ZeT5lyLkB/nztrTKhdqlpF/+R5tZqOvKJEo9k",
    "$argon2id$m=256,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$qrO/FN2F120wcSwsyC825aUwyKgkp3qmHYejDWGWbw4",
];

const BCRYPT: [&str; 4] = [
    "$2a$04$N9qo8uLOickgx2ZMRZoMye8XzTEzgAhJ6PDnLNWYJztBkWK3PdaiG",
    "$2b$04$N9qo8uLOickgx2ZMRZoMye8XzTEzgAhJ6PDnLNWYJztBkWK3PdaiG",
    "$2y$04$N9qo8uLOickgx2ZMRZoMye8XzTEzgAhJ6PDnLNWYJztBkWK3PdaiG",
    // The salt's last character has bits that are no part of its 16 bytes; some implementations left them set.
    "$2y$04$N9qo8uLOickgx2ZMRZoMyf8XzTEzgAhJ6PDnLNWYJztBkWK3PdaiG",
];

const SCRYPT: [&str; 5] = [
    "$scrypt$ln=4,r=8,p=2$MDEyMzQ1Njc4OWFiY2RlZg$Xhg+Vg/EHaNC/IXM+45LQPRWjWPg5dYBZ2QufzL5P24",
    "$scrypt$ln=4,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg\
     $XTNw05EVutuh6jEEyBtOJ1rMlICXU2f0vfqT80t208PrsV1JeNfvBNggaOwd5wMgXe9P5dnGzGRYc+zej3AnSQ",
    "$7$4/..../..../.saltSALTsalt$ilK2smKhJVQXj9qnEyevpL0xl90Eo.z7i/APi7IqJsC",
    "$7$26..../....2Q9obwLhin8qvQl6sisAO/$0p4RKkaQac1DkKVUbugYm9FwvX9MuSJc7hlf6x3u3p1",
    "$7$CU..../....2Q9obwLhin8qvQl6sisAO/$8MLIriAkOEGdoe7lGIwxHwwrR2mdHrSVFWANR2BAiCB",
];

const PBKDF2: [&str; 12] = [
    "$pbkdf2$i=1000,l=20$MDEyMzQ1Njc4OWFiY2RlZg$IgQyXTTMXAF3Yj+Vz3saviXBFH0",
    "$pbkdf2-sha1$i=1000,l=20$MDEyMzQ1Njc4OWFiY2RlZg$IgQyXTTMXAF3Yj+Vz3saviXBFH0",
    "$pbkdf2-sha224$i=1000,l=28$MDEyMzQ1Njc4OWFiY2RlZg$NRYl0z/gWkPGvJ47dfTQRl7DUx8AjyX1LwTchg",
    "$pbkdf2-sha256$i=1000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$RMeqVdroXKtfIL1JcqS4Sr3Z0d3aUS5XBkVvs83Ivs0",
    "$pbkdf2-sha256$i=1000$MDEyMzQ1Njc4OWFiY2RlZg$RMeqVdroXKtfIL1JcqS4Sr3Z0d3aUS5XBkVvs83Ivs0",
    "$pbkdf2-sha384$i=1000,l=48$MDEyMzQ1Njc4OWFiY2RlZg\
     $jExI72OLJbzmem1jjbPe7BRsWOkeQS9Dftn3fKMsrU2HLc7FYixXwi3MXJOXYNhY",
    "$pbkdf2-sha512$i=1000,l=64$MDEyMzQ1Njc4OWFiY2RlZg\
     $igEZaMgsMFdeFRyILZTPweY5EL90nHjcIcd8iNAhrs6wJN4oQiBiCF3mckQAZdiLcKZsA0dlpSe+ZUytjCMJ5Q",
    "$pbkdf2$1000$MDEyMzQ1Njc4OWFiY2RlZgEB$.DgQ/wxYS6ge4KczFAqWhpMdBqY",
    "$pbkdf2-sha1$1000$MDEyMzQ1Njc4OWFiY2RlZgEB$.DgQ/wxYS6ge4KczFAqWhpMdBqY",
    "$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZgMD$XS.2mVAg5gfSga1nCYsllD8zzqoIFr7uK1JqhBZOE8I",
    "$pbkdf2-sha512$1000$MDEyMzQ1Njc4OWFiY2RlZgAA\
     $7z/8d7EVJkR6BoPWp/yimz/sFu7ysQncs.0fcPjkQ/0pJEv8J6z/hFxF1jnrHRJp/UXvylSsdRXHK87iERvIfA",
    // One iteration, a salt of 4 bytes and an output of 10: nobody should, but somebody did.
    "$pbkdf2-sha256$1$c2FsdA$gLLYXGykOa5xAg",
];

pub(crate) async fn verify(password: &str, hash: &str) -> Verification {
    let password = PlainPassword::typed(password).expect("the password is valid");
    let hash = PasswordHash::new(hash).expect("the hash is a text");
    let hasher = Argon2idHasher::default();
    hasher.check_import(&hash).expect("the hash can be imported");
    let verification = hasher.verify(password, Some(hash)).await;
    verification.expect("the password is compared")
}

/// What is verified is outdated at once: it is replaced the first time that somebody signs in with it.
async fn assert_only_the_password_verifies(hash: &str) {
    let outdated = Verification::Match { is_outdated: true };
    assert_eq!(verify(PASSWORD, hash).await, outdated, "{hash}");
    for other in ["correct horse battery staple", "x", &PASSWORD.to_uppercase()] {
        assert_eq!(verify(other, hash).await, Verification::Mismatch, "{other:?} {hash}");
    }
}

#[tokio::test]
async fn hashes_of_every_variant_and_version_of_argon2_verify_and_are_outdated() {
    for hash in ARGON2 {
        assert_only_the_password_verifies(hash).await;
    }
}

#[tokio::test]
async fn bcrypt_hashes_verify_and_are_outdated() {
    for hash in BCRYPT {
        assert_only_the_password_verifies(hash).await;
    }
}

#[tokio::test]
async fn scrypt_hashes_verify_in_both_formats_and_are_outdated() {
    for hash in SCRYPT {
        assert_only_the_password_verifies(hash).await;
    }
}

#[tokio::test]
async fn pbkdf2_hashes_of_every_digest_verify_in_both_formats_and_are_outdated() {
    for hash in PBKDF2 {
        assert_only_the_password_verifies(hash).await;
    }
}

#[tokio::test]
async fn a_hash_that_differs_in_one_character_of_its_output_verifies_nothing() {
    for hash in [ARGON2[5], BCRYPT[1], SCRYPT[0], SCRYPT[2], PBKDF2[3], PBKDF2[10]] {
        let (start, end) = hash.split_at(hash.len() - 10);
        let (character, end) = end.split_at(1);
        let other = if character == "0" { "1" } else { "0" };
        let changed = format!("{start}{other}{end}");
        assert_eq!(verify(PASSWORD, &changed).await, Verification::Mismatch, "{changed}");
    }
}

/// Both hashes are those of 72 bytes: the first of the letter a, the second of 36 times two bytes.
#[tokio::test]
async fn bcrypt_sees_the_first_72_bytes_of_a_password_and_all_of_them() {
    let letters = "$2b$04$N9qo8uLOickgx2ZMRZoMyeF1J3tt0w8.ywyH26Gg0MaR3.85io4ma";
    let umlauts = "$2b$04$N9qo8uLOickgx2ZMRZoMyeUI0OeWjaUG2SL16E1x5v7ya0YJfklFC";
    let (matched, mismatched) = (Verification::Match { is_outdated: true }, Verification::Mismatch);
    // What is behind them may be a slip: it is not to be hashed for ever.
    let matched_in_part = Verification::Match { is_outdated: false };
    let expected = [
        ("a".repeat(71), letters, mismatched),
        ("a".repeat(72), letters, matched),
        ("a".repeat(73), letters, matched_in_part),
        ("a".repeat(200), letters, matched_in_part),
        (format!("{}b", "a".repeat(71)), letters, mismatched),
        ("\u{e4}".repeat(35), umlauts, mismatched),
        ("\u{e4}".repeat(36), umlauts, matched),
        ("\u{e4}".repeat(200), umlauts, matched_in_part),
    ];
    for (password, hash, verification) in expected {
        assert_eq!(verify(&password, hash).await, verification, "{password}");
    }
}

#[tokio::test]
async fn a_password_of_71_bytes_verifies_by_its_own_bcrypt_hash_only() {
    let hash = "$2b$04$N9qo8uLOickgx2ZMRZoMyeVOpl1HIS/vZ58DC9P2X4DadJheoa7bC";
    let matched = Verification::Match { is_outdated: true };
    assert_eq!(verify(&"a".repeat(71), hash).await, matched);
    assert_eq!(verify(&"a".repeat(72), hash).await, Verification::Mismatch);
}
