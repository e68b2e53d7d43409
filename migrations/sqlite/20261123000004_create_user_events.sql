-- The history of each user: appended to, never changed. It outlives what it names, so only its own user is referenced.
CREATE TABLE user_events (
    user_id TEXT NOT NULL REFERENCES users (id),
    sequence INTEGER NOT NULL CHECK (sequence >= 1),
    kind TEXT NOT NULL,
    organization_id TEXT NOT NULL,
    actor_user_id TEXT,
    occurred_at INTEGER NOT NULL,
    reason TEXT,
    lock_cause TEXT CHECK (lock_cause IN ('operator', 'policy')),
    lock_until INTEGER,
    PRIMARY KEY (user_id, sequence),
    CONSTRAINT user_events_lock_cause_check CHECK ((kind = 'user.locked') = (lock_cause IS NOT NULL)),
    CONSTRAINT user_events_lock_until_check CHECK (kind = 'user.locked' OR lock_until IS NULL)
) STRICT, WITHOUT ROWID;
