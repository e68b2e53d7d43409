-- `key` is the name's caseless form. Names of the whole instance have no organization; the two kinds do not collide.
CREATE TABLE usernames (
    id TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    organization_id TEXT REFERENCES organizations (id),
    PRIMARY KEY (user_id, id)
) STRICT;

CREATE UNIQUE INDEX usernames_instance_key ON usernames (key) WHERE organization_id IS NULL;
CREATE UNIQUE INDEX usernames_organization_key ON usernames (organization_id, key) WHERE organization_id IS NOT NULL;
