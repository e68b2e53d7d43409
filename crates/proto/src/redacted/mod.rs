//! What the generator would print of a secret, and must not.

mod session;
mod user;

use std::fmt;

/// Says that there is something, and not what.
struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

impl Redacted {
    /// For an optional field: whether it is set.
    fn if_set<T>(secret: Option<&T>) -> Option<Self> {
        secret.map(|_| Self)
    }
}
