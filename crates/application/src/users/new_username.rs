use unlockd_domain::{TextError, Username, UsernameId, UsernameKey, UsernameScope};

/// A username without an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUsername {
    name: String,
    scope: UsernameScope,
}

/// `zitadel.user.v3alpha.SetUsername` as a wire brings it.
#[derive(Default)]
pub struct UsernameForm {
    /// `username`; empty when it is not set.
    pub username: String,
    /// `is_organization_specific`.
    pub is_organization_specific: bool,
}

impl NewUsername {
    /// A name to be.
    ///
    /// # Errors
    /// [`TextError`] when it is empty, longer than 200 characters, or holds U+0000.
    pub fn new(name: impl Into<String>, scope: UsernameScope) -> Result<Self, TextError> {
        let name = name.into();
        UsernameKey::of(&name)?;
        Ok(Self { name, scope })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn scope(&self) -> UsernameScope {
        self.scope
    }

    pub(super) fn with_id(self, id: UsernameId) -> Result<Username, TextError> {
        Username::new(id, self.name, self.scope)
    }
}

impl UsernameForm {
    /// The name to be.
    pub(super) fn parse(self) -> Result<NewUsername, TextError> {
        let scope = if self.is_organization_specific {
            UsernameScope::Organization
        } else {
            UsernameScope::Instance
        };
        NewUsername::new(self.username, scope)
    }
}
