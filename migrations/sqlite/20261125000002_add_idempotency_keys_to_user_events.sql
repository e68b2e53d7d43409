-- What a caller calls the request that led to an event, and the SHA-256 of what it asked for. The digest goes when the user
-- is deleted; the key stays, so that the request is not done once more.
ALTER TABLE user_events ADD COLUMN idempotency_key TEXT;

ALTER TABLE user_events ADD COLUMN request_digest BLOB
    CHECK (request_digest IS NULL OR (length(request_digest) = 32 AND idempotency_key IS NOT NULL));

-- Each caller, who is the actor of the event, has keys of their own.
CREATE UNIQUE INDEX user_events_idempotency_key ON user_events (actor_user_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;
