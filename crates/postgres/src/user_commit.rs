//! How a decided change is written: user, event and profile together, or not at all.

use sqlx::postgres::PgConnection;
use sqlx::{Connection, Error};
use unlockd_application::idempotency::IdempotentRequest;
use unlockd_application::ports::CommitError;
use unlockd_domain::{ProfileEdit, Sequence, UserChange};

use crate::error::is_repeated_request;
use crate::instance_owners::{BEGIN, InstanceOwners};
use crate::user_profile_edit;
use crate::user_writing::{self, Owners};

/// A change, and what it depends on.
#[derive(Clone, Copy)]
pub(crate) struct Commit<'a> {
    /// What was decided.
    pub(crate) change: &'a UserChange,
    /// The sequence that the stored user must still have.
    pub(crate) expected: Sequence,
    /// What led to it, if that is to be remembered.
    pub(crate) request: Option<&'a IdempotentRequest>,
}

impl Commit<'_> {
    /// Writes the change, unless something speaks against it.
    pub(crate) async fn write(self, connection: &mut PgConnection) -> Result<Result<(), CommitError>, Error> {
        match self.write_new(connection).await {
            Err(error) if is_repeated_request(&error) => Ok(Err(CommitError::IdempotencyKeyTaken)),
            outcome => outcome,
        }
    }

    /// The same for a request that was not done before.
    async fn write_new(self, connection: &mut PgConnection) -> Result<Result<(), CommitError>, Error> {
        let ends_activity = self.change.ends_activity();
        let owners = Owners::included_unless(ends_activity);
        let outcome = match self.change.profile_edit() {
            None => self.write_user(connection, owners).await?,
            Some(edit) => self.write_with_edit(connection, edit, owners).await?,
        };
        let may_have_spared = ends_activity && matches!(outcome, Err(CommitError::Conflict));
        if may_have_spared && self.is_about_instance_owner(connection).await? {
            self.write_to_instance_owner(connection).await
        } else {
            Ok(outcome)
        }
    }

    async fn write_user(self, connection: &mut PgConnection, owners: Owners) -> Result<Result<(), CommitError>, Error> {
        let is_written = user_writing::change(connection, self, owners).await?;
        Ok(if is_written { Ok(()) } else { Err(CommitError::Conflict) })
    }

    /// The user goes first: whoever changes a profile has the user's row for itself.
    async fn write_with_edit(
        self,
        connection: &mut PgConnection,
        edit: &ProfileEdit,
        owners: Owners,
    ) -> Result<Result<(), CommitError>, Error> {
        let mut transaction = connection.begin_with(BEGIN).await?;
        let mut outcome = self.write_user(&mut transaction, owners).await?;
        if outcome.is_ok() {
            outcome = user_profile_edit::write(&mut transaction, self.change.user(), edit).await?;
        }
        // What did not match may have been locked while it was looked at: it must not be kept from the owners' turn.
        match outcome {
            Ok(()) => transaction.commit().await?,
            Err(_) => transaction.rollback().await?,
        }
        Ok(outcome)
    }

    async fn is_about_instance_owner(self, connection: &mut PgConnection) -> Result<bool, Error> {
        sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT 1 FROM users WHERE id = $1 AND sequence = $2 AND instance_owner) AS "is_owner!""#,
            self.change.user().id().as_str(),
            self.expected.as_i64(),
        )
        .fetch_one(connection)
        .await
    }

    /// Takes an instance owner out of service, if another active one remains.
    async fn write_to_instance_owner(self, connection: &mut PgConnection) -> Result<Result<(), CommitError>, Error> {
        let user = self.change.user();
        let mut transaction = connection.begin_with(BEGIN).await?;
        let owners = InstanceOwners::lock(&mut transaction, user.id(), self.change.event().time).await?;
        let mut outcome = self.write_user(&mut transaction, Owners::Included).await?;
        if outcome.is_ok() && owners.include(user.id()) && !owners.remain_without(user.id()) {
            outcome = Err(CommitError::LastInstanceOwner);
        }
        if let (Ok(()), Some(edit)) = (&outcome, self.change.profile_edit()) {
            outcome = user_profile_edit::write(&mut transaction, user, edit).await?;
        }
        match outcome {
            Ok(()) => transaction.commit().await?,
            Err(_) => transaction.rollback().await?,
        }
        Ok(outcome)
    }
}
