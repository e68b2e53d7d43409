use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use unlockd_application::ports::{
    SessionHolder, SessionPage, SessionQuery, SessionStore, StoreError, WriteSessionError,
};
use unlockd_domain::{ActivityEvent, Sequence, Session, SessionId, Timestamp, TokenDigest};
use unlockd_testkit::MemoryStore;

/// What others write into a session between the look at it and its writing.
type Competitor = Box<dyn Fn(&Session) -> Session + Send + Sync>;

/// What becomes of a write.
enum Fault {
    /// The store refuses.
    Refusal(fn() -> WriteSessionError),
    /// The store fails.
    Failure(fn() -> StoreError),
    /// Others come first, so many times.
    Competitor(Competitor, AtomicUsize),
}

/// A store of sessions that can be made to do what a store in memory hardly ever does.
pub(crate) struct SessionStoreDouble {
    inner: MemoryStore,
    fault: Fault,
    lookups: AtomicUsize,
}

impl SessionStoreDouble {
    fn new(inner: MemoryStore, fault: Fault) -> Arc<Self> {
        Arc::new(Self {
            inner,
            fault,
            lookups: AtomicUsize::new(0),
        })
    }

    /// Reads, and refuses to write.
    pub(crate) fn refusing(inner: MemoryStore, refusal: fn() -> WriteSessionError) -> Arc<Self> {
        Self::new(inner, Fault::Refusal(refusal))
    }

    /// Reads, and fails to write.
    pub(crate) fn failing(inner: MemoryStore, failure: fn() -> StoreError) -> Arc<Self> {
        Self::new(inner, Fault::Failure(failure))
    }

    /// Lets others come first, so many times.
    pub(crate) fn with_competitor(
        inner: MemoryStore,
        times: usize,
        competitor: impl Fn(&Session) -> Session + Send + Sync + 'static,
    ) -> Arc<Self> {
        Self::new(inner, Fault::Competitor(Box::new(competitor), AtomicUsize::new(times)))
    }

    /// How often somebody was looked up by a token.
    pub(crate) fn lookups(&self) -> usize {
        self.lookups.load(Ordering::SeqCst)
    }

    async fn suffer(&self, id: &SessionId) -> Result<(), WriteSessionError> {
        match &self.fault {
            Fault::Refusal(refusal) => Err(refusal()),
            Fault::Failure(failure) => Err(failure().into()),
            Fault::Competitor(competitor, left) => {
                let is_due = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
                if is_due.is_ok() {
                    let (session, digest) = SessionStore::find(&self.inner, id).await?.expect("a session");
                    let next = competitor(&session).advanced(session.changed_at);
                    self.inner.replace(&next, &digest, session.sequence, None).await?;
                }
                Ok(())
            }
        }
    }
}

#[async_trait]
impl SessionStore for SessionStoreDouble {
    async fn create(
        &self,
        session: &Session,
        digest: &TokenDigest,
        event: Option<&ActivityEvent>,
    ) -> Result<(), WriteSessionError> {
        self.suffer(&session.id).await?;
        SessionStore::create(&self.inner, session, digest, event).await
    }

    async fn replace(
        &self,
        session: &Session,
        digest: &TokenDigest,
        expected: Sequence,
        event: Option<&ActivityEvent>,
    ) -> Result<(), WriteSessionError> {
        self.suffer(&session.id).await?;
        self.inner.replace(session, digest, expected, event).await
    }

    async fn find(&self, id: &SessionId) -> Result<Option<(Session, TokenDigest)>, StoreError> {
        SessionStore::find(&self.inner, id).await
    }

    async fn find_holder(&self, digest: &TokenDigest) -> Result<Option<SessionHolder>, StoreError> {
        self.lookups.fetch_add(1, Ordering::SeqCst);
        SessionStore::find_holder(&self.inner, digest).await
    }

    async fn list(&self, query: &SessionQuery) -> Result<SessionPage, StoreError> {
        SessionStore::list(&self.inner, query).await
    }

    async fn delete(&self, id: &SessionId, event: Option<&ActivityEvent>) -> Result<bool, StoreError> {
        self.inner.delete(id, event).await
    }

    async fn prune(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        SessionStore::prune(&self.inner, now, limit).await
    }
}
