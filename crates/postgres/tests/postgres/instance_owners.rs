use unlockd_application::ports::{GrantStore, RemoveGrantError};
use unlockd_domain::Grant;
use unlockd_testkit::fixtures;
use unlockd_testkit::postgres::TestDatabase;

use crate::rival::Rival;
use crate::store::{migrated, with_user};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_becomes_the_only_owner_while_the_role_is_taken_away_keeps_it() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let store = migrated(&database).await;
    with_user(&store, "u").await;
    let mut rival = Rival::connect(&database).await;
    rival
        .execute("BEGIN; LOCK TABLE grants IN SHARE ROW EXCLUSIVE MODE")
        .await;
    let removal = tokio::spawn({
        let store = store.clone();
        async move {
            store
                .remove(&fixtures::user_id("u"), &Grant::instance_owner(), fixtures::now())
                .await
        }
    });
    // It has seen that there are no owners, and is about to remove the role.
    rival.is_in_the_way().await;

    rival
        .execute(
            "UPDATE users SET instance_owner = true WHERE id = 'u';
             INSERT INTO grants (user_id, role) VALUES ('u', 'IAM_OWNER');
             COMMIT",
        )
        .await;

    let refusal = removal.await.unwrap();
    assert!(
        matches!(refusal, Err(RemoveGrantError::LastInstanceOwner)),
        "{refusal:?}"
    );
    let left = store.list(None).await.unwrap();
    assert_eq!(left, [(fixtures::user_id("u"), Grant::instance_owner())]);
}
