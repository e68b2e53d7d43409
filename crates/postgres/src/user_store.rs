use async_trait::async_trait;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Error};
use time::OffsetDateTime;
use tracing::instrument;
use unlockd_application::ports::{CommitError, CreateUserError, NewUser, StoreError, UserStore};
use unlockd_domain::{
    OrganizationId, PasswordHash, Sequence, StoredPassword, User, UserChange, UserData, UserEvent, UserEventKind,
    UserId, UserProfile, Username, UsernameId, UsernameKey, UsernameScope,
};

use crate::error::corrupt;
use crate::instance_owners::{BEGIN, InstanceOwners};
use crate::store::PostgresStore;
use crate::user_row::{UserRow, actor, reason, timestamp, user_row};
use crate::user_writing::{self, Owners};

#[async_trait]
impl UserStore for PostgresStore {
    #[instrument(name = "postgres.user_store.find", skip_all, fields(user.id = %id))]
    async fn find(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        self.read(|attempt| {
            Box::pin(async move {
                sqlx::query_as!(
                    UserRow,
                    "SELECT id, organization_id, state, sequence, failed_password_attempts,
                        lock_since, lock_cause, lock_by, lock_reason, lock_until, created_at, changed_at
                 FROM users WHERE id = $1",
                    id.as_str(),
                )
                .fetch_optional(attempt.connection)
                .await?
                .map(User::try_from)
                .transpose()
            })
        })
        .await
    }

    #[instrument(name = "postgres.user_store.find_with_profile", skip_all, fields(user.id = %id))]
    async fn find_with_profile(&self, id: &UserId) -> Result<Option<(User, UserProfile)>, StoreError> {
        self.read(|attempt| Box::pin(find_with_profile(attempt.connection, id)))
            .await
    }

    #[instrument(name = "postgres.user_store.create", skip_all, fields(user.id = %user.change.user().id()))]
    async fn create(&self, user: &NewUser) -> Result<(), CreateUserError> {
        self.write(|attempt| {
            Box::pin(async move {
                let mut transaction = attempt.connection.begin_with(BEGIN).await?;
                let outcome = user_writing::create(&mut transaction, user).await?;
                if outcome.is_ok() {
                    transaction.commit().await?;
                } else {
                    transaction.rollback().await?;
                }
                Ok(outcome)
            })
        })
        .await?
    }

    #[instrument(name = "postgres.user_store.commit", skip_all, fields(user.id = %change.user().id()))]
    async fn commit(&self, change: &UserChange) -> Result<(), CommitError> {
        let Some(expected) = change.expected_sequence() else {
            return Err(CommitError::Conflict);
        };
        self.write(|attempt| Box::pin(commit(attempt.connection, change, expected)))
            .await?
    }

    #[instrument(name = "postgres.user_store.history", skip_all, fields(user.id = %id))]
    async fn history(&self, id: &UserId) -> Result<Vec<UserEvent>, StoreError> {
        self.read(|attempt| Box::pin(async move {
            sqlx::query_as!(
                UserEventRow,
                "SELECT user_id, sequence, kind, organization_id, actor_user_id, occurred_at, reason, lock_cause, lock_until
                 FROM user_events WHERE user_id = $1 ORDER BY sequence",
                id.as_str(),
            )
            .fetch_all(attempt.connection)
            .await?
            .into_iter()
            .map(UserEvent::try_from)
            .collect()
        }))
        .await
    }
}

async fn commit(
    connection: &mut PgConnection,
    change: &UserChange,
    expected: Sequence,
) -> Result<Result<(), CommitError>, Error> {
    let spared = if change.ends_activity() {
        Owners::Spared
    } else {
        Owners::Included
    };
    if user_writing::change(connection, change, expected, spared).await? {
        return Ok(Ok(()));
    }
    let spared_an_owner = change.ends_activity() && is_instance_owner(connection, change.user().id(), expected).await?;
    if spared_an_owner {
        commit_to_instance_owner(connection, change, expected).await
    } else {
        Ok(Err(CommitError::Conflict))
    }
}

async fn is_instance_owner(connection: &mut PgConnection, id: &UserId, sequence: Sequence) -> Result<bool, Error> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM users WHERE id = $1 AND sequence = $2 AND instance_owner) AS "is_owner!""#,
        id.as_str(),
        sequence.as_i64(),
    )
    .fetch_one(connection)
    .await
}

