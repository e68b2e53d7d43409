//! Requests that are answered once, however often they are sent.

use std::fmt;

use sha2::{Digest, Sha256};
use thiserror::Error;
use unlockd_domain::UserId;

/// What a caller calls one request, so that it is done once: 1 to 200 printable ASCII characters. Each caller has keys of
/// their own. A key is kept with the event that its request led to, for as long as the event is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdempotencyKey(String);

/// The text is no idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must have 1 to {} printable ASCII characters", IdempotencyKey::MAX_CHARACTERS)]
pub struct MalformedIdempotencyKey;

/// The SHA-256 of what a request asks for, by which another request under the same key is told from a repeated one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestDigest(pub [u8; 32]);

/// What is kept of a request beside the event that it led to. The caller is the actor of that event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotentRequest {
    /// What the caller calls it.
    pub key: IdempotencyKey,
    /// What it asks for.
    pub digest: RequestDigest,
}

impl IdempotencyKey {
    /// The longest key, in characters.
    pub const MAX_CHARACTERS: usize = 200;

    /// Takes over a key.
    ///
    /// # Errors
    /// [`MalformedIdempotencyKey`] when it is empty, longer than 200 characters, or holds anything but U+0020 to U+007E.
    pub fn new(key: impl Into<String>) -> Result<Self, MalformedIdempotencyKey> {
        let key = key.into();
        let is_printable = key.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if is_printable && (1..=Self::MAX_CHARACTERS).contains(&key.len()) {
            Ok(Self(key))
        } else {
            Err(MalformedIdempotencyKey)
        }
    }

    /// A salt for the fingerprint of a password in the caller's request. Not a secret; different for each request, so that
    /// equal passwords do not look alike.
    pub(crate) fn password_salt(&self, caller: &UserId) -> [u8; 32] {
        let digest = Sha256::new().chain_update(caller.as_str()).chain_update([0]);
        digest.chain_update(self.as_str()).finalize().into()
    }

    /// The key as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl IdempotentRequest {
    /// An id for what the caller's request creates: the same each time that the request is repeated, and another one for
    /// every other request.
    pub(crate) fn derived_id(&self, caller: &UserId) -> String {
        RequestDigester::new("derived_id")
            .field(caller.as_str())
            .field(self.key.as_str())
            .field(self.digest.0)
            .finish()
            .uuid()
    }
}

impl RequestDigest {
    /// A UUID version 8 (RFC 9562) from the first bits.
    pub(crate) fn uuid(self) -> String {
        let bits = self.0[..16]
            .iter()
            .fold(0, |bits: u128, byte| bits << 8 | u128::from(*byte));
        let bits = bits & !(0xf << 76) | 0x8 << 76;
        let bits = bits & !(0x3 << 62) | 0x2 << 62;
        let hex = format!("{bits:032x}");
        format!(
            "{}-{}-{}-{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..]
        )
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Puts a request into digest, field by field: each with its length, so that no two requests look the same.
pub(crate) struct RequestDigester(Sha256);

impl RequestDigester {
    /// Begins with the name of the operation.
    pub(crate) fn new(operation: &str) -> Self {
        Self(Sha256::new()).field(operation)
    }

    /// A field that is always set.
    pub(crate) fn field(mut self, value: impl AsRef<[u8]>) -> Self {
        let value = value.as_ref();
        self.0.update((value.len() as u64).to_be_bytes());
        self.0.update(value);
        self
    }

    /// A field that may not be set.
    pub(crate) fn optional(self, value: Option<impl AsRef<[u8]>>) -> Self {
        match value {
            Some(value) => self.field([1]).field(value),
            None => self.field([0]),
        }
    }

    /// The request under this key, if it has one.
    pub(crate) fn request(self, key: Option<IdempotencyKey>) -> Option<IdempotentRequest> {
        Some(IdempotentRequest {
            key: key?,
            digest: self.finish(),
        })
    }

    pub(crate) fn finish(self) -> RequestDigest {
        RequestDigest(self.0.finalize().into())
    }
}
