//! Valid values in few words.

#![expect(clippy::expect_used, reason = "a fixture that cannot be built is how a test fails")]
#![expect(
    clippy::missing_panics_doc,
    reason = "every fixture panics on a value that the domain refuses"
)]

use unlockd_application::ports::NewUser;
use unlockd_domain::{
    AccessToken, AccessTokenId, Actor, LockCause, LockOrder, Organization, OrganizationId, OrganizationName, Reason,
    Timestamp, User, UserId, UserProfile, Username, UsernameId, UsernameScope,
};

/// The moment at which fixed clocks begin: 2024-06-25T13:35:39.148123Z.
#[must_use]
pub fn now() -> Timestamp {
    timestamp("2024-06-25T13:35:39.148123Z")
}

/// The earliest moment there is: 0001-01-01T00:00:00Z.
#[must_use]
pub fn earliest() -> Timestamp {
    timestamp("0001-01-01T00:00:00Z")
}

/// An RFC 3339 time.
#[must_use]
pub fn timestamp(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).expect("a timestamp")
}

/// A user's id.
#[must_use]
pub fn user_id(id: &str) -> UserId {
    UserId::new(id).expect("a user id")
}

/// An organization's id.
#[must_use]
pub fn organization_id(id: &str) -> OrganizationId {
    OrganizationId::new(id).expect("an organization id")
}

/// An organization that was made at [`now`] and has its id for a name.
#[must_use]
pub fn organization(id: &str) -> Organization {
    Organization {
        id: organization_id(id),
        name: OrganizationName::new(id).expect("an organization name"),
        created_at: now(),
    }
}

/// A username; its id is derived from name and scope.
#[must_use]
pub fn username(name: &str, scope: UsernameScope) -> Username {
    let suffix: String = name.chars().take(150).collect();
    let id = UsernameId::new(format!("{scope:?}-{suffix}")).expect("a username id");
    Username::new(id, name, scope).expect("a username")
}

/// A user who was made by the system at [`now`], with an empty profile.
#[must_use]
pub fn new_user(id: &str, organization: &str) -> NewUser {
    NewUser {
        change: User::create(user_id(id), organization_id(organization), Actor::System, now()),
        profile: UserProfile::default(),
    }
}

/// The same with names that are unique in the instance.
#[must_use]
pub fn named_user(id: &str, organization: &str, names: &[&str]) -> NewUser {
    let mut user = new_user(id, organization);
    user.profile.usernames = names
        .iter()
        .map(|name| username(name, UsernameScope::Instance))
        .collect();
    user
}

/// What is said about a change; the text must not be empty.
#[must_use]
pub fn reason(text: &str) -> Reason {
    Reason::parse(text).expect("a reason").expect("a text")
}

/// An operator's lock that holds until somebody unlocks, without a reason.
#[must_use]
pub fn lock_order() -> LockOrder {
    LockOrder {
        cause: LockCause::Operator,
        reason: None,
        until: None,
    }
}

/// A token of a user that was made at [`now`] and never expires.
#[must_use]
pub fn access_token(id: &str, user: &str) -> AccessToken {
    AccessToken {
        id: AccessTokenId::new(id).expect("a token id"),
        user_id: user_id(user),
        created_at: now(),
        expires_at: None,
    }
}
