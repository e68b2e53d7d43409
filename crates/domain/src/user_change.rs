use crate::event::UserEvent;
use crate::id::{SessionId, UsernameId};
use crate::lock::UnlockCause;
use crate::password::{PasswordHash, StoredPassword};
use crate::password_reset::PasswordReset;
use crate::profile::{UserData, UserProfile};
use crate::sequence::Sequence;
use crate::source::Source;
use crate::user::User;
use crate::username::Username;

/// A decided change: the events, the user after them, and what becomes of their profile. Only the transitions of [`User`]
/// make one, so that they always agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserChange {
    pub(crate) after: User,
    /// Events that come with the last one: the end of a lock that had not been written down, for instance.
    pub(crate) leading: Vec<UserEvent>,
    pub(crate) event: UserEvent,
    pub(crate) profile_edit: Option<ProfileEdit>,
}

/// What a change does to a user's profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProfileEdit {
    /// What the owners note is replaced.
    ReplaceData(UserData),
    /// A name comes behind the others.
    AddUsername(Username),
    /// A name goes.
    RemoveUsername(UsernameId),
    /// The password is replaced. A code to replace it by is removed, and sessions with a proof of the old password end.
    ReplacePassword {
        /// The new password.
        password: StoredPassword,
        /// The session of the user that goes on, with [`Session::with_renewed_proof`](crate::Session::with_renewed_proof).
        kept_session: Option<SessionId>,
    },
    /// The same password is hashed anew.
    Rehash(PasswordHash),
    /// A code to replace the password by comes, changes, or goes.
    SetPasswordReset(Option<PasswordReset>),
    /// Everything personal goes: names, password, data, and the reasons in the user's history; with them the access tokens
    /// and the roles.
    Erase,
}

impl UserChange {
    /// The user after the change.
    #[must_use]
    pub fn user(&self) -> &User {
        &self.after
    }

    /// What the change is about: the last event that is to be appended to the history.
    #[must_use]
    pub fn event(&self) -> &UserEvent {
        &self.event
    }

    /// All that is to be appended to the history, in order.
    #[must_use]
    pub fn events(&self) -> impl DoubleEndedIterator<Item = &UserEvent> {
        self.leading.iter().chain([&self.event])
    }

    /// The same change, brought about by a request from there. What happens by itself has no source.
    #[must_use]
    pub fn from_source(mut self, source: Option<&Source>) -> Self {
        for event in self.leading.iter_mut().chain([&mut self.event]) {
            if event.kind.unlock_cause() != Some(UnlockCause::Expired) {
                event.source = source.cloned();
            }
        }
        self
    }

    /// The same change, if it replaces the password, with this session of the user going on.
    #[must_use]
    pub fn keeping_session(mut self, session: Option<SessionId>) -> Self {
        if let Some(ProfileEdit::ReplacePassword { kept_session, .. }) = &mut self.profile_edit {
            *kept_session = session;
        }
        self
    }

    /// What becomes of the profile; nothing for a change of the state alone.
    #[must_use]
    pub fn profile_edit(&self) -> Option<&ProfileEdit> {
        self.profile_edit.as_ref()
    }

    /// The sequence the stored user must still have for the change to apply; none for a new user.
    #[must_use]
    pub fn expected_sequence(&self) -> Option<Sequence> {
        self.leading.first().unwrap_or(&self.event).sequence.previous()
    }

    /// Whether the change takes the user out of service, so that it needs another active instance owner to remain.
    #[must_use]
    pub fn ends_activity(&self) -> bool {
        self.event.kind.ends_activity()
    }

    /// True if the change replaces the password, and so ends sessions of the user.
    #[must_use]
    pub fn replaces_password(&self) -> bool {
        matches!(self.profile_edit, Some(ProfileEdit::ReplacePassword { .. }))
    }

    /// Whether sessions and access tokens of the user stop working with the change.
    #[must_use]
    pub fn ends_use(&self) -> bool {
        self.event.kind.ends_use()
    }
}

impl ProfileEdit {
    /// The profile after the edit.
    #[must_use]
    pub fn applied_to(&self, mut profile: UserProfile) -> UserProfile {
        match self {
            Self::ReplaceData(data) => profile.data = Some(data.clone()),
            Self::AddUsername(username) => profile.usernames.push(username.clone()),
            Self::RemoveUsername(id) => profile.usernames.retain(|username| username.id() != id),
            Self::ReplacePassword { password, .. } => {
                profile.password = Some(password.clone());
                profile.password_reset = None;
            }
            Self::Rehash(hash) => {
                if let Some(password) = &mut profile.password {
                    password.hash = hash.clone();
                }
            }
            Self::SetPasswordReset(reset) => profile.password_reset.clone_from(reset),
            Self::Erase => return UserProfile::default(),
        }
        profile
    }
}
