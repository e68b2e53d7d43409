//! Requests that are remembered with the events that they led to.

use std::sync::Arc;

use unlockd_application::idempotency::{IdempotencyKey, IdempotentRequest};
use unlockd_application::ports::{CommitError, CreateUserError, NewUser, RecordedRequest};
use unlockd_domain::{Actor, Event, User, UserChange, UserId, UsernameScope};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

const COPIES: usize = 64;

fn actor(caller: &str) -> Actor {
    Actor::User(fixtures::user_id(caller))
}

fn locked_by(caller: &str, user: &User) -> UserChange {
    let mut order = fixtures::lock_order();
    order.reason = Some(fixtures::reason("asked for"));
    user.lock(order, actor(caller), fixtures::now())
        .expect("an active user")
}

fn created_by(caller: &str, id: &str, request: IdempotentRequest) -> NewUser {
    let organization = fixtures::organization_id(arrange::ACME);
    NewUser {
        change: User::create(fixtures::user_id(id), organization, actor(caller), fixtures::now()),
        request: Some(request),
        ..fixtures::new_user(id, arrange::ACME)
    }
}

async fn found(stores: &Stores, caller: &str, key: &IdempotencyKey) -> Option<RecordedRequest> {
    let caller: UserId = fixtures::user_id(caller);
    stores.users.find_request(&caller, key).await.expect("an answer")
}

async fn commit(stores: &Stores, change: &UserChange, request: &IdempotentRequest) -> User {
    let written = stores.users.commit(change, Some(request)).await;
    written.expect("the change is written");
    change.user().clone()
}

async fn assert_found(stores: &Stores, change: &UserChange, request: &IdempotentRequest) {
    let caller = change.event().actor.user_id().expect("a caller");
    let found = stores.users.find_request(caller, &request.key).await;
    let expected = RecordedRequest {
        event: Event::User(change.event().clone()),
        digest: Some(request.digest),
    };
    assert_eq!(found.expect("an answer"), Some(expected), "{}", request.key);
}

/// Creations and changes; what has no key is found under none, and later changes change nothing about it.
pub async fn a_request_is_found_with_its_event_by_caller_and_key(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let creation = fixtures::request("create", 1);
    let new = created_by("caller", "u", creation.clone());
    arrange::write(&stores, &new).await;
    let lock = locked_by("caller", new.change.user());
    let locking = fixtures::request("lock", 2);
    let locked = commit(&stores, &lock, &locking).await;
    arrange::commit(&stores, &arrange::toggled(&locked)).await;

    assert_found(&stores, &new.change, &creation).await;
    assert_found(&stores, &lock, &locking).await;
    for (caller, key) in [
        ("caller", "unlock"),
        ("u", "lock"),
        ("nobody", "create"),
        ("Caller", "lock"),
    ] {
        assert_eq!(found(&stores, caller, &fixtures::idempotency_key(key)).await, None);
    }
}

/// Each caller has keys of their own.
pub async fn the_same_key_of_another_caller_is_another_key(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    for (caller, digest) in [("one", 1), ("other", 2), ("One", 3), ("one ", 4)] {
        let request = fixtures::request("key", digest);
        let id = format!("user of {caller}");
        arrange::write(&stores, &created_by("maker", &id, fixtures::request(&id, 0))).await;
        let change = locked_by(caller, &arrange::find(&stores, &id).await);
        assert_eq!(found(&stores, caller, &request.key).await, None);
        commit(&stores, &change, &request).await;
        assert_found(&stores, &change, &request).await;
    }
}

