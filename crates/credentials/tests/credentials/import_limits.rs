//! Which hashes can be imported, and what they may cost.

use unlockd_application::ports::{ImportedHashError, PasswordHasher};
use unlockd_credentials::Argon2idHasher;
use unlockd_domain::PasswordHash;

const BCRYPT: &str = "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";
const SALT: &str = "c2FsdHNhbHRzYWx0c2FsdA";
const OUTPUT: &str = "crqBzssGZtxY13DCV5Ivn1XR8kgjx1jj7W3jy8f66Hk";
const HEX: &str = "f260439e568cab6077344feb93eb94d1c06dfe32dcf7146fd2d43c738be2ce75";
const MEMORY: &str = "128 MiB of memory";

fn import(hash: impl Into<String>) -> Result<(), ImportedHashError> {
    let hash = PasswordHash::new(hash).expect("the hash is a text");
    Argon2idHasher::default().check_import(&hash)
}

fn assert_unsupported(hash: &str) {
    assert_eq!(import(hash), Err(ImportedHashError::Unsupported), "{hash:?}");
}

fn assert_too_costly(hash: &str, limit: &'static str) {
    assert_eq!(import(hash), Err(ImportedHashError::TooCostly { limit }), "{hash:?}");
}

#[test]
fn a_text_that_is_no_whole_hash_of_a_known_format_is_refused() {
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
        assert_unsupported(hash);
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
        format!("$2b$32${bcrypt}"),
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
        format!("$pbkdf2-sha256$i=0${SALT}${OUTPUT}"),
        format!("$pbkdf2-sha256$i=-1${SALT}${OUTPUT}"),
        format!("pbkdf2_md5$1000$salt${OUTPUT}"),
        format!("pbkdf2_sha256$1000$${OUTPUT}"),
        format!("pbkdf2:sha256$salt${HEX}"),
        format!("pbkdf2:sha256:1000$salt${HEX}0"),
        format!("scrypt:1023:8:1$salt${HEX}"),
        format!("scrypt$1023$salt$8$1${OUTPUT}"),
        format!("$firebasescrypt$ln=14,r=8${SALT}${OUTPUT}$Bw==$c2lnbmVyIGtleQ=="),
        format!("$firescrypt$ln=14,r=8,p=2${SALT}${OUTPUT}$Bw==${OUTPUT}"),
        "$P$4IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0".to_owned(),
        "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L".to_owned(),
        "$6$rounds=999$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1"
            .to_owned(),
        "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc".to_owned(),
        "$5$saltstringsaltstr$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5".to_owned(),
        // Settings of yescrypt that crypt(3) does not use.
        "$y$j951/$tLCZPuGykfKzgayaNKpjg0$dBbxzjLP3FWSUv1VatlPkUtPG2XtnvYDKq8eft2BQR1".to_owned(),
        "$y$.9T$tLCZPuGykfKzgayaNKpjg0$dBbxzjLP3FWSUv1VatlPkUtPG2XtnvYDKq8eft2BQR1".to_owned(),
        "{SSHA}uRe0/HgnZ4NHb66u7ZTYT5Yuhm0=".to_owned(),
        "{SHA}RJ4i38lxo4clk6z+Z54zNdBLuPZf6703".to_owned(),
        "{MD5}CY9rzUYh03PK3k6DJie09g==".to_owned(),
        "{CRYPT}abJnggxhB/yWI".to_owned(),
        // ASP.NET: an unknown digest, a salt longer than the rest, no output.
        "AQAAAAMAAAPoAAAAEAABAgMEBQYHCAkKCwwNDg/zs/m7zbmuQLZm1V65Mz2A+N4muk4rsnddUups+gP0Xg==".to_owned(),
        "AQAAAAEAAAPo/////wABAgMEBQYHCAkKCwwNDg/zs/m7zbmuQLZm1V65Mz2A+N4muk4rsnddUups+gP0Xg==".to_owned(),
        "AQAAAAEAAAPoAAAAEAABAgMEBQYHCAkKCwwNDg8=".to_owned(),
    ];
    for hash in bad {
        assert_unsupported(&hash);
    }
}

#[test]
fn malformed_parameters_are_refused() {
    for parameters in [
        "m=4294967296,t=1,p=1",
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
        assert_unsupported(&format!("$argon2id$v=19${parameters}${SALT}${OUTPUT}"));
    }
    for parameters in ["ln=64,r=1,p=1", "ln=0,r=8,p=1", "ln=16,r=0,p=1", "ln=16,r=8,p=0"] {
        assert_unsupported(&format!("$scrypt${parameters}${SALT}${OUTPUT}"));
    }
}

#[test]
fn argon2_takes_128_mib_and_fills_512_mib_in_all_passes() {
    let hash = |parameters: &str| format!("$argon2id$v=19${parameters}${SALT}${OUTPUT}");
    for parameters in [
        "m=131072,t=4,p=1",
        "m=102400,t=2,p=8",
        "m=65536,t=8,p=64",
        "m=8,t=65536,p=1",
    ] {
        assert_eq!(import(hash(parameters)), Ok(()), "{parameters}");
    }
    for parameters in ["m=131073,t=1,p=1", "m=1048576,t=1,p=1", "m=4294967295,t=1,p=1"] {
        assert_too_costly(&hash(parameters), MEMORY);
        assert_too_costly(&format!("argon2{}", hash(parameters)), MEMORY);
    }
    for parameters in ["m=131072,t=5,p=1", "m=65536,t=9,p=1", "m=8,t=4294967295,p=1"] {
        assert_too_costly(&hash(parameters), "512 MiB that Argon2 fills in all its passes");
    }
}

