-- The lockout policy of the instance, which has no organization, and those of organizations that have one of their own. One that
-- was reset has no `policy`, and stays for its sequence.
CREATE TABLE lockout_policies (
    organization_id text COLLATE "C",
    policy text,
    sequence bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT lockout_policies_organization_id_key UNIQUE NULLS NOT DISTINCT (organization_id),
    CONSTRAINT lockout_policies_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id),
    CONSTRAINT lockout_policies_sequence_check CHECK (sequence >= 1)
);
