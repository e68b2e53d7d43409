use async_trait::async_trait;
use unlockd_application::ports::{
    SessionHolder, SessionPage, SessionQuery, SessionStore, SortDirection, StoreError, WriteSessionError,
};
use unlockd_domain::{ActivityEvent, Sequence, Session, SessionId, StoredPassword, Timestamp, TokenDigest, UserId};

use super::{MemoryStore, State};

#[async_trait]
impl SessionStore for MemoryStore {
    async fn create(
        &self,
        session: &Session,
        digest: &TokenDigest,
        event: Option<&ActivityEvent>,
    ) -> Result<(), WriteSessionError> {
        let mut state = self.state()?;
        if state.sessions.contains_key(&session.id) {
            return Err(WriteSessionError::Conflict);
        }
        state.put_session(session, digest, event)
    }

    async fn replace(
        &self,
        session: &Session,
        digest: &TokenDigest,
        expected: Sequence,
        event: Option<&ActivityEvent>,
    ) -> Result<(), WriteSessionError> {
        let mut state = self.state()?;
        let stored = state.sessions.get(&session.id);
        if stored.map(|(stored, _)| stored.sequence) != Some(expected) {
            return Err(WriteSessionError::Conflict);
        }
        state.put_session(session, digest, event)
    }

    async fn find(&self, id: &SessionId) -> Result<Option<(Session, TokenDigest)>, StoreError> {
        Ok(self.state()?.sessions.get(id).cloned())
    }

    async fn find_holder(&self, digest: &TokenDigest) -> Result<Option<SessionHolder>, StoreError> {
        let state = self.state()?;
        let session = state.sessions.values().find(|(_, used)| used == digest);
        let holder = session.and_then(|(session, _)| {
            let user_id = &session.proof()?.user_id;
            Some(SessionHolder {
                session: session.clone(),
                user: state.users.get(user_id)?.user.clone(),
                password_change_required: state
                    .password_of(user_id)
                    .is_some_and(|password| password.change_required),
                grants: state.grants_of(user_id),
            })
        });
        Ok(holder)
    }

    async fn list(&self, query: &SessionQuery) -> Result<SessionPage, StoreError> {
        let state = self.state()?;
        let sessions = state.sessions.values().map(|(session, _)| session);
        let mut found: Vec<_> = sessions.filter(|session| is_asked_for(query, session)).collect();
        // The sort is stable and the map is in the order of the ids.
        found.sort_by_key(|session| session.created_at);
        match query.direction {
            SortDirection::Ascending => {}
            SortDirection::Descending => found.reverse(),
        }
        let offset = usize::try_from(query.offset).unwrap_or(usize::MAX);
        let page = found.iter().skip(offset).take(query.limit as usize);
        Ok(SessionPage {
            total: found.len() as u64,
            sessions: page.copied().cloned().collect(),
        })
    }

    async fn delete(&self, id: &SessionId, event: Option<&ActivityEvent>) -> Result<bool, StoreError> {
        let mut state = self.state()?;
        let is_ended = state.sessions.remove(id).is_some();
        if is_ended {
            state.append_activity(event);
        }
        Ok(is_ended)
    }

    async fn prune(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        let mut state = self.state()?;
        let sessions = state.sessions.values().map(|(session, _)| session);
        let useless: Vec<_> = sessions
            .filter(|session| session.has_expired(now) || session.is_abandoned(now))
            .map(|session| session.id.clone())
            .take(limit as usize)
            .collect();
        for id in &useless {
            state.sessions.remove(id);
        }
        Ok(u32::try_from(useless.len()).unwrap_or(u32::MAX))
    }
}

impl State {
    fn password_of(&self, id: &UserId) -> Option<&StoredPassword> {
        self.users.get(id)?.profile.password.as_ref()
    }

    /// Ends the sessions of the old password; the kept one goes on with the new one.
    pub(super) fn end_sessions(&mut self, id: &UserId, password: &StoredPassword, kept_session: Option<&SessionId>) {
        let is_of_user = |session: &Session| session.proof().is_some_and(|proof| proof.user_id == *id);
        self.sessions
            .retain(|session_id, (session, _)| !is_of_user(session) || Some(session_id) == kept_session);
        for (session, _) in self.sessions.values_mut() {
            if is_of_user(session) {
                *session = session.clone().with_renewed_proof(password.changed_at);
            }
        }
    }

    /// Writes a session in the place of the one that has its id, if there is one.
    fn put_session(
        &mut self,
        session: &Session,
        digest: &TokenDigest,
        event: Option<&ActivityEvent>,
    ) -> Result<(), WriteSessionError> {
        let mut others = self.sessions.iter().filter(|(id, _)| **id != session.id);
        if others.any(|(_, (_, used))| used == digest) {
            return Err(WriteSessionError::Conflict);
        }
        if let Some(proof) = session.proof() {
            if !self.has_user(&proof.user_id) {
                return Err(WriteSessionError::UserNotFound);
            }
            let password = self.password_of(&proof.user_id);
            if password.is_some_and(|password| password.changed_at > proof.checked_at) {
                return Err(WriteSessionError::PasswordChanged);
            }
        }
        self.sessions.insert(session.id.clone(), (session.clone(), *digest));
        self.append_activity(event);
        Ok(())
    }
}

fn is_asked_for(query: &SessionQuery, session: &Session) -> bool {
    let proven = session.proof().map(|proof| &proof.user_id);
    query.visibility.covers(session)
        && !session.has_expired(query.now)
        && query.ids.as_ref().is_none_or(|ids| ids.contains(&session.id))
        && query.user_id.as_ref().is_none_or(|id| proven == Some(id))
}
