//! A PostgreSQL for tests, with a database for each, and nothing left behind.
//!
//! The server is, in this order: the one that `UNLOCKD_TEST_POSTGRES_URL` names; one started for this process from the
//! server programs on `PATH` or under `/usr/lib/postgresql`; a container of Docker. `UNLOCKD_TEST_POSTGRES`, being
//! `local`, `docker` or `skip`, forces one.

mod database;
mod docker;
mod durable;
mod local;
mod programs;
mod proxy;
mod server;

pub use database::TestDatabase;
pub use durable::{DurableServer, DurableServerError};
pub use proxy::{Fault, Proxy};
