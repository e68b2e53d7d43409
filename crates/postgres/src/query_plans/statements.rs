//! What is asked by static statements, seen by what the server counts: its plans are made for whatever values there are.

use std::time::Duration;

use sqlx::{Connection, PgConnection};
use unlockd_application::ports::{
    AttemptOrigin, Count, CountedAttempt, IdentityDigest, LockoutPolicyStore, SessionStore, SignInFailureStore,
    UserStore,
};
use unlockd_domain::{Actor, TokenDigest};
use unlockd_testkit::fixtures;

use super::LargeDatabase;
use crate::{PostgresOptions, PostgresStore};

/// After this many runs a prepared statement may get a plan for any values.
const RUNS: u8 = 12;

const TABLES: &str = "('users', 'usernames', 'sessions', 'sign_in_failures', 'user_events')";

impl LargeDatabase {
    /// How often a table was read from end to end.
    async fn sequential_scans(&mut self) -> i64 {
        let scans = format!(
            "SELECT coalesce(sum(seq_scan), 0)::bigint FROM pg_stat_user_tables WHERE relname IN {TABLES} AND seq_scan > 0"
        );
        let scans = sqlx::query_scalar(sqlx::AssertSqlSafe(scans));
        scans.fetch_one(&mut self.connection).await.unwrap()
    }

    /// How often the index was read.
    async fn index_scans(&mut self, index: &str) -> i64 {
        let scans = sqlx::query_scalar("SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = $1").bind(index);
        scans.fetch_one(&mut self.connection).await.unwrap()
    }

    /// Returns once nobody else is here: what sessions have counted is known when they have ended.
    async fn is_left_alone(&mut self) {
        let others = "SELECT count(*) FROM pg_stat_activity
                      WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
        let alone = async {
            while sqlx::query_scalar::<_, i64>(others)
                .fetch_one(&mut self.connection)
                .await
                .unwrap()
                > 0
            {}
        };
        tokio::time::timeout(Duration::from_secs(30), alone).await.unwrap();
    }
}

#[tokio::test]
async fn sign_ins_and_housekeeping_read_no_table_from_end_to_end() {
    let Some(mut database) = LargeDatabase::create().await else {
        return;
    };
    // Counted when its session has ended.
    let url = database.database.url();
    let filled = std::mem::replace(&mut database.connection, PgConnection::connect(&url).await.unwrap());
    filled.close().await.unwrap();
    database.is_left_alone().await;
    let before = database.sequential_scans().await;
    let mut options = PostgresOptions::new(url);
    options.max_connections = 1;
    let store = PostgresStore::connect(options).await.unwrap();

    for number in 0..RUNS {
        exercise(&store, number).await;
    }
    store.close().await;
    database.is_left_alone().await;

    assert_eq!(database.sequential_scans().await, before);
    for index in [
        "users_lock_until_idx",
        "usernames_login_key",
        "sessions_token_digest_key",
        "sessions_expires_at_idx",
        "sessions_user_id_idx",
        "sessions_identity_user_id_idx",
        "sign_in_failures_pkey",
        "sign_in_failures_kept_until_idx",
    ] {
        assert!(database.index_scans(index).await > 0, "{index}");
    }
}

/// All that is asked about users who sign in, for another one each time.
async fn exercise(store: &PostgresStore, number: u8) {
    let (now, policy) = (fixtures::now(), fixtures::lockout_policy(10));
    assert_eq!(store.lift_expired_locks(now, 3).await.unwrap(), 3);
    // One of the instance, and one of an organization.
    for (id, suffix) in [(u32::from(number) * 200 + 1, ""), (u32::from(number) * 200, "@o0")] {
        let name = fixtures::login_name(&format!("NAME{id}{suffix}"));
        let (user, _) = store.find_by_identity(&name).await.unwrap().unwrap();
        assert_eq!(user.id().as_str(), format!("u{id}"));
    }
    let organization = fixtures::organization_id("o7");
    store.find_effective(Some(&organization)).await.unwrap();
    let origin = AttemptOrigin {
        identity: IdentityDigest([number; 32]),
        source: None,
    };
    for count in [
        Count::Counted(now),
        Count::Blocked(now.saturating_add(Duration::from_mins(15))),
    ] {
        let attempt = CountedAttempt {
            origin: origin.clone(),
            policy: fixtures::lockout_policy(1),
            instance_policy: None,
            forgotten_at: None,
            now,
        };
        assert_eq!(store.count(&attempt).await.unwrap(), count);
    }
    let found = store.find_blocked(&[origin.identity], now).await.unwrap();
    assert_eq!(found.len(), 1);
    store.take_back(&origin, now).await.unwrap();
    store.forget(&origin).await.unwrap();
    assert_eq!(
        SignInFailureStore::prune(store, fixtures::timestamp("2024-06-27T00:00:00Z"), 3)
            .await
            .unwrap(),
        3
    );

    let id = format!("u{}", u32::from(number) * 10 + 3);
    let user = UserStore::find(store, &fixtures::user_id(&id)).await.unwrap().unwrap();
    let failed = user.fail_password_check(&policy, true, Actor::System, now).unwrap();
    UserStore::commit(store, &failed, None).await.unwrap();
    let session = fixtures::session(&id);
    SessionStore::create(store, &session, &TokenDigest([number; 32]), None)
        .await
        .unwrap();
    let proven = fixtures::proven_session(&id, &id, "o3").advanced(now);
    let digest = TokenDigest([number + 100; 32]);
    store.replace(&proven, &digest, session.sequence, None).await.unwrap();
    assert!(store.find_holder(&digest).await.unwrap().is_some());
    assert!(SessionStore::find(store, &session.id).await.unwrap().is_some());
    assert_eq!(SessionStore::prune(store, now, 3).await.unwrap(), 3);
    let deleted = failed.user().delete(Actor::System, now).unwrap();
    UserStore::commit(store, &deleted, None).await.unwrap();
    assert_eq!(SessionStore::find(store, &session.id).await.unwrap(), None);
}
