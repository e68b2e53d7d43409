//! The two statements that write users: the first time, and every time after.

use sqlx::Error;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use unlockd_application::ports::{CreateUserError, NewUser};
use unlockd_domain::{Source, Timestamp, User, UserData, UserId, Username, UsernameId};

use crate::user_commit::Commit;
use crate::user_event_columns::{UserEventColumns, recorded};
use crate::user_state_columns::UserStateColumns;

/// Whether a change may be made to a user who holds `IAM_OWNER` on the instance.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owners {
    /// It may.
    Included,
    /// It may not: whoever asks has not seen that another owner remains.
    Spared,
}

impl Owners {
    /// Spared if the change takes its user out of service.
    pub(crate) fn included_unless(ends_activity: bool) -> Self {
        if ends_activity { Self::Spared } else { Self::Included }
    }
}

/// Writes a user, their names and their first event. The caller undoes it after a refusal.
pub(crate) async fn create(connection: &mut PgConnection, new: &NewUser) -> Result<Result<(), CreateUserError>, Error> {
    let (user, event) = (new.change.user(), new.change.event());
    let (password, request) = (new.profile.password.as_ref(), new.request.as_ref());
    let created = sqlx::query!(
        r#"WITH organization AS (
               SELECT id FROM organizations WHERE id = $2 FOR KEY SHARE
           ), created AS (
               INSERT INTO users (id, organization_id, state, sequence, created_at, changed_at,
                                  password_hash, password_changed_at, password_change_required, data)
               SELECT $1, id, 'active', $3, $4, $4, $5, $6, $7, $8 FROM organization
               ON CONFLICT (id) DO NOTHING
               RETURNING id, organization_id, sequence, created_at
           ), recorded AS (
               INSERT INTO user_events (user_id, sequence, kind, organization_id, actor_user_id, occurred_at, source,
                                        idempotency_key, request_digest)
               SELECT id, sequence, $9, organization_id, $10, created_at, $11, $12, $13 FROM created
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
        event.source.as_ref().map(Source::as_str),
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

/// Writes a new user's names, in the order of their login keys: two transactions that write the same names wait for each other
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
    let login_keys: Vec<String> = usernames
        .iter()
        .map(|name| name.login_key(user.organization()).as_str().to_owned())
        .collect();
    let created = sqlx::query_scalar!(
        "INSERT INTO usernames (user_id, id, position, name, key, login_key, organization_id)
         SELECT $1, given.id, given.position, given.name, given.key, given.login_key, given.organization_id
         FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
              WITH ORDINALITY AS given (id, name, key, login_key, organization_id, position)
         ORDER BY given.login_key COLLATE \"C\", given.position
         ON CONFLICT DO NOTHING
         RETURNING position",
        user.id().as_str(),
        &texts(|name| UsernameId::as_str(name.id())),
        &texts(Username::name),
        &texts(|name| name.key().as_str()),
        &login_keys,
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

/// Writes the user after the change and appends the events, if the stored user's sequence is still the expected one;
/// answers whether it was. One statement: it happens as a whole or not at all, also without a transaction around it.
///
/// The events' positions are the column's default, so they are taken when the user's row is locked already, one after the
/// other in the order of the sequences: each behind that of the event before it.
pub(crate) async fn change(
    connection: &mut PgConnection,
    Commit {
        change,
        expected,
        request,
    }: Commit<'_>,
    owners: Owners,
) -> Result<bool, Error> {
    let (user, events) = (change.user().record(), UserEventColumns::of(&[change]));
    let state = UserStateColumns::of(&user.state);
    let request = recorded(change, request);
    let failures: Vec<_> = user.password_failures.iter().map(|until| until.date_time()).collect();
    let appended = sqlx::query!(
        "WITH changed AS (
             UPDATE users
             SET state = $4, sequence = $5, changed_at = $6,
                 lock_since = $7, lock_cause = $8, lock_by = $9, lock_reason = $10, lock_until = $11, lock_scope = $29,
                 password_failures = $12, policy_locks = $13, failures_forgotten_at = $14
             WHERE id = $1 AND sequence = $2 AND NOT (instance_owner AND $3)
             RETURNING id, organization_id, sequence
         )
         INSERT INTO user_events (user_id, organization_id, sequence, kind, actor_user_id, occurred_at, source, reason,
                                  lock_cause, lock_until, unlock_cause, counts_until, role, role_organization_id,
                                  lock_scope, idempotency_key, request_digest)
         SELECT changed.id, changed.organization_id, event.*,
                CASE WHEN event.sequence = changed.sequence THEN $27 END,
                CASE WHEN event.sequence = changed.sequence THEN $28::bytea END
         FROM changed,
              unnest($15::bigint[], $16::text[], $17::text[], $18::timestamptz[], $19::text[], $20::text[], $21::text[],
                     $22::timestamptz[], $23::text[], $24::timestamptz[], $25::text[], $26::text[], $30::text[])
              AS event (sequence, kind, actor_user_id, occurred_at, source, reason, lock_cause, lock_until, unlock_cause,
                        counts_until, role, role_organization_id, lock_scope)
         ORDER BY event.sequence",
        user.id.as_str(),
        expected.as_i64(),
        owners == Owners::Spared,
        state.name,
        user.sequence.as_i64(),
        user.changed_at.date_time(),
        state.lock_since(),
        state.lock_cause(),
        state.lock_by(),
        state.lock_reason(),
        state.lock_until(),
        &failures,
        i64::from(user.policy_locks),
        user.failures_forgotten_at.map(Timestamp::date_time),
        &events.sequence,
        &events.kind as &[&str],
        &events.actor_user_id as &[Option<&str>],
        &events.occurred_at,
        &events.source as &[Option<&str>],
        &events.reason as &[Option<&str>],
        &events.lock_cause as &[Option<&str>],
        &events.lock_until as &[Option<OffsetDateTime>],
        &events.unlock_cause as &[Option<&str>],
        &events.counts_until as &[Option<OffsetDateTime>],
        &events.role as &[Option<&str>],
        &events.role_organization_id as &[Option<&str>],
        request.map(|request| request.key.as_str()),
        request.map(|request| &request.digest.0[..]),
        state.lock_scope(),
        &events.lock_scope as &[Option<&str>],
    )
    .execute(connection)
    .await?;
    Ok(appended.rows_affected() > 0)
}
