//! `UserStore::commit` of changes with several events: all of them or none, in their order.

use std::sync::Arc;
use std::time::Duration;

use unlockd_application::ports::{CommitError, EventFilter, RecordedRequest, Visibility};
use unlockd_domain::{Actor, Event, LockCause, Timestamp, User, UserChange, UserProfile, UserState, UsernameScope};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

const COPIES: usize = 64;

fn caller() -> Actor {
    Actor::User(fixtures::user_id("caller"))
}

/// Both a failure and the lock that follows from it.
fn last_guess(user: &User) -> UserChange {
    let failed = user.fail_password_check(&fixtures::lockout_policy(1), true, caller(), fixtures::now());
    let change = failed.expect("a password may be tried");
    assert_eq!(change.events().count(), 2, "{change:?}");
    change
}

fn end(user: &User) -> Timestamp {
    arrange::lock(user).until.expect("a lock with an end")
}

/// What a refused change leaves as it was: the user, and the events of all.
async fn assert_refused(stores: &Stores, change: &UserChange, is_expected: impl FnOnce(&CommitError) -> bool) {
    let everything = EventFilter::all(Visibility::Instance);
    let id = change.user().id();
    let before = arrange::known(stores, id).await;
    let events = arrange::select(stores, &everything).await;
    let request = fixtures::request("key", 1);
    let refused = stores.users.commit(change, Some(&request)).await;
    assert!(matches!(&refused, Err(error) if is_expected(error)), "{refused:?}");
    assert_eq!(arrange::known(stores, id).await, before);
    assert_eq!(arrange::select(stores, &everything).await, events);
}

/// What the caller has asked for under this key.
async fn found(stores: &Stores, key: &str) -> Option<RecordedRequest> {
    let key = fixtures::idempotency_key(key);
    let found = stores.users.find_request(&fixtures::user_id("caller"), &key).await;
    found.expect("an answer")
}

fn recorded(change: &UserChange, digest: u8) -> RecordedRequest {
    RecordedRequest {
        event: Event::User(change.event().clone()),
        digest: Some(fixtures::request("key", digest).digest),
    }
}

/// A guess and the lock that follows; the end of that lock, the guess behind it, and the next lock.
pub async fn several_events_are_written_in_their_order(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut user = arrange::user(&stores, "u").await;
    let mut written = stores.users.history(user.id()).await.expect("an answer");
    let mut now = fixtures::now();
    for events in [2, 3, 3] {
        let failed = user.fail_password_check(&fixtures::lockout_policy(1), true, caller(), now);
        let change = failed.expect("a password may be tried");
        written.extend(change.events().cloned());
        assert_eq!(change.events().count(), events, "{change:?}");
        user = arrange::commit(&stores, &change).await;
        assert_eq!(arrange::assert_state_is_its_history(&stores, "u").await, user);
        assert_eq!(stores.users.history(user.id()).await.expect("an answer"), written);
        assert_eq!(arrange::events_of(&stores, user.id()).await, written);
        now = end(&user).saturating_add(Duration::from_secs(1));
    }
    assert_eq!(arrange::lock(&user).cause, LockCause::Policy);
}

/// Profile, state and both events: the lock's end, when it was, and what was asked for.
pub async fn an_expired_lock_ends_in_front_of_what_is_asked_for(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let locked = arrange::locked_for_a_minute(&stores, "u").await;
    let change = arrange::updated_after_expiry(&locked, "{\"a\":1}").from_source(Some(&fixtures::source("::1")));
    let user = arrange::commit(&stores, &change).await;
    assert_eq!(arrange::assert_state_is_its_history(&stores, "u").await, user);
    assert_eq!(user.record().state, UserState::Active);
    let history = stores.users.history(user.id()).await.expect("an answer");
    assert_eq!((history[2].time, &history[2].source), (end(&locked), &None));
    assert!(history[2..].iter().eq(change.events()));
    let data = arrange::profile(&stores, "u").await.data;
    assert_eq!(data, Some(fixtures::data("{\"a\":1}")));
}

