//! What is done in PostgreSQL by bare SQL.

/// A durable table for each of the two things that an unlock changes, and nothing else.
pub(super) const BARE_SCHEMA: &str = r#"
    CREATE TABLE users (
        id text COLLATE "C" PRIMARY KEY,
        organization_id text COLLATE "C" NOT NULL,
        state text NOT NULL,
        sequence bigint NOT NULL,
        changed_at timestamptz NOT NULL
    );
    CREATE TABLE user_events (
        user_id text COLLATE "C" NOT NULL,
        sequence bigint NOT NULL,
        kind text NOT NULL,
        actor text COLLATE "C",
        at timestamptz NOT NULL,
        PRIMARY KEY (user_id, sequence)
    );
"#;

/// Users of these numbers, with their history, in the bare tables.
pub(super) const SEED_BARE: &str = "
    WITH seeded AS (
        INSERT INTO users (id, organization_id, state, sequence, changed_at)
        SELECT 'user-' || n, 'default', CASE n % 2 WHEN 0 THEN 'locked' ELSE 'active' END, CASE n % 2 WHEN 0 THEN 2 ELSE 1 END,
               now() - interval '2 days' + n * interval '1 millisecond'
        FROM generate_series($1::bigint, $2::bigint) AS n
        RETURNING id, state, changed_at
    )
    INSERT INTO user_events (user_id, sequence, kind, actor, at)
    SELECT id, event.sequence, event.kind, 'admin', changed_at
    FROM seeded, LATERAL (VALUES (1, 'user.created'), (2, 'user.locked')) AS event (sequence, kind)
    WHERE event.sequence = 1 OR state = 'locked'";

/// Users of these numbers, with their history, in the tables of the server, as if `admin` had created and locked them.
pub(super) const SEED: &str = "
    WITH seeded AS (
        INSERT INTO users (id, organization_id, state, sequence, lock_since, lock_cause, lock_scope, lock_by, created_at,
                           changed_at)
        SELECT 'user-' || n, 'default', state, CASE state WHEN 'locked' THEN 2 ELSE 1 END,
               CASE state WHEN 'locked' THEN created_at + interval '1 day' END,
               CASE state WHEN 'locked' THEN 'operator' END, CASE state WHEN 'locked' THEN 'all_use' END,
               CASE state WHEN 'locked' THEN 'admin' END,
               created_at, CASE state WHEN 'locked' THEN created_at + interval '1 day' ELSE created_at END
        FROM (
            SELECT n, CASE n % 2 WHEN 0 THEN 'locked' ELSE 'active' END AS state,
                   now() - interval '2 days' + n * interval '1 millisecond' AS created_at
            FROM generate_series($1::bigint, $2::bigint) AS n
        ) AS numbered
        RETURNING id, organization_id, state, created_at, changed_at
    )
    INSERT INTO user_events (user_id, sequence, kind, organization_id, actor_user_id, occurred_at, source, lock_cause,
                             lock_scope)
    SELECT id, event.sequence, event.kind, organization_id, 'admin', event.occurred_at, '127.0.0.1', event.lock_cause,
           CASE WHEN event.lock_cause IS NOT NULL THEN 'all_use' END
    FROM seeded,
         LATERAL (VALUES (1, 'user.created', created_at, NULL), (2, 'user.locked', changed_at, 'operator'))
             AS event (sequence, kind, occurred_at, lock_cause)
    WHERE event.sequence = 1 OR state = 'locked'";

/// What the tables of the server hold of the first users.
pub(super) const STORED_USERS: &str = "
    SELECT substr(users.id, 6)::bigint AS number, users.state, users.sequence,
           count(*) AS events, min(user_events.sequence) AS first, max(user_events.sequence) AS last,
           count(*) FILTER (WHERE kind = 'user.locked') AS locks,
           count(*) FILTER (WHERE kind = 'user.unlocked') AS unlocks
    FROM users JOIN user_events ON user_events.user_id = users.id
    WHERE users.id LIKE 'user-%' AND substr(users.id, 6)::bigint <= $1
    GROUP BY users.id";

