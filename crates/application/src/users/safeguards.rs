use thiserror::Error as ThisError;
use unlockd_domain::{Sequence, User, UserId};

use crate::error::{Error, Violations};
use crate::idempotency::{IdempotencyKey, IdempotentRequest, MalformedIdempotencyKey, RequestDigester};
use crate::sign_in::ProvenUser;

/// The header, and the gRPC metadata, that names a request so that it is done once.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The header that names the sequence a user must have (RFC 9110, section 13.1.1).
pub const IF_MATCH: &str = "if-match";

/// What makes a change safe to send twice, or at the same time as others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Safeguards {
    /// Done once under this key.
    pub idempotency_key: Option<IdempotencyKey>,
    /// Done only while the user has this sequence; 0 is that of a user who does not exist.
    pub if_sequence: Option<u64>,
}

/// The same as a wire brings it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SafeguardsForm {
    /// Each value of `Idempotency-Key`.
    pub idempotency_keys: Vec<Vec<u8>>,
    /// Each value of `If-Match`.
    pub if_match: Vec<Vec<u8>>,
    /// The field `if_sequence`, if it is set.
    pub if_sequence: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ThisError)]
enum Problem {
    #[error("must not be given twice")]
    Repeated,
    #[error(transparent)]
    Key(#[from] MalformedIdempotencyKey),
    #[error("must be one entity tag as reads give it: the sequence in double quotes")]
    EntityTag,
    #[error("must say the same as the field if_sequence")]
    Contradiction,
    #[error("is not known by this request")]
    Unknown,
}

/// What `If-Match` asks for.
#[derive(Clone, Copy)]
enum Expectation {
    /// `*`: whatever there is.
    Anything,
    Sequence(u64),
}

impl SafeguardsForm {
    /// The safeguards, or notes of what is wrong with them.
    pub(super) fn parse(self, violations: &mut Violations) -> Safeguards {
        let key = self.idempotency_key();
        Safeguards {
            idempotency_key: violations.keep(IDEMPOTENCY_KEY, key).flatten(),
            if_sequence: violations.keep(IF_MATCH, self.expected_sequence()).flatten(),
        }
    }

    /// The key of a request that knows no expected sequence, or notes of what is wrong.
    pub(crate) fn parse_key(&self, violations: &mut Violations) -> Option<IdempotencyKey> {
        if !self.if_match.is_empty() {
            violations.note(IF_MATCH, Problem::Unknown);
        }
        violations.keep(IDEMPOTENCY_KEY, self.idempotency_key()).flatten()
    }

    fn idempotency_key(&self) -> Result<Option<IdempotencyKey>, Problem> {
        let Some(key) = single(&self.idempotency_keys)? else {
            return Ok(None);
        };
        let key = str::from_utf8(key).map_err(|_| MalformedIdempotencyKey)?;
        Ok(Some(IdempotencyKey::new(key)?))
    }

    fn expected_sequence(&self) -> Result<Option<u64>, Problem> {
        match (single(&self.if_match)?.map(expectation).transpose()?, self.if_sequence) {
            (None | Some(Expectation::Anything), if_sequence) => Ok(if_sequence),
            (Some(Expectation::Sequence(tag)), Some(field)) if tag != field => Err(Problem::Contradiction),
            (Some(Expectation::Sequence(tag)), _) => Ok(Some(tag)),
        }
    }
}

fn single(values: &[Vec<u8>]) -> Result<Option<&[u8]>, Problem> {
    match values {
        [] => Ok(None),
        [value] => Ok(Some(value)),
        [_, _, ..] => Err(Problem::Repeated),
    }
}

fn expectation(header: &[u8]) -> Result<Expectation, Problem> {
    let text = str::from_utf8(header).map_err(|_| Problem::EntityTag)?.trim_ascii();
    if text == "*" {
        return Ok(Expectation::Anything);
    }
    // Proxies that compress a response make its tag weak. Sequences name states and not bytes, so weak tags compare as well.
    let tag = text.strip_prefix("W/").unwrap_or(text);
    let tag = tag.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let sequence = tag.and_then(|tag| tag.parse().ok().filter(|sequence: &u64| sequence.to_string() == tag));
    sequence.map(Expectation::Sequence).ok_or(Problem::EntityTag)
}

impl Safeguards {
    /// What to remember the request by, if it has a key. It is told apart from others by what the digester was given, and
    /// by the sequence that is asked for.
    pub(super) fn request(&self, digester: impl FnOnce() -> RequestDigester) -> Option<IdempotentRequest> {
        let key = self.idempotency_key.clone()?;
        let digest = digester().optional(self.if_sequence.map(u64::to_be_bytes)).finish();
        Some(IdempotentRequest { key, digest })
    }

    /// The same for a user who has come to another sequence by showing their password in the same request.
    ///
    /// # Errors
    /// [`Error::SequenceMismatch`] when they were not as the caller saw them before.
    pub(super) fn behind(&self, user_id: &UserId, proven: &ProvenUser) -> Result<Self, Error> {
        if self.if_sequence.is_some() && self.if_sequence != proven.sequence_before.map(Sequence::get) {
            return Err(Error::SequenceMismatch {
                user_id: Some(user_id.clone()),
                sequence: proven.sequence.get(),
            });
        }
        Ok(Self {
            if_sequence: self.if_sequence.map(|_| proven.sequence.get()),
            ..self.clone()
        })
    }

    /// Whether the user is as the caller saw them.
    pub(super) fn check(&self, user: &User) -> Result<(), Error> {
        let sequence = user.sequence().get();
        match self.if_sequence {
            Some(expected) if expected != sequence => Err(Error::SequenceMismatch {
                user_id: Some(user.id().clone()),
                sequence,
            }),
            Some(_) | None => Ok(()),
        }
    }

    /// Whether a user who is to be is as the caller thinks: absent.
    pub(super) fn check_absent(&self) -> Result<(), Error> {
        match self.if_sequence {
            Some(1..) => Err(Error::SequenceMismatch {
                user_id: None,
                sequence: 0,
            }),
            Some(0) | None => Ok(()),
        }
    }
}
