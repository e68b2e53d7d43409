use serde_json::Value;
use thiserror::Error;

use crate::password::StoredPassword;
use crate::username::Username;

/// What a user is called, how they sign in, and what their owners noted about them. Erased when the user is deleted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserProfile {
    /// The names to sign in with, in the order they were given.
    pub usernames: Vec<Username>,
    /// The password, if the user has one.
    pub password: Option<StoredPassword>,
    /// What the owners noted.
    pub data: Option<UserData>,
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
    /// The text is not one JSON object.
    #[error("must be a JSON object")]
    NotAnObject,
    /// Objects and lists are nested too deeply for `google.protobuf.Struct`, whose readers stop at 100 nested messages.
    #[error("must not be nested more than {} levels deep", UserData::MAX_DEPTH)]
    TooDeep,
}

impl UserData {
    /// The longest text, in bytes.
    pub const MAX_BYTES: usize = 16 * 1024;
    /// The deepest nesting of objects and lists; the outer object is the first level.
    pub const MAX_DEPTH: usize = 30;

    /// Takes over the text of a JSON object.
    ///
    /// # Errors
    /// [`UserDataError`] when it is too long, too deep, or not a JSON object.
    pub fn from_json(text: impl Into<String>) -> Result<Self, UserDataError> {
        let text = text.into();
        if text.len() > Self::MAX_BYTES {
            return Err(UserDataError::TooLong);
        }
        match serde_json::from_str(&text) {
            Ok(object @ Value::Object(_)) if depth(&object) <= Self::MAX_DEPTH => Ok(Self(text)),
            Ok(Value::Object(_)) => Err(UserDataError::TooDeep),
            _ => Err(UserDataError::NotAnObject),
        }
    }

    /// The text of the JSON object.
    #[must_use]
    pub fn as_json(&self) -> &str {
        &self.0
    }
}

/// The parser stops at 128 levels, so the recursion is bounded.
fn depth(value: &Value) -> usize {
    match value {
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}
