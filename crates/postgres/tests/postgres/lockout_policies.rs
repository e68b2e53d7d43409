//! Policies that several processes change at once.

use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;
use unlockd_application::ports::{CommitPolicyError, LockoutPolicyStore, OrganizationStore};
use unlockd_domain::{Actor, OwnedPolicy, PolicyChange};
use unlockd_testkit::fixtures;
use unlockd_testkit::postgres::TestDatabase;

use crate::rival::Rival;
use crate::store::{connect, migrated};

const PARALLEL: u32 = 64;

#[tokio::test(flavor = "multi_thread")]
async fn of_64_parallel_changes_of_a_policy_at_two_processes_exactly_one_succeeds() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let stores = [migrated(&database).await, connect(database.url()).await];
    OrganizationStore::create(&stores[0], &fixtures::organization("acme"), None)
        .await
        .unwrap();
    for organization in [None, Some(fixtures::organization_id("acme"))] {
        let mut before: Option<OwnedPolicy> = None;
        for _ in 0..3 {
            let barrier = Arc::new(Barrier::new(PARALLEL as usize));
            let mut commits = JoinSet::new();
            for number in 0..PARALLEL {
                let policy = fixtures::lockout_policy(number);
                let change = PolicyChange::new(
                    organization.clone(),
                    before.as_ref(),
                    Some(policy),
                    Actor::System,
                    fixtures::now(),
                );
                let (store, barrier) = (stores[usize::from(number % 2 == 0)].clone(), Arc::clone(&barrier));
                commits.spawn(async move {
                    barrier.wait().await;
                    let outcome = LockoutPolicyStore::commit(&store, &change, None).await;
                    outcome.map(|()| change.policy().clone())
                });
            }
            let mut written = Vec::new();
            for outcome in commits.join_all().await {
                match outcome {
                    Ok(policy) => written.push(policy),
                    Err(error) => assert!(matches!(error, CommitPolicyError::Conflict), "{error:?}"),
                }
            }

            assert_eq!(written.len(), 1, "{written:?}");
            before = written.pop();
            let found = LockoutPolicyStore::find(&stores[0], organization.as_ref())
                .await
                .unwrap();
            assert_eq!(found, before);
        }
    }
    let events = "SELECT count(*) FROM user_events WHERE user_id IS NULL";
    assert_eq!(Rival::connect(&database).await.number(events).await, 6);
}
