-- Times are microseconds since 1970-01-01T00:00:00Z in every table. Texts are compared byte by byte (SQLite's BINARY).

CREATE TABLE organizations (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- The current state of each user, and their profile. `data` must come back byte for byte.
-- `instance_owner` repeats what `grants` says about IAM_OWNER on the instance, so that the few owners have an index.
-- `password_failures` are the wrong passwords that may still count, a JSON array in the order of the failures, each as
-- the time from which on it no longer counts. Failures counted elsewhere before `failures_forgotten_at` do not count.
-- `password_reset_*` is the hashed code by which the password can be replaced.
CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    state TEXT NOT NULL CHECK (state IN ('active', 'inactive', 'locked', 'deleted')),
    sequence INTEGER NOT NULL CHECK (sequence >= 1),
    lock_since INTEGER,
    lock_cause TEXT CHECK (lock_cause IN ('operator', 'policy')),
    lock_by TEXT,
    lock_reason TEXT,
    lock_until INTEGER,
    lock_scope TEXT CHECK (lock_scope IN ('sign_in', 'all_use')),
    password_hash TEXT,
    password_changed_at INTEGER,
    password_change_required INTEGER CHECK (password_change_required IN (0, 1)),
    password_failures TEXT NOT NULL DEFAULT '[]',
    policy_locks INTEGER NOT NULL DEFAULT 0 CHECK (policy_locks BETWEEN 0 AND 4294967295),
    failures_forgotten_at INTEGER,
    password_reset_hash TEXT,
    password_reset_expires_at INTEGER,
    password_reset_failures INTEGER CHECK (password_reset_failures BETWEEN 0 AND 4294967295),
    data TEXT,
    instance_owner INTEGER NOT NULL DEFAULT 0 CHECK (instance_owner IN (0, 1)),
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    CONSTRAINT users_lock_check CHECK (
        CASE
            WHEN state = 'locked' THEN lock_since IS NOT NULL AND lock_cause IS NOT NULL AND lock_scope IS NOT NULL
            ELSE coalesce(lock_since, lock_cause, lock_by, lock_reason, lock_until, lock_scope) IS NULL
        END
    ),
    CONSTRAINT users_password_check CHECK (
        (password_hash IS NULL) = (password_changed_at IS NULL)
        AND (password_hash IS NULL) = (password_change_required IS NULL)
    ),
    CONSTRAINT users_password_reset_check CHECK (
        (password_reset_hash IS NULL) = (password_reset_expires_at IS NULL)
        AND (password_reset_hash IS NULL) = (password_reset_failures IS NULL)
    )
) STRICT;

CREATE INDEX users_instance_owner_idx ON users (id) WHERE instance_owner = 1;
-- Lists of users by their last or their first event, of one organization or of all. The state, which changes only with
-- `changed_at`, makes two of them enough to count the users who are not deleted.
CREATE INDEX users_organization_changed_idx ON users (organization_id, changed_at, id, state);
CREATE INDEX users_changed_idx ON users (changed_at, id, state);
CREATE INDEX users_organization_created_idx ON users (organization_id, created_at, id);
CREATE INDEX users_created_idx ON users (created_at, id);
-- Locked users.
CREATE INDEX users_organization_locked_idx ON users (organization_id, changed_at, id) WHERE state = 'locked';
CREATE INDEX users_locked_idx ON users (changed_at, id) WHERE state = 'locked';
-- Locks that have ended.
CREATE INDEX users_lock_until_idx ON users (lock_until) WHERE lock_until IS NOT NULL;

-- `key` is the form in which names are compared (PRECIS). `login_key` is that form of what the user types to sign in: the
-- name, or `<name>@<organization id>` for a name that is specific to an organization. Names of the whole instance have no
-- organization.
CREATE TABLE usernames (
    id TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    login_key TEXT NOT NULL,
    organization_id TEXT REFERENCES organizations (id),
    PRIMARY KEY (user_id, id)
) STRICT;

-- A login name means one user.
CREATE UNIQUE INDEX usernames_login_key ON usernames (login_key);
-- Search by name in any scope, also by prefix.
CREATE INDEX usernames_key_idx ON usernames (key, user_id);

-- Roles of users. No organization means the whole instance.
CREATE TABLE grants (
    user_id TEXT NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    organization_id TEXT REFERENCES organizations (id)
) STRICT;

-- No organization has an empty id. The index also finds the grants of a user.
CREATE UNIQUE INDEX grants_key ON grants (user_id, role, coalesce(organization_id, ''));

-- Bearer tokens by the SHA-256 of their secret, which is not stored. Revoked tokens are deleted.
CREATE TABLE access_tokens (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    name TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER
) STRICT;

CREATE INDEX access_tokens_user_id_idx ON access_tokens (user_id);

-- Lockout policies of the instance (no organization) and of organizations that have their own. A policy that was reset
-- keeps its row, without `policy`, for its sequence.
CREATE TABLE lockout_policies (
    organization_id TEXT REFERENCES organizations (id),
    policy TEXT,
    sequence INTEGER NOT NULL CHECK (sequence >= 1),
    changed_at INTEGER NOT NULL
) STRICT;

-- No organization has an empty id.
CREATE UNIQUE INDEX lockout_policies_organization_id_key ON lockout_policies (coalesce(organization_id, ''));

-- The whole history, in one order, that of `position`: the writer takes the next number within its transaction, so
-- there are no gaps but those of old rows that were deleted. Events of policies have no user, and those of the instance's policy no organization; their sequence
-- is that of the policy. Events that change neither a user nor a policy have no sequence. `idempotency_key` names the
-- request that led to the event, and `request_digest` is the SHA-256 of that request.
--
-- Rows are appended and never changed, except when the user is deleted: then `reason`, `source`, `token_name` and
-- `request_digest` are erased. The key stays, so that the request is not executed again. Where a retention is set, old
-- rows are deleted, except the first of each user and the last of all, behind which positions go on.
CREATE TABLE user_events (
    position INTEGER NOT NULL PRIMARY KEY CHECK (position >= 1),
    user_id TEXT REFERENCES users (id),
    sequence INTEGER CHECK (sequence >= 1),
    kind TEXT NOT NULL,
    organization_id TEXT,
    actor_user_id TEXT,
    occurred_at INTEGER NOT NULL,
    source TEXT,
    reason TEXT,
    lock_cause TEXT CHECK (lock_cause IN ('operator', 'policy')),
    lock_until INTEGER,
    lock_scope TEXT CHECK (lock_scope IN ('sign_in', 'all_use')),
    unlock_cause TEXT CHECK (unlock_cause IN ('operator', 'expired', 'password_reset', 'password_changed')),
    counts_until INTEGER,
    lockout_policy TEXT,
    role TEXT,
    role_organization_id TEXT,
    token_id TEXT,
    token_name TEXT,
    session_id TEXT,
    idempotency_key TEXT,
    request_digest BLOB,
    CONSTRAINT user_events_has_sequence_check CHECK (
        (sequence IS NULL) = (kind IN (
            'organization.created', 'user.token.created', 'user.token.revoked', 'user.session.begun',
            'user.session.ended', 'sign_in.failed', 'sign_in.refused'
        ))
    ),
    CONSTRAINT user_events_user_id_check CHECK (
        kind GLOB 'sign_in.*' OR (user_id IS NOT NULL) = (kind GLOB 'user.*')
    ),
    CONSTRAINT user_events_organization_id_check CHECK (organization_id IS NOT NULL OR user_id IS NULL),
    CONSTRAINT user_events_lock_cause_check CHECK ((kind = 'user.locked') = (lock_cause IS NOT NULL)),
    CONSTRAINT user_events_lock_scope_check CHECK ((kind = 'user.locked') = (lock_scope IS NOT NULL)),
    CONSTRAINT user_events_lock_until_check CHECK (kind = 'user.locked' OR lock_until IS NULL),
    CONSTRAINT user_events_unlock_cause_check CHECK ((kind = 'user.unlocked') = (unlock_cause IS NOT NULL)),
    CONSTRAINT user_events_counts_until_check CHECK ((kind = 'user.password.check.failed') = (counts_until IS NOT NULL)),
    CONSTRAINT user_events_lockout_policy_check CHECK ((kind = 'lockout_policy.set') = (lockout_policy IS NOT NULL)),
    CONSTRAINT user_events_role_check CHECK ((kind IN ('user.role.granted', 'user.role.removed')) = (role IS NOT NULL)),
    CONSTRAINT user_events_token_id_check CHECK ((kind GLOB 'user.token.*') = (token_id IS NOT NULL)),
    CONSTRAINT user_events_token_name_check CHECK (token_name IS NULL OR token_id IS NOT NULL),
    CONSTRAINT user_events_session_id_check CHECK ((kind GLOB 'user.session.*') = (session_id IS NOT NULL)),
    CONSTRAINT user_events_request_digest_check CHECK (
        request_digest IS NULL OR (length(request_digest) = 32 AND idempotency_key IS NOT NULL)
    )
) STRICT;

-- The events of one user, in order: positions rise with sequences, and an index ends with the primary key, the
-- position, which is the order of the events without a sequence.
CREATE UNIQUE INDEX user_events_user_key ON user_events (user_id, sequence) WHERE user_id IS NOT NULL;
-- The events of one policy; no organization has an empty id.
CREATE UNIQUE INDEX user_events_policy_key ON user_events (coalesce(organization_id, ''), sequence)
    WHERE user_id IS NULL AND sequence IS NOT NULL;
-- The events of one organization, and those that one user has caused.
CREATE INDEX user_events_organization_idx ON user_events (organization_id);
CREATE INDEX user_events_actor_idx ON user_events (actor_user_id);
-- Each caller, who is the actor of the event, has keys of their own.
CREATE UNIQUE INDEX user_events_idempotency_key ON user_events (actor_user_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;

-- Sign-ins, pending or complete, by the SHA-256 of their token, which is not stored. `identity_user_id` and
-- `identity_login_name` are the identity as typed, whether or not such a user exists. `user_id` and `organization_id`
-- are those of the user whose password was verified, and `proven_login_name` is a name of that user at that time.
-- `last_request` has the SHA-256 of the caller and the idempotency key of the last change, of its request, and of the
-- token that it replaced. Ended sessions are deleted. The reference to `users` is checked last, so that the store can tell which other constraint
-- failed.
CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    token_digest BLOB NOT NULL CHECK (length(token_digest) = 32),
    creator_user_id TEXT NOT NULL,
    identity_user_id TEXT,
    identity_login_name TEXT,
    named_at INTEGER,
    user_id TEXT REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED,
    organization_id TEXT,
    password_checked_at INTEGER,
    proven_login_name TEXT,
    metadata TEXT NOT NULL,
    fingerprint_id TEXT,
    user_agent TEXT,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    sequence INTEGER NOT NULL CHECK (sequence >= 1),
    expires_at INTEGER,
    last_request BLOB CHECK (length(last_request) IN (64, 96)),
    CONSTRAINT sessions_identity_check CHECK (
        (identity_user_id IS NULL OR identity_login_name IS NULL)
        AND (named_at IS NULL) = (coalesce(identity_user_id, identity_login_name) IS NULL)
    ),
    CONSTRAINT sessions_proof_check CHECK (
        (user_id IS NULL) = (organization_id IS NULL)
        AND (user_id IS NULL) = (password_checked_at IS NULL)
        AND (user_id IS NULL OR named_at IS NOT NULL)
        AND (user_id IS NOT NULL OR proven_login_name IS NULL)
    ),
    CONSTRAINT sessions_fingerprint_id_check CHECK (user_agent IS NOT NULL OR fingerprint_id IS NULL)
) STRICT;

CREATE UNIQUE INDEX sessions_token_digest_key ON sessions (token_digest);
-- Lists of sessions, for callers who may see all of them and for those who may see some.
CREATE INDEX sessions_created_idx ON sessions (created_at, id);
CREATE INDEX sessions_user_id_idx ON sessions (user_id, created_at, id) WHERE user_id IS NOT NULL;
CREATE INDEX sessions_organization_id_idx ON sessions (organization_id) WHERE organization_id IS NOT NULL;
CREATE INDEX sessions_creator_user_id_idx ON sessions (creator_user_id);
CREATE INDEX sessions_fingerprint_id_idx ON sessions (fingerprint_id) WHERE fingerprint_id IS NOT NULL;
-- Sessions that are erased with the user whom they name.
CREATE INDEX sessions_identity_user_id_idx ON sessions (identity_user_id) WHERE identity_user_id IS NOT NULL;
-- Expired sessions, and abandoned ones.
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX sessions_unproven_idx ON sessions (changed_at) WHERE user_id IS NULL;

-- Failed sign-ins by the SHA-256 of the identity as typed, and by source: the empty text where the source is unknown.
-- `failures` is a JSON array of the times of the last ones, the oldest first; those up to `spent_until` have led to an
-- earlier block. `blocks` is the number of blocks so far. `blocked_since` and `blocked_until` are those of the last block.
-- `refused_at` is the time of the last refused attempt that the history has an event of.
CREATE TABLE sign_in_failures (
    identity_digest BLOB NOT NULL CHECK (length(identity_digest) = 32),
    source TEXT NOT NULL,
    failures TEXT NOT NULL,
    blocks INTEGER NOT NULL CHECK (blocks BETWEEN 0 AND 4294967295),
    blocked_since INTEGER,
    blocked_until INTEGER,
    spent_until INTEGER,
    last_failed_at INTEGER,
    refused_at INTEGER,
    kept_until INTEGER NOT NULL,
    CONSTRAINT sign_in_failures_block_check CHECK ((blocked_since IS NULL) = (blocked_until IS NULL)),
    PRIMARY KEY (identity_digest, source)
) STRICT, WITHOUT ROWID;

-- The failures of one source at all names.
CREATE INDEX sign_in_failures_source_idx ON sign_in_failures (source, last_failed_at);
-- Rows that can be deleted.
CREATE INDEX sign_in_failures_kept_until_idx ON sign_in_failures (kept_until);
