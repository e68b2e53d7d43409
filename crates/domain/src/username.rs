use std::fmt;

use thiserror::Error;

use crate::id::{OrganizationId, UsernameId};
use crate::login_identity::LoginName;
use crate::precis::{self, Violation};
use crate::text::{TextError, check_text};

/// A name that a user signs in with, kept as it was typed: 1 to 200 characters that PRECIS allows in usernames (RFC 8265).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Username {
    id: UsernameId,
    name: String,
    key: UsernameKey,
    scope: UsernameScope,
}

/// Where a username is unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UsernameScope {
    /// In the whole instance.
    Instance,
    /// Among the organization's own names (`is_organization_specific`).
    Organization,
}

/// The form in which names are compared: PRECIS `UsernameCaseMapped` (RFC 8265). Names that differ only in case, in width,
/// in composition, in characters without a width or in surrounding blanks have one key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UsernameKey(String);

/// The reason why a text cannot be a username.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UsernameError {
    /// The text is empty, too long, or holds U+0000.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The name begins or ends with a blank.
    #[error("must not begin or end with a blank")]
    SurroundingBlank,
    /// The name has a character that is not allowed in a username, or not at this place.
    #[error(
        "must not contain U+{:04X} here; use letters, digits, ASCII punctuation, and blanks between them",
        u32::from(*.0)
    )]
    Character(char),
    /// The name mixes directions of writing in a way that can be misread (RFC 5893).
    #[error(
        "must not mix characters that are written from right to left with letters that are written from left to right"
    )]
    MixedDirections,
    /// Nobody could type the login name of the username: `<username>@<organization id>` is too long.
    #[error(
        "must have at most {} characters together with \"@\" and the organization id",
        LoginName::MAX_CHARACTERS
    )]
    LoginNameTooLong,
}

impl Username {
    /// The longest username, in characters.
    pub const MAX_CHARACTERS: usize = 200;

    /// Takes over a name under an id of its own.
    ///
    /// # Errors
    /// [`UsernameError`] when the name is not valid.
    pub fn new(id: UsernameId, name: impl Into<String>, scope: UsernameScope) -> Result<Self, UsernameError> {
        let name = name.into();
        Self::check(&name)?;
        let key = UsernameKey::of(&name);
        Ok(Self { id, name, key, scope })
    }

    /// Checks a name.
    ///
    /// # Errors
    /// [`UsernameError`] when the name is not valid.
    pub fn check(name: &str) -> Result<(), UsernameError> {
        check_text(name, Self::MAX_CHARACTERS)?;
        precis::check(name).map_err(|violation| match violation {
            Violation::SurroundingBlank => UsernameError::SurroundingBlank,
            Violation::Character(character) => UsernameError::Character(character),
            Violation::MixedDirections => UsernameError::MixedDirections,
        })
    }

    /// Takes over a username from a store, which vouches for its name and for the key that goes with it.
    #[must_use]
    pub fn restore(id: UsernameId, name: String, key: UsernameKey, scope: UsernameScope) -> Self {
        Self { id, name, key, scope }
    }

    /// The id by which the username is removed.
    #[must_use]
    pub fn id(&self) -> &UsernameId {
        &self.id
    }

    /// The name as it was typed.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key of the name alone, by which the username is searched for.
    #[must_use]
    pub fn key(&self) -> &UsernameKey {
        &self.key
    }

    /// Where the name is unique.
    #[must_use]
    pub fn scope(&self) -> UsernameScope {
        self.scope
    }

    /// The key of what the user types to sign in, which no two usernames share: of the name, or of
    /// `<name>@<organization id>` for a name that is specific to the user's organization.
    #[must_use]
    pub fn login_key(&self, users_organization: &OrganizationId) -> UsernameKey {
        match self.scope_organization(users_organization) {
            None => self.key.clone(),
            Some(organization) => UsernameKey::of(&login_name(&self.name, organization)),
        }
    }

    /// The login name that the user types; none where that is too long to be typed.
    #[must_use]
    pub fn login_name(&self, users_organization: &OrganizationId) -> Option<LoginName> {
        let text = match self.scope_organization(users_organization) {
            None => self.name.clone(),
            Some(organization) => login_name(&self.name, organization),
        };
        LoginName::new(text).ok()
    }

    /// Checks that the user can type what they sign in with.
    ///
    /// # Errors
    /// [`UsernameError::LoginNameTooLong`] when sign-in does not accept so long a login name.
    pub fn check_login_name(
        name: &str,
        scope: UsernameScope,
        users_organization: &OrganizationId,
    ) -> Result<(), UsernameError> {
        let characters = match scope {
            UsernameScope::Instance => name.chars().count(),
            UsernameScope::Organization => login_name(name, users_organization).chars().count(),
        };
        if characters > LoginName::MAX_CHARACTERS {
            return Err(UsernameError::LoginNameTooLong);
        }
        Ok(())
    }

    /// The organization the name belongs to, given its user's; none for a name of the whole instance.
    #[must_use]
    pub fn scope_organization<'a>(&self, users_organization: &'a OrganizationId) -> Option<&'a OrganizationId> {
        match self.scope {
            UsernameScope::Instance => None,
            UsernameScope::Organization => Some(users_organization),
        }
    }
}

impl UsernameKey {
    /// The key of a name, also of one that is typed and that nobody could have.
    #[must_use]
    pub fn of(name: &str) -> Self {
        Self(precis::comparison_form(name))
    }

    /// Takes over a key from a store, which vouches for it.
    #[must_use]
    pub fn trusted(key: String) -> Self {
        Self(key)
    }

    /// The key as stores hold it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn login_name(name: &str, organization: &OrganizationId) -> String {
    format!("{name}@{}", organization.as_str())
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
