-- Bearer tokens by the SHA-256 of their secret, which is all that is kept of it. A revoked token is no longer here.
CREATE TABLE access_tokens (
    id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    digest bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    CONSTRAINT access_tokens_pkey PRIMARY KEY (id),
    CONSTRAINT access_tokens_digest_key UNIQUE (digest),
    CONSTRAINT access_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT access_tokens_digest_check CHECK (octet_length(digest) = 32)
);

CREATE INDEX access_tokens_user_id_idx ON access_tokens (user_id);
