-- The history of each user: appended to, never changed. It outlives what it names, so only its own user is referenced.
CREATE TABLE user_events (
    user_id text COLLATE "C" NOT NULL,
    sequence bigint NOT NULL,
    kind text NOT NULL,
    organization_id text COLLATE "C" NOT NULL,
    actor_user_id text COLLATE "C",
    occurred_at timestamptz NOT NULL,
    reason text,
    lock_cause text,
    lock_until timestamptz,
    CONSTRAINT user_events_pkey PRIMARY KEY (user_id, sequence),
    CONSTRAINT user_events_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT user_events_sequence_check CHECK (sequence >= 1),
    CONSTRAINT user_events_lock_cause_check CHECK (
        (kind = 'user.locked') = (lock_cause IS NOT NULL) AND lock_cause IN ('operator', 'policy')
    ),
    CONSTRAINT user_events_lock_until_check CHECK (kind = 'user.locked' OR lock_until IS NULL)
);
