-- Bearer tokens by the SHA-256 of their secret, which is all that is kept of it. A revoked token is no longer here.
CREATE TABLE access_tokens (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    created_at INTEGER NOT NULL,
    expires_at INTEGER
) STRICT;

CREATE INDEX access_tokens_user_id_idx ON access_tokens (user_id);
