//! Which hashes can be imported, and that no secret is printed.

use unlockd_domain::{ImportedHashError, PasswordHash, PlainPassword, TextError};

#[test]
fn hashes_of_known_algorithms_are_kept_as_they_are() {
    let hashes = [
        "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNo",
        "$argon2i$v=19$m=4096,t=3,p=1$c2FsdHNhbHQ$aGFzaA",
        "$argon2d$v=19$m=4096,t=3,p=1$c2FsdHNhbHQ$aGFzaA",
        "$2a$10$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234",
        "$2b$12$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234",
        "$2y$12$./cdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234",
        "$scrypt$ln=16,r=8,p=1$c2FsdA$aGFzaA",
        "$7$CU..../....c2FsdA$aGFzaA",
        "$pbkdf2$i=600000$c2FsdA$aGFzaA",
        "$pbkdf2-sha256$i=600000,l=32$c2FsdA$aGFzaA",
        "$pbkdf2-sha512$i=210000$c2FsdA$aGFzaA",
    ];
    for hash in hashes {
        let imported = PasswordHash::import(hash).unwrap();
        assert_eq!(imported.expose(), hash);
    }
}

#[test]
fn what_nothing_could_verify_is_refused() {
    let refused = [
        "password",
        "$",
        "$$",
        "$argon2id",
        "$argon2id$",
        "$argon2id$$hash",
        "argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA",
        " $argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA",
        "$Argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA",
        "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGF zaA",
        "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA\n",
        "$2b$12$pässwörter",
        "$2x$12$abcdefghijklmnopqrstuu",
        "$1$salt$hash",
        "$5$salt$hash",
        "$6$salt$hash",
        "$md5$hash",
        "5f4dcc3b5aa765d61d8327deb882cf99",
    ];
    for hash in refused {
        assert_eq!(
            PasswordHash::import(hash),
            Err(ImportedHashError::UnknownAlgorithm),
            "{hash:?}"
        );
    }
}

#[test]
fn a_hash_has_1_to_200_characters_without_nul() {
    let longest = format!("$argon2id${}", "h".repeat(190));
    assert!(PasswordHash::import(longest.as_str()).is_ok());
    let refused = [
        (String::new(), TextError::Empty),
        (format!("{longest}h"), TextError::TooLong { max: 200 }),
        ("$argon2id$\0".to_owned(), TextError::ContainsNul),
    ];
    for (hash, error) in refused {
        assert_eq!(PasswordHash::import(hash), Err(ImportedHashError::Text(error)));
    }
}

#[test]
fn neither_passwords_nor_hashes_are_printed() {
    let password = PlainPassword::new("correct horse").unwrap();
    let hash = PasswordHash::trusted("$argon2id$secret".to_owned());
    assert_eq!(format!("{password:?} {hash:?}"), "PlainPassword(..) PasswordHash(..)");
}
