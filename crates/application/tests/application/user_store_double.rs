use std::future::pending;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use unlockd_application::idempotency::{IdempotencyKey, IdempotentRequest};
use unlockd_application::ports::{CommitError, CreateUserError, NewUser, RecordedRequest, StoreError, UserStore};
use unlockd_domain::{
    Grants, LoginIdentity, Timestamp, User, UserChange, UserEvent, UserId, UserProfile, UserRecord, UserState,
};

/// What others commit between the reading of a user and the commit of a change to that user.
pub(crate) type Competitor = Box<dyn Fn(&User) -> Vec<UserChange> + Send + Sync>;

/// What happens between the decision of a change and its writing.
type Interruption = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A store of users that can be made to show, to do and to fail what a store in memory hardly ever does.
pub(crate) struct UserStoreDouble {
    inner: Arc<dyn UserStore>,
    state: Option<UserState>,
    competitor: Option<Competitor>,
    failure: Option<fn() -> StoreError>,
    silent: bool,
    loses_answers: bool,
    interruption: Mutex<Option<Interruption>>,
    commits: AtomicUsize,
}

impl UserStoreDouble {
    /// Does what the other store does.
    pub(crate) fn new(inner: Arc<dyn UserStore>) -> Self {
        Self {
            inner,
            state: None,
            competitor: None,
            failure: None,
            silent: false,
            loses_answers: false,
            interruption: Mutex::new(None),
            commits: AtomicUsize::new(0),
        }
    }

    /// Shows every user in this state.
    pub(crate) fn showing(inner: Arc<dyn UserStore>, state: UserState) -> Self {
        Self {
            state: Some(state),
            ..Self::new(inner)
        }
    }

    /// Lets others come first.
    pub(crate) fn with_competitor(inner: Arc<dyn UserStore>, competitor: Competitor) -> Self {
        Self {
            competitor: Some(competitor),
            ..Self::new(inner)
        }
    }

    /// Reads, and fails to write.
    pub(crate) fn failing(inner: Arc<dyn UserStore>, failure: fn() -> StoreError) -> Self {
        Self {
            failure: Some(failure),
            ..Self::new(inner)
        }
    }

    /// Reads, and never answers a change of state.
    pub(crate) fn silent(inner: Arc<dyn UserStore>) -> Self {
        Self {
            silent: true,
            ..Self::new(inner)
        }
    }

    /// Writes, and does not say so.
    pub(crate) fn losing_answers(inner: Arc<dyn UserStore>) -> Self {
        Self {
            loses_answers: true,
            ..Self::new(inner)
        }
    }

    /// Has something happen before the next writing.
    pub(crate) fn interrupt(&self, interruption: impl Future<Output = ()> + Send + 'static) {
        *self.interruption.lock().unwrap() = Some(Box::pin(interruption));
    }

    async fn be_interrupted(&self) {
        let interruption = self.interruption.lock().unwrap().take();
        if let Some(interruption) = interruption {
            interruption.await;
        }
    }

    fn answer<E: From<StoreError>>(&self, outcome: Result<(), E>) -> Result<(), E> {
        outcome?;
        if self.loses_answers {
            return Err(StoreError::Unavailable("the answer was lost".into()).into());
        }
        Ok(())
    }

    /// How often something was to be committed.
    pub(crate) fn commits(&self) -> usize {
        self.commits.load(Ordering::SeqCst)
    }

    fn shown(&self, user: User) -> User {
        let Some(state) = self.state.clone() else { return user };
        User::from(UserRecord {
            state,
            ..user.record().clone()
        })
    }
}

#[async_trait]
impl UserStore for UserStoreDouble {
    async fn find_with_grants(&self, id: &UserId) -> Result<Option<(User, Grants)>, StoreError> {
        let found = self.inner.find_with_grants(id).await?;
        Ok(found.map(|(user, grants)| (self.shown(user), grants)))
    }

    async fn find_with_profile(&self, id: &UserId) -> Result<Option<(User, UserProfile)>, StoreError> {
        let found = self.inner.find_with_profile(id).await?;
        Ok(found.map(|(user, profile)| (self.shown(user), profile)))
    }

    async fn find_by_identity(&self, identity: &LoginIdentity) -> Result<Option<(User, UserProfile)>, StoreError> {
        let found = self.inner.find_by_identity(identity).await?;
        Ok(found.map(|(user, profile)| (self.shown(user), profile)))
    }

    async fn create(&self, user: &NewUser) -> Result<(), CreateUserError> {
        if let Some(failure) = self.failure {
            return Err(failure().into());
        }
        self.be_interrupted().await;
        self.answer(self.inner.create(user).await)
    }

    async fn commit(&self, change: &UserChange, request: Option<&IdempotentRequest>) -> Result<(), CommitError> {
        self.commits.fetch_add(1, Ordering::SeqCst);
        if let Some(failure) = self.failure {
            return Err(failure().into());
        }
        if self.silent {
            return pending().await;
        }
        self.be_interrupted().await;
        if let Some(competitor) = &self.competitor {
            let user = self
                .inner
                .find(change.user().id())
                .await?
                .expect("a user who is changed exists");
            for change in competitor(&user) {
                self.inner
                    .commit(&change, None)
                    .await
                    .expect("the competitor comes first");
            }
        }
        self.answer(self.inner.commit(change, request).await)
    }

    async fn lift_expired_locks(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        self.inner.lift_expired_locks(now, limit).await
    }

    async fn find_request(&self, caller: &UserId, key: &IdempotencyKey) -> Result<Option<RecordedRequest>, StoreError> {
        self.inner.find_request(caller, key).await
    }

    async fn history(&self, id: &UserId) -> Result<Vec<UserEvent>, StoreError> {
        self.inner.history(id).await
    }
}
