-- `key` is the name's caseless form. Names of the whole instance have no organization; the two kinds do not collide.
CREATE TABLE usernames (
    id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    position integer NOT NULL,
    name text NOT NULL,
    key text COLLATE "C" NOT NULL,
    organization_id text COLLATE "C",
    CONSTRAINT usernames_pkey PRIMARY KEY (user_id, id),
    CONSTRAINT usernames_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT usernames_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id)
);

CREATE UNIQUE INDEX usernames_instance_key ON usernames (key) WHERE organization_id IS NULL;
CREATE UNIQUE INDEX usernames_organization_key ON usernames (organization_id, key) WHERE organization_id IS NOT NULL;
