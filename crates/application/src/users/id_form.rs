use percent_encoding::percent_decode_str;
use thiserror::Error as ThisError;
use unlockd_domain::{TextError, UserId};

use crate::error::Error;

/// Where a request names what it is about: in its path, in its message, or in both.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IdForm {
    /// The segment of the path, decoded, if the path has one.
    pub in_path: Option<Result<String, MalformedSegment>>,
    /// The field of the message; empty when it is not set.
    pub in_message: String,
}

/// A segment of a path that cannot be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ThisError)]
#[error("must be percent-encoded UTF-8")]
pub struct MalformedSegment;

/// Why a request does not name what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ThisError)]
pub(crate) enum IdProblem {
    #[error(transparent)]
    Segment(#[from] MalformedSegment),
    #[error(transparent)]
    Text(#[from] TextError),
    #[error("must be the same in the path and in the body")]
    Contradiction,
}

impl IdForm {
    /// The user of a request about nothing else.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] without an id that is well formed, or with two different ones.
    pub fn parse(self) -> Result<UserId, Error> {
        self.user_id().map_err(|problem| Error::invalid("user_id", problem))
    }

    /// The user, for a request that is judged as a whole.
    pub(super) fn user_id(self) -> Result<UserId, IdProblem> {
        self.id(UserId::new)
    }

    /// The id, for a request that is judged as a whole.
    pub(crate) fn id<I>(self, new: impl FnOnce(String) -> Result<I, TextError>) -> Result<I, IdProblem> {
        let id = match self.in_path.transpose()? {
            Some(in_path) if self.in_message.is_empty() || self.in_message == in_path => in_path,
            Some(_) => return Err(IdProblem::Contradiction),
            None => self.in_message,
        };
        Ok(new(id)?)
    }
}

/// Decodes one segment of a path: percent-encoded UTF-8 (RFC 3986, section 2.1).
///
/// # Errors
/// [`MalformedSegment`] for a percent sign without two hexadecimal digits behind it, and for what is not UTF-8.
pub fn decode_segment(segment: &str) -> Result<String, MalformedSegment> {
    let mut after_percent_signs = segment.split('%').skip(1);
    if !after_percent_signs.all(begins_with_two_hexadecimal_digits) {
        return Err(MalformedSegment);
    }
    let decoded = percent_decode_str(segment).decode_utf8();
    decoded.map(Into::into).map_err(|_| MalformedSegment)
}

fn begins_with_two_hexadecimal_digits(text: &str) -> bool {
    text.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2
}