/// Takes an instance owner out of service, if another active one remains.
async fn commit_to_instance_owner(
    connection: &mut PgConnection,
    change: &UserChange,
    expected: Sequence,
) -> Result<Result<(), CommitError>, Error> {
    let user_id = change.user().id();
    let mut transaction = connection.begin_with(BEGIN).await?;
    let owners = InstanceOwners::lock(&mut transaction, user_id).await?;
    let refusal = if !user_writing::change(&mut transaction, change, expected, Owners::Included).await? {
        CommitError::Conflict
    } else if owners.include(user_id) && !owners.remain_without(user_id) {
        CommitError::LastInstanceOwner
    } else {
        transaction.commit().await?;
        return Ok(Ok(()));
    };
    transaction.rollback().await?;
    Ok(Err(refusal))
}

async fn find_with_profile(connection: &mut PgConnection, id: &UserId) -> Result<Option<(User, UserProfile)>, Error> {
    let row = sqlx::query!(
        r#"SELECT id, organization_id, state, sequence, failed_password_attempts,
                  lock_since, lock_cause, lock_by, lock_reason, lock_until, created_at, changed_at,
                  password_hash, password_changed_at, password_change_required, data,
                  ARRAY(SELECT usernames.id FROM usernames WHERE user_id = users.id
                        ORDER BY position) AS "username_ids!",
                  ARRAY(SELECT name FROM usernames WHERE user_id = users.id
                        ORDER BY position) AS "username_names!",
                  ARRAY(SELECT key FROM usernames WHERE user_id = users.id
                        ORDER BY position) AS "username_keys!",
                  ARRAY(SELECT usernames.organization_id IS NOT NULL FROM usernames WHERE user_id = users.id
                        ORDER BY position) AS "username_is_organization_specific!"
           FROM users WHERE id = $1"#,
        id.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let usernames = row
        .username_ids
        .into_iter()
        .zip(row.username_names)
        .zip(row.username_keys)
        .zip(row.username_is_organization_specific)
        .map(|(((id, name), key), is_organization_specific)| username(id, name, key, is_organization_specific))
        .collect::<Result<Vec<_>, Error>>()?;
    let password = match (row.password_hash, row.password_changed_at, row.password_change_required) {
        (Some(hash), Some(changed_at), Some(change_required)) => Some(StoredPassword {
            hash: PasswordHash::trusted(hash),
            changed_at: timestamp(changed_at)?,
            change_required,
        }),
        _ => None,
    };
    let data = row.data.map(UserData::trusted);
    let profile = UserProfile {
        usernames,
        password,
        data,
    };
    Ok(Some((User::try_from(user_row!(row))?, profile)))
}

fn username(id: String, name: String, key: String, is_organization_specific: bool) -> Result<Username, Error> {
    let scope = if is_organization_specific {
        UsernameScope::Organization
    } else {
        UsernameScope::Instance
    };
    let id = UsernameId::new(id).map_err(corrupt)?;
    Ok(Username::restore(id, name, UsernameKey::trusted(key), scope))
}

struct UserEventRow {
    user_id: String,
    sequence: i64,
    kind: String,
    organization_id: String,
    actor_user_id: Option<String>,
    occurred_at: OffsetDateTime,
    reason: Option<String>,
    lock_cause: Option<String>,
    lock_until: Option<OffsetDateTime>,
}

impl TryFrom<UserEventRow> for UserEvent {
    type Error = Error;

    fn try_from(row: UserEventRow) -> Result<Self, Error> {
        let kind = UserEventKind::restore(
            &row.kind,
            reason(row.reason)?,
            row.lock_cause.map(|cause| cause.parse()).transpose().map_err(corrupt)?,
            row.lock_until.map(timestamp).transpose()?,
        )
        .map_err(corrupt)?;
        Ok(Self {
            user_id: UserId::new(row.user_id).map_err(corrupt)?,
            sequence: Sequence::try_from(row.sequence).map_err(corrupt)?,
            kind,
            organization: OrganizationId::new(row.organization_id).map_err(corrupt)?,
            actor: actor(row.actor_user_id)?,
            time: timestamp(row.occurred_at)?,
        })
    }
}
