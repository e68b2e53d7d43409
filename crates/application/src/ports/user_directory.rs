use async_trait::async_trait;
use unlockd_domain::{LockCause, Timestamp, User, UserProfile, UsernameKey};

use super::{StoreError, Visibility};

/// Finds users by what they are.
#[async_trait]
pub trait UserDirectory: Send + Sync {
    /// The users that the query describes, and how many there are without its limit and offset, both at one moment.
    ///
    /// - Deleted users MUST NOT be found, nor those whom [`UserQuery::visibility`] hides; neither MUST be counted.
    /// - Users MUST come in the query's order; those who are equal in it by id, in the same direction.
    /// - A condition on what a user does not have MUST be false, so that its negation is true.
    /// - What users are, for conditions and for the order by state, MUST be what they are at [`UserQuery::now`]; they are
    ///   answered as they are stored.
    async fn search(&self, query: &UserQuery) -> Result<UserPage, StoreError>;
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserQuery {
    /// Whose users may be seen.
    pub visibility: Visibility,
    /// What they must be.
    pub filter: UserFilter,
    /// The present: a lock that has expired is none, whether or not that has been written down.
    pub now: Timestamp,
    /// What they are ordered by.
    pub order: UserOrder,
    /// In which direction.
    pub direction: SortDirection,
    /// How many to leave out at the beginning.
    pub offset: u64,
    /// How many at most.
    pub limit: u32,
}

/// Users, and how many there are in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserPage {
    /// How many fit.
    pub total: u64,
    /// Those within limit and offset.
    pub users: Vec<(User, UserProfile)>,
}

/// A condition on a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserFilter {
    /// All of these; true without any.
    And(Vec<Self>),
    /// One of these; false without any.
    Or(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// The id is like this. Case is ignored for the 26 Latin letters only, as befits ids.
    UserId(TextMatch),
    /// The owning organization's id is like this; case as for [`UserFilter::UserId`].
    OrganizationId(TextMatch),
    /// One of the usernames is like this. Where case is ignored, both are compared by their [`UsernameKey`]; no
    /// text has an empty one.
    Username {
        /// Like what.
        text: TextMatch,
        /// The key of the text.
        key: UsernameKey,
        /// Whether only the names that are specific to the organization count.
        organization_specific_only: bool,
    },
    /// The user is active.
    Active,
    /// The user is inactive.
    Inactive,
    /// The user is locked.
    Locked,
    /// The user is deleted, which nobody who is found is.
    Deleted,
    /// The user is locked for this cause.
    LockCause(LockCause),
    /// The user is locked since a moment within the range.
    LockedSince(TimeRange),
    /// The user is locked until a moment within the range.
    LockedUntil(TimeRange),
}

/// How a text has to be. Every character stands for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextMatch {
    /// How the two are compared.
    pub method: TextMethod,
    /// The text to compare with.
    pub text: String,
}

/// `zitadel.object.v2beta.TextQueryMethod`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextMethod {
    /// The same text.
    Equals,
    /// The same text, ignoring case.
    EqualsIgnoreCase,
    /// It begins so.
    StartsWith,
    /// It begins so, ignoring case.
    StartsWithIgnoreCase,
    /// It holds this.
    Contains,
    /// It holds this, ignoring case.
    ContainsIgnoreCase,
    /// It ends so.
    EndsWith,
    /// It ends so, ignoring case.
    EndsWithIgnoreCase,
}

/// Moments between two others, neither of which counts; open on a side that is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimeRange {
    /// Only what is later.
    pub after: Option<Timestamp>,
    /// Only what is earlier.
    pub before: Option<Timestamp>,
}

/// What users are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UserOrder {
    /// Their id, byte by byte.
    #[default]
    Id,
    /// The time of their first event.
    CreationDate,
    /// The time of their last event.
    ChangeDate,
    /// Active, inactive, locked: the order of the wire's numbers.
    State,
}

/// In which direction things are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortDirection {
    /// The smallest first.
    Ascending,
    /// The largest first.
    #[default]
    Descending,
}

impl TextMethod {
    /// Whether case is ignored.
    #[must_use]
    pub fn ignores_case(self) -> bool {
        match self {
            Self::EqualsIgnoreCase
            | Self::StartsWithIgnoreCase
            | Self::ContainsIgnoreCase
            | Self::EndsWithIgnoreCase => true,
            Self::Equals | Self::StartsWith | Self::Contains | Self::EndsWith => false,
        }
    }

    /// Compares two texts as they are; whoever ignores case has folded both.
    #[must_use]
    pub fn compares(self, value: &str, with: &str) -> bool {
        match self {
            Self::Equals | Self::EqualsIgnoreCase => value == with,
            Self::StartsWith | Self::StartsWithIgnoreCase => value.starts_with(with),
            Self::Contains | Self::ContainsIgnoreCase => value.contains(with),
            Self::EndsWith | Self::EndsWithIgnoreCase => value.ends_with(with),
        }
    }
}

impl TimeRange {
    /// Whether the moment is within the range.
    #[must_use]
    pub fn contains(&self, moment: Timestamp) -> bool {
        self.after.is_none_or(|after| moment > after) && self.before.is_none_or(|before| moment < before)
    }
}
