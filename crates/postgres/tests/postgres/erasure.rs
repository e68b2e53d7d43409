use sqlx::{AssertSqlSafe, Connection, PgConnection};
use unlockd_application::idempotency::{IdempotencyKey, IdempotentRequest, RequestDigest};
use unlockd_application::ports::{
    AccessTokenStore, AddGrantError, AddTokenError, CommitError, GrantStore, SessionStore, UserStore, WriteSessionError,
};
use unlockd_domain::{
    Actor, Event, Grant, LockCause, LockOrder, LockoutPolicy, PasswordHash, PasswordReset, Session, SessionMetadata,
    Source, StoredPassword, TokenDigest, User, UserAgent, UserAgentFields, UserChange, UserData,
};
use unlockd_postgres::PostgresStore;
use unlockd_testkit::fixtures;
use unlockd_testkit::postgres::TestDatabase;

use crate::rival::Rival;
use crate::store::{migrated, with_user};

/// In everything that people have typed about the user who is deleted.
const PERSONAL: &str = "personal";

fn request(key: &str) -> IdempotentRequest {
    IdempotentRequest {
        key: IdempotencyKey::new(key).unwrap(),
        digest: RequestDigest([b'p'; 32]),
    }
}

async fn commit(store: &PostgresStore, change: &UserChange) -> User {
    let key = change.event().kind.name().as_str();
    store.commit(change, Some(&request(key))).await.unwrap();
    change.user().clone()
}

/// A session in which somebody has typed this, with notes and a user agent.
fn personal_session(session: Session) -> Session {
    let metadata = [(PERSONAL.to_owned(), PERSONAL.as_bytes().to_vec())];
    let user_agent = UserAgentFields {
        fingerprint_id: Some(PERSONAL.to_owned()),
        description: Some(PERSONAL.to_owned()),
        ..UserAgentFields::default()
    };
    Session {
        metadata: SessionMetadata::default().with(metadata).unwrap(),
        user_agent: Some(UserAgent::new(user_agent).unwrap()),
        ..session
    }
}

/// A user with a password, a code to replace it by, names, data, a role, a token, sessions, and reasons and sources in their
/// history.
async fn personal_user(store: &PostgresStore) -> User {
    with_user(store, "actor").await;
    let mut new = fixtures::named_user("u", "acme", &[&format!("{PERSONAL} 1"), &format!("{PERSONAL} 2")]);
    new.profile.data = Some(UserData::from_json(format!("{{\"note\":\"{PERSONAL}\"}}")).unwrap());
    new.profile.password = Some(StoredPassword {
        hash: PasswordHash::trusted(format!("$argon2id${PERSONAL}")),
        changed_at: fixtures::now(),
        change_required: false,
    });
    UserStore::create(store, &new).await.unwrap();
    let id = new.change.user().id();
    GrantStore::add(store, id, &Grant::instance_owner(), fixtures::now())
        .await
        .unwrap();
    let user = UserStore::find(store, id).await.unwrap().unwrap();
    let token = fixtures::access_token("token", "u");
    AccessTokenStore::add(store, &token, &TokenDigest([1; 32]), None)
        .await
        .unwrap();
    let actor = || Actor::User(fixtures::user_id("actor"));
    let order = LockOrder {
        cause: LockCause::Operator,
        reason: Some(fixtures::reason(PERSONAL)),
        until: None,
    };
    let proven = personal_session(fixtures::proven_session("proven", "u", "acme"));
    let mut named = personal_session(fixtures::proven_session("named", "u", "acme"));
    named.user.as_mut().unwrap().proof = None;
    for (session, digest) in [(proven, 2), (named, 3)] {
        SessionStore::create(store, &session, &TokenDigest([digest; 32]), None)
            .await
            .unwrap();
    }
    let owner = with_user(store, "owner").await;
    GrantStore::add(store, owner.id(), &Grant::instance_owner(), fixtures::now())
        .await
        .unwrap();
    let locked = commit(store, &user.lock(order, actor(), fixtures::now()).unwrap()).await;
    let reason = Some(fixtures::reason(PERSONAL));
    let inactive = commit(
        store,
        &locked.deactivate(reason.clone(), actor(), fixtures::now()).unwrap(),
    )
    .await;
    let active = commit(store, &inactive.reactivate(reason, actor(), fixtures::now()).unwrap()).await;
    let source = Source::trusted(PERSONAL.to_owned());
    let failed = active.fail_password_check(&LockoutPolicy::DEFAULT, true, actor(), fixtures::now());
    let failed = commit(store, &failed.unwrap().from_source(Some(&source))).await;
    let reset = PasswordReset {
        code_hash: PasswordHash::trusted(format!("$argon2id${PERSONAL}")),
        expires_at: fixtures::now(),
        failed_attempts: 0,
    };
    commit(
        store,
        &failed.request_password_reset(reset, actor(), fixtures::now()).unwrap(),
    )
    .await
}

