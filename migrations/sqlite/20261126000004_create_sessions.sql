-- Sign-ins, by the SHA-256 of their token, which changes with them. An ended session is no longer here.
-- `identity_user_id` and `identity_login_name` are what was typed, whether or not there is such a user; `user_id` is who has
-- shown their password, looked for when all else is written, so that the store can tell what else is in the way.
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
    metadata TEXT NOT NULL,
    fingerprint_id TEXT,
    user_agent TEXT,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    sequence INTEGER NOT NULL CHECK (sequence >= 1),
    expires_at INTEGER,
    CONSTRAINT sessions_identity_check CHECK (
        (identity_user_id IS NULL OR identity_login_name IS NULL)
        AND (named_at IS NULL) = (coalesce(identity_user_id, identity_login_name) IS NULL)
    ),
    CONSTRAINT sessions_proof_check CHECK (
        (user_id IS NULL) = (organization_id IS NULL)
        AND (user_id IS NULL) = (password_checked_at IS NULL)
        AND (user_id IS NULL OR named_at IS NOT NULL)
    ),
    CONSTRAINT sessions_fingerprint_id_check CHECK (user_agent IS NOT NULL OR fingerprint_id IS NULL)
) STRICT;

CREATE UNIQUE INDEX sessions_token_digest_key ON sessions (token_digest);
-- Sessions as they are listed: all, or those that somebody may see.
CREATE INDEX sessions_created_idx ON sessions (created_at, id);
CREATE INDEX sessions_user_id_idx ON sessions (user_id, created_at, id) WHERE user_id IS NOT NULL;
CREATE INDEX sessions_organization_id_idx ON sessions (organization_id) WHERE organization_id IS NOT NULL;
CREATE INDEX sessions_creator_user_id_idx ON sessions (creator_user_id);
CREATE INDEX sessions_fingerprint_id_idx ON sessions (fingerprint_id) WHERE fingerprint_id IS NOT NULL;
-- Those that end with the user whom they only name.
CREATE INDEX sessions_identity_user_id_idx ON sessions (identity_user_id) WHERE identity_user_id IS NOT NULL;
-- Those that end by themselves.
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at) WHERE expires_at IS NOT NULL;
-- What nobody goes on with.
CREATE INDEX sessions_unproven_idx ON sessions (changed_at) WHERE user_id IS NULL;
