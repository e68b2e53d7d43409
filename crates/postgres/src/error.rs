//! What errors of the driver mean to us.

use sqlx::Error;
use unlockd_application::ports::{BoxError, StoreError};

/// What a caller can act on.
pub(crate) fn store_error(error: Error) -> StoreError {
    if is_serialization_conflict(&error) {
        StoreError::Overloaded(error.into())
    } else if is_unavailability(&error) {
        StoreError::Unavailable(error.into())
    } else {
        StoreError::Internal(error.into())
    }
}

/// A row that holds what the domain does not accept.
pub(crate) fn corrupt(error: impl Into<BoxError>) -> Error {
    Error::Decode(error.into())
}

/// Whether the transaction was undone because of parallel ones, and is to be run again: `serialization_failure`,
/// `deadlock_detected`.
pub(crate) fn is_serialization_conflict(error: &Error) -> bool {
    sql_state(error).is_some_and(|state| matches!(state.as_str(), "40001" | "40P01"))
}

/// Whether the connection is of no more use. Then nobody knows whether its last statement happened, except that it did not
/// on a server that only reads.
pub(crate) fn is_broken_connection(error: &Error) -> bool {
    match sql_state(error) {
        // admin_shutdown, crash_shutdown, cannot_connect_now, database_dropped, idle_in_transaction_session_timeout,
        // idle_session_timeout, connection_exception; read_only_sql_transaction: the server is no primary any more
        Some(state) => {
            matches!(
                state.as_str(),
                "57P01" | "57P02" | "57P03" | "57P04" | "57P05" | "25P03" | "25006"
            ) || state.starts_with("08")
        }
        // Where an answer was not understood, the next one may belong to another question.
        None => matches!(error, Error::Io(_) | Error::Tls(_) | Error::Protocol(_)),
    }
}

/// The name of the constraint that a write would break, if that is what went wrong.
pub(crate) fn broken_constraint(error: &Error) -> Option<&str> {
    error.as_database_error()?.constraint()
}

/// Whether an event was to be written for a request whose key its actor has used before.
pub(crate) fn is_repeated_request(error: &Error) -> bool {
    broken_constraint(error) == Some("user_events_idempotency_key")
}

/// Whether a statement was given up because somebody else held a lock for too long.
pub(crate) fn is_lock_timeout(error: &Error) -> bool {
    sql_state(error).is_some_and(|state| state == "55P03")
}

fn is_unavailability(error: &Error) -> bool {
    match sql_state(error) {
        // Classes: connection exception, invalid authorization, invalid database name, insufficient resources, operator
        // intervention (statement timeouts too), system error. 25006: a standby took over but is not a primary yet.
        // 40003, statement_completion_unknown: never to be repeated, it may have happened.
        Some(state) => {
            matches!(state.get(..2), Some("08" | "28" | "3D" | "53" | "57" | "58"))
                || matches!(state.as_str(), "25006" | "25P03" | "40003" | "55P03")
        }
        None => matches!(
            error,
            Error::Io(_) | Error::Tls(_) | Error::Protocol(_) | Error::PoolTimedOut | Error::PoolClosed
        ),
    }
}

fn sql_state(error: &Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}
