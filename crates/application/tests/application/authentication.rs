use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::oneshot;
use unlockd_application::authentication::CALLER_CACHE_LIFETIME;
use unlockd_application::ports::{AccessTokenStore, AddTokenError, SecretToken, StoreError, TokenHolder, UserStore};
use unlockd_application::{Authentication, Authenticator, Caller, Error, UserService};
use unlockd_domain::{AccessToken, AccessTokenId, ActivityEvent, Actor, Grant, Timestamp, TokenDigest, UserId};
use unlockd_testkit::{SequentialTokens, fixtures};

use crate::stage::{Stage, lock, manager, reason, unlock};
use crate::user_store_double::UserStoreDouble;

/// Counts look-ups, and holds one back between the store's answer and its reader when it is asked to.
struct WatchedTokens {
    inner: Arc<dyn AccessTokenStore>,
    lookups: AtomicUsize,
    gate: Mutex<Option<Gate>>,
}

/// Says that the store has answered, then waits to be told to pass the answer on.
struct Gate {
    answered: oneshot::Sender<()>,
    pass_on: oneshot::Receiver<()>,
}

#[async_trait]
impl AccessTokenStore for WatchedTokens {
    async fn add(
        &self,
        token: &AccessToken,
        digest: &TokenDigest,
        event: Option<&ActivityEvent>,
    ) -> Result<(), AddTokenError> {
        self.inner.add(token, digest, event).await
    }

    async fn find_holder(&self, digest: &TokenDigest) -> Result<Option<TokenHolder>, StoreError> {
        self.lookups.fetch_add(1, Ordering::SeqCst);
        let answer = self.inner.find_holder(digest).await;
        let gate = self.gate.lock().unwrap().take();
        if let Some(gate) = gate {
            gate.answered.send(()).unwrap();
            gate.pass_on.await.unwrap();
        }
        answer
    }

    async fn list(&self, user_id: Option<&UserId>) -> Result<Vec<AccessToken>, StoreError> {
        self.inner.list(user_id).await
    }

    async fn revoke(&self, id: &AccessTokenId, event: Option<&ActivityEvent>) -> Result<bool, StoreError> {
        self.inner.revoke(id, event).await
    }

    async fn record_use(&self, id: &AccessTokenId, at: Timestamp) -> Result<(), StoreError> {
        self.inner.record_use(id, at).await
    }
}

/// A stage on which the user of `here` has a token, and look-ups are watched.
struct Door {
    stage: Stage,
    tokens: Arc<WatchedTokens>,
    authentication: Arc<Authentication>,
    secret: SecretToken,
    token_id: AccessTokenId,
}

impl Door {
    async fn new(lifetime: Option<Duration>) -> Self {
        let mut stage = Stage::new().await;
        let tokens = Arc::new(WatchedTokens {
            inner: Arc::new(stage.store.clone()),
            lookups: AtomicUsize::new(0),
            gate: Mutex::new(None),
        });
        let authentication = Arc::new(Authentication::new(
            Arc::<WatchedTokens>::clone(&tokens),
            Arc::new(stage.store.clone()),
            Arc::new(SequentialTokens),
            Arc::new(stage.clock.clone()),
        ));
        stage.users.callers = Arc::<Authentication>::clone(&authentication);
        let administration = &stage.services.administration;
        let issued = administration
            .create_token(fixtures::user_id("here"), None, lifetime)
            .await
            .unwrap();
        Self {
            stage,
            tokens,
            authentication,
            secret: issued.secret,
            token_id: issued.token.id,
        }
    }

    async fn knock(&self) -> Result<Caller, Error> {
        self.authentication.authenticate(Some(self.secret.clone())).await
    }

    /// Knocks, and has something happen between the store's answer and its reader.
    async fn knock_during(&self, event: impl Future<Output = ()>) -> Result<Caller, Error> {
        let (answered, has_answered) = oneshot::channel();
        let (pass_on, passed_on) = oneshot::channel();
        *self.tokens.gate.lock().unwrap() = Some(Gate {
            answered,
            pass_on: passed_on,
        });
        let meanwhile = async {
            has_answered.await.unwrap();
            event.await;
            pass_on.send(()).unwrap();
        };
        tokio::join!(self.knock(), meanwhile).0
    }

    fn lookups(&self) -> usize {
        self.tokens.lookups.load(Ordering::SeqCst)
    }

    async fn lock(&self) {
        self.stage.users.lock_user(&manager(), lock("here")).await.unwrap();
    }

    /// Writes a lock past the use cases: what a store does with a statement that nobody waits for any more.
    async fn lock_in_the_store(&self) {
        let change = self.stage.stored("here").await.lock(
            fixtures::lock_order(),
            Actor::User(manager().user_id().clone()),
            fixtures::now(),
        );
        UserStore::commit(&self.stage.store, &change.unwrap(), None)
            .await
            .unwrap();
    }

    async fn unlock(&self) {
        self.stage.users.unlock_user(&manager(), unlock("here")).await.unwrap();
    }
}

/// Begins something, and drops it once it waits.
async fn give_up(request: impl Future<Output = ()>) {
    let mut request = pin!(request);
    let waits = poll_fn(|context| Poll::Ready(request.as_mut().poll(context).is_pending())).await;
    assert!(waits);
}

#[tokio::test]
async fn a_token_speaks_for_its_user_with_all_their_grants() {
    let door = Door::new(None).await;
    let user_id = fixtures::user_id("here");
    let administration = &door.stage.services.administration;
    administration
        .add_grant(&user_id, &Grant::instance_owner())
        .await
        .unwrap();

    let caller = door.knock().await.unwrap();

    let expected = Caller::new(
        &door.stage.stored("here").await,
        [Grant::instance_owner()].into_iter().collect(),
    );
    assert_eq!(caller, expected);
}

