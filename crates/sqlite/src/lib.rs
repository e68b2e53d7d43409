//! The stores of unlockd in one SQLite file: WAL, `synchronous=FULL`, one writer and several readers in each process.
//! Several processes may use the file at the same time; [`ServerLock`] is for those that must be the only one of their kind.

mod access_token_store;
mod conditions;
mod error;
mod event_row;
mod event_store;
mod file;
mod grant_store;
mod instance_owners;
mod instance_store;
mod lockout_policy_store;
mod migration;
mod options;
mod organization_store;
#[cfg(test)]
mod query_plans;
mod server_lock;
mod session_store;
mod sign_in_failure_store;
mod store;
mod timestamp_list;
mod user_directory;
mod user_store;
mod writer;

pub use file::FileError;
pub use migration::MigrationError;
pub use options::SqliteOptions;
pub use server_lock::{ServerLock, ServerLockError};
pub use store::{OpenError, SqliteStore};
