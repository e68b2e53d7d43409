use std::fmt;
use std::time::Duration;

/// Where the database is, and how it is used.
#[derive(Clone)]
#[non_exhaustive]
pub struct PostgresOptions {
    /// `postgres://user:password@host:port/database?sslmode=...`, as libpq reads it. Never printed: it may hold a password.
    /// Connections are called `unlockd` unless it has an `application_name`.
    pub url: String,
    /// The most connections that one process opens, beside three for batches.
    pub max_connections: u32,
    /// How long an operation may take in all, waiting for a connection included. A change that was given up may happen for twice as
    /// long again, which `unlockd_application::authentication` takes to be ten seconds at most.
    pub operation_timeout: Duration,
}

impl PostgresOptions {
    /// Up to 20 connections and 5 seconds an operation.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            max_connections: 20,
            operation_timeout: Duration::from_secs(5),
        }
    }
}

impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("max_connections", &self.max_connections)
            .field("operation_timeout", &self.operation_timeout)
            .finish_non_exhaustive()
    }
}
