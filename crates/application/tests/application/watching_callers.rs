//! Whoever watches is asked again and again who they are.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{Instant, sleep};
use unlockd_application::authentication::CALLER_CACHE_LIFETIME;
use unlockd_application::events::WatchEventsForm;
use unlockd_application::ports::SecretToken;
use unlockd_application::{Authenticator, Caller, Error, EventService, EventWatch, LiveCaller, UserService};
use unlockd_domain::{AccessTokenId, Grant, GrantScope, Role};
use unlockd_testkit::fixtures;

use crate::stage::{Stage, instance_manager, lock, manager, reason};
use crate::watching::{behind, positions, read_up_to};

/// Lets a caller in, or nobody; counts how often it is asked.
struct Door {
    caller: Mutex<Option<Caller>>,
    knocks: AtomicUsize,
}

impl Door {
    fn open_for(caller: Caller) -> Arc<Self> {
        Arc::new(Self {
            caller: Mutex::new(Some(caller)),
            knocks: AtomicUsize::new(0),
        })
    }

    fn set(&self, caller: Option<Caller>) {
        *self.caller.lock().unwrap() = caller;
    }

    async fn watch(self: &Arc<Self>, stage: &Stage, form: WatchEventsForm) -> Box<dyn EventWatch> {
        let caller = self.caller.lock().unwrap().clone().unwrap();
        let live = LiveCaller::new(caller, SecretToken::new("a token"), Arc::<Self>::clone(self));
        stage
            .services
            .events
            .watch_events(live, form.parse().unwrap())
            .await
            .unwrap()
    }
}

#[async_trait]
impl Authenticator for Door {
    async fn authenticate(&self, _: Option<SecretToken>) -> Result<Caller, Error> {
        self.knocks.fetch_add(1, Ordering::SeqCst);
        self.caller.lock().unwrap().clone().ok_or(Error::TokenRefused)
    }
}

/// A watch of the user of `here`, who holds a role there and shows a real token.
struct Guarded {
    stage: Stage,
    watch: Box<dyn EventWatch>,
    token: AccessTokenId,
    grant: Grant,
}

impl Guarded {
    async fn new() -> Self {
        let stage = Stage::new().await;
        let (user_id, scope) = (
            fixtures::user_id("here"),
            GrantScope::Organization(fixtures::organization_id("here")),
        );
        let grant = Grant::new(Role::OrgOwnerViewer, scope).unwrap();
        let administration = &stage.services.administration;
        administration.add_grant(&user_id, &grant).await.unwrap();
        let issued = administration.create_token(user_id, None, None).await.unwrap();
        let authentication = Arc::clone(&stage.services.authentication);
        let caller = authentication.authenticate(Some(issued.secret.clone())).await.unwrap();
        let live = LiveCaller::new(caller, issued.secret, authentication);
        let query = behind(None).parse().unwrap();
        let mut watch = stage.services.events.watch_events(live, query).await.unwrap();
        watch.next().await.unwrap();
        Self {
            token: issued.token.id,
            stage,
            watch,
            grant,
        }
    }

    /// Whoever is remembered is so by the time of day, which stands still by itself.
    fn forget_callers(&self) {
        self.stage.clock.advance(CALLER_CACHE_LIFETIME);
    }

    #[track_caller]
    fn assert_ends(outcome: Result<(), Error>, began: Instant, expected: &str) {
        assert_eq!(reason(outcome), expected);
        assert!(began.elapsed() <= Duration::from_millis(1_050), "{:?}", began.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_is_locked_watches_for_a_second_at_most() {
    let mut guarded = Guarded::new().await;
    let began = Instant::now();
    guarded.stage.lock_here().await;
    // The lock itself may still be told.
    let outcome = loop {
        match guarded.watch.next().await {
            Ok(update) => assert_eq!(positions(&update.events), [5]),
            Err(error) => break Err(error),
        }
    };
    Guarded::assert_ends(outcome, began, "UNAUTHENTICATED");
}

#[tokio::test(start_paused = true)]
async fn a_caller_whose_token_is_revoked_does_not_watch_any_more() {
    let mut guarded = Guarded::new().await;
    let administration = &guarded.stage.services.administration;
    administration.revoke_token(&guarded.token).await.unwrap();
    guarded.forget_callers();
    let began = Instant::now();
    // The revocation itself may still be told.
    let outcome = loop {
        match guarded.watch.next().await {
            Ok(update) => assert_eq!(positions(&update.events), [5]),
            Err(error) => break Err(error),
        }
    };
    Guarded::assert_ends(outcome, began, "UNAUTHENTICATED");
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_loses_the_role_does_not_watch_any_more() {
    let mut guarded = Guarded::new().await;
    let administration = &guarded.stage.services.administration;
    let user_id = fixtures::user_id("here");
    administration.remove_grant(&user_id, &guarded.grant).await.unwrap();
    guarded.forget_callers();
    let began = Instant::now();
    // The removal itself may still be told.
    let outcome = loop {
        match guarded.watch.next().await {
            Ok(update) => assert_eq!(positions(&update.events), [5]),
            Err(error) => break Err(error),
        }
    };
    Guarded::assert_ends(outcome, began, "PERMISSION_DENIED");
}

#[tokio::test(start_paused = true)]
async fn a_caller_is_asked_for_once_a_second_and_not_for_each_event() {
    let stage = Stage::new().await;
    let door = Door::open_for(manager());
    let mut watch = door.watch(&stage, behind(Some(0))).await;
    let began = Instant::now();
    watch.next().await.unwrap();
    watch.next().await.unwrap();
    let (knocks, seconds) = (door.knocks.load(Ordering::SeqCst), began.elapsed().as_secs());
    assert!((14..=16).contains(&knocks), "{knocks} knocks in {seconds} seconds");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_shown_to_a_slow_reader_who_was_refused_meanwhile() {
    let stage = Stage::new().await;
    let door = Door::open_for(manager());
    let mut watch = door.watch(&stage, behind(None)).await;
    watch.next().await.unwrap();
    door.set(None);
    stage.lock_here().await;
    sleep(Duration::from_secs(1)).await;
    assert_eq!(reason(watch.next().await), "UNAUTHENTICATED");
    assert_eq!(reason(watch.next().await), "UNAUTHENTICATED");
}

#[tokio::test(start_paused = true)]
async fn a_reach_that_has_changed_changes_what_is_shown() {
    let stage = Stage::new().await;
    let door = Door::open_for(instance_manager());
    let mut watch = door.watch(&stage, behind(None)).await;
    stage.users.lock_user(&instance_manager(), lock("there")).await.unwrap();
    assert_eq!(positions(&read_up_to(&mut *watch, 3).await), [3]);
    door.set(Some(manager()));
    sleep(Duration::from_secs(1)).await;
    let unlocked = crate::stage::unlock("there");
    stage.users.unlock_user(&instance_manager(), unlocked).await.unwrap();
    stage.lock_here().await;
    assert_eq!(positions(&read_up_to(&mut *watch, 5).await), [5]);
}
