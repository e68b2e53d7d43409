-- The current state of each user, and their profile. `data` is text and not jsonb: it comes back byte for byte.
-- `instance_owner` repeats what `grants` says about IAM_OWNER on the instance, so that one statement can change a user
-- and see that they may be changed alone.
CREATE TABLE users (
    id text COLLATE "C" NOT NULL,
    organization_id text COLLATE "C" NOT NULL,
    state text NOT NULL,
    sequence bigint NOT NULL,
    failed_password_attempts bigint NOT NULL DEFAULT 0,
    lock_since timestamptz,
    lock_cause text,
    lock_by text COLLATE "C",
    lock_reason text,
    lock_until timestamptz,
    password_hash text,
    password_changed_at timestamptz,
    password_change_required boolean,
    data text,
    instance_owner boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id),
    CONSTRAINT users_state_check CHECK (state IN ('active', 'inactive', 'locked', 'deleted')),
    CONSTRAINT users_sequence_check CHECK (sequence >= 1),
    CONSTRAINT users_failed_password_attempts_check CHECK (failed_password_attempts BETWEEN 0 AND 4294967295),
    CONSTRAINT users_lock_cause_check CHECK (lock_cause IN ('operator', 'policy')),
    CONSTRAINT users_lock_check CHECK (
        CASE
            WHEN state = 'locked' THEN lock_since IS NOT NULL AND lock_cause IS NOT NULL
            ELSE num_nonnulls(lock_since, lock_cause, lock_by, lock_reason, lock_until) = 0
        END
    ),
    CONSTRAINT users_password_check CHECK (
        num_nonnulls(password_hash, password_changed_at, password_change_required) IN (0, 3)
    )
);

CREATE INDEX users_instance_owner_idx ON users (id) WHERE instance_owner;
