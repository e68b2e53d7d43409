use unlockd_domain::{OrganizationId, Reach};

/// Whose users a caller may see, told to a store: a part of the question, not of what is done with the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visibility {
    /// Those of these organizations.
    Organizations(Vec<OrganizationId>),
    /// All.
    Instance,
}

impl Visibility {
    /// Whether the users of this organization may be seen.
    #[must_use]
    pub fn covers(&self, organization: &OrganizationId) -> bool {
        match self {
            Self::Organizations(organizations) => organizations.contains(organization),
            Self::Instance => true,
        }
    }
}

impl From<&Reach<'_>> for Visibility {
    fn from(reach: &Reach<'_>) -> Self {
        match reach {
            Reach::Nothing => Self::Organizations(Vec::new()),
            Reach::Organizations(organizations) => {
                Self::Organizations(organizations.iter().copied().cloned().collect())
            }
            Reach::Instance => Self::Instance,
        }
    }
}
