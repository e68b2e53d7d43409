use std::fs;

use unlockd_application::idempotency::{IdempotencyKey, IdempotentRequest, RequestDigest};
use unlockd_application::ports::{OrganizationStore, UserStore};
use unlockd_domain::{Actor, PasswordHash, StoredPassword, UserData};
use unlockd_testkit::fixtures;

use crate::fixture::DatabaseFile;

/// SQLite gives space up as it is, unless told otherwise, and fills it at some later time.
#[tokio::test]
async fn nothing_personal_of_a_deleted_user_is_left_in_the_file() {
    let file = DatabaseFile::new();
    let store = file.open_migrated().await;
    OrganizationStore::create(&store, &fixtures::organization("acme"))
        .await
        .unwrap();
    let mut new = fixtures::named_user("u", "acme", &["secret-name"]);
    // Long enough for pages of its own.
    let data = format!("{{\"a\":\"{}\"}}", "secret-data ".repeat(1_000));
    new.profile.data = Some(UserData::from_json(data).unwrap());
    new.profile.password = Some(StoredPassword {
        hash: PasswordHash::trusted("$argon2id$secret-hash".to_owned()),
        changed_at: fixtures::now(),
        change_required: false,
    });
    UserStore::create(&store, &new).await.unwrap();
    let mut order = fixtures::lock_order();
    order.reason = Some(fixtures::reason("secret-reason"));
    let user = new.change.user();
    let lock = user.lock(order, Actor::User(user.id().clone()), fixtures::now());
    let lock = lock.unwrap();
    let request = IdempotentRequest {
        key: IdempotencyKey::new("key").unwrap(),
        digest: RequestDigest(*b"secret-digest-secret-digest-secr"),
    };
    store.commit(&lock, Some(&request)).await.unwrap();
    let delete = lock.user().delete(Actor::System, fixtures::now()).unwrap();
    store.commit(&delete, None).await.unwrap();
    store.close().await;

    let content = fs::read(file.path()).unwrap();
    let at = content.windows(7).position(|bytes| bytes == b"secret-");
    assert_eq!(at, None);
}