/// Whatever is asked for the second time, of whomever: nothing is written, and the first request is what it was.
pub async fn a_key_that_was_used_is_taken_and_nothing_is_written(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let user = arrange::user(&stores, "u").await;
    let other = arrange::user(&stores, "other").await;
    let request = fixtures::request("key", 1);
    let lock = locked_by("caller", &user);
    let locked = commit(&stores, &lock, &request).await;

    let unlock = locked.unlock(None, actor("caller"), fixtures::now());
    let update = other.update(fixtures::data("{}"), actor("caller"), fixtures::now());
    let changes = [
        unlock.expect("a locked user"),
        update.expect("a user"),
        locked_by("caller", &other),
    ];
    for digest in [1, 2] {
        let again = fixtures::request("key", digest);
        for change in &changes {
            let id = change.user().id();
            let before = arrange::known(&stores, id).await;
            let refused = stores.users.commit(change, Some(&again)).await;
            assert!(matches!(refused, Err(CommitError::IdempotencyKeyTaken)), "{refused:?}");
            assert_eq!(arrange::known(&stores, id).await, before);
        }
        let mut new = created_by("caller", "new", again);
        new.profile.usernames = vec![fixtures::username("name", UsernameScope::Instance)];
        let refused = stores.users.create(&new).await;
        assert!(
            matches!(refused, Err(CreateUserError::IdempotencyKeyTaken)),
            "{refused:?}"
        );
        assert_eq!(arrange::known(&stores, new.change.user().id()).await.found, None);
    }
    assert_found(&stores, &lock, &request).await;
    arrange::write(&stores, &fixtures::named_user("new", arrange::ACME, &["name"])).await;
}

/// A key is used by what is done, not by what is asked for.
pub async fn a_refused_request_leaves_its_key_free(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let request = fixtures::request("key", 1);
    let user = arrange::user(&stores, "u").await;
    let stale = locked_by("caller", &user);
    let locked = arrange::commit(&stores, &arrange::locked(&user)).await;
    let refused = stores.users.commit(&stale, Some(&request)).await;
    assert!(matches!(refused, Err(CommitError::Conflict)), "{refused:?}");

    let owner = arrange::owner(&stores, "owner").await;
    let refused = stores.users.commit(&locked_by("caller", &owner), Some(&request)).await;
    assert!(matches!(refused, Err(CommitError::LastInstanceOwner)), "{refused:?}");

    let refused = stores.users.create(&created_by("caller", "u", request.clone())).await;
    assert!(matches!(refused, Err(CreateUserError::UserIdTaken)), "{refused:?}");

    assert_eq!(found(&stores, "caller", &request.key).await, None);
    let unlock = locked.unlock(None, actor("caller"), fixtures::now());
    commit(&stores, &unlock.expect("a locked user"), &request).await;
}

/// Up to the longest; neither case nor spaces make two of them one, and no character has a meaning.
pub async fn keys_that_differ_in_any_byte_are_different(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let long = "k".repeat(IdempotencyKey::MAX_CHARACTERS);
    let mut keys: Vec<String> = [
        "key", "KEY", "key ", " key", " ", "  ", "%", "_", "k%", "ke_", "'", "\"", "\\",
    ]
    .map(str::to_owned)
    .to_vec();
    keys.extend([
        format!("{}l", &long[1..]),
        format!("l{}", &long[1..]),
        long[1..].to_owned(),
        long,
    ]);
    let requests: Vec<_> = (0..)
        .zip(&keys)
        .map(|(digest, key)| fixtures::request(key, digest))
        .collect();
    let mut users = Vec::new();
    for (number, request) in requests.iter().enumerate() {
        assert_eq!(found(&stores, "caller", &request.key).await, None, "{}", request.key);
        let new = created_by("caller", &format!("u {number}"), request.clone());
        arrange::write(&stores, &new).await;
        users.push(new);
    }
    for (new, request) in users.iter().zip(&requests) {
        assert_found(&stores, &new.change, request).await;
    }
}

