#[cfg(test)]
mod tests;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use sqlx::{Connection, SqliteConnection};
use tokio::time::{Instant, timeout_at};
use unlockd_application::idempotency::IdempotentRequest;
use unlockd_application::ports::{CommitError, StoreError};
use unlockd_batching::{BatchWork, SubmitError};
use unlockd_domain::{ProfileEdit, Reason, Source, UserChange};

use super::plain_changes::{select_plain, write_plain};
use super::write_change;
use crate::error::store_error;
use crate::writer::Writer;

/// A change, and the request that led to it.
#[derive(Debug, Clone)]
pub(crate) struct Commit {
    pub(super) change: UserChange,
    pub(super) request: Option<IdempotentRequest>,
}

/// Writes the changes that are asked for at about the same time in one transaction, and so with one flush.
#[derive(Debug)]
pub(crate) struct Commits {
    writer: Writer,
    operation_timeout: Duration,
}

type Answer = Result<(), CommitError>;

/// Why a batch is not written.
enum Mishap {
    /// Something is wrong with it, or with the database. Nothing of it is there.
    Undone(StoreError),
    /// It was cut off. If that was while it was being committed, all of it may be there.
    CutOff(Arc<dyn Error + Send + Sync>),
}

impl Commits {
    pub(crate) fn new(writer: Writer, operation_timeout: Duration) -> Self {
        Self {
            writer,
            operation_timeout,
        }
    }

    /// One transaction for all. Refusals are part of the answers; what is refused leaves nothing behind.
    async fn write_together(&self, commits: &[Commit]) -> Result<Vec<Answer>, Mishap> {
        let mut transaction = self.writer.begin().await?;
        let written = write_plain(&mut transaction, &select_plain(commits)).await?;
        let mut answers = Vec::with_capacity(commits.len());
        for commit in commits {
            answers.push(if written.contains(commit.change.user().id().as_str()) {
                Ok(())
            } else {
                write_or_undo(&mut transaction, commit).await?
            });
        }
        transaction.commit().await.map_err(|error| {
            if error.as_database_error().is_some() {
                Mishap::Undone(store_error(error))
            } else {
                Mishap::CutOff(Arc::new(error))
            }
        })?;
        Ok(answers)
    }
}

impl BatchWork for Commits {
    type Item = Commit;
    type Answer = Answer;

    /// A user changes once in a batch.
    fn key<'item>(&self, commit: &'item Commit) -> Option<&'item str> {
        Some(commit.change.user().id().as_str())
    }

    fn size(&self, commit: &Commit) -> usize {
        commit.size()
    }

    async fn run(&self, commits: Vec<Commit>) -> Vec<Answer> {
        let deadline = Instant::now() + self.operation_timeout;
        if commits.len() > 1 {
            let together = timeout_at(deadline, self.write_together(&commits)).await;
            match together.unwrap_or_else(|elapsed| Err(Mishap::CutOff(Arc::new(elapsed)))) {
                Ok(answers) => return answers,
                Err(Mishap::CutOff(error)) => return commits.iter().map(|_| Err(cut_off(error.clone()))).collect(),
                Err(Mishap::Undone(error)) => {
                    let cause = error.source();
                    tracing::warn!(
                        error = cause,
                        commits = commits.len(),
                        "a batch failed: each is written alone"
                    );
                }
            }
        }
        let mut answers = Vec::with_capacity(commits.len());
        for commit in &commits {
            let alone = timeout_at(
                deadline,
                write_alone(&self.writer, &commit.change, commit.request.as_ref()),
            )
            .await;
            answers.push(alone.unwrap_or_else(|elapsed| Err(cut_off(elapsed))));
        }
        answers
    }
}

impl Commit {
    pub(super) fn new(change: &UserChange, request: Option<&IdempotentRequest>) -> Self {
        Self {
            change: change.clone(),
            request: request.cloned(),
        }
    }

    /// In bytes, about.
    fn size(&self) -> usize {
        let failures = size_of_val(self.change.user().record().password_failures.as_slice());
        let events = self.change.events().map(|event| {
            let reason = event.kind.reason().map_or(0, |reason| Reason::as_str(reason).len());
            reason + event.source.as_ref().map_or(0, |source| Source::as_str(source).len())
        });
        let data = if let Some(ProfileEdit::ReplaceData(data)) = self.change.profile_edit() {
            data.as_json().len()
        } else {
            0
        };
        size_of::<Self>() + failures + events.sum::<usize>() + data
    }
}

/// One transaction for one change.
pub(super) async fn write_alone(writer: &Writer, change: &UserChange, request: Option<&IdempotentRequest>) -> Answer {
    let mut transaction = writer.begin().await?;
    write_change(&mut transaction, change, request).await?;
    Ok(transaction.commit().await.map_err(store_error)?)
}

/// Writes a change as part of a transaction, or tells what is in the way and takes back what it has written. After an error,
/// which may have ended the transaction, there must be no other statement in it.
async fn write_or_undo(connection: &mut SqliteConnection, commit: &Commit) -> Result<Answer, StoreError> {
    let mut savepoint = connection.begin().await.map_err(store_error)?;
    match write_change(&mut savepoint, &commit.change, commit.request.as_ref()).await {
        Ok(()) => {
            savepoint.commit().await.map_err(store_error)?;
            Ok(Ok(()))
        }
        Err(CommitError::Store(error)) => Err(error),
        Err(refusal) => {
            savepoint.rollback().await.map_err(store_error)?;
            Ok(Err(refusal))
        }
    }
}

fn cut_off(error: impl Error + Send + Sync + 'static) -> CommitError {
    CommitError::Store(StoreError::Unavailable(Box::new(error)))
}

/// What the queue says instead of an answer.
pub(super) fn not_answered(error: SubmitError) -> StoreError {
    match error {
        SubmitError::Full | SubmitError::Crowded => StoreError::Overloaded(Box::new(error)),
        SubmitError::Lost => StoreError::Unavailable(Box::new(error)),
    }
}

impl From<StoreError> for Mishap {
    fn from(error: StoreError) -> Self {
        Self::Undone(error)
    }
}
