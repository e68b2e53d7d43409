use crate::password::PasswordHash;
use crate::timestamp::Timestamp;

/// A code that proves who controls a user's mailbox, or whatever it was sent to, until it is used up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordReset {
    /// The code's hash.
    pub code_hash: PasswordHash,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// How many other codes were tried for it.
    pub failed_attempts: u32,
}

impl PasswordReset {
    /// How many wrong codes use it up.
    pub const MAX_ATTEMPTS: u32 = 5;

    /// Whether a code may still be tried.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        now < self.expires_at && self.failed_attempts < Self::MAX_ATTEMPTS
    }

    /// The same after one more wrong code; nothing when that uses it up.
    #[must_use]
    pub fn after_failure(&self) -> Option<Self> {
        let failed_attempts = self.failed_attempts + 1;
        (failed_attempts < Self::MAX_ATTEMPTS).then(|| Self {
            failed_attempts,
            ..self.clone()
        })
    }
}
