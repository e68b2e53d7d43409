#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::marker::PhantomData;
use std::time::Duration;

use sqlx::SqlitePool;
use tokio::time::timeout;
use unlockd_application::ports::StoreError;
use unlockd_batching::{BatchWork, Batches, SubmitError};
use unlockd_domain::{Grants, User, UserId, UserProfile};

use super::commits::not_answered;
use super::profile_row::select_profiles;
use super::user_row::{select_users, select_users_with_grants};
use crate::SqliteStore;
use crate::error::{corrupt, store_error};

/// What can be looked up for many users at a time.
pub(crate) trait Lookup: Send + Sync + 'static {
    /// What is found of a user.
    type Found: Clone + Send + 'static;

    /// Those of the users who are there; their ids are in a JSON array, each once.
    fn select(readers: &SqlitePool, ids: &str) -> impl Future<Output = Result<Vec<Self::Found>, StoreError>> + Send;

    fn id(found: &Self::Found) -> &UserId;
}

/// State and grants.
#[derive(Debug)]
pub(crate) struct UserLookup;

/// State and profile.
#[derive(Debug)]
pub(crate) struct ProfileLookup;

impl Lookup for UserLookup {
    type Found = (User, Grants);

    async fn select(readers: &SqlitePool, ids: &str) -> Result<Vec<(User, Grants)>, StoreError> {
        let mut connection = readers.acquire().await.map_err(store_error)?;
        select_users_with_grants(&mut connection, ids).await
    }

    fn id((user, _): &(User, Grants)) -> &UserId {
        user.id()
    }
}

impl Lookup for ProfileLookup {
    type Found = (User, UserProfile);

    async fn select(readers: &SqlitePool, ids: &str) -> Result<Vec<(User, UserProfile)>, StoreError> {
        let mut transaction = readers.begin().await.map_err(store_error)?;
        let users = select_users(&mut transaction, ids).await?;
        let profiles = select_profiles(&mut transaction, ids).await?;
        Ok(users.into_iter().zip(profiles).collect())
    }

    fn id((user, _): &(User, UserProfile)) -> &UserId {
        user.id()
    }
}

/// Looks users up together: each of them costs a visit to the thread of a connection otherwise. A batch begins after everybody in
/// it has asked, so it sees what was answered before.
#[derive(Debug)]
pub(crate) struct Lookups<L> {
    readers: SqlitePool,
    operation_timeout: Duration,
    lookup: PhantomData<L>,
}

/// A batch that failed, for whatever reason: everybody in it looks by themselves.
#[derive(Debug)]
pub(crate) struct NotLookedUp;

impl<L> Lookups<L> {
    pub(crate) fn new(readers: SqlitePool, operation_timeout: Duration) -> Self {
        Self {
            readers,
            // Leaves whoever does not wait for another batch the time to look by themselves.
            operation_timeout: operation_timeout / 2,
            lookup: PhantomData,
        }
    }
}

impl<L: Lookup> BatchWork for Lookups<L> {
    type Item = UserId;
    type Answer = Result<Option<L::Found>, NotLookedUp>;

    /// Many may look at the same user.
    fn key<'item>(&self, _: &'item UserId) -> Option<&'item str> {
        None
    }

    fn size(&self, id: &UserId) -> usize {
        size_of::<UserId>() + id.as_str().len()
    }

    async fn run(&self, ids: Vec<UserId>) -> Vec<Self::Answer> {
        let found = timeout(self.operation_timeout, async {
            L::select(&self.readers, &json_array(&ids)?).await
        });
        let error = match found.await {
            Ok(Ok(found)) => {
                let found: HashMap<_, _> = found.iter().map(|found| (L::id(found), found)).collect();
                return ids.iter().map(|id| Ok(found.get(id).copied().cloned())).collect();
            }
            Ok(Err(error)) => error,
            Err(elapsed) => StoreError::Unavailable(elapsed.into()),
        };
        tracing::debug!(%error, size = ids.len(), "a batch failed: everybody in it looks alone");
        ids.iter().map(|_| Err(NotLookedUp)).collect()
    }
}

impl SqliteStore {
    /// Looks a user up, together with whoever else is looked up meanwhile.
    pub(super) async fn look_up<L: Lookup>(
        &self,
        lookups: &Batches<Lookups<L>>,
        id: &UserId,
    ) -> Result<Option<L::Found>, StoreError> {
        self.in_time(async {
            match lookups.submit(id.clone()).await {
                Ok(Ok(found)) => Ok(found),
                // Nothing speaks against asking twice.
                Ok(Err(NotLookedUp)) | Err(SubmitError::Crowded | SubmitError::Lost) => {
                    let ids = json_array([id])?;
                    Ok(L::select(self.readers(), &ids).await?.pop())
                }
                Err(SubmitError::Full) => Err(not_answered(SubmitError::Full)),
            }
        })
        .await
    }
}

/// The ids, each once.
fn json_array<'id>(ids: impl IntoIterator<Item = &'id UserId>) -> Result<String, StoreError> {
    let ids: BTreeSet<_> = ids.into_iter().map(UserId::as_str).collect();
    serde_json::to_string(&ids).map_err(corrupt)
}
