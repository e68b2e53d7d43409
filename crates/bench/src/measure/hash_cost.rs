use std::time::Instant;

use argon2::{Algorithm, Argon2, Params, Version};

use crate::Failure;
use crate::report::{HashCost, median, milliseconds};

/// The server's defaults, from OWASP's Password Storage Cheat Sheet: KiB, passes, lanes.
const DEFAULT: (u32, u32, u32) = (19_456, 2, 1);

/// The least that RFC 9106 allows, and the server takes.
pub(super) const LEAST: (u32, u32, u32) = (8, 1, 1);

/// How long one password hash takes: as it is by default, and as it is where signing in is measured without it.
pub(super) fn measure() -> Result<HashCost, Failure> {
    Ok(HashCost {
        default_ms: time(DEFAULT, 20)?,
        least_ms: time(LEAST, 1_000)?,
    })
}

fn time((memory, passes, lanes): (u32, u32, u32), times: usize) -> Result<f64, Failure> {
    let params = Params::new(memory, passes, lanes, Some(32)).map_err(|error| error.to_string())?;
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut output = [0; 32];
    let mut spans = Vec::with_capacity(times);
    for _ in 0..times {
        let began = Instant::now();
        hasher
            .hash_password_into(b"a password", b"a salt of its own", &mut output)
            .map_err(|error| error.to_string())?;
        spans.push(milliseconds(began.elapsed()));
    }
    median(spans).ok_or_else(|| "nothing was hashed".into())
}
