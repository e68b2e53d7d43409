-- Times are microseconds since 1970-01-01T00:00:00Z in every table. Texts are compared byte by byte (SQLite's BINARY).
CREATE TABLE organizations (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
