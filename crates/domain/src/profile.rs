use serde_json::Value;
use thiserror::Error;

use crate::id::OrganizationId;
use crate::login_identity::LoginName;
use crate::password::StoredPassword;
use crate::password_reset::PasswordReset;
use crate::username::Username;

/// What a user is called, how they sign in, and what their owners noted about them. Erased when the user is deleted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserProfile {
    /// The names to sign in with, in the order they were given.
    pub usernames: Vec<Username>,
    /// The password, if the user has one.
    pub password: Option<StoredPassword>,
    /// The code to replace the password by, if one was asked for.
    pub password_reset: Option<PasswordReset>,
    /// What the owners noted.
    pub data: Option<UserData>,
}

impl UserProfile {
    /// The largest number of usernames that a user may have.
    pub const MAX_USERNAMES: usize = 100;

    /// The first of the usernames in the form in which it is typed to sign in. Names that are too long to be typed with
    /// their organization are left out.
    #[must_use]
    pub fn login_name(&self, organization: &OrganizationId) -> Option<LoginName> {
        self.usernames
            .iter()
            .find_map(|username| username.login_name(organization))
    }
}

/// A JSON object of up to 16 KiB that unlockd keeps and gives back as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserData(String);

/// Why a text is not acceptable as user data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UserDataError {
    /// The text is longer than 16 KiB.
    #[error("must have at most {} bytes", UserData::MAX_BYTES)]
    TooLong,
    /// The text does not begin like a JSON object.
    #[error("must be a JSON object")]
    NotAnObject,
    /// Objects and lists are nested too deeply for `google.protobuf.Struct`, whose readers stop at 100 nested messages.
    #[error("must not be nested more than {} levels deep", UserData::MAX_DEPTH)]
    TooDeep,
    /// The text begins like an object and is not JSON, or holds what a `google.protobuf.Struct` cannot.
    #[error("must be valid JSON, with numbers that fit a double and strings without unpaired surrogates")]
    NotJson,
}

impl UserData {
    /// The longest text, in bytes.
    pub const MAX_BYTES: usize = 16 * 1024;
    /// The deepest nesting of objects and lists; the outer object is the first level.
    pub const MAX_DEPTH: usize = 30;

    /// Takes over the text of a JSON object.
    ///
    /// # Errors
    /// [`UserDataError`] when it is too long, too deep, or not a JSON object that `google.protobuf.Struct` can hold.
    pub fn from_json(text: impl Into<String>) -> Result<Self, UserDataError> {
        let text = text.into();
        if text.len() > Self::MAX_BYTES {
            return Err(UserDataError::TooLong);
        }
        if !text.trim_start_matches([' ', '\t', '\n', '\r']).starts_with('{') {
            return Err(UserDataError::NotAnObject);
        }
        if depth(&text) > Self::MAX_DEPTH {
            return Err(UserDataError::TooDeep);
        }
        // Parsed as values: skipping over them would let through numbers and escapes that mean nothing.
        match serde_json::from_str::<Value>(&text) {
            Ok(_) => Ok(Self(text)),
            Err(_) => Err(UserDataError::NotJson),
        }
    }

    /// Takes over the text of a JSON object from a store, which vouches for its form.
    #[must_use]
    pub fn trusted(text: String) -> Self {
        Self(text)
    }

    /// The text of the JSON object.
    #[must_use]
    pub fn as_json(&self) -> &str {
        &self.0
    }
}

/// How deeply brackets are nested. Counted in the text, which is not known to be JSON yet: the parser stops at 128 levels
/// without saying that this is why.
fn depth(text: &str) -> usize {
    let (mut open, mut deepest) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => {
                open += 1;
                deepest = deepest.max(open);
            }
            b'}' | b']' => open = open.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
