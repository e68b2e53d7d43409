use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use thiserror::Error;

use crate::access_token::TokenDigest;
use crate::id::{OrganizationId, SessionId, UserId};
use crate::login_identity::{LoginIdentity, LoginName};
use crate::sequence::Sequence;
use crate::text::{TextError, check_optional_text, check_text};
use crate::timestamp::Timestamp;

/// A sign-in, under way or done: who it is for, what they have shown, and until when that counts.
///
/// Who it is for is first only what was typed: whether there is such a user, and may come in, is known from the moment on at
/// which a password was shown, and not before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// What it is called; no secret.
    pub id: SessionId,
    /// Who began it for the one who signs in: a log-in page's own user, for instance.
    pub creator: UserId,
    /// Who signs in.
    pub user: Option<SessionUser>,
    /// What whoever began it notes.
    pub metadata: SessionMetadata,
    /// What it is done with.
    pub user_agent: Option<UserAgent>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was changed the last time.
    pub changed_at: Timestamp,
    /// How many times it was written.
    pub sequence: Sequence,
    /// When it ends by itself; never, without it.
    pub expires_at: Option<Timestamp>,
    /// The request of the last change, if it had an idempotency key.
    pub request: Option<SessionRequest>,
}

/// Digests of a request with an idempotency key, by which a repetition of it is recognized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionRequest {
    /// SHA-256 of the caller and the key.
    pub key: [u8; 32],
    /// SHA-256 of what the request asks for.
    pub digest: [u8; 32],
    /// The digest of the token that the request replaced; none for the request that created the session.
    pub replaced_token: Option<TokenDigest>,
}

/// Who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionUser {
    /// What was typed.
    pub identity: LoginIdentity,
    /// When it was typed.
    pub named_at: Timestamp,
    /// Who it is, once they have shown their password.
    pub proof: Option<PasswordProof>,
}

/// Somebody has shown their password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordProof {
    /// Who.
    pub user_id: UserId,
    /// The organization that owns them.
    pub organization: OrganizationId,
    /// A name that the user had at that time and can sign in with, if the user had one.
    pub login_name: Option<LoginName>,
    /// When.
    pub checked_at: Timestamp,
}

/// Up to 32 notes of 16 KiB in all: keys of 1 to 200 characters without U+0000, values of 1 to 4096 bytes, which are never
/// printed.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct SessionMetadata(BTreeMap<String, Vec<u8>>);

/// Why notes cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SessionMetadataError {
    /// A key is no good.
    #[error("keys: {0}")]
    Key(#[from] TextError),
    /// A value is too long.
    #[error("values must have at most {} bytes", SessionMetadata::MAX_VALUE_BYTES)]
    ValueTooLong,
    /// They are too large together.
    #[error("must have at most {} bytes in all", SessionMetadata::MAX_BYTES)]
    TooLarge,
    /// There are too many.
    #[error("must have at most {} entries", SessionMetadata::MAX_ENTRIES)]
    TooMany,
}

/// What somebody signs in with, as far as whoever began the session says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserAgent {
    fields: UserAgentFields,
}

/// The parts of a [`UserAgent`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserAgentFields {
    /// What tells it from others: 1 to 200 characters.
    pub fingerprint_id: Option<String>,
    /// Its address: up to 200 characters, as it was given.
    pub ip: Option<String>,
    /// What it is: up to 500 characters.
    pub description: Option<String>,
    /// Headers that it sends: up to 32 names of 1 to 200 characters, with up to 32 values of up to 1000 characters each.
    pub headers: BTreeMap<String, Vec<String>>,
}

/// Why a user agent cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UserAgentError {
    /// A part of it is no good.
    #[error("{part}: {problem}")]
    Text {
        /// Which part.
        part: &'static str,
        /// What is wrong with it.
        problem: TextError,
    },
    /// It has too many headers.
    #[error(
        "must have at most {} headers and {} values for each",
        UserAgent::MAX_HEADERS,
        UserAgent::MAX_HEADERS
    )]
    TooManyHeaders,
}

impl Session {
    /// How long a session is kept that nobody goes on with, while nobody has shown a password in it.
    pub const KEPT_WITHOUT_PROOF: Duration = Duration::from_hours(24);

    /// Whether nobody has gone on with it for [`Session::KEPT_WITHOUT_PROOF`], without a password shown, so that it can be thrown
    /// away: what was typed into it may be anything.
    #[must_use]
    pub fn is_abandoned(&self, now: Timestamp) -> bool {
        self.proof().is_none() && self.changed_at.saturating_add(Self::KEPT_WITHOUT_PROOF) <= now
    }

    /// Whether its time is over.
    #[must_use]
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// Who has shown their password, if somebody has.
    #[must_use]
    pub fn proof(&self) -> Option<&PasswordProof> {
        self.user.as_ref().and_then(|user| user.proof.as_ref())
    }

    /// What tells the user agent from others, if that is known.
    #[must_use]
    pub fn fingerprint_id(&self) -> Option<&str> {
        self.user_agent.as_ref()?.fields().fingerprint_id.as_deref()
    }

