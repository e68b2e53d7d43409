use unlockd_domain::{OrganizationId, Username, UsernameError, UsernameId, UsernameScope};

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
    /// [`UsernameError`] when it is not valid.
    pub fn new(name: impl Into<String>, scope: UsernameScope) -> Result<Self, UsernameError> {
        let name = name.into();
        Username::check(&name)?;
        Ok(Self { name, scope })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn scope(&self) -> UsernameScope {
        self.scope
    }

    /// Checks that a user of the organization can sign in with it.
    pub(super) fn check_login_name(&self, organization: &OrganizationId) -> Result<(), UsernameError> {
        Username::check_login_name(&self.name, self.scope, organization)
    }

    pub(super) fn with_id(self, id: UsernameId) -> Result<Username, UsernameError> {
        Username::new(id, self.name, self.scope)
    }
}

impl UsernameForm {
    /// The name to be.
    pub(super) fn parse(self) -> Result<NewUsername, UsernameError> {
        let scope = if self.is_organization_specific {
            UsernameScope::Organization
        } else {
            UsernameScope::Instance
        };
        NewUsername::new(self.username, scope)
    }
}
