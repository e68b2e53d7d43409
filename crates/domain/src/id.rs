use std::fmt;

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
