//! The databases: where they are, what is in them before, and whether it is right afterwards.

mod bare_loop;
mod disk;
mod postgres;
pub(crate) mod postgres_sql;
mod seed;
mod sqlite;
mod sqlite_sql;
mod verify;

pub(crate) use self::bare_loop::BareLoop;
pub(crate) use self::disk::require_disk;
pub(crate) use self::postgres::{Postgres, PostgresDatabase};
pub(crate) use self::sqlite::SqliteFile;
pub(crate) use self::verify::{StoredUser, Verification, compare};
