-- Ids are compared byte by byte, so they carry the "C" collation everywhere.

CREATE TABLE organizations (
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT organizations_pkey PRIMARY KEY (id)
);

-- The current state of each user, and their profile. `data` is text and not jsonb: it must come back byte for byte.
-- `instance_owner` repeats what `grants` says about IAM_OWNER on the instance, so that one statement can change a user
-- and check that the user is not an instance owner.
-- `password_failures` are the wrong passwords that may still count, in the order of the failures, each as the time from
-- which on it no longer counts. Failures counted elsewhere before `failures_forgotten_at` do not count.
-- `password_reset_*` is the hashed code by which the password can be replaced.
CREATE TABLE users (
    id text COLLATE "C" NOT NULL,
    organization_id text COLLATE "C" NOT NULL,
    state text NOT NULL,
    sequence bigint NOT NULL,
    lock_since timestamptz,
    lock_cause text,
    lock_by text COLLATE "C",
    lock_reason text,
    lock_until timestamptz,
    lock_scope text,
    password_hash text,
    password_changed_at timestamptz,
    password_change_required boolean,
    password_failures timestamptz[] NOT NULL DEFAULT '{}',
    policy_locks bigint NOT NULL DEFAULT 0,
    failures_forgotten_at timestamptz,
    password_reset_hash text,
    password_reset_expires_at timestamptz,
    password_reset_failures bigint,
    data text,
    instance_owner boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id),
    CONSTRAINT users_state_check CHECK (state IN ('active', 'inactive', 'locked', 'deleted')),
    CONSTRAINT users_sequence_check CHECK (sequence >= 1),
    CONSTRAINT users_lock_cause_check CHECK (lock_cause IN ('operator', 'policy')),
    CONSTRAINT users_lock_scope_check CHECK (lock_scope IN ('sign_in', 'all_use')),
    CONSTRAINT users_lock_check CHECK (
        CASE
            WHEN state = 'locked' THEN lock_since IS NOT NULL AND lock_cause IS NOT NULL AND lock_scope IS NOT NULL
            ELSE num_nonnulls(lock_since, lock_cause, lock_by, lock_reason, lock_until, lock_scope) = 0
        END
    ),
    CONSTRAINT users_password_check CHECK (
        num_nonnulls(password_hash, password_changed_at, password_change_required) IN (0, 3)
    ),
    CONSTRAINT users_policy_locks_check CHECK (policy_locks BETWEEN 0 AND 4294967295),
    CONSTRAINT users_password_reset_check CHECK (
        num_nonnulls(password_reset_hash, password_reset_expires_at, password_reset_failures) IN (0, 3)
    ),
    CONSTRAINT users_password_reset_failures_check CHECK (password_reset_failures BETWEEN 0 AND 4294967295)
);

CREATE INDEX users_instance_owner_idx ON users (id) WHERE instance_owner;
-- Lists of users by their last event, of one organization or of all. The state, which changes only with `changed_at`,
-- makes the index enough to count the users who are not deleted. Lists by creation use the first event instead, since
-- every change of a user writes into each index of `users`.
CREATE INDEX users_organization_changed_idx ON users (organization_id, changed_at, id) INCLUDE (state);
CREATE INDEX users_changed_idx ON users (changed_at, id) INCLUDE (state);
-- Locked users. Whether a lock has ended depends on the time, so the index carries its end.
CREATE INDEX users_organization_locked_idx ON users (organization_id, changed_at, id) INCLUDE (lock_until)
    WHERE state = 'locked';
CREATE INDEX users_locked_idx ON users (changed_at, id) INCLUDE (lock_until) WHERE state = 'locked';
-- Locks that have ended.
CREATE INDEX users_lock_until_idx ON users (lock_until) WHERE lock_until IS NOT NULL;

