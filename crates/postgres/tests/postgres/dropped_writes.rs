use unlockd_application::ports::{CreateUserError, OrganizationStore, UserStore};
use unlockd_testkit::postgres::TestDatabase;
use unlockd_testkit::{drive, fixtures};

use crate::rival::Rival;
use crate::store::migrated;

/// More than a write ever needs.
const STEPS: usize = 32;
/// A step may take in several answers of the database, so that not every round has the same steps.
const ROUNDS: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_is_dropped_at_any_point_is_whole_or_absent_and_blocks_nobody() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let store = migrated(&database).await;
    OrganizationStore::create(&store, &fixtures::organization("acme"), None)
        .await
        .unwrap();
    let (mut answered, mut absent) = (0, 0);
    for number in 0..ROUNDS * STEPS {
        let new = fixtures::named_user(&format!("dropped {number}"), "acme", &[&format!("name {number}")]);
        let answer = drive(UserStore::create(&store, &new), number % STEPS).await;

        // Waits for the server to be done with the one that was dropped.
        match UserStore::create(&store, &new).await {
            Ok(()) => {
                assert!(answer.is_none(), "an answered write is there");
                absent += 1;
            }
            Err(CreateUserError::UserIdTaken) => {}
            Err(error) => panic!("{error:?}"),
        }
        let id = new.change.user().id();
        let (_, profile) = store.find_with_profile(id).await.unwrap().unwrap();
        assert_eq!(profile, new.profile);
        assert_eq!(store.history(id).await.unwrap(), [new.change.event().clone()]);
        if let Some(answer) = answer {
            answer.unwrap();
            answered += 1;
        }
    }
    assert!(answered > 0, "more than {STEPS} steps for a write");
    assert!(absent > 0, "no write was dropped in time");
    let unfinished = "SELECT count(*) FROM pg_stat_activity
                      WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    Rival::connect(&database).await.wait_for(0, unfinished).await;
}
