use std::fmt;

/// Short codes that people can read and type.
pub trait VerificationCodeGenerator: Send + Sync {
    /// A code that nobody can guess in a few attempts: 8 characters, capital letters and digits, none of which looks like
    /// another.
    fn generate(&self) -> VerificationCode;
}

/// A code as its owner holds it. Never printed, stored only as a hash.
#[derive(Clone, PartialEq, Eq)]
pub struct VerificationCode(String);

impl VerificationCode {
    /// Takes over a code.
    #[must_use]
    pub fn new(code: impl Into<String>) -> Self {
        Self(code.into())
    }

    /// The secret itself: to hand it to whoever asked for it, or to hash it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for VerificationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerificationCode(..)")
    }
}
