//! Which hashes can be imported, and that no secret is printed.

use unlockd_domain::{ImportedHashError, PasswordHash, PlainPassword, TextError};

const BCRYPT: &str = "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";
const SALT: &str = "c2FsdHNhbHRzYWx0c2FsdA";
const OUTPUT: &str = "crqBzssGZtxY13DCV5Ivn1XR8kgjx1jj7W3jy8f66Hk";

fn assert_unverifiable(hash: &str) {
    let refused = PasswordHash::import(hash);
    assert_eq!(refused, Err(ImportedHashError::Unverifiable), "{hash:?}");
}

#[test]
fn hashes_of_known_algorithms_are_kept_as_they_are() {
    let hashes = [
        "$argon2id$v=19$m=262144,t=2,p=1$c29tZXNhbHQ$eP4eyR+zqlZX1y5xCFTkw9m5GYx0L5YWwvCFvtlbLow",
        "$argon2i$m=65536,t=1,p=1$c29tZXNhbHQ$gWMFUrjzsfSM2xmSxMZ4ZD1JCytetP9sSzQ4tWIXJLI",
        "$argon2d$v=19$m=65536,t=2,p=1$YzI5dFpYTmhiSFFBQUFBQUFBQUFBQQ$Jxy74cswY2mq9y+u+iJcJy8EqOp4t/C7DWDzGwGB3IM",
        "$2a$12$R9h/cIPz0gi.URNNX3kh2O08cp6KlAm3PlA5tOQRarQ9GRRUJUncu",
        BCRYPT,
        "$2y$10$N9qo8uLOickgx2ZMRZoMye7hLCKuEIm4BcKHuoCJsBy/5Q0NErxWS",
        "$scrypt$ln=16,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$BSsCm7e3Xh6FJc8mFmoISLHzb7e7g1XCMxdzICSr4/A",
        "$7$CU..../....2Q9obwLhin8qvQl6sisAO/$oIC8WxhpH9ruKl.LfT0rUVd1y3wES8GrhOwdmCotLyD",
        "$pbkdf2$i=131000,l=20$c2FsdHNhbHRzYWx0c2FsdA$aTKi2ZiIPhrkrfMPpnRL8w2SZa0",
        "$pbkdf2$131000$c2FsdHNhbHRzYWx0c2FsdA$aTKi2ZiIPhrkrfMPpnRL8w2SZa0",
        "$pbkdf2-sha256$i=600000$c2FsdHNhbHRzYWx0c2FsdA$crqBzssGZtxY13DCV5Ivn1XR8kgjx1jj7W3jy8f66Hk",
        "$pbkdf2-sha256$29000$N2YMIWQsBWBMae09x1jrPQ$1t8iyB2A.WF/Z5JZv.lfCIhXXN33N23OSgQYThBYRfk",
        "$pbkdf2-sha512$i=210000,l=64$c2FsdHNhbHRzYWx0c2FsdA\
         $1iOjR8IAQW3eKU6kg+9NJqRsHHaLsIWjXnVcuC2+obbnDSpO2xFWnB3XyncU5v+/55lJT6he5wlCCevDGdExgA",
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
        "$1$salt$hash",
        "$5$salt$hash",
        "$6$salt$hash",
        "$md5$hash",
        "$2b$x",
        "$pbkdf2anything$x",
        "5f4dcc3b5aa765d61d8327deb882cf99",
    ];
    for hash in refused {
        assert_unverifiable(hash);
    }
    let bcrypt = BCRYPT.trim_start_matches("$2b$10$");
    let bad = [
        BCRYPT.trim_start_matches('$').to_owned(),
        format!(" {BCRYPT}"),
        format!("{BCRYPT}\n"),
        format!("{BCRYPT}a"),
        BCRYPT.replace("$2b$", "$2B$"),
        BCRYPT.replace("$2b$", "$2x$"),
        BCRYPT.replace("N9qo", "N9é"),
        BCRYPT.replace("N9qo", "N9+o"),
        format!("$2b$10$extra${bcrypt}"),
        format!("$2b$1${bcrypt}"),
        format!("$2b$+9${bcrypt}"),
        format!("$2b$03${bcrypt}"),
        format!("$2b$17${bcrypt}"),
        format!("$argon2id$v=18$m=65536,t=2,p=1${SALT}${OUTPUT}"),
        format!("$argon2id$v=19$m=65536,t=2,p=1${SALT}"),
        format!("$argon2id$v=19$m=65536,t=2,p=1$${OUTPUT}"),
        format!("$argon2id$v=19$m=65536,t=2,p=1${SALT}${OUTPUT}\n"),
        format!("$argon2id$v=19$m=65536,t=2,p=1${SALT}$a"),
        format!("$argon2id$v=19$m=65536,t=2,p=1${SALT}$aGFzaA="),
        format!("$scrypt$ln=16,r=8${SALT}${OUTPUT}"),
        "$7$CU..../....$oIC8WxhpH9ruKl.LfT0rUVd1y3wES8GrhOwdmCotLyD".to_owned(),
        "$7$CU..../....2Q9obwLhin8qvQl6sisAO/$oIC8WxhpH9ruKl".to_owned(),
        format!("$pbkdf2-md5$i=1000${SALT}${OUTPUT}"),
        format!("$pbkdf2-sha256$l=32,i=1000${SALT}${OUTPUT}"),
        format!("$pbkdf2-sha256$${SALT}${OUTPUT}"),
    ];
    for hash in bad {
        assert_unverifiable(&hash);
    }
}

