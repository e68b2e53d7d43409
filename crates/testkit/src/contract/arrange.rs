//! What the tests begin with.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Barrier;
use unlockd_application::ports::{
    CommitError, EventFilter, EventOrder, EventRange, NewUser, RecordedEvent, Visibility,
};
use unlockd_domain::{
    AccessToken, Actor, Event, Grant, Lock, LockOrder, PasswordHash, PasswordReset, Position, Timestamp, User,
    UserChange, UserEvent, UserId, UserProfile, UserState,
};

use crate::fixtures;
use crate::services::Stores;

/// The organization that most tests live in.
pub(super) const ACME: &str = "acme";

pub(super) async fn organization(stores: &Stores, id: &str) {
    let organization = fixtures::organization(id);
    stores
        .organizations
        .create(&organization, None)
        .await
        .expect("the organization is written");
}

pub(super) async fn write(stores: &Stores, new: &NewUser) {
    stores.users.create(new).await.expect("the user is written");
}

/// An active user of [`ACME`], which must be there.
pub(super) async fn user(stores: &Stores, id: &str) -> User {
    let new = fixtures::new_user(id, ACME);
    write(stores, &new).await;
    new.change.user().clone()
}

/// An active user of [`ACME`] who holds `IAM_OWNER`.
pub(super) async fn owner(stores: &Stores, id: &str) -> User {
    let user = user(stores, id).await;
    grant(stores, &user, &Grant::instance_owner()).await
}

/// Grants a role; answers with the user as they are then.
pub(super) async fn grant(stores: &Stores, user: &User, grant: &Grant) -> User {
    let granted = stores.grants.add(user.id(), grant, fixtures::now()).await;
    granted.expect("the role is granted");
    find(stores, user.id().as_str()).await
}

pub(super) async fn find(stores: &Stores, id: &str) -> User {
    let found = stores.users.find(&fixtures::user_id(id)).await;
    found.expect("the store answers").expect("the user is found")
}

pub(super) fn locked(user: &User) -> UserChange {
    user.lock(fixtures::lock_order(), Actor::System, fixtures::now())
        .expect("an active user")
}

pub(super) fn deactivated(user: &User) -> UserChange {
    user.deactivate(None, Actor::System, fixtures::now())
        .expect("a user who is active or locked")
}

pub(super) fn reactivated(user: &User) -> UserChange {
    user.reactivate(None, Actor::System, fixtures::now())
        .expect("an inactive user")
}

pub(super) fn deleted(user: &User) -> UserChange {
    user.delete(Actor::System, fixtures::now())
        .expect("a user who is not deleted")
}

/// The other state of the two that a user can be put into.
pub(super) fn toggled(user: &User) -> UserChange {
    match user.state(fixtures::now()) {
        UserState::Active => locked(user),
        UserState::Locked(_) | UserState::Inactive | UserState::Deleted => user
            .unlock(None, Actor::System, fixtures::now())
            .expect("a locked user"),
    }
}

/// The lock of a user who is locked, or was until the lock expired.
pub(super) fn lock(user: &User) -> &Lock {
    let lock = match &user.record().state {
        UserState::Locked(lock) => Some(lock),
        UserState::Active | UserState::Inactive | UserState::Deleted => None,
    };
    lock.expect("a user who is locked")
}

/// A hash of nothing, told from others by this text.
pub(super) fn hash(text: &str) -> PasswordHash {
    PasswordHash::trusted(format!("$argon2id${text}"))
}

/// A code that works for a quarter of an hour, told from others by this text.
pub(super) fn password_reset(code: &str) -> PasswordReset {
    PasswordReset {
        code_hash: hash(code),
        expires_at: fixtures::now().saturating_add(Duration::from_mins(15)),
        failed_attempts: 0,
    }
}

/// A change of two events: the end of a lock whose time is over, and an update, which a caller has asked for.
pub(super) fn updated_after_expiry(user: &User, data: &str) -> UserChange {
    let until = lock(user).until.expect("a lock with an end");
    let caller = Actor::User(fixtures::user_id("caller"));
    let change = user.update(fixtures::data(data), caller, until);
    let change = change.expect("a user who is not deleted");
    assert_eq!(change.events().count(), 2, "{change:?}");
    change
}

/// A user of [`ACME`] whom an operator has locked for a minute, at [`fixtures::now`].
pub(super) async fn locked_for_a_minute(stores: &Stores, id: &str) -> User {
    let user = user(stores, id).await;
    commit(
        stores,
        &locked_until(&user, fixtures::now().saturating_add(Duration::from_mins(1))),
    )
    .await
}

