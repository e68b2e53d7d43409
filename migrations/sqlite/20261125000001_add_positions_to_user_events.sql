-- Each event gets a position: one order of the events of all users, for those who read the history as a whole. Whoever
-- writes has the file for itself, and takes the next number within that transaction: there are no gaps, and what is
-- committed later comes later. What is there already is numbered as it happened.
--
-- SQLite cannot add a column that must have a value, so the table is made anew. Nothing refers to it.
CREATE TABLE user_events_with_positions (
    user_id TEXT NOT NULL REFERENCES users (id),
    sequence INTEGER NOT NULL CHECK (sequence >= 1),
    position INTEGER NOT NULL CHECK (position >= 1),
    kind TEXT NOT NULL,
    organization_id TEXT NOT NULL,
    actor_user_id TEXT,
    occurred_at INTEGER NOT NULL,
    reason TEXT,
    lock_cause TEXT CHECK (lock_cause IN ('operator', 'policy')),
    lock_until INTEGER,
    PRIMARY KEY (user_id, sequence),
    CONSTRAINT user_events_lock_cause_check CHECK ((kind = 'user.locked') = (lock_cause IS NOT NULL)),
    CONSTRAINT user_events_lock_until_check CHECK (kind = 'user.locked' OR lock_until IS NULL)
) STRICT, WITHOUT ROWID;

INSERT INTO user_events_with_positions (user_id, sequence, position, kind, organization_id, actor_user_id, occurred_at,
                                        reason, lock_cause, lock_until)
SELECT user_id, sequence, row_number() OVER (ORDER BY occurred_at, user_id, sequence), kind, organization_id,
       actor_user_id, occurred_at, reason, lock_cause, lock_until
FROM user_events;

DROP TABLE user_events;

ALTER TABLE user_events_with_positions RENAME TO user_events;

-- The events of all users. Those of one user are in order by the primary key: positions rise with sequences.
CREATE UNIQUE INDEX user_events_position_key ON user_events (position);
-- The events of one organization.
CREATE INDEX user_events_organization_idx ON user_events (organization_id, position);
-- What one user has brought about.
CREATE INDEX user_events_actor_idx ON user_events (actor_user_id, position);
