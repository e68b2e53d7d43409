use crate::id::OrganizationId;
use crate::text::{TextError, check_text};
use crate::timestamp::Timestamp;

/// An owner of users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// What the organization is called by programs.
    pub id: OrganizationId,
    /// What it is called by people.
    pub name: OrganizationName,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What people call an organization: 1 to 200 characters without U+0000.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationName(String);

impl OrganizationName {
    /// Takes over a name.
    ///
    /// # Errors
    /// [`TextError`] when it is empty, longer than 200 characters, or holds U+0000.
    pub fn new(name: impl Into<String>) -> Result<Self, TextError> {
        let name = name.into();
        check_text(&name, 200)?;
        Ok(Self(name))
    }

    /// The name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