-- `key` is the form in which names are compared (PRECIS). `login_key` is that form of what the user types to sign in: the
-- name, or `<name>@<organization id>` for a name that is specific to an organization. Names of the whole instance have no
-- organization.
CREATE TABLE usernames (
    id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    position integer NOT NULL,
    name text NOT NULL,
    key text COLLATE "C" NOT NULL,
    login_key text COLLATE "C" NOT NULL,
    organization_id text COLLATE "C",
    CONSTRAINT usernames_pkey PRIMARY KEY (user_id, id),
    CONSTRAINT usernames_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT usernames_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id)
);

-- A login name means one user.
CREATE UNIQUE INDEX usernames_login_key ON usernames (login_key);
-- Search by name in any scope, also by prefix.
CREATE INDEX usernames_key_idx ON usernames (key, user_id);

-- Roles of users. No organization means the whole instance.
CREATE TABLE grants (
    user_id text COLLATE "C" NOT NULL,
    role text COLLATE "C" NOT NULL,
    organization_id text COLLATE "C",
    CONSTRAINT grants_key UNIQUE NULLS NOT DISTINCT (user_id, role, organization_id),
    CONSTRAINT grants_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT grants_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id)
);

-- Bearer tokens by the SHA-256 of their secret, which is not stored. Revoked tokens are deleted.
CREATE TABLE access_tokens (
    id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    digest bytea NOT NULL,
    name text,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    last_used_at timestamptz,
    CONSTRAINT access_tokens_pkey PRIMARY KEY (id),
    CONSTRAINT access_tokens_digest_key UNIQUE (digest),
    CONSTRAINT access_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT access_tokens_digest_check CHECK (octet_length(digest) = 32)
);

CREATE INDEX access_tokens_user_id_idx ON access_tokens (user_id);

-- Lockout policies of the instance (no organization) and of organizations that have their own. A policy that was reset
-- keeps its row, without `policy`, for its sequence.
CREATE TABLE lockout_policies (
    organization_id text COLLATE "C",
    policy text,
    sequence bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT lockout_policies_organization_id_key UNIQUE NULLS NOT DISTINCT (organization_id),
    CONSTRAINT lockout_policies_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id),
    CONSTRAINT lockout_policies_sequence_check CHECK (sequence >= 1)
);

-- CACHE 1 is required: a connection with numbers in stock would take lower positions after others have taken higher
-- ones, and readers rely on the order in which positions are taken.
CREATE SEQUENCE user_events_position_seq AS bigint CACHE 1;

