//! The store ports in memory: what the use cases and the transports are tested on. They pass the same contract suite as
//! the databases.

mod access_token_store;
mod grant_store;
mod instance_store;
mod organization_store;
mod user_store;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use unlockd_application::ports::{NewUser, StoreError};
use unlockd_domain::{
    AccessToken, AccessTokenId, Grant, Grants, Organization, OrganizationId, TokenDigest, User, UserEvent, UserId,
    UserProfile, UserState, UsernameKey,
};

use crate::contract::StoreHarness;
use crate::outage::Outage;
use crate::services::Stores;

/// All five stores on one state. Clones are the same store.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    outage: Option<Outage>,
    organizations: BTreeMap<OrganizationId, Organization>,
    users: BTreeMap<UserId, StoredUser>,
    /// By the organization in which they are unique; none for the instance.
    usernames: BTreeSet<(Option<OrganizationId>, UsernameKey)>,
    grants: BTreeSet<(UserId, Grant)>,
    tokens: BTreeMap<AccessTokenId, (AccessToken, TokenDigest)>,
}

struct StoredUser {
    user: User,
    profile: UserProfile,
    history: Vec<UserEvent>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes every call fail from now on, or none.
    pub fn set_outage(&self, outage: Option<Outage>) {
        self.lock().outage = outage;
    }

    /// The state, unless the store is lost.
    fn state(&self) -> Result<MutexGuard<'_, State>, StoreError> {
        let state = self.lock();
        match state.outage {
            None => Ok(state),
            Some(Outage::ConnectionsLost) => Err(StoreError::Unavailable("the connections are lost".into())),
            Some(Outage::Silent) => Err(StoreError::Unavailable("no answer in time".into())),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The store is its own harness.
#[async_trait]
impl StoreHarness for MemoryStore {
    fn stores(&self) -> Stores {
        Stores::of(self.clone())
    }

    async fn suffer(&self, outage: Outage) {
        self.set_outage(Some(outage));
    }
}

impl State {
    /// A user who can be given something.
    fn has_user(&self, id: &UserId) -> bool {
        self.users
            .get(id)
            .is_some_and(|stored| *stored.user.state() != UserState::Deleted)
    }

    fn grants_of(&self, id: &UserId) -> Grants {
        self.grants
            .iter()
            .filter(|(holder, _)| holder == id)
            .map(|(_, grant)| grant.clone())
            .collect()
    }

    fn is_active(&self, id: &UserId) -> bool {
        self.users
            .get(id)
            .is_some_and(|stored| *stored.user.state() == UserState::Active)
    }

    /// Whether an active instance owner is left without this one.
    fn has_other_active_owner(&self, id: &UserId) -> bool {
        let owner = Grant::instance_owner();
        self.grants
            .iter()
            .any(|(holder, grant)| *grant == owner && holder != id && self.is_active(holder))
    }

    fn insert_user(&mut self, new: &NewUser) {
        let user = new.change.user().clone();
        for username in &new.profile.usernames {
            let scope = username.scope_organization(user.organization()).cloned();
            self.usernames.insert((scope, username.key().clone()));
        }
        let stored = StoredUser {
            profile: new.profile.clone(),
            history: vec![new.change.event().clone()],
            user,
        };
        self.users.insert(stored.user.id().clone(), stored);
    }
}