#[test]
fn argon2_may_fill_1_gib_in_64_lanes_and_4_gib_in_all() {
    for parameters in ["m=1048576,t=4,p=64", "m=65536,t=64,p=1", "m=8,t=1,p=1"] {
        let hash = format!("$argon2id$v=19${parameters}${SALT}${OUTPUT}");
        assert!(PasswordHash::import(hash).is_ok(), "{parameters}");
    }
    for parameters in [
        "m=1048577,t=1,p=1",
        "m=4294967296,t=1,p=1",
        "m=65536,t=65,p=1",
        "m=1048576,t=5,p=1",
        "m=8,t=4294967295,p=1",
        "m=65536,t=1,p=65",
        "m=65536,t=0,p=1",
        "m=65536,t=1,p=0",
        "m=15,t=1,p=2",
        "m=065536,t=1,p=1",
        "m=+65536,t=1,p=1",
        "m=65536,t=1",
        "t=1,p=1,m=65536",
        "m=65536,t=1,p=1,x=1",
        "",
    ] {
        assert_unverifiable(&format!("$argon2id$v=19${parameters}${SALT}${OUTPUT}"));
    }
}

#[test]
fn scrypt_may_fill_1_gib_and_4_gib_in_all() {
    for parameters in ["ln=20,r=8,p=4", "ln=16,r=8,p=64", "ln=1,r=1,p=1", "ln=22,r=2,p=1"] {
        let hash = format!("$scrypt${parameters}${SALT}${OUTPUT}");
        assert!(PasswordHash::import(hash).is_ok(), "{parameters}");
    }
    for parameters in [
        "ln=21,r=8,p=1",
        "ln=20,r=9,p=1",
        "ln=20,r=8,p=5",
        "ln=63,r=4294967295,p=1",
        "ln=64,r=1,p=1",
        "ln=0,r=8,p=1",
        "ln=16,r=0,p=1",
        "ln=16,r=8,p=0",
        "ln=16,r=8,p=65",
    ] {
        assert_unverifiable(&format!("$scrypt${parameters}${SALT}${OUTPUT}"));
    }
    // `I` stands for 20, `J` for 21, `U....` for 32, `6....` for 8.
    let crypt =
        |parameters: &str| format!("$7${parameters}2Q9obwLhin8qvQl6sisAO/$oIC8WxhpH9ruKl.LfT0rUVd1y3wES8GrhOwdmCotLyD");
    assert!(PasswordHash::import(crypt("I6..../....")).is_ok());
    for parameters in ["J6..../....", "IU..../....", "C..../....."] {
        assert_unverifiable(&crypt(parameters));
    }
}

#[test]
fn pbkdf2_may_take_10_million_iterations() {
    for parameters in ["i=10000000", "10000000", "i=1,l=32"] {
        let hash = format!("$pbkdf2-sha256${parameters}${SALT}${OUTPUT}");
        assert!(PasswordHash::import(hash).is_ok(), "{parameters}");
    }
    for parameters in ["i=10000001", "10000001", "i=10000001,l=32", "i=0", "0", "i=-1", "i="] {
        assert_unverifiable(&format!("$pbkdf2-sha256${parameters}${SALT}${OUTPUT}"));
    }
}

#[test]
fn a_hash_has_1_to_200_characters_without_nul() {
    let start = format!("$argon2id$v=19$m=65536,t=2,p=1${SALT}$");
    let longest = format!("{start}{}", "h".repeat(200 - start.len()));
    assert!(PasswordHash::import(longest.as_str()).is_ok());
    let refused = [
        (String::new(), TextError::Empty),
        (format!("{longest}h"), TextError::TooLong { max: 200 }),
        (format!("{start}\0"), TextError::ContainsNul),
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

#[test]
fn a_password_has_one_normal_form_however_it_is_composed() {
    let normal = |password: &str| PlainPassword::new(password).unwrap().normalized().into_owned();
    for (typed, expected) in [
        ("e\u{301}", "é"),
        ("ﬁ", "fi"),
        ("ｐａｓｓ", "pass"),
        ("①", "1"),
        ("\u{212B}", "Å"),
        ("a\u{a0}b", "a b"),
        ("correct horse", "correct horse"),
        ("CASE stays", "CASE stays"),
    ] {
        assert_eq!(normal(typed), expected, "{typed}");
        assert_eq!(PlainPassword::new(typed).unwrap().expose(), typed);
    }
}

#[test]
fn the_length_of_a_password_is_that_of_its_normal_form() {
    for (typed, characters) in [("e\u{301}", 1), ("ﬃ", 3), ("\u{1F511}", 1), ("ﷺ", 18)] {
        assert_eq!(PlainPassword::new(typed).unwrap().characters(), characters, "{typed}");
    }
}
