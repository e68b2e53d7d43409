//! Many requests about few users at the same time, on a store that lets others come in between, and on one that loses what
//! they have written.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::task::{spawn, yield_now};
use unlockd_application::idempotency::{IdempotencyKey, IdempotentRequest};
use unlockd_application::ports::{CommitError, CreateUserError, NewUser, RecordedRequest, StoreError, UserStore};
use unlockd_domain::{Grants, LoginIdentity, Timestamp, User, UserChange, UserEvent, UserId, UserProfile};
use unlockd_testkit::scenarios::{World, parallel_operations_are_explained_by_the_history};
use unlockd_testkit::wires::JsonWire;
use unlockd_testkit::{
    FixedClock, InsecureTestHasher, MemoryStore, SequentialIds, SequentialTokens, Services, Stores, fixtures,
};

use crate::service::{OPTIONS, routes};

/// A store in memory in which reads and writes give way to others.
struct PoliteStore {
    store: MemoryStore,
    /// Whether it says of what came too late that it is written.
    loses_updates: bool,
}

#[async_trait]
impl UserStore for PoliteStore {
    async fn find_with_grants(&self, id: &UserId) -> Result<Option<(User, Grants)>, StoreError> {
        let user = self.store.find_with_grants(id).await;
        yield_now().await;
        user
    }

    async fn find_with_profile(&self, id: &UserId) -> Result<Option<(User, UserProfile)>, StoreError> {
        let user = self.store.find_with_profile(id).await;
        yield_now().await;
        user
    }

    async fn find_by_identity(&self, identity: &LoginIdentity) -> Result<Option<(User, UserProfile)>, StoreError> {
        let user = self.store.find_by_identity(identity).await;
        yield_now().await;
        user
    }

    async fn create(&self, user: &NewUser) -> Result<(), CreateUserError> {
        self.store.create(user).await
    }

    async fn commit(&self, change: &UserChange, request: Option<&IdempotentRequest>) -> Result<(), CommitError> {
        yield_now().await;
        match self.store.commit(change, request).await {
            Err(CommitError::Conflict) if self.loses_updates => Ok(()),
            outcome => outcome,
        }
    }

    async fn lift_expired_locks(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        self.store.lift_expired_locks(now, limit).await
    }

    async fn find_request(&self, caller: &UserId, key: &IdempotencyKey) -> Result<Option<RecordedRequest>, StoreError> {
        self.store.find_request(caller, key).await
    }

    async fn history(&self, id: &UserId) -> Result<Vec<UserEvent>, StoreError> {
        self.store.history(id).await
    }
}

async fn play(loses_updates: bool) {
    let store = MemoryStore::new();
    let users = Arc::new(PoliteStore {
        store: store.clone(),
        loses_updates,
    });
    let stores = Stores {
        users,
        ..Stores::of(store)
    };
    let services = Services::new(
        stores,
        Arc::new(FixedClock::new(fixtures::now())),
        Arc::new(SequentialIds::new("id")),
        Arc::new(InsecureTestHasher),
        Arc::new(SequentialTokens),
    );
    let world = World::build(&services.administration).await;
    let wire = JsonWire::new(routes(&services, Arc::new(services.clone()), OPTIONS), "");
    parallel_operations_are_explained_by_the_history(&world, &[&wire, &wire]).await;
}

#[tokio::test]
async fn one_order_of_the_requests_explains_all_answers() {
    play(false).await;
}

#[tokio::test]
async fn a_store_that_loses_updates_is_found_out() {
    let failure = spawn(play(true)).await.unwrap_err().into_panic();

    let told = failure.downcast::<String>().unwrap();
    assert!(told.contains("changes were answered, and"), "{told}");
}
