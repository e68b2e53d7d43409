-- The history gets more to tell: of users, where a request came from, what ended a lock, and until when a wrong password counts;
-- and what happens to lockout policies, in the same order of positions. Events of policies have no user, and those of the
-- instance's policy no organization; their sequence is that of the policy.
--
-- A primary key cannot be without a user, so it is the position now. The sequence of a user stays unique.
ALTER TABLE user_events
    DROP CONSTRAINT user_events_pkey,
    DROP CONSTRAINT user_events_position_key,
    ADD CONSTRAINT user_events_pkey PRIMARY KEY (position),
    ADD CONSTRAINT user_events_user_key UNIQUE (user_id, sequence),
    ALTER COLUMN user_id DROP NOT NULL,
    ALTER COLUMN organization_id DROP NOT NULL,
    ADD COLUMN source text,
    ADD COLUMN unlock_cause text,
    ADD COLUMN counts_until timestamptz,
    ADD COLUMN lockout_policy text,
    ADD CONSTRAINT user_events_user_id_check CHECK ((user_id IS NULL) = starts_with(kind, 'lockout_policy.')),
    ADD CONSTRAINT user_events_organization_id_check CHECK (organization_id IS NOT NULL OR user_id IS NULL),
    -- Older events have no cause: there was none but an operator's decision.
    ADD CONSTRAINT user_events_unlock_cause_check CHECK (
        unlock_cause IS NULL OR (kind = 'user.unlocked' AND unlock_cause IN ('operator', 'expired', 'password_reset'))
    ),
    ADD CONSTRAINT user_events_counts_until_check CHECK (
        (kind = 'user.password.check.failed') = (counts_until IS NOT NULL)
    ),
    ADD CONSTRAINT user_events_lockout_policy_check CHECK (
        (kind = 'lockout_policy.set') = (lockout_policy IS NOT NULL)
    );

CREATE UNIQUE INDEX user_events_policy_key ON user_events (organization_id, sequence) NULLS NOT DISTINCT
    WHERE user_id IS NULL;
