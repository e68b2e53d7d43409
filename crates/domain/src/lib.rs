//! The rules of unlockd, and nothing else: no I/O, no clock, no randomness, no serialisation.
//!
//! A [`User`] is what its [`UserEvent`]s say. Asked to change, it answers with a [`UserChange`] (the event and the user
//! after it) or with a refusal; time, ids and random values come in as arguments. Every type here is built by a parsing
//! constructor, so a value that exists is a value that is valid.

mod access_token;
mod activity_event;
mod actor;
mod any_event;
mod authorization;
mod common_passwords;
mod course;
mod event;
mod event_name;
mod history;
mod id;
mod lock;
mod lockout_policy;
mod login_identity;
mod organization;
mod password;
mod password_reset;
mod policy_event;
mod position;
mod precis;
mod profile;
mod sequence;
mod session;
mod sign_in;
mod source;
mod source_failures;
mod source_totals;
mod text;
mod timestamp;
mod transitions;
mod user;
mod user_change;
mod username;

pub use access_token::{AccessToken, TokenDigest, TokenName};
pub use activity_event::{
    ActivityEvent, ActivityKind, ActivityName, StoredActivityDetails, TokenReference, UnknownActivity,
    UnknownActivityName,
};
pub use actor::Actor;
pub use any_event::{Event, EventName, UnknownEventName};
pub use authorization::{Grant, GrantScope, Grants, Permission, Reach, Role, UnknownRole};
pub use event::{StoredEventDetails, UnknownUserEvent, UserEvent, UserEventKind};
pub use event_name::{UnknownUserEventName, UserEventName};
pub use history::ReplayError;
pub use id::{AccessTokenId, NewIdError, OrganizationId, SessionId, UserId, UsernameId};
pub use lock::{
    Lock, LockCause, LockOrder, LockScope, Reason, UnknownLockCause, UnknownLockScope, UnknownUnlockCause, UnlockCause,
};
pub use lockout_policy::{
    AttemptLimit, AttemptLimitOutOfRange, BackoffFactor, BackoffFactorOutOfRange, LockoutPolicy, PolicySpan,
    PolicySpanOutOfRange, SourceTotal, SourceTotalOutOfRange,
};
pub use login_identity::{LoginIdentity, LoginName};
pub use organization::{Organization, OrganizationName};
pub use password::{PasswordHash, PasswordWeakness, PlainPassword, StoredPassword};
pub use password_reset::PasswordReset;
pub use policy_event::{OwnedPolicy, PolicyChange, PolicyEvent, PolicyEventName, UnknownPolicyEventName};
pub use position::{Position, PositionOutOfRange};
pub use profile::{UserData, UserDataError, UserProfile};
pub use sequence::{Sequence, SequenceOutOfRange};
pub use session::{
    PasswordProof, Session, SessionMetadata, SessionMetadataError, SessionRequest, SessionUser, UserAgent,
    UserAgentError, UserAgentFields,
};
pub use sign_in::SignInRefused;
pub use source::Source;
pub use source_failures::{SourceBlock, SourceBlocked, SourceFailures};
pub use source_totals::SourceTotals;
pub use text::TextError;
pub use timestamp::{Timestamp, TimestampOutOfRange};
pub use transitions::{
    AddUsernameRefusal, DeactivateRefusal, LockRefusal, NotInactive, NotLocked, RemoveUsernameRefusal, UserDeleted,
};
pub use user::{User, UserRecord, UserState};
pub use user_change::{ProfileEdit, UserChange};
pub use username::{Username, UsernameError, UsernameKey, UsernameScope};