#[test]
fn scrypt_takes_128_mib_and_fills_256_mib_in_all_lanes() {
    let filled = "256 MiB that scrypt fills in all its lanes";
    let hash = |parameters: &str| format!("$scrypt${parameters}${SALT}${OUTPUT}");
    for parameters in ["ln=17,r=8,p=2", "ln=14,r=8,p=16", "ln=1,r=1,p=1"] {
        assert_eq!(import(hash(parameters)), Ok(()), "{parameters}");
    }
    for parameters in ["ln=18,r=8,p=1", "ln=17,r=9,p=1", "ln=31,r=8,p=1", "ln=10,r=1025,p=1"] {
        assert_too_costly(&hash(parameters), MEMORY);
    }
    for parameters in ["ln=17,r=8,p=3", "ln=14,r=8,p=17", "ln=1,r=1,p=2000000"] {
        assert_too_costly(&hash(parameters), filled);
    }
    // `F` stands for 17, `G` for 18, `6....` for 8.
    let crypt =
        |parameters: &str| format!("$7${parameters}2Q9obwLhin8qvQl6sisAO/$oIC8WxhpH9ruKl.LfT0rUVd1y3wES8GrhOwdmCotLyD");
    assert_eq!(import(crypt("F6..../....")), Ok(()));
    assert_too_costly(&crypt("G6..../...."), MEMORY);
    assert_too_costly(&crypt("F6....1...."), filled);
    assert_unsupported(&crypt("F6.........."));
    assert_too_costly(&format!("scrypt:262144:8:1$salt${HEX}"), MEMORY);
    assert_too_costly(&format!("scrypt$16384$salt$8$17${OUTPUT}"), filled);
    assert_too_costly(
        &format!("$firescrypt$ln=18,r=8,p=1${SALT}${OUTPUT}$Bw==${OUTPUT}"),
        MEMORY,
    );
}

/// `j9T` stands for 16 MiB, `jCT` for 128 MiB, `jDT` for 256 MiB.
#[test]
fn yescrypt_takes_128_mib() {
    let hash = |parameters: &str| {
        format!("$y${parameters}$tLCZPuGykfKzgayaNKpjg0$dBbxzjLP3FWSUv1VatlPkUtPG2XtnvYDKq8eft2BQR1")
    };
    assert_eq!(import(hash("j9T")), Ok(()));
    assert_eq!(import(hash("jCT")), Ok(()));
    assert_too_costly(&hash("jDT"), MEMORY);
    assert_too_costly(&hash("jZT"), MEMORY);
    assert_too_costly(&hash("j9zzzzzz"), MEMORY);
    assert_too_costly(&hash("jCT./"), "256 MiB that scrypt fills in all its lanes");
}

#[test]
fn pbkdf2_takes_2_million_iterations_for_all_blocks_of_its_output() {
    let limit = "2,000,000 iterations of PBKDF2, counted for each block of its output";
    let hash = |parameters: &str| format!("$pbkdf2-sha256${parameters}${SALT}${OUTPUT}");
    for parameters in ["i=2000000", "2000000", "i=1,l=32"] {
        assert_eq!(import(hash(parameters)), Ok(()), "{parameters}");
    }
    for parameters in ["i=2000001", "2000001", "i=4294967295"] {
        assert_too_costly(&hash(parameters), limit);
    }
    let two_blocks = HEX.repeat(2);
    assert_eq!(import(format!("pbkdf2:sha256:1000000$s${two_blocks}")), Ok(()));
    assert_too_costly(&format!("pbkdf2:sha256:1000001$s${two_blocks}"), limit);
    assert_too_costly(&format!("pbkdf2_sha256$2000001$salt${OUTPUT}"), limit);
    // 2^32 - 1 iterations in ASP.NET's form.
    assert_too_costly(
        "AQAAAAH/////AAAAEAABAgMEBQYHCAkKCwwNDg/zs/m7zbmuQLZm1V65Mz2A+N4muk4rsnddUups+gP0Xg==",
        limit,
    );
}

#[test]
fn bcrypt_takes_a_cost_of_14() {
    let hash = |cost: &str| BCRYPT.replace("$10$", &format!("${cost}$"));
    assert_eq!(import(hash("14")), Ok(()));
    for cost in ["15", "31"] {
        assert_too_costly(&hash(cost), "a cost of 14 for bcrypt");
        assert_too_costly(&format!("bcrypt_sha256${}", hash(cost)), "a cost of 14 for bcrypt");
    }
}

#[test]
fn sha_crypt_and_phpass_take_a_million_rounds() {
    let sha_crypt = |rounds: &str| format!("$5$rounds={rounds}$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5");
    assert_eq!(import(sha_crypt("1000000")), Ok(()));
    for rounds in ["1000001", "999999999"] {
        assert_too_costly(&sha_crypt(rounds), "1,000,000 rounds of SHA-crypt");
        assert_too_costly(
            &format!("{{CRYPT}}{}", sha_crypt(rounds)),
            "1,000,000 rounds of SHA-crypt",
        );
    }
    // `I` stands for 20, `J` for 21, `S` for 30.
    let phpass = |log_rounds: &str| format!("$P${log_rounds}IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0");
    assert_eq!(import(phpass("I")), Ok(()));
    for log_rounds in ["J", "S"] {
        assert_too_costly(&phpass(log_rounds), "1,048,576 rounds of phpass");
    }
}
