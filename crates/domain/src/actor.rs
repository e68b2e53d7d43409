use crate::id::UserId;

/// Who made a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A user, by a token of theirs.
    User(UserId),
    /// unlockd itself, or whoever runs its command line beside the database.
    System,
}

impl Actor {
    /// The acting user, if it was one.
    #[must_use]
    pub fn user_id(&self) -> Option<&UserId> {
        match self {
            Self::User(id) => Some(id),
            Self::System => None,
        }
    }
}

/// A stored actor: no user means the system.
impl From<Option<UserId>> for Actor {
    fn from(user: Option<UserId>) -> Self {
        user.map_or(Self::System, Self::User)
    }
}
