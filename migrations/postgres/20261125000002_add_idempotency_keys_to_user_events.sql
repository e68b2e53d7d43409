-- What a caller calls the request that led to an event, and the SHA-256 of what it asked for.
--
-- History is appended to and never changed, with one exception: when its user is deleted, what people have typed goes, which is
-- `reason`, and `request_digest`, by which it could be guessed. The key stays, so that the request is not done once more.
ALTER TABLE user_events
    ADD COLUMN idempotency_key text COLLATE "C",
    ADD COLUMN request_digest bytea,
    ADD CONSTRAINT user_events_idempotency_key_check CHECK (idempotency_key IS NULL OR actor_user_id IS NOT NULL),
    ADD CONSTRAINT user_events_request_digest_check CHECK (
        request_digest IS NULL OR (idempotency_key IS NOT NULL AND octet_length(request_digest) = 32)
    );

-- Each caller, who is the actor of the event, has keys of their own.
CREATE UNIQUE INDEX user_events_idempotency_key ON user_events (actor_user_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;
