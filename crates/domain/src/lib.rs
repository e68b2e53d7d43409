//! The rules of unlockd, and nothing else: no I/O, no clock, no randomness, no serialisation.
//!
//! A [`User`] is what its [`UserEvent`]s say. Asked to change, it answers with a [`UserChange`] (the event and the user
//! after it) or with a refusal; time, ids and random values come in as arguments. Every type here is built by a parsing
//! constructor, so a value that exists is a value that is valid.

mod access_token;
mod actor;
mod authorization;
mod event;
mod history;
mod id;
mod imported_hash;
mod lock;
mod organization;
mod password;
mod position;
mod profile;
mod sequence;
mod text;
mod timestamp;
mod transitions;
mod user;
mod user_change;
mod username;

pub use access_token::{AccessToken, TokenDigest};
pub use actor::Actor;
pub use authorization::{Grant, GrantScope, Grants, Permission, Reach, Role, UnknownRole};
pub use event::{UnknownUserEvent, UnknownUserEventName, UserEvent, UserEventKind, UserEventName};
pub use history::ReplayError;
pub use id::{AccessTokenId, OrganizationId, UserId, UsernameId};
pub use lock::{Lock, LockCause, LockOrder, Reason, UnknownLockCause};
pub use organization::{Organization, OrganizationName};
pub use password::{ImportedHashError, PasswordHash, PlainPassword, StoredPassword};
pub use position::{Position, PositionOutOfRange};
pub use profile::{UserData, UserDataError, UserProfile};
pub use sequence::{Sequence, SequenceOutOfRange};
pub use text::TextError;
pub use timestamp::{Timestamp, TimestampOutOfRange};
pub use transitions::{
    AddUsernameRefusal, DeactivateRefusal, LockRefusal, NotInactive, NotLocked, RemoveUsernameRefusal, UserDeleted,
};
pub use user::{User, UserRecord, UserState};
pub use user_change::{ProfileEdit, UserChange};
pub use username::{Username, UsernameKey, UsernameScope};