#[tokio::test]
async fn without_a_token_nothing_is_looked_up() {
    let door = Door::new(None).await;

    let error = door.authentication.authenticate(None).await.unwrap_err();

    assert!(matches!(error, Error::TokenMissing), "{error:?}");
    assert_eq!(door.lookups(), 0);
}

#[tokio::test]
async fn a_caller_is_remembered_for_5_seconds() {
    let door = Door::new(None).await;
    door.knock().await.unwrap();
    door.stage
        .clock
        .advance(CALLER_CACHE_LIFETIME.saturating_sub(Duration::from_micros(1)));
    door.knock().await.unwrap();
    assert_eq!(door.lookups(), 1);

    door.stage.clock.advance(Duration::from_micros(1));
    door.knock().await.unwrap();

    assert_eq!((door.lookups(), CALLER_CACHE_LIFETIME), (2, Duration::from_secs(5)));
}

#[tokio::test]
async fn a_revoked_token_is_refused_once_it_is_not_remembered_any_more() {
    let door = Door::new(None).await;
    door.knock().await.unwrap();
    door.stage
        .services
        .administration
        .revoke_token(&door.token_id)
        .await
        .unwrap();
    door.knock().await.unwrap();

    door.stage.clock.advance(CALLER_CACHE_LIFETIME);

    assert_eq!(reason(door.knock().await), "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_token_that_expires_while_it_is_remembered_is_refused_from_then_on() {
    let door = Door::new(Some(Duration::from_secs(2))).await;
    door.knock().await.unwrap();
    door.stage.clock.advance(Duration::from_micros(1_999_999));
    door.knock().await.unwrap();
    assert_eq!(door.lookups(), 1);

    door.stage.clock.advance(Duration::from_micros(1));

    assert_eq!(reason(door.knock().await), "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_clock_that_was_set_back_prolongs_nothing() {
    let door = Door::new(None).await;
    door.knock().await.unwrap();

    door.stage.clock.set(fixtures::earliest());
    door.knock().await.unwrap();

    assert_eq!(door.lookups(), 2);
}

#[tokio::test]
async fn refusals_are_not_remembered() {
    let door = Door::new(None).await;
    let unknown = SecretToken::new("nobodys");
    for lookups in 1..=3 {
        let outcome = door.authentication.authenticate(Some(unknown.clone())).await;
        assert_eq!((reason(outcome), door.lookups()), ("UNAUTHENTICATED", lookups));
    }
}

#[tokio::test]
async fn a_lock_works_on_the_users_tokens_at_once_and_so_does_the_unlock() {
    let door = Door::new(None).await;
    door.knock().await.unwrap();

    door.lock().await;
    assert_eq!(reason(door.knock().await), "UNAUTHENTICATED");
    assert_eq!(reason(door.knock().await), "UNAUTHENTICATED");

    door.unlock().await;
    door.knock().await.unwrap();
    assert_eq!(door.lookups(), 4);
}

#[tokio::test]
async fn an_answer_of_the_store_that_was_on_its_way_when_the_user_was_locked_is_not_remembered() {
    let door = Door::new(None).await;

    let outcome = door.knock_during(door.lock()).await;

    outcome.expect("the request came before the lock");
    assert_eq!(reason(door.knock().await), "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_lock_that_is_written_after_its_request_was_given_up_works_at_once() {
    let mut door = Door::new(None).await;
    door.stage.users.store = Arc::new(UserStoreDouble::silent(Arc::clone(&door.stage.users.store)));
    door.knock().await.unwrap();
    give_up(door.lock()).await;

    let outcome = door.knock_during(door.lock_in_the_store()).await;

    outcome.expect("the request came before the lock");
    assert_eq!(reason(door.knock().await), "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_lock_that_is_written_after_the_store_was_lost_works_at_once() {
    for failure in [
        || StoreError::Unavailable("the answer was lost".into()),
        || StoreError::Internal("the answer was not understood".into()),
    ] {
        let mut door = Door::new(None).await;
        door.stage.users.store = Arc::new(UserStoreDouble::failing(Arc::clone(&door.stage.users.store), failure));
        door.knock().await.unwrap();
        let outcome = door.stage.users.lock_user(&manager(), lock("here")).await;
        outcome.expect_err("the store does not say whether the lock was written");

        let outcome = door.knock_during(door.lock_in_the_store()).await;

        outcome.expect("the request came before the lock");
        assert_eq!(reason(door.knock().await), "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn a_lock_that_was_certainly_not_written_has_its_user_looked_up_anew_once() {
    let mut door = Door::new(None).await;
    let overloaded = || StoreError::Overloaded("too much to do".into());
    door.stage.users.store = Arc::new(UserStoreDouble::failing(
        Arc::clone(&door.stage.users.store),
        overloaded,
    ));
    door.knock().await.unwrap();

    let outcome = door.stage.users.lock_user(&manager(), lock("here")).await;

    assert_eq!(reason(outcome), "OVERLOADED");
    door.knock().await.unwrap();
    door.knock().await.unwrap();
    assert_eq!(door.lookups(), 2);
}

#[tokio::test]
async fn an_expired_token_and_an_unknown_one_look_the_same() {
    let door = Door::new(Some(Duration::from_secs(1))).await;
    door.stage.clock.advance(Duration::from_secs(1));

    let expired = door.knock().await.unwrap_err().describe(None);
    let unknown = door
        .authentication
        .authenticate(Some(SecretToken::new("nobodys")))
        .await
        .unwrap_err();

    assert_eq!(expired, unknown.describe(None));
}
