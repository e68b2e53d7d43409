-- Users as they are listed: those of one organization or all, by their last or their first event. With the state, which
-- changes only when `changed_at` does, two of them are enough to count who is not deleted.
CREATE INDEX users_organization_changed_idx ON users (organization_id, changed_at, id) INCLUDE (state);
CREATE INDEX users_changed_idx ON users (changed_at, id) INCLUDE (state);
CREATE INDEX users_organization_created_idx ON users (organization_id, created_at, id);
CREATE INDEX users_created_idx ON users (created_at, id);

-- What a help desk looks at all day: who is locked.
CREATE INDEX users_organization_locked_idx ON users (organization_id, changed_at, id) WHERE state = 'locked';
CREATE INDEX users_locked_idx ON users (changed_at, id) WHERE state = 'locked';

-- Names by their caseless form in any scope, also by how they begin.
CREATE INDEX usernames_key_idx ON usernames (key, user_id);
