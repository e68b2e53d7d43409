-- The lockout policies that were ever set: the instance's, which has no organization, and those of organizations. One that
-- was reset has no text; its sequence goes on.
CREATE TABLE lockout_policies (
    organization_id TEXT REFERENCES organizations (id),
    policy TEXT,
    sequence INTEGER NOT NULL CHECK (sequence >= 1),
    changed_at INTEGER NOT NULL
) STRICT;

-- No organization has an empty id.
CREATE UNIQUE INDEX lockout_policies_organization_id_key ON lockout_policies (coalesce(organization_id, ''));