/// Copies of one request about one user arrive at once.
pub async fn of_64_parallel_changes_of_one_user_under_one_key_exactly_one_is_written(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let user = arrange::user(&stores, "u").await;
    let request = fixtures::request("key", 1);
    let tasks = (0..COPIES).map(|_| {
        let (users, request) = (Arc::clone(&stores.users), request.clone());
        let change = locked_by("caller", &user);
        async move { users.commit(&change, Some(&request)).await }
    });
    let mut written = 0;
    for result in arrange::in_parallel(tasks).await {
        match result {
            Ok(()) => written += 1,
            Err(error) => assert!(
                matches!(error, CommitError::Conflict | CommitError::IdempotencyKeyTaken),
                "{error:?}"
            ),
        }
    }
    assert_eq!(written, 1, "one commit succeeds");
    let lock = locked_by("caller", &user);
    assert_eq!(arrange::assert_state_is_its_history(&stores, "u").await, *lock.user());
    assert_found(&stores, &lock, &request).await;
}

/// One key for many users: nobody but the key is in the way.
pub async fn of_64_parallel_changes_of_many_users_under_one_key_exactly_one_is_written(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let request = fixtures::request("key", 1);
    let mut tasks = Vec::new();
    for number in 0..COPIES {
        let user = arrange::user(&stores, &format!("u {number}")).await;
        let (users, request) = (Arc::clone(&stores.users), request.clone());
        let change = locked_by("caller", &user);
        tasks.push(async move { (users.commit(&change, Some(&request)).await, user, change) });
    }
    let mut written = Vec::new();
    for (result, user, change) in arrange::in_parallel(tasks).await {
        let now = arrange::assert_state_is_its_history(&stores, user.id().as_str()).await;
        assert_eq!(now, if result.is_ok() { change.user().clone() } else { user });
        match result {
            Ok(()) => written.push(change),
            Err(error) => assert!(matches!(error, CommitError::IdempotencyKeyTaken), "{error:?}"),
        }
    }
    assert_eq!(written.len(), 1, "one commit succeeds");
    assert_found(&stores, &written[0], &request).await;
}

/// The ids differ, as each copy is given one of its own.
pub async fn of_64_parallel_creations_under_one_key_exactly_one_is_written(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let request = fixtures::request("key", 1);
    let tasks = (0..COPIES).map(|number| {
        let users = Arc::clone(&stores.users);
        let mut new = created_by("caller", &format!("u {number}"), request.clone());
        new.profile.usernames = vec![fixtures::username(&format!("name {number}"), UsernameScope::Instance)];
        async move { (users.create(&new).await, new) }
    });
    let mut written = Vec::new();
    for (result, new) in arrange::in_parallel(tasks).await {
        let known = arrange::known(&stores, new.change.user().id()).await;
        assert_eq!(
            (known.found.is_some(), known.history.len()),
            (result.is_ok(), usize::from(result.is_ok()))
        );
        match result {
            Ok(()) => written.push(new),
            Err(error) => assert!(matches!(error, CreateUserError::IdempotencyKeyTaken), "{error:?}"),
        }
    }
    assert_eq!(written.len(), 1, "one creation succeeds");
    assert_found(&stores, &written[0].change, &request).await;
}

/// Copies of a creation whose names are in each other's way as well: the key or the name refuses, and one is written.
pub async fn parallel_copies_of_a_creation_with_a_name_write_one_user(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let request = fixtures::request("key", 1);
    let tasks = (0..16).map(|number| {
        let users = Arc::clone(&stores.users);
        let mut new = created_by("caller", &format!("u {number}"), request.clone());
        new.profile.usernames = vec![fixtures::username("name", UsernameScope::Instance)];
        async move { users.create(&new).await }
    });
    let mut written = 0;
    for result in arrange::in_parallel(tasks).await {
        match result {
            Ok(()) => written += 1,
            Err(error) => assert!(
                matches!(
                    error,
                    CreateUserError::IdempotencyKeyTaken | CreateUserError::UsernameTaken { .. }
                ),
                "{error:?}"
            ),
        }
    }
    assert_eq!(written, 1, "one creation succeeds");
    assert!(found(&stores, "caller", &request.key).await.is_some());
}
