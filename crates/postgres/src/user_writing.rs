//! The two statements that write users: the first time, and every time after.

use sqlx::Error;
use sqlx::postgres::PgConnection;
use unlockd_application::ports::{CreateUserError, NewUser};
use unlockd_domain::{
    Actor, Lock, LockCause, OrganizationId, Reason, Timestamp, User, UserData, UserId, UserState, Username, UsernameId,
};

use crate::user_commit::Commit;

/// Whether a change may be made to a user who holds `IAM_OWNER` on the instance.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owners {
    /// It may.
    Included,
    /// It may not: whoever asks has not seen that another owner remains.
    Spared,
}

/// Writes a user, their names and their first event. The caller undoes it after a refusal.
pub(crate) async fn create(connection: &mut PgConnection, new: &NewUser) -> Result<Result<(), CreateUserError>, Error> {
    let (user, event) = (new.change.user(), new.change.event());
    let (password, request) = (new.profile.password.as_ref(), new.request.as_ref());
    let created = sqlx::query!(
        r#"WITH organization AS (
               SELECT id FROM organizations WHERE id = $2 FOR KEY SHARE
           ), created AS (
               INSERT INTO users (id, organization_id, state, sequence, failed_password_attempts, created_at, changed_at,
                                  password_hash, password_changed_at, password_change_required, data)
               SELECT $1, id, 'active', $3, 0, $4, $4, $5, $6, $7, $8 FROM organization
               ON CONFLICT (id) DO NOTHING
               RETURNING id, organization_id, sequence, created_at
           ), recorded AS (
               INSERT INTO user_events (user_id, sequence, kind, organization_id, actor_user_id, occurred_at,
                                        idempotency_key, request_digest)
               SELECT id, sequence, $9, organization_id, $10, created_at, $11, $12 FROM created
           )
           SELECT EXISTS (SELECT 1 FROM organization) AS "organization_exists!",
                  EXISTS (SELECT 1 FROM created) AS "is_created!""#,
        user.id().as_str(),
        user.organization().as_str(),
        user.sequence().as_i64(),
        user.created_at().date_time(),
        password.map(|password| password.hash.expose()),
        password.map(|password| password.changed_at.date_time()),
        password.map(|password| password.change_required),
        new.profile.data.as_ref().map(UserData::as_json),
        event.kind.name().as_str(),
        event.actor.user_id().map(UserId::as_str),
        request.map(|request| request.key.as_str()),
        request.map(|request| &request.digest.0[..]),
    )
    .fetch_one(&mut *connection)
    .await?;
    if !created.organization_exists {
        return Ok(Err(CreateUserError::OrganizationNotFound));
    }
    if !created.is_created {
        return Ok(Err(CreateUserError::UserIdTaken));
    }
    create_usernames(connection, user, &new.profile.usernames).await
}

/// Writes a new user's names, in the order of their keys: two transactions that write the same names wait for each other
/// in one direction only.
async fn create_usernames(
    connection: &mut PgConnection,
    user: &User,
    usernames: &[Username],
) -> Result<Result<(), CreateUserError>, Error> {
    if usernames.is_empty() {
        return Ok(Ok(()));
    }
    let texts = |text: fn(&Username) -> &str| usernames.iter().map(|name| text(name).to_owned()).collect::<Vec<_>>();
    let scopes: Vec<Option<String>> = usernames
        .iter()
        .map(|name| Some(name.scope_organization(user.organization())?.as_str().to_owned()))
        .collect();
    let created = sqlx::query_scalar!(
        "INSERT INTO usernames (user_id, id, position, name, key, organization_id)
         SELECT $1, given.id, given.position, given.name, given.key, given.organization_id
         FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])
              WITH ORDINALITY AS given (id, name, key, organization_id, position)
         ORDER BY given.organization_id COLLATE \"C\", given.key COLLATE \"C\", given.position
         ON CONFLICT DO NOTHING
         RETURNING position",
        user.id().as_str(),
        &texts(|name| UsernameId::as_str(name.id())),
        &texts(Username::name),
        &texts(|name| name.key().as_str()),
        &scopes as &[Option<String>],
    )
    .fetch_all(connection)
    .await?;
    let taken = usernames
        .iter()
        .zip(1..)
        .find(|(_, position)| !created.contains(position))
        .map(|(name, _)| name);
    Ok(match taken {
        Some(name) => Err(CreateUserError::UsernameTaken {
            username: name.name().to_owned(),
        }),
        None => Ok(()),
    })
}

/// Writes the user after the change and appends the event, if the stored user's sequence is still the expected one;
/// answers whether it was. One statement: it happens as a whole or not at all, also without a transaction around it.
///
/// The event's position is the column's default, so it is taken when the user's row is locked already: behind that of the
/// event before it.
pub(crate) async fn change(
    connection: &mut PgConnection,
    Commit {
        change,
        expected,
        request,
    }: Commit<'_>,
    owners: Owners,
) -> Result<bool, Error> {
    let (user, event) = (change.user(), change.event());
    let state = StateColumns::of(user.state());
    let appended = sqlx::query!(
        "WITH changed AS (
             UPDATE users
             SET state = $4, sequence = $5, failed_password_attempts = $6, changed_at = $7,
                 lock_since = $8, lock_cause = $9, lock_by = $10, lock_reason = $11, lock_until = $12
             WHERE id = $1 AND sequence = $2 AND NOT (instance_owner AND $3)
             RETURNING id, sequence
         )
         INSERT INTO user_events (user_id, sequence, kind, organization_id, actor_user_id, occurred_at,
                                  reason, lock_cause, lock_until, idempotency_key, request_digest)
         SELECT id, sequence, $13, $14, $15, $16, $17, $18, $19, $20, $21 FROM changed",
        user.id().as_str(),
        expected.as_i64(),
        owners == Owners::Spared,
        state.name,
        user.sequence().as_i64(),
        i64::from(user.failed_password_attempts()),
        user.changed_at().date_time(),
        state.lock.map(|lock| lock.since.date_time()),
        state.lock.map(|lock| lock.cause.as_str()),
        state.lock.and_then(|lock| lock.by.user_id()).map(UserId::as_str),
        state.lock.and_then(|lock| lock.reason.as_ref()).map(Reason::as_str),
        state.lock.and_then(|lock| lock.until).map(Timestamp::date_time),
        event.kind.name().as_str(),
        OrganizationId::as_str(&event.organization),
        Actor::user_id(&event.actor).map(UserId::as_str),
        event.time.date_time(),
        event.kind.reason().map(Reason::as_str),
        event.kind.lock_cause().map(LockCause::as_str),
        event.kind.lock_until().map(Timestamp::date_time),
        request.map(|request| request.key.as_str()),
        request.map(|request| &request.digest.0[..]),
    )
    .execute(connection)
    .await?;
    Ok(appended.rows_affected() > 0)
}

/// How a state is stored.
struct StateColumns<'a> {
    name: &'static str,
    lock: Option<&'a Lock>,
}

impl<'a> StateColumns<'a> {
    fn of(state: &'a UserState) -> Self {
        let (name, lock) = match state {
            UserState::Active => ("active", None),
            UserState::Inactive => ("inactive", None),
            UserState::Locked(lock) => ("locked", Some(lock)),
            UserState::Deleted => ("deleted", None),
        };
        Self { name, lock }
    }
}
