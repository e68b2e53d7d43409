-- Which roles users hold. No organization means the whole instance.
CREATE TABLE grants (
    user_id text COLLATE "C" NOT NULL,
    role text COLLATE "C" NOT NULL,
    organization_id text COLLATE "C",
    CONSTRAINT grants_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT grants_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id)
);

CREATE UNIQUE INDEX grants_instance_key ON grants (user_id, role) WHERE organization_id IS NULL;
CREATE UNIQUE INDEX grants_organization_key ON grants (user_id, role, organization_id) WHERE organization_id IS NOT NULL;
