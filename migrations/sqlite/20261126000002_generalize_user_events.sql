-- Lockout policies have a history too. Their events are in one order with those of users, and so in the same table: without
-- a user, and without an organization where the policy is the instance's. Events get the source of the request, unlocks
-- their cause (old ones have none: somebody decided each of them), and failed checks the moment from which on they do not
-- count any more. `lockout_policy` comes back byte for byte.
--
-- SQLite cannot change what a column may hold, so the table is made anew. Nothing refers to it. Users were in its primary
-- key, which positions take the place of: they are what the rows are numbered by.
CREATE TABLE generalized_user_events (
    position INTEGER NOT NULL PRIMARY KEY CHECK (position >= 1),
    user_id TEXT REFERENCES users (id),
    sequence INTEGER NOT NULL CHECK (sequence >= 1),
    kind TEXT NOT NULL,
    organization_id TEXT,
    actor_user_id TEXT,
    occurred_at INTEGER NOT NULL,
    source TEXT,
    reason TEXT,
    lock_cause TEXT CHECK (lock_cause IN ('operator', 'policy')),
    lock_until INTEGER,
    unlock_cause TEXT CHECK (unlock_cause IN ('operator', 'expired', 'password_reset')),
    counts_until INTEGER,
    lockout_policy TEXT,
    idempotency_key TEXT,
    request_digest BLOB,
    CONSTRAINT user_events_user_id_check CHECK ((user_id IS NULL) = (kind GLOB 'lockout_policy.*')),
    CONSTRAINT user_events_organization_id_check CHECK (organization_id IS NOT NULL OR user_id IS NULL),
    CONSTRAINT user_events_lock_cause_check CHECK ((kind = 'user.locked') = (lock_cause IS NOT NULL)),
    CONSTRAINT user_events_lock_until_check CHECK (kind = 'user.locked' OR lock_until IS NULL),
    CONSTRAINT user_events_unlock_cause_check CHECK (kind = 'user.unlocked' OR unlock_cause IS NULL),
    CONSTRAINT user_events_counts_until_check CHECK ((kind = 'user.password.check.failed') = (counts_until IS NOT NULL)),
    CONSTRAINT user_events_lockout_policy_check CHECK ((kind = 'lockout_policy.set') = (lockout_policy IS NOT NULL)),
    CONSTRAINT user_events_request_digest_check CHECK (
        request_digest IS NULL OR (length(request_digest) = 32 AND idempotency_key IS NOT NULL)
    )
) STRICT;

INSERT INTO generalized_user_events (position, user_id, sequence, kind, organization_id, actor_user_id, occurred_at,
                                     reason, lock_cause, lock_until, idempotency_key, request_digest)
SELECT position, user_id, sequence, kind, organization_id, actor_user_id, occurred_at,
       reason, lock_cause, lock_until, idempotency_key, request_digest
FROM user_events ORDER BY position;

DROP TABLE user_events;

ALTER TABLE generalized_user_events RENAME TO user_events;

-- The events of one user, in order: positions rise with sequences.
CREATE UNIQUE INDEX user_events_user_key ON user_events (user_id, sequence) WHERE user_id IS NOT NULL;
-- The events of one policy; no organization has an empty id.
CREATE UNIQUE INDEX user_events_policy_key ON user_events (coalesce(organization_id, ''), sequence) WHERE user_id IS NULL;
-- The events of one organization. Behind its columns an index has the position of itself, being the primary key.
CREATE INDEX user_events_organization_idx ON user_events (organization_id);
-- What one user has brought about.
CREATE INDEX user_events_actor_idx ON user_events (actor_user_id);
-- Each caller, who is the actor of the event, has keys of their own.
CREATE UNIQUE INDEX user_events_idempotency_key ON user_events (actor_user_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;