-- The whole history, in one order, that of `position`. Events of policies have no user, and those of the instance's
-- policy no organization; their sequence is that of the policy. Events that change neither a user nor a policy have no
-- sequence. `idempotency_key` names the request that led to the event, and `request_digest` is the SHA-256 of that
-- request.
--
-- Rows are appended and never changed, except when the user is deleted: then `reason`, `source`, `token_name` and
-- `request_digest` are erased. The key stays, so that the request is not executed again. Where a retention is set, old
-- rows are deleted, except the first of each user, by which users are listed, and the last of all.
--
-- Transactions that change users must write to `users` before `user_events`: the other order deadlocks.
CREATE TABLE user_events (
    position bigint NOT NULL DEFAULT nextval('user_events_position_seq'),
    user_id text COLLATE "C",
    sequence bigint,
    kind text NOT NULL,
    organization_id text COLLATE "C",
    actor_user_id text COLLATE "C",
    occurred_at timestamptz NOT NULL,
    source text,
    reason text,
    lock_cause text,
    lock_until timestamptz,
    lock_scope text,
    unlock_cause text,
    counts_until timestamptz,
    lockout_policy text,
    role text COLLATE "C",
    role_organization_id text COLLATE "C",
    token_id text COLLATE "C",
    token_name text,
    session_id text COLLATE "C",
    idempotency_key text COLLATE "C",
    request_digest bytea,
    CONSTRAINT user_events_pkey PRIMARY KEY (position),
    CONSTRAINT user_events_user_key UNIQUE (user_id, sequence),
    CONSTRAINT user_events_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT user_events_position_check CHECK (position >= 1),
    CONSTRAINT user_events_sequence_check CHECK (sequence >= 1),
    CONSTRAINT user_events_has_sequence_check CHECK (
        (sequence IS NULL) = (kind IN (
            'organization.created', 'user.token.created', 'user.token.revoked', 'user.session.begun',
            'user.session.ended', 'sign_in.failed', 'sign_in.refused'
        ))
    ),
    CONSTRAINT user_events_user_id_check CHECK (
        starts_with(kind, 'sign_in.') OR (user_id IS NOT NULL) = starts_with(kind, 'user.')
    ),
    CONSTRAINT user_events_organization_id_check CHECK (organization_id IS NOT NULL OR user_id IS NULL),
    CONSTRAINT user_events_lock_cause_check CHECK (
        (kind = 'user.locked') = (lock_cause IS NOT NULL) AND lock_cause IN ('operator', 'policy')
    ),
    CONSTRAINT user_events_lock_scope_check CHECK (
        (kind = 'user.locked') = (lock_scope IS NOT NULL) AND lock_scope IN ('sign_in', 'all_use')
    ),
    CONSTRAINT user_events_lock_until_check CHECK (kind = 'user.locked' OR lock_until IS NULL),
    CONSTRAINT user_events_unlock_cause_check CHECK (
        (kind = 'user.unlocked') = (unlock_cause IS NOT NULL)
        AND unlock_cause IN ('operator', 'expired', 'password_reset', 'password_changed')
    ),
    CONSTRAINT user_events_counts_until_check CHECK (
        (kind = 'user.password.check.failed') = (counts_until IS NOT NULL)
    ),
    CONSTRAINT user_events_lockout_policy_check CHECK ((kind = 'lockout_policy.set') = (lockout_policy IS NOT NULL)),
    CONSTRAINT user_events_role_check CHECK (
        (kind IN ('user.role.granted', 'user.role.removed')) = (role IS NOT NULL)
    ),
    CONSTRAINT user_events_token_id_check CHECK (starts_with(kind, 'user.token.') = (token_id IS NOT NULL)),
    CONSTRAINT user_events_token_name_check CHECK (token_name IS NULL OR token_id IS NOT NULL),
    CONSTRAINT user_events_session_id_check CHECK (starts_with(kind, 'user.session.') = (session_id IS NOT NULL)),
    CONSTRAINT user_events_idempotency_key_check CHECK (idempotency_key IS NULL OR actor_user_id IS NOT NULL),
    CONSTRAINT user_events_request_digest_check CHECK (
        request_digest IS NULL OR (idempotency_key IS NOT NULL AND octet_length(request_digest) = 32)
    )
);

ALTER SEQUENCE user_events_position_seq OWNED BY user_events.position;

CREATE UNIQUE INDEX user_events_policy_key ON user_events (organization_id, sequence) NULLS NOT DISTINCT
    WHERE user_id IS NULL AND sequence IS NOT NULL;
