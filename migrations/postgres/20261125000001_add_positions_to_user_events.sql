-- Each event gets a position: one order of the events of all users, for those who read the history as a whole. What is there
-- already is numbered as it happened; an older program that still writes gets its positions by default.
--
-- CACHE 1 is no choice of taste: a session that keeps numbers in stock would take lower ones after others have taken higher
-- ones, and readers rely on the order in which positions are taken.
CREATE SEQUENCE user_events_position_seq AS bigint CACHE 1;

ALTER TABLE user_events ADD COLUMN position bigint;

UPDATE user_events
SET position = numbered.position
FROM (
    SELECT user_id, sequence, row_number() OVER (ORDER BY occurred_at, user_id, sequence) AS position FROM user_events
) AS numbered
WHERE user_events.user_id = numbered.user_id AND user_events.sequence = numbered.sequence;

SELECT setval('user_events_position_seq', count(*) + 1, false) FROM user_events;

ALTER TABLE user_events
    ALTER COLUMN position SET DEFAULT nextval('user_events_position_seq'),
    ALTER COLUMN position SET NOT NULL,
    ADD CONSTRAINT user_events_position_key UNIQUE (position),
    ADD CONSTRAINT user_events_position_check CHECK (position >= 1);

ALTER SEQUENCE user_events_position_seq OWNED BY user_events.position;

-- The events of one organization. Those of one user are in order by the primary key: positions rise with sequences.
CREATE INDEX user_events_organization_idx ON user_events (organization_id, position);
-- What one user has brought about.
CREATE INDEX user_events_actor_idx ON user_events (actor_user_id, position);
