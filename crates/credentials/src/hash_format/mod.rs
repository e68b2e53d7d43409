//! Parser of password hashes in the text forms of the systems that make them. The crates of the algorithms read less than
//! that: they want salts, outputs and iterations to be as long or as many as they would make them today.

mod crypt;
mod encoding;
mod frameworks;
mod phc;

use unlockd_application::ports::ImportedHashError;
use unlockd_domain::PasswordHash;

use crate::cost;
use crate::stored_hash::StoredHash;

/// Shortest output that the PHC string format allows. A shorter one would match many passwords.
const MIN_OUTPUT_BYTES: usize = 10;

/// Refuses a hash of another system that is in no known format, or too costly to verify.
pub(crate) fn check_import(hash: &PasswordHash) -> Result<(), ImportedHashError> {
    let stored = parse(hash.expose()).ok_or(ImportedHashError::Unsupported)?;
    cost::check_import(&stored)
}

/// The parts of a stored hash; nothing when it is damaged.
pub(crate) fn read(hash: &PasswordHash) -> Option<StoredHash> {
    parse(hash.expose()).filter(cost::is_bearable)
}

fn parse(text: &str) -> Option<StoredHash> {
    let fields: Vec<_> = without_wrapper(text).split('$').collect();
    let stored = match *fields {
        ["", "scrypt", parameters, salt, output] => phc::scrypt(parameters, salt, output),
        [
            "",
            "firebasescrypt" | "firescrypt",
            parameters,
            salt,
            output,
            separator,
            key,
        ] => phc::firebase_scrypt(parameters, [salt, separator], output, key),
        ["", "2a" | "2b" | "2y", cost, rest] | ["bcrypt", "", "2a" | "2b" | "2y", cost, rest] => {
            crypt::bcrypt(cost, rest, false)
        }
        ["bcrypt_sha256", "", "2a" | "2b" | "2y", cost, rest] => crypt::bcrypt(cost, rest, true),
        ["", "7", parameters_and_salt, output] => crypt::scrypt(parameters_and_salt, output),
        ["", "y", parameters, salt, output] => crypt::yescrypt(parameters, salt, output),
        ["", digest @ ("5" | "6"), salt, output] => crypt::sha_crypt(digest, None, salt, output),
        ["", digest @ ("5" | "6"), rounds, salt, output] => crypt::sha_crypt(digest, Some(rounds), salt, output),
        ["", "P" | "H", rest] => crypt::phpass(rest),
        ["" | "argon2", algorithm, version, parameters, salt, output] => {
            phc::argon2(algorithm, Some(version), parameters, salt, output)
        }
        [
            "" | "argon2",
            algorithm @ ("argon2i" | "argon2d" | "argon2id"),
            parameters,
            salt,
            output,
        ] => phc::argon2(algorithm, None, parameters, salt, output),
        ["", algorithm, parameters, salt, output] => phc::pbkdf2(algorithm, parameters, salt, output),
        ["scrypt", n, salt, r, p, output] => frameworks::django_scrypt([n, r, p], salt, output),
        [algorithm, iterations, salt, output] => frameworks::django_pbkdf2(algorithm, iterations, salt, output),
        [method, salt, output] => frameworks::werkzeug(method, salt, output),
        [single] => frameworks::ldap(single).or_else(|| frameworks::asp_net(single)),
        _ => None,
    };
    stored.filter(|stored| stored.output.len() >= MIN_OUTPUT_BYTES)
}

/// LDAP servers write a scheme before the hash of `crypt(3)` or Argon2.
fn without_wrapper(text: &str) -> &str {
    match text.split_once('}') {
        Some((scheme, hash)) if scheme.eq_ignore_ascii_case("{crypt") || scheme.eq_ignore_ascii_case("{argon2") => hash,
        Some(_) | None => text,
    }
}