-- The events of one organization, and those that one user has caused.
CREATE INDEX user_events_organization_idx ON user_events (organization_id, position);
CREATE INDEX user_events_actor_idx ON user_events (actor_user_id, position);
-- Each caller, who is the actor of the event, has keys of their own.
CREATE UNIQUE INDEX user_events_idempotency_key ON user_events (actor_user_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;
-- Lists of users by creation.
CREATE INDEX user_events_created_idx ON user_events (occurred_at, user_id) WHERE kind = 'user.created';
CREATE INDEX user_events_organization_created_idx ON user_events (organization_id, occurred_at, user_id)
    WHERE kind = 'user.created';

-- Sign-ins, pending or complete, by the SHA-256 of their token, which is not stored. `identity_user_id` and
-- `identity_login_name` are the identity as typed, whether or not such a user exists. `user_id` and `organization_id`
-- are those of the user whose password was verified, and `proven_login_name` is a name of that user at that time.
-- `last_request` has the SHA-256 of the caller and the idempotency key of the last change, of its request, and of the
-- token that it replaced. Ended sessions are deleted.
CREATE TABLE sessions (
    id text COLLATE "C" NOT NULL,
    token_digest bytea NOT NULL,
    creator_user_id text COLLATE "C" NOT NULL,
    identity_user_id text COLLATE "C",
    identity_login_name text,
    named_at timestamptz,
    user_id text COLLATE "C",
    organization_id text COLLATE "C",
    password_checked_at timestamptz,
    proven_login_name text,
    metadata text NOT NULL,
    fingerprint_id text COLLATE "C",
    user_agent text,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    sequence bigint NOT NULL,
    expires_at timestamptz,
    last_request bytea,
    CONSTRAINT sessions_pkey PRIMARY KEY (id),
    CONSTRAINT sessions_token_digest_key UNIQUE (token_digest),
    CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT sessions_token_digest_check CHECK (octet_length(token_digest) = 32),
    CONSTRAINT sessions_last_request_check CHECK (octet_length(last_request) IN (64, 96)),
    CONSTRAINT sessions_identity_check CHECK (
        num_nonnulls(identity_user_id, identity_login_name) = num_nonnulls(named_at)
    ),
    CONSTRAINT sessions_proof_check CHECK (
        num_nonnulls(user_id, organization_id, password_checked_at) IN (0, 3) AND (user_id IS NULL OR named_at IS NOT NULL)
        AND (user_id IS NOT NULL OR proven_login_name IS NULL)
    ),
    CONSTRAINT sessions_fingerprint_id_check CHECK (fingerprint_id IS NULL OR user_agent IS NOT NULL),
    CONSTRAINT sessions_sequence_check CHECK (sequence >= 1)
);

-- Lists of sessions, for callers who may see all of them and for those who may see some.
CREATE INDEX sessions_created_idx ON sessions (created_at, id);
CREATE INDEX sessions_creator_user_id_idx ON sessions (creator_user_id);
CREATE INDEX sessions_user_id_idx ON sessions (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX sessions_organization_id_idx ON sessions (organization_id) WHERE organization_id IS NOT NULL;
CREATE INDEX sessions_fingerprint_id_idx ON sessions (fingerprint_id) WHERE fingerprint_id IS NOT NULL;
-- Sessions that are erased with the user whom they name.
CREATE INDEX sessions_identity_user_id_idx ON sessions (identity_user_id) WHERE identity_user_id IS NOT NULL;
-- Expired sessions, and abandoned ones.
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX sessions_unproven_idx ON sessions (changed_at) WHERE user_id IS NULL;

-- Failed sign-ins by the SHA-256 of the identity as typed, and by source: the empty text where the source is unknown.
-- `failures` are the times of the last ones, the oldest first; those up to `spent_until` have led to an earlier block.
-- `blocks` is the number of blocks so far. `blocked_since` and `blocked_until` are those of the last block.
-- `refused_at` is the time of the last refused attempt that the history has an event of.
CREATE TABLE sign_in_failures (
    identity_digest bytea NOT NULL,
    source text COLLATE "C" NOT NULL,
    failures timestamptz[] NOT NULL,
    blocks bigint NOT NULL,
    blocked_since timestamptz,
    blocked_until timestamptz,
    spent_until timestamptz,
    last_failed_at timestamptz,
    refused_at timestamptz,
    kept_until timestamptz NOT NULL,
    CONSTRAINT sign_in_failures_pkey PRIMARY KEY (identity_digest, source),
    CONSTRAINT sign_in_failures_blocks_check CHECK (blocks BETWEEN 0 AND 4294967295),
    CONSTRAINT sign_in_failures_block_check CHECK (num_nonnulls(blocked_since, blocked_until) IN (0, 2)),
    CONSTRAINT sign_in_failures_identity_digest_check CHECK (octet_length(identity_digest) = 32)
);

-- The failures of one source at all names.
CREATE INDEX sign_in_failures_source_idx ON sign_in_failures (source, last_failed_at);
-- Rows that can be deleted.
CREATE INDEX sign_in_failures_kept_until_idx ON sign_in_failures (kept_until);