pub(super) fn locked_until(user: &User, until: Timestamp) -> UserChange {
    let order = LockOrder {
        until: Some(until),
        ..fixtures::lock_order()
    };
    user.lock(order, Actor::System, fixtures::now())
        .expect("an active user")
}

pub(super) async fn commit(stores: &Stores, change: &UserChange) -> User {
    stores.users.commit(change, None).await.expect("the change is written");
    change.user().clone()
}

/// Commits the change, decided again on the newest user while others come first.
pub(super) async fn commit_anew(
    stores: &Stores,
    user: &User,
    decide: impl Fn(&User) -> UserChange,
) -> Result<User, CommitError> {
    let mut user = user.clone();
    loop {
        let change = decide(&user);
        match stores.users.commit(&change, None).await {
            Err(CommitError::Conflict) => user = find(stores, user.id().as_str()).await,
            outcome => return outcome.map(|()| change.user().clone()),
        }
    }
}

pub(super) async fn profile(stores: &Stores, id: &str) -> UserProfile {
    let found = stores.users.find_with_profile(&fixtures::user_id(id)).await;
    found.expect("the store answers").expect("the user is found").1
}

/// All that a store knows about a user: what a write that is refused leaves as it was.
#[derive(Debug, PartialEq)]
pub(super) struct Known {
    pub(super) found: Option<(User, UserProfile)>,
    pub(super) history: Vec<UserEvent>,
    pub(super) grants: Vec<(UserId, Grant)>,
    pub(super) tokens: Vec<AccessToken>,
}

pub(super) async fn known(stores: &Stores, id: &UserId) -> Known {
    Known {
        found: stores.users.find_with_profile(id).await.expect("an answer"),
        history: stores.users.history(id).await.expect("an answer"),
        grants: stores.grants.list(Some(id)).await.expect("an answer"),
        tokens: stores.access_tokens.list(Some(id)).await.expect("an answer"),
    }
}

/// The event as one of a user.
pub(super) fn user_event(event: &Event) -> &UserEvent {
    let event = match event {
        Event::User(event) => Some(event),
        Event::Policy(_) | Event::Activity(_) => None,
    };
    event.expect("an event of a user")
}

/// The events of a user as they stand among those of all, in positions that rise.
pub(super) async fn events_of(stores: &Stores, id: &UserId) -> Vec<UserEvent> {
    let filter = EventFilter {
        user_id: Some(id.clone()),
        ..EventFilter::all(Visibility::Instance)
    };
    let events = select(stores, &filter).await;
    let events = events.iter().map(|recorded| user_event(&recorded.event));
    events.cloned().collect()
}

/// All events that fit, up to 10,000 of them, in positions that rise.
pub(super) async fn select(stores: &Stores, filter: &EventFilter) -> Vec<RecordedEvent> {
    let range = EventRange {
        after: Position::START,
        up_to: Position::END,
        order: EventOrder::Forward,
        limit: 10_000,
    };
    let events = stores.events.select(filter, &range).await.expect("an answer");
    assert!(
        events.is_sorted_by(|one, next| one.position < next.position),
        "{events:?}"
    );
    events
}

pub(super) async fn active_owners(stores: &Stores) -> usize {
    let mut active = 0;
    for (id, grant) in stores.grants.list(None).await.expect("an answer") {
        let user = find(stores, id.as_str()).await;
        active += usize::from(grant == Grant::instance_owner() && *user.state(fixtures::now()) == UserState::Active);
    }
    active
}

/// The current state is what the history says.
pub(super) async fn assert_state_is_its_history(stores: &Stores, id: &str) -> User {
    let found = find(stores, id).await;
    let history = stores.users.history(found.id()).await.expect("the store answers");
    assert_eq!(
        User::replay(&history).as_ref(),
        Ok(&found),
        "the history is {history:?}"
    );
    found
}

/// Starts all tasks at the same moment; their results are in the order of the tasks.
pub(super) async fn in_parallel<T, F>(tasks: impl IntoIterator<Item = F>) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let tasks: Vec<_> = tasks.into_iter().collect();
    let start = Arc::new(Barrier::new(tasks.len()));
    let started: Vec<_> = tasks
        .into_iter()
        .map(|task| {
            let start = Arc::clone(&start);
            tokio::spawn(async move {
                start.wait().await;
                task.await
            })
        })
        .collect();
    let mut results = Vec::with_capacity(started.len());
    for task in started {
        results.push(task.await.expect("a task that ends well"));
    }
    results
}
