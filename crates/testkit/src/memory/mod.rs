//! The store ports in memory: what the use cases and the transports are tested on. They pass the same contract suite as
//! the databases.

mod access_token_store;
mod event_store;
mod grant_store;
mod instance_store;
mod lockout_policy_store;
mod organization_store;
mod session_store;
mod sign_in_failure_store;
mod user_directory;
mod user_store;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use unlockd_application::idempotency::{IdempotencyKey, IdempotentRequest, RequestDigest};
use unlockd_application::ports::{AttemptOrigin, NewUser, RecordedRequest, StoreError};
use unlockd_domain::{
    AccessToken, AccessTokenId, Event, Grant, Grants, Organization, OrganizationId, OwnedPolicy, Session, SessionId,
    Timestamp, TokenDigest, User, UserChange, UserEvent, UserId, UserProfile, UserState, UsernameKey,
};

use self::sign_in_failure_store::StoredFailures;
use crate::contract::StoreHarness;
use crate::outage::Outage;
use crate::services::Stores;

/// All stores on one state. Clones are the same store.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    outage: Option<Outage>,
    organizations: BTreeMap<OrganizationId, Organization>,
    users: BTreeMap<UserId, StoredUser>,
    events: Vec<StoredEvent>,
    /// The users by the login keys of their usernames.
    usernames: BTreeMap<UsernameKey, UserId>,
    grants: BTreeSet<(UserId, Grant)>,
    tokens: BTreeMap<AccessTokenId, (AccessToken, TokenDigest)>,
    sessions: BTreeMap<SessionId, (Session, TokenDigest)>,
    /// By organization; that of the instance has none.
    policies: BTreeMap<Option<OrganizationId>, OwnedPolicy>,
    failures: BTreeMap<AttemptOrigin, StoredFailures>,
}

struct StoredUser {
    user: User,
    profile: UserProfile,
}

/// An event, at the position that is its place in the list, counted from 1.
struct StoredEvent {
    event: Event,
    request: Option<StoredRequest>,
}

struct StoredRequest {
    key: IdempotencyKey,
    digest: Option<RequestDigest>,
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

impl StoredEvent {
    /// The event, if it is one of a user.
    fn of_user(&self) -> Option<&UserEvent> {
        match &self.event {
            Event::User(event) => Some(event),
            Event::Policy(_) | Event::Activity(_) => None,
        }
    }
}

impl State {
    /// A user who can be given something.
    fn has_user(&self, id: &UserId) -> bool {
        self.users.get(id).is_some_and(|stored| !stored.user.is_deleted())
    }

    fn grants_of(&self, id: &UserId) -> Grants {
        self.grants
            .iter()
            .filter(|(holder, _)| holder == id)
            .map(|(_, grant)| grant.clone())
            .collect()
    }

    fn is_active(&self, id: &UserId, now: Timestamp) -> bool {
        self.users
            .get(id)
            .is_some_and(|stored| *stored.user.state(now) == UserState::Active)
    }

    /// Whether an active instance owner is left without this one.
    fn has_other_active_owner(&self, id: &UserId, now: Timestamp) -> bool {
        let owner = Grant::instance_owner();
        self.grants
            .iter()
            .any(|(holder, grant)| *grant == owner && holder != id && self.is_active(holder, now))
    }

    fn insert_user(&mut self, new: &NewUser) {
        let user = new.change.user().clone();
        for username in &new.profile.usernames {
            let key = username.login_key(user.organization());
            self.usernames.insert(key, user.id().clone());
        }
        let stored = StoredUser {
            profile: new.profile.clone(),
            user,
        };
        self.users.insert(stored.user.id().clone(), stored);
        self.append(&new.change, new.request.as_ref());
    }

    /// The request goes with the last event.
    fn append(&mut self, change: &UserChange, request: Option<&IdempotentRequest>) {
        for event in change.events() {
            let is_last = event == change.event();
            self.events.push(StoredEvent {
                event: Event::User(event.clone()),
                request: request.filter(|_| is_last).map(|request| StoredRequest {
                    key: request.key.clone(),
                    digest: Some(request.digest),
                }),
            });
        }
    }

    fn find_request(&self, caller: &UserId, key: &IdempotencyKey) -> Option<RecordedRequest> {
        self.events.iter().find_map(|stored| {
            let (event, request) = (stored.of_user()?, stored.request.as_ref()?);
            let is_it = event.actor.user_id() == Some(caller) && request.key == *key;
            is_it.then(|| RecordedRequest {
                event: event.clone(),
                digest: request.digest,
            })
        })
    }

    /// Whether the event's actor has used the request's key.
    fn has_key(&self, event: &UserEvent, request: Option<&IdempotentRequest>) -> bool {
        let (Some(request), Some(actor)) = (request, event.actor.user_id()) else {
            return false;
        };
        self.find_request(actor, &request.key).is_some()
    }
}
