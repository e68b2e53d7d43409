-- Failed sign-ins by the SHA-256 of what was typed, and where it came from; the source is empty where that is not known.
-- `failures` is a JSON array of their times.
CREATE TABLE sign_in_failures (
    identity_digest BLOB NOT NULL CHECK (length(identity_digest) = 32),
    source TEXT NOT NULL,
    failures TEXT NOT NULL,
    kept_until INTEGER NOT NULL,
    PRIMARY KEY (identity_digest, source)
) STRICT, WITHOUT ROWID;

CREATE INDEX sign_in_failures_kept_until_idx ON sign_in_failures (kept_until);
