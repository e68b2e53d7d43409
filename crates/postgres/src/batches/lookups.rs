use std::collections::HashMap;
use std::marker::PhantomData;

use sqlx::Error;
use sqlx::postgres::PgConnection;
use unlockd_application::ports::StoreError;
use unlockd_batching::{BatchWork, Batches};
use unlockd_domain::{Grants, User, UserId, UserProfile};

use super::answer::{Answer, Batched, answered, not_done};
use crate::connections::Connections;
use crate::store::PostgresStore;
use crate::{user_profiles, user_row};

/// What can be looked up for many users with one statement.
pub(crate) trait Lookup: Send + Sync + 'static {
    /// What is found of a user.
    type Found: Clone + Send + 'static;

    /// Those of the users who are there, in whatever order.
    fn find(
        connection: &mut PgConnection,
        ids: &[String],
    ) -> impl Future<Output = Result<Vec<Self::Found>, Error>> + Send;

    fn id(found: &Self::Found) -> &UserId;
}

/// State and grants.
pub(crate) struct UserLookup;

/// State and profile.
pub(crate) struct ProfileLookup;

impl Lookup for UserLookup {
    type Found = (User, Grants);

    async fn find(connection: &mut PgConnection, ids: &[String]) -> Result<Vec<(User, Grants)>, Error> {
        user_row::find(connection, ids).await
    }

    fn id((user, _): &(User, Grants)) -> &UserId {
        user.id()
    }
}

impl Lookup for ProfileLookup {
    type Found = (User, UserProfile);

    async fn find(connection: &mut PgConnection, ids: &[String]) -> Result<Vec<(User, UserProfile)>, Error> {
        user_profiles::find(connection, ids).await
    }

    fn id((user, _): &(User, UserProfile)) -> &UserId {
        user.id()
    }
}

/// Looks users up together. A batch begins after everybody in it has asked, so it sees what was answered before.
pub(crate) struct LookupBatches<L> {
    connections: Connections,
    lookup: PhantomData<L>,
}

impl PostgresStore {
    /// Looks a user up, together with whoever else is looked up meanwhile.
    pub(crate) async fn look_up<L: Lookup>(
        &self,
        batches: &Batches<LookupBatches<L>>,
        id: &UserId,
    ) -> Result<Option<L::Found>, StoreError> {
        self.in_time(async {
            match answered(batches.submit(id.clone()).await)? {
                Batched::Done(found) => Ok(found),
                Batched::NotDone => {
                    let ids = [id.as_str().to_owned()];
                    let found = self.read(|attempt| Box::pin(L::find(attempt.connection, &ids)));
                    Ok(found.await?.pop())
                }
            }
        })
        .await
    }
}

impl<L> LookupBatches<L> {
    pub(super) fn new(connections: Connections) -> Self {
        Self {
            connections,
            lookup: PhantomData,
        }
    }
}

impl<L: Lookup> BatchWork for LookupBatches<L> {
    type Item = UserId;
    type Answer = Answer<Option<L::Found>>;

    /// Many may look at the same user.
    fn key<'item>(&self, _: &'item UserId) -> Option<&'item str> {
        None
    }

    fn size(&self, id: &UserId) -> usize {
        id.as_str().len()
    }

    async fn run(&self, ids: Vec<UserId>) -> Vec<Self::Answer> {
        let texts: Vec<_> = ids.iter().map(|id| id.as_str().to_owned()).collect();
        let found = self
            .connections
            .read(|attempt| Box::pin(L::find(attempt.connection, &texts)))
            .await;
        match found {
            Ok(found) => {
                let found: HashMap<_, _> = found.iter().map(|found| (L::id(found), found)).collect();
                ids.iter()
                    .map(|id| Ok(Batched::Done(found.get(id).copied().cloned())))
                    .collect()
            }
            // Nothing speaks against asking twice.
            Err(error) => not_done(&error, ids.len()),
        }
    }
}
