//! The forms of password hashes that can be imported, and how costly they may be: whoever signs in makes unlockd verify
//! the hash, so that its parameters decide over this machine's memory and time.

/// Memory that verifying may take, in KiB: 1 GiB.
const MAX_MEMORY_KIBIBYTES: u64 = 1024 * 1024;
/// Memory that verifying may fill in all, in KiB, counted each time that it is filled: 4 GiB, a few seconds of work.
const MAX_FILLED_KIBIBYTES: u64 = 4 * 1024 * 1024;
const MAX_LANES: u32 = 64;
/// 2^16 rounds of bcrypt take a few seconds.
const MAX_BCRYPT_COST: u8 = 16;
const MAX_PBKDF2_ITERATIONS: u32 = 10_000_000;
/// RFC 9106, section 3.1: the shortest salt that implementations take.
const MIN_ARGON2_SALT_BYTES: usize = 8;
/// The shortest output that the PHC string format allows. A shorter one would fit many passwords.
const MIN_OUTPUT_BYTES: usize = 10;
/// `crypt(3)`'s digits, lowest first.
const CRYPT_ALPHABET: &[u8] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Whether this is a whole hash of Argon2, bcrypt, scrypt or PBKDF2, of bounded cost.
pub(crate) fn is_verifiable(hash: &str) -> bool {
    let Some(fields) = hash.strip_prefix('$') else {
        return false;
    };
    match *fields.split('$').collect::<Vec<_>>() {
        [
            "argon2i" | "argon2d" | "argon2id",
            "v=16" | "v=19",
            parameters,
            salt,
            output,
        ]
        | ["argon2i" | "argon2d" | "argon2id", parameters, salt, output] => {
            is_argon2(parameters) && is_base64(salt, MIN_ARGON2_SALT_BYTES) && is_base64(output, MIN_OUTPUT_BYTES)
        }
        ["2a" | "2b" | "2y", cost, salt_and_output] => is_bcrypt(cost, salt_and_output),
        ["scrypt", parameters, salt, output] => {
            is_scrypt(parameters) && is_base64(salt, 1) && is_base64(output, MIN_OUTPUT_BYTES)
        }
        ["7", parameters_and_salt, output] => is_scrypt_crypt(parameters_and_salt, output),
        [
            "pbkdf2" | "pbkdf2-sha1" | "pbkdf2-sha224" | "pbkdf2-sha256" | "pbkdf2-sha384" | "pbkdf2-sha512",
            parameters,
            salt,
            output,
        ] => is_pbkdf2(parameters) && is_base64(salt, 1) && is_base64(output, MIN_OUTPUT_BYTES),
        _ => false,
    }
}

/// `m=<KiB>,t=<passes>,p=<lanes>`, with at least 8 KiB a lane (RFC 9106, section 3.1).
fn is_argon2(parameters: &str) -> bool {
    let Some([memory, iterations, lanes]) = numbers(parameters, ["m", "t", "p"]) else {
        return false;
    };
    u64::from(memory) <= MAX_MEMORY_KIBIBYTES
        && iterations >= 1
        && u64::from(memory) * u64::from(iterations) <= MAX_FILLED_KIBIBYTES
        && (1..=MAX_LANES).contains(&lanes)
        && memory >= 8 * lanes
}

/// Two digits of cost, then 22 characters of salt and 31 of output, run together.
fn is_bcrypt(cost: &str, salt_and_output: &str) -> bool {
    cost.len() == 2
        && cost.bytes().all(|digit| digit.is_ascii_digit())
        && cost.parse().is_ok_and(|cost| (4..=MAX_BCRYPT_COST).contains(&cost))
        && salt_and_output.len() == 53
        && is_of_crypt_alphabet(salt_and_output)
}

/// `ln=<log2 N>,r=<block size>,p=<lanes>`.
fn is_scrypt(parameters: &str) -> bool {
    numbers(parameters, ["ln", "r", "p"]).is_some_and(|[log_n, r, p]| is_bounded_scrypt(log_n, r, p))
}

/// `$7$`: one digit of log2 N, five of r, five of p, then some salt, and apart from it 32 bytes of output.
fn is_scrypt_crypt(parameters_and_salt: &str, output: &str) -> bool {
    if !is_of_crypt_alphabet(parameters_and_salt) || !is_of_crypt_alphabet(output) || output.len() != 43 {
        return false;
    }
    match *parameters_and_salt.as_bytes() {
        [log_n, r0, r1, r2, r3, r4, p0, p1, p2, p3, p4, _, ..] => is_bounded_scrypt(
            crypt_number(&[log_n]),
            crypt_number(&[r0, r1, r2, r3, r4]),
            crypt_number(&[p0, p1, p2, p3, p4]),
        ),
        _ => false,
    }
}

/// scrypt fills 128 * r * N bytes, for one lane after the other (RFC 7914, section 2).
fn is_bounded_scrypt(log_n: u32, r: u32, p: u32) -> bool {
    let bytes = 1_u64.checked_shl(log_n).and_then(|n| n.checked_mul(128 * u64::from(r)));
    log_n >= 1
        && r >= 1
        && (1..=MAX_LANES).contains(&p)
        && bytes.is_some_and(|bytes| {
            bytes <= MAX_MEMORY_KIBIBYTES * 1024 && bytes * u64::from(p) <= MAX_FILLED_KIBIBYTES * 1024
        })
}

/// PHC's `i=<iterations>[,l=<output bytes>]`, or passlib's iterations alone.
fn is_pbkdf2(parameters: &str) -> bool {
    let iterations = numbers(parameters, ["i"])
        .or_else(|| numbers(parameters, ["i", "l"]).map(|[iterations, _]| [iterations]))
        .map_or_else(|| number(parameters), |[iterations]| Some(iterations));
    iterations.is_some_and(|iterations| (1..=MAX_PBKDF2_ITERATIONS).contains(&iterations))
}

/// The values of `name=number,...`, where it has just these names in this order.
fn numbers<const COUNT: usize>(parameters: &str, names: [&str; COUNT]) -> Option<[u32; COUNT]> {
    let mut numbers = [0; COUNT];
    let mut given = parameters.split(',');
    for (value, name) in numbers.iter_mut().zip(names) {
        *value = number(given.next()?.strip_prefix(name)?.strip_prefix('=')?)?;
    }
    given.next().is_none().then_some(numbers)
}

/// A decimal number as a machine writes it: no sign, no leading zeros.
fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number: &u32| number.to_string() == text)
}

fn crypt_number(digits: &[u8]) -> u32 {
    digits.iter().rev().fold(0, |number, digit| {
        let value = CRYPT_ALPHABET.iter().position(|character| character == digit);
        number << 6 | value.map_or(0, |value| u32::try_from(value).unwrap_or(0))
    })
}

fn is_of_crypt_alphabet(text: &str) -> bool {
    text.bytes().all(|character| CRYPT_ALPHABET.contains(&character))
}

/// Unpadded base64 of at least so many bytes; passlib writes `.` for `+`.
fn is_base64(text: &str, min_bytes: usize) -> bool {
    text.len() * 6 / 8 >= min_bytes
        && text.len() % 4 != 1
        && text
            .bytes()
            .all(|character| character.is_ascii_alphanumeric() || matches!(character, b'+' | b'/' | b'.'))
}
