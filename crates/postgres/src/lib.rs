//! The stores of unlockd on PostgreSQL 15 and up.
//!
//! Everything that decides stands in the database: any number of processes may share one, and each change is one
//! conditional write. The SQL is static, stands beside the port it serves, and is checked when the crate is compiled,
//! against `.sqlx`, which `.ci/prepare-sql` regenerates from the migrations.

mod access_token_store;
mod error;
mod grant_store;
mod instance_owners;
mod instance_store;
mod migration;
mod operation;
mod options;
mod organization_store;
mod store;
mod user_row;
mod user_store;
mod user_writing;

pub use migration::MigrationError;
pub use options::PostgresOptions;
pub use store::{ConnectError, PostgresStore};
