-- Ids are compared byte by byte, so they carry the "C" collation everywhere.
CREATE TABLE organizations (
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT organizations_pkey PRIMARY KEY (id)
);
