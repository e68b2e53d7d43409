use async_trait::async_trait;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Error};
use tracing::instrument;
use unlockd_application::idempotency::{IdempotencyKey, IdempotentRequest, RequestDigest};
use unlockd_application::ports::{CommitError, CreateUserError, NewUser, RecordedRequest, StoreError, UserStore};
use unlockd_domain::{Event, Grants, LoginIdentity, Timestamp, User, UserChange, UserEvent, UserId, UserProfile};

use crate::batches::Batched;
use crate::error::{corrupt, is_repeated_request};
use crate::event_row::{EventRow, event_row};
use crate::instance_owners::BEGIN;
use crate::store::PostgresStore;
use crate::user_commit::Commit;
use crate::{lock_expiry, user_profiles, user_writing};

#[async_trait]
impl UserStore for PostgresStore {
    #[instrument(level = "debug", name = "postgres.user_store.find_with_grants", skip_all, fields(user.id = %id))]
    async fn find_with_grants(&self, id: &UserId) -> Result<Option<(User, Grants)>, StoreError> {
        self.look_up(&self.batches.users, id).await
    }

    #[instrument(level = "debug", name = "postgres.user_store.find_with_profile", skip_all, fields(user.id = %id))]
    async fn find_with_profile(&self, id: &UserId) -> Result<Option<(User, UserProfile)>, StoreError> {
        self.look_up(&self.batches.profiles, id).await
    }

    #[instrument(level = "debug", name = "postgres.user_store.find_by_identity", skip_all)]
    async fn find_by_identity(&self, identity: &LoginIdentity) -> Result<Option<(User, UserProfile)>, StoreError> {
        match identity {
            LoginIdentity::UserId(id) => self.find_with_profile(id).await,
            LoginIdentity::LoginName(name) => {
                self.read(|attempt| Box::pin(user_profiles::find_by_login_name(attempt.connection, name)))
                    .await
            }
        }
    }

    #[instrument(level = "debug", name = "postgres.user_store.create", skip_all, fields(user.id = %user.change.user().id()))]
    async fn create(&self, user: &NewUser) -> Result<(), CreateUserError> {
        self.write(|attempt| Box::pin(create(attempt.connection, user))).await?
    }

    #[instrument(level = "debug", name = "postgres.user_store.commit", skip_all, fields(user.id = %change.user().id()))]
    async fn commit(&self, change: &UserChange, request: Option<&IdempotentRequest>) -> Result<(), CommitError> {
        let Some(expected) = change.expected_sequence() else {
            return Err(CommitError::Conflict);
        };
        let commit = Commit {
            change,
            expected,
            request,
        };
        self.in_time(async {
            // An edit of the profile takes more statements than one.
            if change.profile_edit().is_none()
                && let Batched::Done(()) = self.batches.commit(change, expected, request).await?
            {
                return Ok(());
            }
            self.write(|attempt| Box::pin(commit.write(attempt.connection))).await?
        })
        .await
    }

    #[instrument(level = "debug", name = "postgres.user_store.lift_expired_locks", skip_all)]
    async fn lift_expired_locks(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        self.write(|attempt| Box::pin(lock_expiry::lift(attempt.connection, now, limit)))
            .await
    }

    #[instrument(level = "debug", name = "postgres.user_store.find_request", skip_all, fields(user.id = %caller))]
    async fn find_request(&self, caller: &UserId, key: &IdempotencyKey) -> Result<Option<RecordedRequest>, StoreError> {
        self.read(|attempt| Box::pin(find_request(attempt.connection, caller, key)))
            .await
    }

    #[instrument(level = "debug", name = "postgres.user_store.history", skip_all, fields(user.id = %id))]
    async fn history(&self, id: &UserId) -> Result<Vec<UserEvent>, StoreError> {
        self.read(|attempt| {
            Box::pin(async move {
                sqlx::query_as!(
                    EventRow,
                    "SELECT user_id, sequence, kind, organization_id, actor_user_id, occurred_at, source, reason,
                            lock_cause, lock_until, lock_scope, unlock_cause, counts_until, lockout_policy, role, role_organization_id,
                            token_id, token_name, session_id
                     FROM user_events WHERE user_id = $1 AND sequence IS NOT NULL ORDER BY sequence",
                    id.as_str(),
                )
                .fetch_all(attempt.connection)
                .await?
                .into_iter()
                .map(UserEvent::try_from)
                .collect()
            })
        })
        .await
    }
}

async fn create(connection: &mut PgConnection, user: &NewUser) -> Result<Result<(), CreateUserError>, Error> {
    let mut transaction = connection.begin_with(BEGIN).await?;
    let outcome = match user_writing::create(&mut transaction, user).await {
        Err(error) if is_repeated_request(&error) => Err(CreateUserError::IdempotencyKeyTaken),
        outcome => outcome?,
    };
    match outcome {
        Ok(()) => transaction.commit().await?,
        Err(_) => transaction.rollback().await?,
    }
    Ok(outcome)
}

async fn find_request(
    connection: &mut PgConnection,
    caller: &UserId,
    key: &IdempotencyKey,
) -> Result<Option<RecordedRequest>, Error> {
    let row = sqlx::query!(
        "SELECT user_id, sequence, kind, organization_id, actor_user_id, occurred_at, source, reason, lock_cause, lock_until,
                lock_scope, unlock_cause, counts_until, lockout_policy, role, role_organization_id, token_id, token_name, session_id,
                request_digest
         FROM user_events WHERE actor_user_id = $1 AND idempotency_key = $2",
        caller.as_str(),
        key.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let digest = row.request_digest.as_deref().map(<[u8; 32]>::try_from).transpose();
    Ok(Some(RecordedRequest {
        digest: digest.map_err(corrupt)?.map(RequestDigest),
        event: Event::try_from(event_row!(row))?,
    }))
}
