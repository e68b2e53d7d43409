-- Failed sign-ins by the SHA-256 of what was typed, and where it came from: the empty text where that is not known. `failures`
-- are their moments, the oldest first.
CREATE TABLE sign_in_failures (
    identity_digest bytea NOT NULL,
    source text COLLATE "C" NOT NULL,
    failures timestamptz[] NOT NULL,
    kept_until timestamptz NOT NULL,
    CONSTRAINT sign_in_failures_pkey PRIMARY KEY (identity_digest, source),
    CONSTRAINT sign_in_failures_identity_digest_check CHECK (octet_length(identity_digest) = 32)
);

-- What need not be kept any longer.
CREATE INDEX sign_in_failures_kept_until_idx ON sign_in_failures (kept_until);