/// pgbench, one statement: the same tables, and rows as complete as the server's.
pub(crate) const ONE_STATEMENT_SAME_TABLES: &str = "
WITH changed AS (
    UPDATE users
    SET state = CASE state WHEN 'locked' THEN 'active' ELSE 'locked' END,
        sequence = sequence + 1, changed_at = now(),
        lock_since = CASE state WHEN 'active' THEN now() END,
        lock_cause = CASE state WHEN 'active' THEN 'operator' END,
        lock_scope = CASE state WHEN 'active' THEN 'all_use' END,
        lock_by = CASE state WHEN 'active' THEN 'admin' END,
        password_failures = '{}', policy_locks = 0,
        failures_forgotten_at = CASE state WHEN 'locked' THEN now() ELSE failures_forgotten_at END
    WHERE id = 'user-' || :n
    RETURNING id, organization_id, sequence, state, changed_at
)
INSERT INTO user_events (user_id, organization_id, sequence, kind, actor_user_id, occurred_at, source, lock_cause,
                         lock_scope, unlock_cause)
SELECT id, organization_id, sequence, CASE state WHEN 'locked' THEN 'user.locked' ELSE 'user.unlocked' END,
       'admin', changed_at, '127.0.0.1', CASE state WHEN 'locked' THEN 'operator' END,
       CASE state WHEN 'locked' THEN 'all_use' END, CASE state WHEN 'active' THEN 'operator' END
FROM changed;
";

/// pgbench, one statement: the bare tables.
pub(crate) const ONE_STATEMENT_BARE_TABLES: &str = "
WITH changed AS (
    UPDATE users
    SET state = CASE state WHEN 'locked' THEN 'active' ELSE 'locked' END, sequence = sequence + 1, changed_at = now()
    WHERE id = 'user-' || :n
    RETURNING id, sequence, state, changed_at
)
INSERT INTO user_events (user_id, sequence, kind, actor, at)
SELECT id, sequence, CASE state WHEN 'locked' THEN 'user.locked' ELSE 'user.unlocked' END, 'admin', changed_at
FROM changed;
";

/// pgbench, as programs usually do it: read with a lock, decide, write, commit. The same tables.
pub(crate) const FIVE_STATEMENTS_SAME_TABLES: &str = r"
BEGIN;
SELECT id, organization_id, sequence, (state = 'locked')::int AS is_locked FROM users WHERE id = 'user-' || :n FOR UPDATE \gset
\if :is_locked
UPDATE users
SET state = 'active', sequence = :sequence + 1, changed_at = now(), lock_since = NULL, lock_cause = NULL, lock_scope = NULL, lock_by = NULL,
    password_failures = '{}', policy_locks = 0, failures_forgotten_at = now()
WHERE id = :id;
INSERT INTO user_events (user_id, organization_id, sequence, kind, actor_user_id, occurred_at, source, unlock_cause)
VALUES (:id, :organization_id, :sequence + 1, 'user.unlocked', 'admin', now(), '127.0.0.1', 'operator');
\else
UPDATE users
SET state = 'locked', sequence = :sequence + 1, changed_at = now(), lock_since = now(), lock_cause = 'operator', lock_scope = 'all_use',
    lock_by = 'admin', password_failures = '{}', policy_locks = 0
WHERE id = :id;
INSERT INTO user_events (user_id, organization_id, sequence, kind, actor_user_id, occurred_at, source, lock_cause, lock_scope)
VALUES (:id, :organization_id, :sequence + 1, 'user.locked', 'admin', now(), '127.0.0.1', 'operator', 'all_use');
\endif
COMMIT;
";

/// The same in the bare tables.
pub(crate) const FIVE_STATEMENTS_BARE_TABLES: &str = r"
BEGIN;
SELECT id, sequence, (state = 'locked')::int AS is_locked FROM users WHERE id = 'user-' || :n FOR UPDATE \gset
\if :is_locked
UPDATE users SET state = 'active', sequence = :sequence + 1, changed_at = now() WHERE id = :id;
INSERT INTO user_events (user_id, sequence, kind, actor, at) VALUES (:id, :sequence + 1, 'user.unlocked', 'admin', now());
\else
UPDATE users SET state = 'locked', sequence = :sequence + 1, changed_at = now() WHERE id = :id;
INSERT INTO user_events (user_id, sequence, kind, actor, at) VALUES (:id, :sequence + 1, 'user.locked', 'admin', now());
\endif
COMMIT;
";
