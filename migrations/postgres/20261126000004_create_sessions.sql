-- Sign-ins, under way or done, by the SHA-256 of their token, which is all that is kept of it. `identity_user_id` and
-- `identity_login_name` are what was typed, whether or not there is such a user. `user_id` and `organization_id` are of the one
-- who has shown their password. A session that was ended is no longer here.
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
    metadata text NOT NULL,
    fingerprint_id text COLLATE "C",
    user_agent text,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    sequence bigint NOT NULL,
    expires_at timestamptz,
    CONSTRAINT sessions_pkey PRIMARY KEY (id),
    CONSTRAINT sessions_token_digest_key UNIQUE (token_digest),
    CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT sessions_token_digest_check CHECK (octet_length(token_digest) = 32),
    CONSTRAINT sessions_identity_check CHECK (
        num_nonnulls(identity_user_id, identity_login_name) = num_nonnulls(named_at)
    ),
    CONSTRAINT sessions_proof_check CHECK (
        num_nonnulls(user_id, organization_id, password_checked_at) IN (0, 3) AND (user_id IS NULL OR named_at IS NOT NULL)
    ),
    CONSTRAINT sessions_fingerprint_id_check CHECK (fingerprint_id IS NULL OR user_agent IS NOT NULL),
    CONSTRAINT sessions_sequence_check CHECK (sequence >= 1)
);

-- As they are listed, for those who may see all of them, and for those who may see some.
CREATE INDEX sessions_created_idx ON sessions (created_at, id);
CREATE INDEX sessions_creator_user_id_idx ON sessions (creator_user_id);
CREATE INDEX sessions_user_id_idx ON sessions (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX sessions_organization_id_idx ON sessions (organization_id) WHERE organization_id IS NOT NULL;
CREATE INDEX sessions_fingerprint_id_idx ON sessions (fingerprint_id) WHERE fingerprint_id IS NOT NULL;
-- What goes with a user who is deleted, beside the sessions of the one who has shown their password.
CREATE INDEX sessions_identity_user_id_idx ON sessions (identity_user_id) WHERE identity_user_id IS NOT NULL;
-- What is over by now.
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at) WHERE expires_at IS NOT NULL;
-- What nobody goes on with.
CREATE INDEX sessions_unproven_idx ON sessions (changed_at) WHERE user_id IS NULL;
