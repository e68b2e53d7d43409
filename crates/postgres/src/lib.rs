//! The stores of unlockd on PostgreSQL 15 and up.
//!
//! Everything that decides stands in the database: any number of processes may share one, and each change is one
//! conditional write. The SQL stands beside the port it serves and is checked when the crate is compiled, against `.sqlx`,
//! which `.ci/prepare-sql` regenerates from the migrations. Only the conditions of searches are put together when they are
//! asked for, from texts of this crate and bound values.

mod access_token_store;
mod batches;
mod connections;
mod error;
mod event_row;
mod event_store;
mod grant_store;
mod instance_owners;
mod instance_store;
mod lock_expiry;
mod lockout_policy_store;
mod migration;
mod operation;
mod options;
mod organization_store;
#[cfg(test)]
mod query_plans;
mod session_query;
mod session_row;
mod session_store;
mod settlement;
mod sign_in_failure_store;
mod single_connection;
mod store;
mod user_batch_writing;
mod user_commit;
mod user_directory;
mod user_event_columns;
mod user_filter;
mod user_profile_edit;
mod user_profiles;
mod user_row;
mod user_state_columns;
mod user_store;
mod user_writing;
mod visibility;

pub use migration::MigrationError;
pub use options::PostgresOptions;
pub use store::{ConnectError, PostgresStore};
