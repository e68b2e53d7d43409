//! One active holder of `IAM_OWNER` always remains. What might take the last one away happens here one at a time, in all
//! processes.

use sqlx::Error;
use sqlx::postgres::PgConnection;
use unlockd_domain::{Timestamp, UserId};

/// The advisory lock under which instance owners become fewer.
const FEWER_OWNERS: i64 = 0x756e_6c6f_636b_0001;

/// Decisions over several rows need a look at the data after the locks were got, whatever the database's default is.
pub(crate) const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// The instance's owners, none of whom can lose that role or their activity until the transaction ends, and one user who
/// cannot become one.
pub(crate) struct InstanceOwners(Vec<Candidate>);

struct Candidate {
    id: String,
    is_owner: bool,
    is_active: bool,
}

impl InstanceOwners {
    /// Waits for its turn and locks the rows of the owners and of the user who is to become none, or inactive. Who is active
    /// is asked for this moment: a lock that has expired is none.
    ///
    /// The advisory lock makes the statement after it see everyone who became an owner while it waited; the row locks
    /// alone would miss them. The row locks keep the result exact on engines that take no advisory locks.
    pub(crate) async fn lock(connection: &mut PgConnection, user_id: &UserId, now: Timestamp) -> Result<Self, Error> {
        sqlx::query!("SELECT pg_advisory_xact_lock($1)", FEWER_OWNERS)
            .execute(&mut *connection)
            .await?;
        sqlx::query_as!(
            Candidate,
            r#"SELECT id, instance_owner AS is_owner,
                      state = 'active' OR (state = 'locked' AND coalesce(lock_until <= $2, false)) AS "is_active!"
               FROM users
               WHERE instance_owner OR id = $1 ORDER BY id FOR UPDATE"#,
            user_id.as_str(),
            now.date_time(),
        )
        .fetch_all(connection)
        .await
        .map(Self)
    }

    /// Whether the user is an owner.
    pub(crate) fn include(&self, user_id: &UserId) -> bool {
        self.owners().any(|owner| owner.id == user_id.as_str())
    }

    /// Whether an active owner remains without this user.
    pub(crate) fn remain_without(&self, user_id: &UserId) -> bool {
        self.owners()
            .any(|owner| owner.is_active && owner.id != user_id.as_str())
    }

    /// Whether the user is an owner and active.
    pub(crate) fn have_active(&self, user_id: &UserId) -> bool {
        self.owners()
            .any(|owner| owner.is_active && owner.id == user_id.as_str())
    }

    fn owners(&self) -> impl Iterator<Item = &Candidate> {
        self.0.iter().filter(|candidate| candidate.is_owner)
    }
}