/// Every row of every table as a text.
async fn dump(database: &TestDatabase) -> String {
    let mut connection = PgConnection::connect(&database.url()).await.unwrap();
    let tables = sqlx::query_scalar::<_, String>(
        "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
    );
    let mut dump = String::new();
    for table in tables.fetch_all(&mut connection).await.unwrap() {
        let rows = format!("SELECT row_to_json(t)::text FROM {table} AS t");
        let rows = sqlx::query_scalar::<_, String>(AssertSqlSafe(rows))
            .fetch_all(&mut connection)
            .await;
        dump += &rows.unwrap().join("\n");
    }
    dump
}

#[tokio::test]
async fn nothing_that_people_have_typed_is_left_of_a_deleted_user_and_keys_are_not_free_again() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let store = migrated(&database).await;
    let user = personal_user(&store).await;
    let digest = "70".repeat(32);
    assert!(dump(&database).await.contains(PERSONAL) && dump(&database).await.contains(&digest));

    let actor = Actor::User(fixtures::user_id("actor"));
    let deleted = commit(&store, &user.delete(actor, fixtures::now()).unwrap()).await;

    let dump = dump(&database).await;
    assert!(!dump.contains(PERSONAL) && !dump.contains(&digest), "{dump}");
    let history = store.history(deleted.id()).await.unwrap();
    assert_eq!(User::replay(&history).as_ref(), Ok(&deleted));
    let owner = UserStore::find(&store, &fixtures::user_id("owner"))
        .await
        .unwrap()
        .unwrap();
    // The events of creation and grant have no key.
    for event in &history[2..] {
        let key = IdempotencyKey::new(event.kind.name().as_str()).unwrap();
        let recorded = store
            .find_request(&fixtures::user_id("actor"), &key)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((recorded.event, recorded.digest), (Event::User(event.clone()), None));
    }
    let lock = owner.update(
        UserData::from_json("{}".to_owned()).unwrap(),
        Actor::User(fixtures::user_id("actor")),
        fixtures::now(),
    );
    let refusal = store.commit(&lock.unwrap(), Some(&request("user.deleted"))).await;
    assert!(matches!(refusal, Err(CommitError::IdempotencyKeyTaken)), "{refusal:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_to_a_user_who_is_being_deleted_is_refused() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let store = migrated(&database).await;
    let user = with_user(&store, "u").await;
    let begun = fixtures::session("begun");
    SessionStore::create(&store, &begun, &TokenDigest([2; 32]), None)
        .await
        .unwrap();
    let mut rival = Rival::connect(&database).await;
    // The deletion has the user's row and waits to take the names away.
    rival.execute("BEGIN; LOCK TABLE usernames IN SHARE MODE").await;
    let deletion = tokio::spawn({
        let store = store.clone();
        let deletion = user.delete(Actor::System, fixtures::now()).unwrap();
        async move { store.commit(&deletion, None).await }
    });
    rival.is_in_the_way().await;
    let token = tokio::spawn({
        let store = store.clone();
        async move {
            let token = fixtures::access_token("token", "u");
            AccessTokenStore::add(&store, &token, &TokenDigest([1; 32]), None).await
        }
    });
    let grant = tokio::spawn({
        let store = store.clone();
        async move {
            GrantStore::add(
                &store,
                &fixtures::user_id("u"),
                &Grant::instance_owner(),
                fixtures::now(),
            )
            .await
        }
    });
    let created = tokio::spawn({
        let store = store.clone();
        let session = fixtures::proven_session("created", "u", "acme");
        async move { SessionStore::create(&store, &session, &TokenDigest([3; 32]), None).await }
    });
    let replaced = tokio::spawn({
        let store = store.clone();
        let session = fixtures::proven_session("begun", "u", "acme").advanced(fixtures::now());
        async move { SessionStore::replace(&store, &session, &TokenDigest([4; 32]), begun.sequence, None).await }
    });
    let waiting = "SELECT count(*) FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock'";
    // The rival itself is in a transaction, where the activity stands still once it was looked at.
    Rival::connect(&database).await.wait_for(5, waiting).await;

    rival.execute("COMMIT").await;

    deletion.await.unwrap().unwrap();
    let refusal = token.await.unwrap();
    assert!(matches!(refusal, Err(AddTokenError::UserNotFound)), "{refusal:?}");
    let refusal = grant.await.unwrap();
    assert!(matches!(refusal, Err(AddGrantError::UserNotFound)), "{refusal:?}");
    for session in [created, replaced] {
        let refusal = session.await.unwrap();
        assert!(matches!(refusal, Err(WriteSessionError::UserNotFound)), "{refusal:?}");
    }
    assert_eq!(rival.number("SELECT count(*) FROM users WHERE instance_owner").await, 0);
    let proven = "SELECT count(*) FROM sessions WHERE user_id IS NOT NULL";
    assert_eq!(rival.number(proven).await, 0);
}
