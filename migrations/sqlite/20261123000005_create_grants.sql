-- Which roles users hold. No organization means the whole instance.
CREATE TABLE grants (
    user_id TEXT NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    organization_id TEXT REFERENCES organizations (id)
) STRICT;

CREATE UNIQUE INDEX grants_instance_key ON grants (user_id, role) WHERE organization_id IS NULL;
CREATE UNIQUE INDEX grants_organization_key ON grants (user_id, role, organization_id) WHERE organization_id IS NOT NULL;
