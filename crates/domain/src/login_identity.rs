use crate::id::{OrganizationId, UserId};
use crate::text::TextError;
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
/// is specific to an organization. Where both exist, it is the one of the organization: names that end like this are the
/// organization's to give, and nobody elsewhere can take one over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginName {
    text: String,
    key: UsernameKey,
    organization_specific: Option<(UsernameKey, OrganizationId)>,
}

impl LoginName {
    /// Takes over a name of 1 to 200 characters.
    ///
    /// # Errors
    /// [`TextError`] when it is empty, longer, or holds U+0000.
    pub fn new(text: impl Into<String>) -> Result<Self, TextError> {
        let text = text.into();
        let key = UsernameKey::of(&text)?;
        let organization_specific = text.rsplit_once('@').and_then(|(name, organization)| {
            Some((UsernameKey::of(name).ok()?, OrganizationId::new(organization).ok()?))
        });
        Ok(Self {
            text,
            key,
            organization_specific,
        })
    }

    /// The name as it was typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The key that a username of the whole instance has if it is meant.
    #[must_use]
    pub fn key(&self) -> &UsernameKey {
        &self.key
    }

    /// The key and the organization that a specific username has if it is meant.
    #[must_use]
    pub fn organization_specific(&self) -> Option<(&UsernameKey, &OrganizationId)> {
        self.organization_specific
            .as_ref()
            .map(|(key, organization)| (key, organization))
    }
}
