-- The current state of each user, and their profile. `data` comes back byte for byte.
-- `instance_owner` repeats what `grants` says about IAM_OWNER on the instance, so that the few owners are found by an index.
CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    state TEXT NOT NULL CHECK (state IN ('active', 'inactive', 'locked', 'deleted')),
    sequence INTEGER NOT NULL CHECK (sequence >= 1),
    failed_password_attempts INTEGER NOT NULL DEFAULT 0 CHECK (failed_password_attempts BETWEEN 0 AND 4294967295),
    lock_since INTEGER,
    lock_cause TEXT CHECK (lock_cause IN ('operator', 'policy')),
    lock_by TEXT,
    lock_reason TEXT,
    lock_until INTEGER,
    password_hash TEXT,
    password_changed_at INTEGER,
    password_change_required INTEGER CHECK (password_change_required IN (0, 1)),
    data TEXT,
    instance_owner INTEGER NOT NULL DEFAULT 0 CHECK (instance_owner IN (0, 1)),
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    CONSTRAINT users_lock_check CHECK (
        CASE
            WHEN state = 'locked' THEN lock_since IS NOT NULL AND lock_cause IS NOT NULL
            ELSE coalesce(lock_since, lock_cause, lock_by, lock_reason, lock_until) IS NULL
        END
    ),
    CONSTRAINT users_password_check CHECK (
        (password_hash IS NULL) = (password_changed_at IS NULL)
        AND (password_hash IS NULL) = (password_change_required IS NULL)
    )
) STRICT;

CREATE INDEX users_instance_owner_idx ON users (id) WHERE instance_owner = 1;
