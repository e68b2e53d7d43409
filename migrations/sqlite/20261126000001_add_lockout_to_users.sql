-- Wrong passwords count for a while only, so each is kept as the moment from which on it does not count any more: a JSON
-- array, in the order of the failures. Nothing has counted any so far. What was counted by sources before
-- `failures_forgotten_at` does not count either.
ALTER TABLE users DROP COLUMN failed_password_attempts;

ALTER TABLE users ADD COLUMN password_failures TEXT NOT NULL DEFAULT '[]';
ALTER TABLE users ADD COLUMN policy_locks INTEGER NOT NULL DEFAULT 0 CHECK (policy_locks BETWEEN 0 AND 4294967295);
ALTER TABLE users ADD COLUMN failures_forgotten_at INTEGER;

-- As the history says, so that state and history agree also for those who were there before.
UPDATE users
SET failures_forgotten_at = (
    SELECT max(occurred_at) FROM user_events
    WHERE user_id = users.id AND kind IN ('user.unlocked', 'user.reactivated', 'user.password.changed')
)
WHERE state <> 'deleted';

-- The code to replace the password by: its hash, until when it works, and how many others were tried for it.
ALTER TABLE users ADD COLUMN password_reset_hash TEXT;
ALTER TABLE users ADD COLUMN password_reset_expires_at INTEGER
    CHECK ((password_reset_hash IS NULL) = (password_reset_expires_at IS NULL));
ALTER TABLE users ADD COLUMN password_reset_failures INTEGER
    CHECK (
        (password_reset_hash IS NULL) = (password_reset_failures IS NULL)
        AND (password_reset_failures IS NULL OR password_reset_failures BETWEEN 0 AND 4294967295)
    );

-- Whose lock ends by itself, and which of them first.
CREATE INDEX users_lock_until_idx ON users (lock_until) WHERE lock_until IS NOT NULL;
