use std::collections::BTreeSet;

use async_trait::async_trait;
use unlockd_application::idempotency::{IdempotencyKey, IdempotentRequest};
use unlockd_application::ports::{CommitError, CreateUserError, NewUser, RecordedRequest, StoreError, UserStore};
use unlockd_domain::{Grant, ProfileEdit, User, UserChange, UserEvent, UserId, UserProfile};

use super::{MemoryStore, State, unique_name};

#[async_trait]
impl UserStore for MemoryStore {
    async fn find(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        Ok(self.state()?.users.get(id).map(|stored| stored.user.clone()))
    }

    async fn find_with_profile(&self, id: &UserId) -> Result<Option<(User, UserProfile)>, StoreError> {
        let state = self.state()?;
        let stored = state.users.get(id);
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
        state.append(change.event(), request);
        if let Some(edit) = change.profile_edit() {
            state.edit_profile(change.user(), edit);
        }
        if let Some(stored) = state.users.get_mut(change.user().id()) {
            stored.user = change.user().clone();
        }
        Ok(())
    }

    async fn find_request(&self, caller: &UserId, key: &IdempotencyKey) -> Result<Option<RecordedRequest>, StoreError> {
        Ok(self.state()?.find_request(caller, key))
    }

    async fn history(&self, id: &UserId) -> Result<Vec<UserEvent>, StoreError> {
        let state = self.state()?;
        let events = state.events.iter().map(|stored| &stored.event);
        Ok(events.filter(|event| event.user_id == *id).cloned().collect())
    }
}

impl State {
    fn check_new_user(&self, new: &NewUser) -> Result<(), CreateUserError> {
        let user = new.change.user();
        if self.has_key(new.change.event(), new.request.as_ref()) {
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
            let name = unique_name(user, username);
            if self.usernames.contains(&name) || !given.insert(name) {
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
        if self.has_key(change.event(), request) {
            return Err(CommitError::IdempotencyKeyTaken);
        }
        let is_owner = self.grants.contains(&(id.clone(), Grant::instance_owner()));
        if change.ends_activity() && is_owner && !self.has_other_active_owner(id) {
            return Err(CommitError::LastInstanceOwner);
        }
        if let Some(ProfileEdit::AddUsername(username)) = change.profile_edit()
            && self.usernames.contains(&unique_name(change.user(), username))
        {
            return Err(CommitError::UsernameTaken {
                username: username.name().to_owned(),
            });
        }
        Ok(())
    }

    fn edit_profile(&mut self, user: &User, edit: &ProfileEdit) {
        let Some(stored) = self.users.get_mut(user.id()) else {
            return;
        };
        for username in &stored.profile.usernames {
            self.usernames.remove(&unique_name(user, username));
        }
        stored.profile = edit.applied_to(stored.profile.clone());
        for username in &stored.profile.usernames {
            self.usernames.insert(unique_name(user, username));
        }
        if *edit == ProfileEdit::Erase {
            self.erase(user.id());
        }
    }

    /// What goes with a user beside their profile.
    fn erase(&mut self, id: &UserId) {
        self.grants.retain(|(holder, _)| holder != id);
        self.tokens.retain(|_, (token, _)| token.user_id != *id);
        for stored in self.events.iter_mut().filter(|stored| stored.event.user_id == *id) {
            stored.event.kind = stored.event.kind.clone().without_reason();
            if let Some(request) = &mut stored.request {
                request.digest = None;
            }
        }
    }
}