/// Whatever is in the way.
pub async fn a_change_of_several_events_is_written_whole_or_not_at_all(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let user = arrange::user(&stores, "stale").await;
    let stale = last_guess(&user);
    arrange::commit(&stores, &arrange::locked(&user)).await;
    assert_refused(&stores, &stale, |error| matches!(error, CommitError::Conflict)).await;
    // Its second event would fit.
    let other = arrange::user(&stores, "ahead").await;
    let ahead = last_guess(&other);
    let failed = other.fail_password_check(&fixtures::lockout_policy(0), true, caller(), fixtures::now());
    arrange::commit(&stores, &failed.expect("a password may be tried")).await;
    assert_refused(&stores, &ahead, |error| matches!(error, CommitError::Conflict)).await;

    let owner = arrange::owner(&stores, "owner").await;
    assert_refused(&stores, &last_guess(&owner), |error| {
        matches!(error, CommitError::LastInstanceOwner)
    })
    .await;

    let locked = arrange::locked_for_a_minute(&stores, "u").await;
    arrange::write(&stores, &fixtures::named_user("namesake", arrange::ACME, &["Name"])).await;
    let username = fixtures::username("name", UsernameScope::Instance);
    let profile = arrange::profile(&stores, "u").await;
    let named = locked.add_username(&profile, username, caller(), end(&locked));
    assert_refused(&stores, &named.expect("a new name"), |error| {
        matches!(error, CommitError::UsernameTaken { .. })
    })
    .await;

    let user = arrange::user(&stores, "keyed").await;
    let change = user.update(fixtures::data("{}"), caller(), fixtures::now());
    let request = fixtures::request("key", 2);
    let written = stores.users.commit(&change.expect("a user"), Some(&request)).await;
    written.expect("the change is written");
    let change = arrange::updated_after_expiry(&locked, "{}");
    assert_refused(&stores, &change, |error| {
        matches!(error, CommitError::IdempotencyKeyTaken)
    })
    .await;
}

/// What is found by the key is what was asked for, not what went before it.
pub async fn the_request_goes_with_the_last_of_several_events(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let locked = arrange::locked_for_a_minute(&stores, "u").await;
    let change = arrange::updated_after_expiry(&locked, "{}");
    let request = fixtures::request("key", 7);
    let written = stores.users.commit(&change, Some(&request)).await;
    written.expect("the change is written");
    assert_eq!(found(&stores, "key").await, Some(recorded(&change, 7)));

    // Here both events are the caller's.
    let guessed = arrange::user(&stores, "guessed").await;
    let guessed = arrange::commit(&stores, &last_guess(&guessed)).await;
    let reset = guessed.reset_password(arrange::hash("new"), false, caller(), fixtures::now());
    let reset = reset.expect("a user");
    assert_eq!(reset.events().count(), 2, "{reset:?}");
    let request = fixtures::request("another key", 8);
    let written = stores.users.commit(&reset, Some(&request)).await;
    written.expect("the change is written");
    assert_eq!(found(&stores, "another key").await, Some(recorded(&reset, 8)));

    let deletion = arrange::deleted(&arrange::find(&stores, "u").await);
    arrange::commit(&stores, &deletion).await;
    let found = found(&stores, "key").await;
    assert_eq!(found.expect("the request").digest, None);
}

/// All of them are about the same user as it was.
pub async fn of_64_parallel_changes_of_several_events_exactly_one_is_written(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let locked = arrange::locked_for_a_minute(&stores, "u").await;
    let tasks = (0..COPIES).map(|number| {
        let users = Arc::clone(&stores.users);
        let change = arrange::updated_after_expiry(&locked, &format!("{{\"number\":{number}}}"));
        async move { (users.commit(&change, None).await, change) }
    });
    let mut written = Vec::new();
    for (result, change) in arrange::in_parallel(tasks).await {
        match result {
            Ok(()) => written.push(change),
            Err(error) => assert!(matches!(error, CommitError::Conflict), "{error:?}"),
        }
    }
    assert_eq!(written.len(), 1, "one commit succeeds");
    let change = &written[0];
    assert_eq!(arrange::assert_state_is_its_history(&stores, "u").await, *change.user());
    let history = stores.users.history(locked.id()).await.expect("an answer");
    assert!(history[2..].iter().eq(change.events()));
    let edit = change.profile_edit().expect("an edit");
    assert_eq!(
        arrange::profile(&stores, "u").await,
        edit.applied_to(UserProfile::default())
    );
}

/// The last wrong guesses at all owners come at the same moment: the policy spares one of them.
pub async fn parallel_locks_of_the_policy_leave_exactly_one_owner_active(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut tasks = Vec::new();
    for number in 0..8 {
        let owner = arrange::owner(&stores, &format!("owner {number}")).await;
        let users = Arc::clone(&stores.users);
        tasks.push(async move { (users.commit(&last_guess(&owner), None).await, owner) });
    }
    let results = arrange::in_parallel(tasks).await;
    let refused: Vec<_> = results.into_iter().filter(|(result, _)| result.is_err()).collect();
    assert!(
        matches!(refused[..], [(Err(CommitError::LastInstanceOwner), _)]),
        "one lock is refused: {refused:?}"
    );
    let spared = &refused[0].1;
    assert_eq!(arrange::active_owners(&stores).await, 1);
    assert_eq!(
        arrange::assert_state_is_its_history(&stores, spared.id().as_str()).await,
        *spared
    );

    // The failure alone is written: whoever cannot be locked is counted all the same.
    let failed = spared.fail_password_check(&fixtures::lockout_policy(1), false, caller(), fixtures::now());
    let failed = arrange::commit(&stores, &failed.expect("a password may be tried")).await;
    assert_eq!(failed.failed_password_attempts(fixtures::now()), 1);
}
