//! What is done in SQLite by bare SQL.

/// A durable table for each of the two things that an unlock changes, and nothing else.
pub(super) const BARE_SCHEMA: &str = "
    CREATE TABLE users (
        id TEXT NOT NULL PRIMARY KEY,
        organization_id TEXT NOT NULL,
        state TEXT NOT NULL,
        sequence INTEGER NOT NULL,
        changed_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE user_events (
        user_id TEXT NOT NULL,
        sequence INTEGER NOT NULL,
        kind TEXT NOT NULL,
        actor TEXT,
        at INTEGER NOT NULL,
        PRIMARY KEY (user_id, sequence)
    ) STRICT, WITHOUT ROWID;
";

/// Users from number ?1 to ?2, created a millisecond after each other behind ?3.
macro_rules! numbered {
    ($rest:literal) => {
        concat!(
            "WITH RECURSIVE numbers (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?2),
             numbered AS (
                 SELECT n, 'user-' || n AS id, CASE n % 2 WHEN 0 THEN 'locked' ELSE 'active' END AS state,
                        ?3 + n * 1000 AS created_at, ?3 + n * 1000 + 86400000000 AS locked_at
                 FROM numbers
             ) ",
            $rest
        )
    };
}

/// Users of the bare tables, then their history.
pub(super) const SEED_BARE: [&str; 2] = [
    numbered!(
        "INSERT INTO users (id, organization_id, state, sequence, changed_at)
         SELECT id, 'default', state, CASE state WHEN 'locked' THEN 2 ELSE 1 END, created_at FROM numbered"
    ),
    numbered!(
        "INSERT INTO user_events (user_id, sequence, kind, actor, at)
         SELECT id, 1, 'user.created', 'admin', created_at FROM numbered
         UNION ALL
         SELECT id, 2, 'user.locked', 'admin', created_at FROM numbered WHERE state = 'locked'"
    ),
];

/// Users of the server's tables, then their history, as if `admin` had created and locked them.
pub(super) const SEED: [&str; 2] = [
    numbered!(
        "INSERT INTO users (id, organization_id, state, sequence, lock_since, lock_cause, lock_scope, lock_by, created_at,
                            changed_at)
         SELECT id, 'default', state, CASE state WHEN 'locked' THEN 2 ELSE 1 END,
                CASE state WHEN 'locked' THEN locked_at END, CASE state WHEN 'locked' THEN 'operator' END,
                CASE state WHEN 'locked' THEN 'all_use' END, CASE state WHEN 'locked' THEN 'admin' END,
                created_at, CASE state WHEN 'locked' THEN locked_at ELSE created_at END
         FROM numbered"
    ),
    numbered!(
        "INSERT INTO user_events (position, user_id, sequence, kind, organization_id, actor_user_id, occurred_at, source,
                                  lock_cause, lock_scope)
         SELECT (SELECT coalesce(max(position), 0) FROM user_events) + row_number() OVER (ORDER BY n, sequence),
                id, sequence, kind, 'default', 'admin', occurred_at, '127.0.0.1', lock_cause,
                CASE WHEN lock_cause IS NOT NULL THEN 'all_use' END
         FROM (
             SELECT n, id, 1 AS sequence, 'user.created' AS kind, created_at AS occurred_at, NULL AS lock_cause FROM numbered
             UNION ALL
             SELECT n, id, 2, 'user.locked', locked_at, 'operator' FROM numbered WHERE state = 'locked'
         )"
    ),
];

/// What the tables of the server hold of the first users.
pub(super) const STORED_USERS: &str = "
    SELECT CAST(substr(users.id, 6) AS INTEGER) AS number, users.state, users.sequence,
           count(*) AS events, min(user_events.sequence) AS first, max(user_events.sequence) AS last,
           count(*) FILTER (WHERE kind = 'user.locked') AS locks,
           count(*) FILTER (WHERE kind = 'user.unlocked') AS unlocks
    FROM users JOIN user_events ON user_events.user_id = users.id
    WHERE users.id LIKE 'user-%' AND CAST(substr(users.id, 6) AS INTEGER) <= ?1
    GROUP BY users.id";

/// One durable change of the user ?1 at the moment ?2, in the server's tables, with rows as complete as the server's. One query of four statements, all of
/// them prepared: the connection's thread is called once.
pub(super) const CHANGE_SAME_TABLES: &str = "
    BEGIN IMMEDIATE;
    UPDATE users
    SET state = CASE state WHEN 'locked' THEN 'active' ELSE 'locked' END, sequence = sequence + 1, changed_at = ?2,
        lock_since = CASE state WHEN 'active' THEN ?2 END,
        lock_cause = CASE state WHEN 'active' THEN 'operator' END,
        lock_scope = CASE state WHEN 'active' THEN 'all_use' END,
        lock_by = CASE state WHEN 'active' THEN 'admin' END,
        password_failures = '[]', policy_locks = 0,
        failures_forgotten_at = CASE state WHEN 'locked' THEN ?2 ELSE failures_forgotten_at END
    WHERE id = ?1;
    INSERT INTO user_events (user_id, sequence, kind, organization_id, actor_user_id, occurred_at, source, lock_cause,
                             lock_scope, unlock_cause, position)
    SELECT id, sequence, CASE state WHEN 'locked' THEN 'user.locked' ELSE 'user.unlocked' END, organization_id, 'admin', ?2,
           '127.0.0.1', CASE state WHEN 'locked' THEN 'operator' END, CASE state WHEN 'locked' THEN 'all_use' END,
           CASE state WHEN 'active' THEN 'operator' END,
           (SELECT coalesce(max(position), 0) + 1 FROM user_events)
    FROM users WHERE id = ?1;
    COMMIT";

/// The same in the bare tables.
pub(super) const CHANGE_BARE_TABLES: &str = "
    BEGIN IMMEDIATE;
    UPDATE users
    SET state = CASE state WHEN 'locked' THEN 'active' ELSE 'locked' END, sequence = sequence + 1, changed_at = ?2
    WHERE id = ?1;
    INSERT INTO user_events (user_id, sequence, kind, actor, at)
    SELECT id, sequence, CASE state WHEN 'locked' THEN 'user.locked' ELSE 'user.unlocked' END, 'admin', ?2
    FROM users WHERE id = ?1;
    COMMIT";
