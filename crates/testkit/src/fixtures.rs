//! Valid values in few words.

#![expect(clippy::expect_used, reason = "a fixture that cannot be built is how a test fails")]
#![expect(
    clippy::missing_panics_doc,
    reason = "every fixture panics on a value that the domain refuses"
)]

use std::time::Duration;

use unlockd_application::idempotency::{IdempotencyKey, IdempotentRequest, RequestDigest};
use unlockd_application::ports::{
    NewUser, SortDirection, TextMatch, TextMethod, UserFilter, UserOrder, UserQuery, Visibility,
};
use unlockd_domain::{
    AccessToken, AccessTokenId, Actor, AttemptLimit, LockCause, LockOrder, LockoutPolicy, LoginIdentity, LoginName,
    Organization, OrganizationId, OrganizationName, PasswordProof, PolicySpan, Reason, Sequence, Session, SessionId,
    SessionMetadata, SessionUser, Source, Timestamp, User, UserData, UserId, UserProfile, Username, UsernameId,
    UsernameKey, UsernameScope,
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
        request: None,
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
        name: None,
        created_at: now(),
        expires_at: None,
        last_used_at: None,
    }
}

/// What the owners note about a user: a JSON object.
#[must_use]
pub fn data(json: &str) -> UserData {
    UserData::from_json(json).expect("a JSON object")
}

/// A request under a key; each byte of its digest is this one.
#[must_use]
pub fn request(key: &str, digest: u8) -> IdempotentRequest {
    IdempotentRequest {
        key: idempotency_key(key),
        digest: RequestDigest([digest; 32]),
    }
}

/// What a caller calls a request.
#[must_use]
pub fn idempotency_key(key: &str) -> IdempotencyKey {
    IdempotencyKey::new(key).expect("an idempotency key")
}

/// Where a request comes from: the source of this address.
#[must_use]
pub fn source(address: &str) -> Source {
    Source::of(address.parse().expect("an address"))
}

/// Somebody who gives a name.
#[must_use]
pub fn login_name(name: &str) -> LoginIdentity {
    LoginIdentity::LoginName(LoginName::new(name).expect("a login name"))
}

/// The default policy, but for how many wrong passwords lock; 0 for any number.
#[must_use]
pub fn lockout_policy(max_password_attempts: u32) -> LockoutPolicy {
    LockoutPolicy {
        max_password_attempts: AttemptLimit::new(max_password_attempts).expect("a limit"),
        ..LockoutPolicy::DEFAULT
    }
}

/// A span of a policy, of whole seconds.
#[must_use]
pub fn policy_span(seconds: u64) -> PolicySpan {
    PolicySpan::new(Duration::from_secs(seconds)).expect("a span")
}

/// A session that `creator` began at [`now`], in which nobody has said who they are, and which never ends.
#[must_use]
pub fn session(id: &str) -> Session {
    Session {
        id: session_id(id),
        creator: user_id("creator"),
        user: None,
        metadata: SessionMetadata::default(),
        user_agent: None,
        created_at: now(),
        changed_at: now(),
        sequence: Sequence::FIRST,
        expires_at: None,
        request: None,
    }
}

/// The same, in which a user has given their id and shown their password.
#[must_use]
pub fn proven_session(id: &str, user: &str, organization: &str) -> Session {
    Session {
        user: Some(SessionUser {
            identity: LoginIdentity::UserId(user_id(user)),
            named_at: now(),
            proof: Some(PasswordProof {
                user_id: user_id(user),
                organization: organization_id(organization),
                login_name: None,
                checked_at: now(),
            }),
        }),
        ..session(id)
    }
}

/// A session's id.
#[must_use]
pub fn session_id(id: &str) -> SessionId {
    SessionId::new(id).expect("a session id")
}

/// Everybody who fits at [`now`], up to 1,000 of them, by id.
#[must_use]
pub fn user_query(filter: UserFilter) -> UserQuery {
    UserQuery {
        visibility: Visibility::Instance,
        filter,
        now: now(),
        order: UserOrder::Id,
        direction: SortDirection::Ascending,
        offset: 0,
        limit: 1_000,
    }
}

/// How a text has to be.
#[must_use]
pub fn text_match(method: TextMethod, text: &str) -> TextMatch {
    TextMatch {
        method,
        text: text.to_owned(),
    }
}

/// One of the usernames is like this, whatever its scope.
#[must_use]
pub fn username_filter(method: TextMethod, text: &str) -> UserFilter {
    UserFilter::Username {
        text: text_match(method, text),
        key: UsernameKey::of(text),
        organization_specific_only: false,
    }
}
