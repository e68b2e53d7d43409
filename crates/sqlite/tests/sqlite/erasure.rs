use std::collections::BTreeMap;
use std::fs;

use unlockd_application::idempotency::{IdempotencyKey, IdempotentRequest, RequestDigest};
use unlockd_application::ports::{OrganizationStore, SessionStore, UserStore};
use unlockd_domain::{
    Actor, PasswordHash, PasswordReset, Session, SessionMetadata, SessionUser, Source, StoredPassword, TokenDigest,
    UserAgent, UserAgentFields, UserChange, UserData,
};
use unlockd_sqlite::SqliteStore;
use unlockd_testkit::fixtures;

use crate::fixture::DatabaseFile;

/// What it is about a user that must not be left.
const SECRET: &[u8] = b"secret-";

fn secret_hash(name: &str) -> PasswordHash {
    PasswordHash::trusted(format!("$argon2id$secret-{name}"))
}

/// A session of the user, in which they have said and shown this and that.
fn session(id: &str, user: SessionUser) -> Session {
    let user_agent = UserAgentFields {
        fingerprint_id: Some("secret-fingerprint".to_owned()),
        ip: Some("secret-ip".to_owned()),
        description: Some("secret-description".to_owned()),
        headers: BTreeMap::from([("secret-header".to_owned(), vec!["secret-value".to_owned()])]),
    };
    Session {
        user: Some(user),
        metadata: SessionMetadata::default()
            .with([("secret-note".to_owned(), vec![1])])
            .unwrap(),
        user_agent: Some(UserAgent::new(user_agent).unwrap()),
        ..fixtures::session(id)
    }
}

async fn create_sessions(store: &SqliteStore) {
    let proven = fixtures::proven_session("proven", "u", "acme").user.unwrap();
    let by_name = SessionUser {
        identity: fixtures::login_name("secret-name"),
        ..proven.clone()
    };
    let only_named = SessionUser { proof: None, ..proven };
    for (number, (id, user)) in (1..).zip([("by name", by_name), ("only named", only_named)]) {
        let digest = TokenDigest([number; 32]);
        SessionStore::create(store, &session(id, user), &digest, None)
            .await
            .unwrap();
    }
}

async fn commit(store: &SqliteStore, change: UserChange, request: Option<&IdempotentRequest>) -> UserChange {
    let change = change.from_source(Some(&Source::trusted("secret-source".to_owned())));
    store.commit(&change, request).await.unwrap();
    change
}

/// SQLite gives space up as it is, unless told otherwise, and fills it at some later time.
#[tokio::test]
async fn nothing_personal_of_a_deleted_user_is_left_in_the_file() {
    let file = DatabaseFile::new();
    let store = file.open_migrated().await;
    OrganizationStore::create(&store, &fixtures::organization("acme"), None)
        .await
        .unwrap();
    let mut new = fixtures::named_user("u", "acme", &["secret-name"]);
    // Long enough for pages of its own.
    let data = format!("{{\"a\":\"{}\"}}", "secret-data ".repeat(1_000));
    new.profile.data = Some(UserData::from_json(data).unwrap());
    new.profile.password = Some(StoredPassword {
        hash: secret_hash("password"),
        changed_at: fixtures::now(),
        change_required: false,
    });
    UserStore::create(&store, &new).await.unwrap();
    let user = new.change.user();
    let themselves = || Actor::User(user.id().clone());
    let reset = PasswordReset {
        code_hash: secret_hash("code"),
        expires_at: fixtures::now(),
        failed_attempts: 0,
    };
    let reset = user.request_password_reset(reset, themselves(), fixtures::now());
    let reset = commit(&store, reset.unwrap(), None).await;
    create_sessions(&store).await;
    let mut order = fixtures::lock_order();
    order.reason = Some(fixtures::reason("secret-reason"));
    let lock = reset.user().lock(order, themselves(), fixtures::now());
    let request = IdempotentRequest {
        key: IdempotencyKey::new("key").unwrap(),
        digest: RequestDigest(*b"secret-digest-secret-digest-secr"),
    };
    let lock = commit(&store, lock.unwrap(), Some(&request)).await;
    let delete = lock.user().delete(Actor::System, fixtures::now());
    commit(&store, delete.unwrap(), None).await;
    store.close().await;

    let content = fs::read(file.path()).unwrap();
    let at = content.windows(SECRET.len()).position(|bytes| bytes == SECRET);
    assert_eq!(at, None);
}
