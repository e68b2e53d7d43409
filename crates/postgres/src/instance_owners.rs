//! One active holder of `IAM_OWNER` always remains. What might take the last one away happens here one at a time, in all
//! processes.

use sqlx::Error;
use sqlx::postgres::PgConnection;
use unlockd_domain::UserId;

/// The advisory lock under which instance owners become fewer.
const FEWER_OWNERS: i64 = 0x756e_6c6f_636b_0001;

/// Decisions over several rows need a look at the data after the locks were got, whatever the database's default is.
pub(crate) const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// The instance's owners, none of whom can lose that role or their activity until the transaction ends.
pub(crate) struct InstanceOwners(Vec<Owner>);

struct Owner {
    id: String,
    active: bool,
}

impl InstanceOwners {
    /// Waits for its turn and locks the owners' rows.
    ///
    /// The advisory lock makes the statement after it see everyone who became an owner while it waited; the row locks
    /// alone would miss them. The row locks keep the result exact on engines that take no advisory locks.
    pub(crate) async fn lock(connection: &mut PgConnection) -> Result<Self, Error> {
        sqlx::query!("SELECT pg_advisory_xact_lock($1)", FEWER_OWNERS)
            .execute(&mut *connection)
            .await?;
        sqlx::query_as!(
            Owner,
            r#"SELECT id, state = 'active' AS "active!" FROM users WHERE instance_owner ORDER BY id FOR UPDATE"#,
        )
        .fetch_all(connection)
        .await
        .map(Self)
    }

    /// Whether the user is an owner.
    pub(crate) fn include(&self, user_id: &UserId) -> bool {
        self.0.iter().any(|owner| owner.id == user_id.as_str())
    }

    /// Whether an active owner remains without this user.
    pub(crate) fn remain_without(&self, user_id: &UserId) -> bool {
        self.0.iter().any(|owner| owner.active && owner.id != user_id.as_str())
    }

    /// Whether the user is an owner and active.
    pub(crate) fn have_active(&self, user_id: &UserId) -> bool {
        self.0.iter().any(|owner| owner.active && owner.id == user_id.as_str())
    }
}
