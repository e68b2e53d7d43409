use sqlx::Error;
use sqlx::error::DatabaseError;
use unlockd_application::ports::{BoxError, StoreError};

/// Tells a database that cannot do anything now from one that answers what cannot be right.
pub(crate) fn store_error(error: Error) -> StoreError {
    if is_unavailable(&error) {
        StoreError::Unavailable(Box::new(error))
    } else {
        StoreError::Internal(Box::new(error))
    }
}

/// A row that the domain's types do not accept.
pub(crate) fn corrupt(cause: impl Into<BoxError>) -> StoreError {
    StoreError::Internal(cause.into())
}

fn is_unavailable(error: &Error) -> bool {
    if let Error::Database(error) = error {
        return primary_code(error.as_ref()).is_some_and(|code| UNAVAILABLE.contains(&code));
    }
    matches!(
        error,
        Error::Io(_) | Error::PoolTimedOut | Error::PoolClosed | Error::WorkerCrashed | Error::BeginFailed
    )
}

/// Whether another connection holds a lock that is needed.
pub(crate) fn is_busy(error: &Error) -> bool {
    error.as_database_error().and_then(primary_code) == Some(BUSY)
}

/// The low byte of an extended result code (<https://www.sqlite.org/rescode.html>).
fn primary_code(error: &dyn DatabaseError) -> Option<i32> {
    let code: i32 = error.code()?.parse().ok()?;
    Some(code & 0xff)
}

const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const NO_MEMORY: i32 = 7;
/// The file was moved, or its file system is read only now.
const READ_ONLY: i32 = 8;
const IO_ERROR: i32 = 10;
const DISK_FULL: i32 = 13;
const CANNOT_OPEN: i32 = 14;
/// No turn among the locks of the write-ahead log.
const PROTOCOL: i32 = 15;

/// What passes when other processes, the disk or the operator do something about it.
const UNAVAILABLE: [i32; 8] = [
    BUSY,
    LOCKED,
    NO_MEMORY,
    READ_ONLY,
    IO_ERROR,
    DISK_FULL,
    CANNOT_OPEN,
    PROTOCOL,
];
