//! What the tests begin with.

use std::sync::Arc;

use tokio::sync::Barrier;
use unlockd_application::ports::NewUser;
use unlockd_domain::{Actor, Grant, User, UserChange, UserState};

use crate::fixtures;
use crate::services::Stores;

/// The organization that most tests live in.
pub(super) const ACME: &str = "acme";

pub(super) async fn organization(stores: &Stores, id: &str) {
    let organization = fixtures::organization(id);
    stores
        .organizations
        .create(&organization)
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
    let granted = stores.grants.add(user.id(), &Grant::instance_owner()).await;
    granted.expect("the role is granted");
    user
}

pub(super) async fn find(stores: &Stores, id: &str) -> User {
    let found = stores.users.find(&fixtures::user_id(id)).await;
    found.expect("the store answers").expect("the user is found")
}

pub(super) fn locked(user: &User) -> UserChange {
    user.lock(fixtures::lock_order(), Actor::System, fixtures::now())
        .expect("an active user")
}

/// The other state of the two that a user can be put into.
pub(super) fn toggled(user: &User) -> UserChange {
    match user.state() {
        UserState::Active => locked(user),
        UserState::Locked(_) | UserState::Inactive | UserState::Deleted => user
            .unlock(None, Actor::System, fixtures::now())
            .expect("a locked user"),
    }
}

pub(super) async fn commit(stores: &Stores, change: &UserChange) -> User {
    stores.users.commit(change).await.expect("the change is written");
    change.user().clone()
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
