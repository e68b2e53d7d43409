use std::fmt;

use thiserror::Error;

use crate::text::{TextError, check_text};

/// The longest id that is accepted, in characters (`zitadel.user.v3alpha`: `{1..200}`).
const MAX_CHARACTERS: usize = 200;

macro_rules! opaque_id {
    ($(#[$docs:meta])* $name:ident) => {
        $(#[$docs])*
        ///
        /// An opaque text of 1 to 200 characters without U+0000, compared byte by byte.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Takes over an id.
            ///
            /// # Errors
            /// [`TextError`] when the text is empty, longer than 200 characters, or holds U+0000.
            pub fn new(id: impl Into<String>) -> Result<Self, TextError> {
                let id = id.into();
                check_text(&id, MAX_CHARACTERS)?;
                Ok(Self(id))
            }

            /// The id as it was given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// The reason why a text cannot be the id of something new. Proxies and clients resolve such a segment of a path, and a
/// request for one user reaches another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NewIdError {
    /// The text cannot be an id at all.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The text is a segment that means another path (RFC 3986, section 3.3).
    #[error("must not be \".\" or \"..\"")]
    DotSegment,
    /// The text has a character that ends a segment, or that cannot be seen.
    #[error("must not contain \"/\", \"\\\" or control characters")]
    Character,
}

macro_rules! id_that_can_be_chosen {
    ($name:ident) => {
        impl $name {
            /// Takes over an id that is chosen for something new. Ids that exist are not checked by this rule.
            ///
            /// # Errors
            /// [`NewIdError`] when the text cannot be an id, is `.` or `..`, or contains `/`, `\` or a control character.
            pub fn choose(id: impl Into<String>) -> Result<Self, NewIdError> {
                let id = Self::new(id)?;
                check_new_id(id.as_str())?;
                Ok(id)
            }
        }
    };
}

id_that_can_be_chosen!(UserId);
id_that_can_be_chosen!(OrganizationId);

fn check_new_id(id: &str) -> Result<(), NewIdError> {
    if matches!(id, "." | "..") {
        return Err(NewIdError::DotSegment);
    }
    if id.contains(|character: char| matches!(character, '/' | '\\') || character.is_control()) {
        return Err(NewIdError::Character);
    }
    Ok(())
}

opaque_id! {
    /// Names a user for ever: a deleted user's id is not given out again.
    UserId
}
opaque_id! {
    /// Names an organization, the owner of users ("resource owner" on the wire).
    OrganizationId
}
opaque_id! {
    /// Names one of a user's usernames, so that it can be removed.
    UsernameId
}
opaque_id! {
    /// Names an access token without being one: safe to print, used to revoke it.
    AccessTokenId
}
opaque_id! {
    /// Names a session without being its token: safe to print, used to end it.
    SessionId
}
