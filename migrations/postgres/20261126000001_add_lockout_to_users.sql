-- What signing in does to users. `password_failures` are the wrong passwords that may still count, each as the moment from
-- which on it does not, in the order of the failures; how many count is asked for a moment, and so is no column.
-- `failures_forgotten_at` is when somebody decided, or proved, that earlier failures do not matter. A password reset is the
-- code by which the password can be replaced, hashed.
ALTER TABLE users
    DROP COLUMN failed_password_attempts,
    ADD COLUMN password_failures timestamptz[] NOT NULL DEFAULT '{}',
    ADD COLUMN policy_locks bigint NOT NULL DEFAULT 0,
    ADD COLUMN failures_forgotten_at timestamptz,
    ADD COLUMN password_reset_hash text,
    ADD COLUMN password_reset_expires_at timestamptz,
    ADD COLUMN password_reset_failures bigint,
    ADD CONSTRAINT users_policy_locks_check CHECK (policy_locks BETWEEN 0 AND 4294967295),
    ADD CONSTRAINT users_password_reset_check CHECK (
        num_nonnulls(password_reset_hash, password_reset_expires_at, password_reset_failures) IN (0, 3)
    ),
    ADD CONSTRAINT users_password_reset_failures_check CHECK (password_reset_failures BETWEEN 0 AND 4294967295);

-- As the history says, so that state and history agree also for those who were there before.
UPDATE users
SET failures_forgotten_at = forgotten.at
FROM (
    SELECT user_id, max(occurred_at) AS at
    FROM user_events
    WHERE kind IN ('user.unlocked', 'user.reactivated', 'user.password.changed')
    GROUP BY user_id
) AS forgotten
WHERE users.id = forgotten.user_id AND users.state <> 'deleted';

-- Whose lock is over by now.
CREATE INDEX users_lock_until_idx ON users (lock_until) WHERE lock_until IS NOT NULL;

-- Who is locked is not a question of the state alone any more: it is answered by the index as long as that knows until when.
DROP INDEX users_organization_locked_idx, users_locked_idx;
CREATE INDEX users_organization_locked_idx ON users (organization_id, changed_at, id) INCLUDE (lock_until)
    WHERE state = 'locked';
CREATE INDEX users_locked_idx ON users (changed_at, id) INCLUDE (lock_until) WHERE state = 'locked';
