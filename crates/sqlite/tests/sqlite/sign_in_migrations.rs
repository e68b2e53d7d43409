//! The migrations that came with signing in, over a database with something of every kind from before them.

use sqlx::migrate::Migrator;
use sqlx::{Connection, Executor, SqliteConnection};
use unlockd_application::ports::{self, EventFilter, EventOrder, EventRange, EventStore, UserStore, Visibility};
use unlockd_domain::{
    Actor, EventName, LockCause, LockoutPolicy, PolicyChange, PolicyEventName, Position, Sequence, Timestamp,
    UnlockCause, UserEvent, UserEventKind, UserEventName, UserState,
};
use unlockd_sqlite::SqliteStore;
use unlockd_testkit::fixtures;

use crate::fixture::DatabaseFile;

static MIGRATIONS: Migrator = sqlx::migrate!();

/// The last migration before users could sign in.
const WITHOUT_SIGN_IN: i64 = 20_261_125_000_003;

/// A user of each state, an event of each kind; positions that are not in the order of users and sequences.
const OLD_ROWS: &str = r#"
    INSERT INTO organizations (id, name, created_at) VALUES ('acme', 'Acme', 0), ('other', 'Other', 1);
    INSERT INTO users (id, organization_id, state, sequence, failed_password_attempts,
                       lock_since, lock_cause, lock_by, lock_reason, lock_until,
                       password_hash, password_changed_at, password_change_required, data, instance_owner,
                       created_at, changed_at)
    VALUES ('active', 'acme', 'active', 7, 3, NULL, NULL, NULL, NULL, NULL, '$2b$hash', 5, 1, '{ "a": 1.0 }', 1, 1, 60),
           ('inactive', 'other', 'inactive', 4, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 2, 40),
           ('locked', 'acme', 'locked', 2, 0, 30, 'operator', 'active', 'lost a badge', 90,
            NULL, NULL, NULL, NULL, 0, 3, 30),
           ('for ever', 'acme', 'locked', 2, 0, 31, 'policy', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 4, 31),
           ('deleted', 'acme', 'deleted', 2, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 5, 50);
    INSERT INTO usernames (id, user_id, position, name, key, organization_id)
    VALUES ('1', 'active', 0, 'Alice', 'alice', NULL), ('2', 'active', 1, 'Al', 'al', 'acme');
    INSERT INTO grants (user_id, role, organization_id) VALUES ('active', 'IAM_OWNER', NULL);
    INSERT INTO access_tokens (id, user_id, digest, created_at) VALUES ('t', 'active', randomblob(32), 6);
    INSERT INTO user_events (user_id, sequence, position, kind, organization_id, actor_user_id, occurred_at,
                             reason, lock_cause, lock_until, idempotency_key, request_digest)
    VALUES ('active', 1, 1, 'user.created', 'acme', NULL, 1, NULL, NULL, NULL, NULL, NULL),
           ('inactive', 1, 2, 'user.created', 'other', 'active', 2, NULL, NULL, NULL, 'key 1', zeroblob(32)),
           ('locked', 1, 3, 'user.created', 'acme', NULL, 3, NULL, NULL, NULL, NULL, NULL),
           ('for ever', 1, 4, 'user.created', 'acme', NULL, 4, NULL, NULL, NULL, NULL, NULL),
           ('deleted', 1, 5, 'user.created', 'acme', NULL, 5, NULL, NULL, NULL, 'nobody''s', NULL),
           ('active', 2, 6, 'user.updated', 'acme', 'active', 6, NULL, NULL, NULL, NULL, NULL),
           ('active', 3, 7, 'user.username.added', 'acme', 'active', 7, NULL, NULL, NULL, NULL, NULL),
           ('active', 4, 8, 'user.username.removed', 'acme', 'active', 8, NULL, NULL, NULL, NULL, NULL),
           ('active', 5, 9, 'user.password.changed', 'acme', 'active', 9, NULL, NULL, NULL, NULL, NULL),
           ('active', 6, 10, 'user.locked', 'acme', NULL, 10, NULL, 'policy', 70, NULL, NULL),
           ('inactive', 2, 11, 'user.deactivated', 'other', 'active', 20, 'on leave', NULL, NULL, NULL, NULL),
           ('inactive', 3, 12, 'user.reactivated', 'other', 'active', 21, 'back', NULL, NULL, NULL, NULL),
           ('locked', 2, 13, 'user.locked', 'acme', 'active', 30, 'lost a badge', 'operator', 90, 'key 2', NULL),
           ('for ever', 2, 14, 'user.locked', 'acme', NULL, 31, NULL, 'policy', NULL, NULL, NULL),
           ('inactive', 4, 15, 'user.deactivated', 'other', 'active', 40, NULL, NULL, NULL, NULL, NULL),
           ('deleted', 2, 16, 'user.deleted', 'acme', NULL, 50, NULL, NULL, NULL, NULL, NULL),
           ('active', 7, 17, 'user.unlocked', 'acme', 'locked', 60, 'found it', NULL, NULL, NULL, NULL);