    /// The session after its user has replaced the password by showing the current one in it: the proof is that of the new
    /// password. A session without a proof stays as it is.
    #[must_use]
    pub fn with_renewed_proof(mut self, checked_at: Timestamp) -> Self {
        let proof = self.user.as_mut().and_then(|user| user.proof.as_mut());
        let Some(proof) = proof else { return self };
        proof.checked_at = checked_at;
        self.advanced(checked_at)
    }

    /// The same, one change further, by a request without an idempotency key.
    #[must_use]
    pub fn advanced(self, now: Timestamp) -> Self {
        Self {
            sequence: self.sequence.next(),
            changed_at: now.max(self.changed_at),
            request: None,
            ..self
        }
    }
}

impl SessionRequest {
    /// The digests one after the other, as they are stored: 64 or 96 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let replaced_token = self.replaced_token.as_ref().map_or(&[][..], |digest| &digest.0);
        [&self.key, &self.digest, replaced_token].concat()
    }

    /// The request whose digests these are; none if there are neither 64 nor 96 bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&key, rest) = bytes.split_first_chunk()?;
        let (&digest, rest) = rest.split_first_chunk()?;
        let replaced_token = match rest {
            [] => None,
            rest => Some(TokenDigest(rest.try_into().ok()?)),
        };
        Some(Self {
            key,
            digest,
            replaced_token,
        })
    }
}

impl SessionUser {
    /// The login name: the one that was typed, or else one of the user who has shown their password.
    #[must_use]
    pub fn login_name(&self) -> Option<&LoginName> {
        match &self.identity {
            LoginIdentity::LoginName(typed) => Some(typed),
            LoginIdentity::UserId(_) => self.proof.as_ref()?.login_name.as_ref(),
        }
    }
}

impl SessionMetadata {
    /// The largest number of entries.
    pub const MAX_ENTRIES: usize = 32;
    /// The longest key, in characters.
    pub const MAX_KEY_CHARACTERS: usize = 200;
    /// The longest value.
    pub const MAX_VALUE_BYTES: usize = 4_096;
    /// The most that keys and values may have together: sessions are read with every use of their token, and many at a time.
    pub const MAX_BYTES: usize = 16 * 1_024;

    /// The same with these entries put in; an empty value takes its key away.
    ///
    /// # Errors
    /// [`SessionMetadataError`] when a key or a value is no good, or too many are left.
    pub fn with(mut self, entries: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self, SessionMetadataError> {
        for (key, value) in entries {
            check_text(&key, Self::MAX_KEY_CHARACTERS)?;
            if value.len() > Self::MAX_VALUE_BYTES {
                return Err(SessionMetadataError::ValueTooLong);
            }
            if value.is_empty() {
                self.0.remove(&key);
            } else {
                self.0.insert(key, value);
            }
        }
        if self.0.len() > Self::MAX_ENTRIES {
            return Err(SessionMetadataError::TooMany);
        }
        let sizes = self.0.iter().map(|(key, value)| key.len() + value.len());
        if sizes.sum::<usize>() > Self::MAX_BYTES {
            return Err(SessionMetadataError::TooLarge);
        }
        Ok(self)
    }

    /// Takes over entries from a store, which vouches for them.
    #[must_use]
    pub fn trusted(entries: BTreeMap<String, Vec<u8>>) -> Self {
        Self(entries)
    }

    /// The entries, by their keys.
    #[must_use]
    pub fn entries(&self) -> &BTreeMap<String, Vec<u8>> {
        &self.0
    }
}

impl fmt::Debug for SessionMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl UserAgent {
    /// The largest number of headers, and of values of each.
    pub const MAX_HEADERS: usize = 32;

    /// Takes over the parts.
    ///
    /// # Errors
    /// [`UserAgentError`] when one is too long or holds U+0000.
    pub fn new(fields: UserAgentFields) -> Result<Self, UserAgentError> {
        let in_part = |part| move |problem| UserAgentError::Text { part, problem };
        if let Some(fingerprint_id) = &fields.fingerprint_id {
            check_text(fingerprint_id, 200).map_err(in_part("fingerprint_id"))?;
        }
        if let Some(ip) = &fields.ip {
            check_optional_text(ip, 200).map_err(in_part("ip"))?;
        }
        if let Some(description) = &fields.description {
            check_optional_text(description, 500).map_err(in_part("description"))?;
        }
        if fields.headers.len() > Self::MAX_HEADERS {
            return Err(UserAgentError::TooManyHeaders);
        }
        for (name, values) in &fields.headers {
            check_text(name, 200).map_err(in_part("header"))?;
            if values.len() > Self::MAX_HEADERS {
                return Err(UserAgentError::TooManyHeaders);
            }
            for value in values {
                check_optional_text(value, 1_000).map_err(in_part("header"))?;
            }
        }
        Ok(Self { fields })
    }

    /// Takes over the parts from a store, which vouches for them.
    #[must_use]
    pub fn trusted(fields: UserAgentFields) -> Self {
        Self { fields }
    }

    /// The parts.
    #[must_use]
    pub fn fields(&self) -> &UserAgentFields {
        &self.fields
    }
}
