use crate::id::UserId;
use crate::text::{TextError, check_text};
use crate::username::UsernameKey;

/// How somebody says who they are when they sign in; whether there is such a user is another question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginIdentity {
    /// By the user's id.
    UserId(UserId),
    /// By a name.
    LoginName(LoginName),
}

/// A name to sign in with, as it was typed: a username of the whole instance, or `<username>@<organization id>` for one that
/// is specific to an organization. No two users have the same. A text that cannot be a username is a name that nobody has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginName {
    text: String,
    key: UsernameKey,
}

impl LoginName {
    /// The longest login name, in characters (`zitadel.session.v2`: `{1..200}`).
    pub const MAX_CHARACTERS: usize = 200;

    /// Takes over a name of 1 to 200 characters.
    ///
    /// # Errors
    /// [`TextError`] when it is empty, longer, or holds U+0000.
    pub fn new(text: impl Into<String>) -> Result<Self, TextError> {
        let text = text.into();
        check_text(&text, Self::MAX_CHARACTERS)?;
        let key = UsernameKey::of(&text);
        Ok(Self { text, key })
    }

    /// The name as it was typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The login key of the username that is meant.
    #[must_use]
    pub fn key(&self) -> &UsernameKey {
        &self.key
    }
}