"#;

/// All of it that is to be kept.
const CONTENT: [&str; 5] = [
    "SELECT json_group_array(json_array(id, organization_id, state, sequence, lock_since, lock_cause, lock_by, lock_reason,
                                        lock_until, password_hash, password_changed_at, password_change_required, data,
                                        instance_owner, created_at, changed_at))
     FROM (SELECT * FROM users ORDER BY id)",
    "SELECT json_group_array(json_array(position, user_id, sequence, kind, organization_id, actor_user_id, occurred_at,
                                        reason, lock_cause, lock_until, idempotency_key, hex(request_digest)))
     FROM (SELECT * FROM user_events ORDER BY position)",
    "SELECT json_group_array(json_array(id, user_id, position, name, key, organization_id)) FROM usernames",
    "SELECT json_group_array(json_array(user_id, role, organization_id)) FROM grants",
    "SELECT json_group_array(json_array(id, user_id, hex(digest), created_at, expires_at)) FROM access_tokens",
];

async fn content(connection: &mut SqliteConnection) -> Vec<String> {
    let mut texts = Vec::new();
    for query in CONTENT {
        texts.push(sqlx::query_scalar(query).fetch_one(&mut *connection).await.unwrap());
    }
    texts
}

async fn migrated() -> (DatabaseFile, SqliteStore) {
    let file = DatabaseFile::new();
    let store = file.open().await;
    let mut old = file.connect().await;
    MIGRATIONS.run_to(WITHOUT_SIGN_IN, &mut old).await.unwrap();
    old.execute(OLD_ROWS).await.unwrap();
    let before = content(&mut old).await;
    old.close().await.unwrap();
    store.migrate().await.unwrap();
    assert_eq!(content(&mut file.connect().await).await, before);
    (file, store)
}

fn moment(microseconds: i64) -> Timestamp {
    Timestamp::from_unix_microseconds(microseconds).unwrap()
}

#[tokio::test]
async fn a_database_from_before_users_could_sign_in_keeps_all_that_it_has() {
    let (file, store) = migrated().await;
    let mut new = file.connect().await;
    let broken_references = new.fetch_all("PRAGMA foreign_key_check").await.unwrap();
    assert_eq!(broken_references.len(), 0);
    let integrity: String = sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_one(&mut new)
        .await
        .unwrap();
    assert_eq!(integrity, "ok");

    for id in ["active", "inactive", "locked", "for ever", "deleted"] {
        let id = fixtures::user_id(id);
        let (user, profile) = store.find_with_profile(&id).await.unwrap().unwrap();
        let record = user.record();
        assert_eq!((record.password_failures.as_slice(), record.policy_locks), (&[][..], 0));
        assert_eq!(profile.password_reset, None);
        let history = store.history(&id).await.unwrap();
        let forgetting = |event: &&UserEvent| {
            matches!(
                event.kind.name(),
                UserEventName::Unlocked | UserEventName::Reactivated | UserEventName::PasswordChanged
            )
        };
        let forgotten_at = history.iter().rfind(forgetting).map(|event| event.time);
        let is_deleted = user.is_deleted();
        assert_eq!(record.failures_forgotten_at, forgotten_at.filter(|_| !is_deleted));
        assert_eq!(
            user.sequence(),
            store.history(&id).await.unwrap().last().unwrap().sequence
        );
    }
    let history = store.history(&fixtures::user_id("active")).await.unwrap();
    let unlocked = UserEventKind::Unlocked {
        cause: UnlockCause::Operator,
        reason: Some(fixtures::reason("found it")),
    };
    assert_eq!(history.last().unwrap().kind, unlocked, "nobody else unlocked then");
    let found = store.find_by_identity(&fixtures::login_name("AL@acme")).await.unwrap();
    assert_eq!(found.unwrap().0.id(), &fixtures::user_id("active"));
}

