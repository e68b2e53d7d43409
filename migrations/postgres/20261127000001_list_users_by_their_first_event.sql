-- Every change of a user has a new `changed_at`, and so writes into each index of `users`, also where nothing changes. When a user
-- was created never does, and their first event says it, too: there only creations are paid for.
--
-- What changes users comes to `users` first and to `user_events` then. In the other order, neither would get on.
DROP INDEX users_created_idx, users_organization_created_idx;
CREATE INDEX user_events_created_idx ON user_events (occurred_at, user_id) WHERE kind = 'user.created';
CREATE INDEX user_events_organization_created_idx ON user_events (organization_id, occurred_at, user_id)
    WHERE kind = 'user.created';
