use std::collections::BTreeSet;

use async_trait::async_trait;
use unlockd_application::idempotency::{IdempotencyKey, IdempotentRequest};
use unlockd_application::ports::{CommitError, CreateUserError, NewUser, RecordedRequest, StoreError, UserStore};
use unlockd_domain::{
    Grant, Grants, LoginIdentity, ProfileEdit, Session, Timestamp, User, UserChange, UserEvent, UserId, UserProfile,
};

use super::{MemoryStore, State, StoredEvent};

#[async_trait]
impl UserStore for MemoryStore {
    async fn find_with_grants(&self, id: &UserId) -> Result<Option<(User, Grants)>, StoreError> {
        let state = self.state()?;
        let stored = state.users.get(id);
        Ok(stored.map(|stored| (stored.user.clone(), state.grants_of(id))))
    }

    async fn find_with_profile(&self, id: &UserId) -> Result<Option<(User, UserProfile)>, StoreError> {
        let state = self.state()?;
        let stored = state.users.get(id);
        Ok(stored.map(|stored| (stored.user.clone(), stored.profile.clone())))
    }

    async fn find_by_identity(&self, identity: &LoginIdentity) -> Result<Option<(User, UserProfile)>, StoreError> {
        let state = self.state()?;
        let stored = match identity {
            LoginIdentity::UserId(id) => state.users.get(id),
            LoginIdentity::LoginName(name) => state.usernames.get(name.key()).and_then(|id| state.users.get(id)),
        };
        Ok(stored.map(|stored| (stored.user.clone(), stored.profile.clone())))
    }

    async fn create(&self, user: &NewUser) -> Result<(), CreateUserError> {
        let mut state = self.state()?;
        state.check_new_user(user)?;
        state.insert_user(user);
        Ok(())
    }

    async fn commit(&self, change: &UserChange, request: Option<&IdempotentRequest>) -> Result<(), CommitError> {
        let mut state = self.state()?;
        state.check_change(change, request)?;
        state.apply(change, request);
        Ok(())
    }

    async fn lift_expired_locks(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        let mut state = self.state()?;
        let users = state.users.values();
        let changes: Vec<_> = users
            .filter_map(|stored| stored.user.lift_expired_lock(now))
            .take(limit as usize)
            .collect();
        for change in &changes {
            state.apply(change, None);
        }
        Ok(u32::try_from(changes.len()).unwrap_or(u32::MAX))
    }

    async fn find_request(&self, caller: &UserId, key: &IdempotencyKey) -> Result<Option<RecordedRequest>, StoreError> {
        Ok(self.state()?.find_request(caller, key))
    }

    async fn history(&self, id: &UserId) -> Result<Vec<UserEvent>, StoreError> {
        let state = self.state()?;
        let events = state.events.iter().filter_map(StoredEvent::of_user);
        Ok(events.filter(|event| event.user_id == *id).cloned().collect())
    }
}

impl State {
    fn check_new_user(&self, new: &NewUser) -> Result<(), CreateUserError> {
        let user = new.change.user();
        if self.has_key(&new.change.event().actor, new.request.as_ref()) {
            return Err(CreateUserError::IdempotencyKeyTaken);
        }
        if !self.organizations.contains_key(user.organization()) {
            return Err(CreateUserError::OrganizationNotFound);
        }
        if self.users.contains_key(user.id()) {
            return Err(CreateUserError::UserIdTaken);
        }
        let mut given = BTreeSet::new();
        for username in &new.profile.usernames {
            let name = username.login_key(user.organization());
            if self.usernames.contains_key(&name) || !given.insert(name) {
                return Err(CreateUserError::UsernameTaken {
                    username: username.name().to_owned(),
                });
            }
        }
        Ok(())
    }

    fn check_change(&self, change: &UserChange, request: Option<&IdempotentRequest>) -> Result<(), CommitError> {
        let id = change.user().id();
        let sequence = self.users.get(id).map(|stored| stored.user.sequence());
        if sequence.is_none() || sequence != change.expected_sequence() {
            return Err(CommitError::Conflict);
        }
        if self.has_key(&change.event().actor, request) {
            return Err(CommitError::IdempotencyKeyTaken);
        }
        let is_owner = self.grants.contains(&(id.clone(), Grant::instance_owner()));
        if change.ends_activity() && is_owner && !self.has_other_active_owner(id, change.event().time) {
            return Err(CommitError::LastInstanceOwner);
        }
        if let Some(ProfileEdit::AddUsername(username)) = change.profile_edit()
            && self
                .usernames
                .contains_key(&username.login_key(change.user().organization()))
        {
            return Err(CommitError::UsernameTaken {
                username: username.name().to_owned(),
            });
        }
        Ok(())
    }

    /// Writes a change that has passed the checks.
    pub(super) fn apply(&mut self, change: &UserChange, request: Option<&IdempotentRequest>) {
        self.append(change, request);
        if let Some(edit) = change.profile_edit() {
            self.edit_profile(change.user(), edit);
        }
        if let Some(stored) = self.users.get_mut(change.user().id()) {
            stored.user = change.user().clone();
        }
    }

    fn edit_profile(&mut self, user: &User, edit: &ProfileEdit) {
        let Some(stored) = self.users.get_mut(user.id()) else {
            return;
        };
        for username in &stored.profile.usernames {
            self.usernames.remove(&username.login_key(user.organization()));
        }
        stored.profile = edit.applied_to(stored.profile.clone());
        for username in &stored.profile.usernames {
            self.usernames
                .insert(username.login_key(user.organization()), user.id().clone());
        }
        if let ProfileEdit::ReplacePassword { password, kept_session } = edit {
            self.end_sessions(user.id(), password, kept_session.as_ref());
        }
        if *edit == ProfileEdit::Erase {
            self.erase(user.id());
        }
    }

    /// What goes with a user beside their profile.
    fn erase(&mut self, id: &UserId) {
        self.grants.retain(|(holder, _)| holder != id);
        self.tokens.retain(|_, (token, _)| token.user_id != *id);
        self.sessions.retain(|_, (session, _)| !is_about(session, id));
        for stored in &mut self.events {
            if stored.event.user_id() == Some(id) {
                stored.event = stored.event.clone().erased();
                if let Some(request) = &mut stored.request {
                    request.digest = None;
                }
            }
        }
    }
}

/// Whether the user has shown their password in the session, or is named by it.
fn is_about(session: &Session, id: &UserId) -> bool {
    let is_proven = session.proof().is_some_and(|proof| proof.user_id == *id);
    let named = session.user.as_ref().map(|user| &user.identity);
    is_proven || matches!(named, Some(LoginIdentity::UserId(named)) if named == id)
}