#[tokio::test]
async fn what_is_new_goes_on_where_what_is_old_ends() {
    let (_file, store) = migrated().await;
    let caller = fixtures::user_id("active");
    let request = store.find_request(&caller, &fixtures::idempotency_key("key 1")).await;
    let request = request.unwrap().unwrap();
    assert_eq!(request.event.user_id, fixtures::user_id("inactive"));
    assert!(request.digest.is_some());

    assert_eq!(store.lift_expired_locks(moment(89), 10).await.unwrap(), 0);
    assert_eq!(store.lift_expired_locks(moment(90), 10).await.unwrap(), 1);
    let lifted = store.find(&fixtures::user_id("locked")).await.unwrap().unwrap();
    assert_eq!(lifted.record().state, UserState::Active);
    let kept = store.find(&fixtures::user_id("for ever")).await.unwrap().unwrap();
    assert!(matches!(&kept.record().state, UserState::Locked(lock) if lock.cause == LockCause::Policy));

    let organization = fixtures::organization_id("other");
    for organization in [None, Some(organization)] {
        let policy = Some(LockoutPolicy::DEFAULT);
        let change = PolicyChange::new(organization, None, policy, Actor::System, moment(100));
        ports::LockoutPolicyStore::commit(&store, &change).await.unwrap();
    }
    let positions_and_names = new_events(&store).await;
    let set = EventName::Policy(PolicyEventName::Set);
    assert_eq!(
        positions_and_names,
        [(18, EventName::User(UserEventName::Unlocked)), (19, set), (20, set)]
    );
    let history = store.history(lifted.id()).await.unwrap();
    assert_eq!((history.len(), lifted.sequence()), (3, Sequence::try_from(3).unwrap()));
    assert_eq!(history.last().unwrap().time, moment(90));
}

/// Those behind the old ones.
async fn new_events(store: &SqliteStore) -> Vec<(u64, EventName)> {
    let range = EventRange {
        after: Position::new(17).unwrap(),
        up_to: store.settled().await.unwrap(),
        order: EventOrder::Forward,
        limit: 100,
    };
    let events = store.select(&EventFilter::all(Visibility::Instance), &range).await;
    let events = events.unwrap().into_iter();
    events
        .map(|recorded| (recorded.position.get(), recorded.event.name()))
        .collect()
}

/// Rows that would say two things at once, or nothing.
#[tokio::test]
async fn events_that_do_not_fit_together_are_refused_by_the_table() {
    let (file, _store) = migrated().await;
    let mut connection = file.connect().await;
    let columns =
        "position, sequence, kind, user_id, organization_id, occurred_at, unlock_cause, counts_until, lockout_policy";
    for row in [
        "100, 9, 'user.updated', NULL, 'acme', 0, NULL, NULL, NULL",
        "100, 9, 'user.updated', 'active', NULL, 0, NULL, NULL, NULL",
        "100, 7, 'user.updated', 'active', 'acme', 0, NULL, NULL, NULL",
        "17, 9, 'user.updated', 'active', 'acme', 0, NULL, NULL, NULL",
        "100, 9, 'user.updated', 'nobody', 'acme', 0, NULL, NULL, NULL",
        "100, 9, 'user.updated', 'active', 'acme', 0, 'operator', NULL, NULL",
        "100, 9, 'user.unlocked', 'active', 'acme', 0, 'chance', NULL, NULL",
        "100, 9, 'user.updated', 'active', 'acme', 0, NULL, 1, NULL",
        "100, 9, 'user.password.check.failed', 'active', 'acme', 0, NULL, NULL, NULL",
        "100, 9, 'user.updated', 'active', 'acme', 0, NULL, NULL, '{}'",
        "100, 9, 'lockout_policy.set', 'active', 'acme', 0, NULL, NULL, '{}'",
        "100, 9, 'lockout_policy.set', NULL, 'acme', 0, NULL, NULL, NULL",
        "100, 9, 'lockout_policy.reset', NULL, 'acme', 0, NULL, NULL, '{}'",
    ] {
        let statement = format!("INSERT INTO user_events ({columns}) VALUES ({row})");
        let refusal = sqlx::query(sqlx::AssertSqlSafe(statement))
            .execute(&mut connection)
            .await;
        assert!(refusal.is_err(), "{row}");
    }
    let twice = "INSERT INTO user_events (position, sequence, kind, organization_id, occurred_at)
                 VALUES (?, 1, 'lockout_policy.reset', ?, 0)";
    for (position, organization) in [(100, None), (101, Some("acme"))] {
        for (position, is_first) in [(position, true), (position + 10, false)] {
            let inserted = sqlx::query(twice)
                .bind(position)
                .bind(organization)
                .execute(&mut connection)
                .await;
            assert_eq!(inserted.is_ok(), is_first, "{position}, {organization:?}");
        }
    }
}
