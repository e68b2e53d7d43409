use std::path::Path;
use std::time::Duration;

use super::Surroundings;
use crate::Failure;
use crate::database::postgres_sql::{
    FIVE_STATEMENTS_BARE_TABLES, FIVE_STATEMENTS_SAME_TABLES, ONE_STATEMENT_BARE_TABLES, ONE_STATEMENT_SAME_TABLES,
};
use crate::database::{BareLoop, PostgresDatabase, SqliteFile, StoredUser};
use crate::load::{LoadOutcome, Region, Regions};
use crate::pgbench::Pgbench;
use crate::report::{Facts, Reference};

/// A database for the server, and bare SQL beside it.
pub(crate) enum Store {
    Postgres {
        database: PostgresDatabase,
        process: Option<u32>,
        settings: Facts,
        reference: Option<PostgresReference>,
    },
    Sqlite {
        file: SqliteFile,
        reference: Option<SqliteReference>,
    },
}

/// `pgbench`, and a database with the least.
pub(crate) struct PostgresReference {
    pgbench: Pgbench,
    bare: PostgresDatabase,
}

/// Files of their own: a copy of the server's, and one with the least.
pub(crate) struct SqliteReference {
    same: SqliteFile,
    bare: SqliteFile,
}

const POSTGRES_NOTES: [(&str, &str); 3] = [
    (
        "before each measurement",
        "VACUUM users, user_events; sync; no checkpoint while it is measured",
    ),
    (
        "pgbench",
        "prepared statements over TCP, as many clients as there are connections, as many threads as cores; warmed up alike; its processor time includes connecting",
    ),
    (
        "same tables, bare tables",
        "the server's, with its indexes and rows as complete; users and user_events with a primary key and what an unlock changes",
    ),
];

const SQLITE_NOTES: [(&str, &str); 3] = [
    ("before each measurement", "PRAGMA wal_checkpoint(TRUNCATE); sync"),
    (
        "loop",
        "one connection of sqlx on a runtime of one thread; BEGIN IMMEDIATE, UPDATE, INSERT, COMMIT, prepared, as one query, so that sqlx's thread is called once",
    ),
    (
        "same tables, bare tables",
        "a copy of the server's file; users and user_events with a primary key and what an unlock changes",
    ),
];

impl Store {
    /// Makes an empty database, unless there is no room for the users.
    pub(crate) async fn create(surroundings: &Surroundings<'_>, folder: &Path, users: u32) -> Result<Self, Failure> {
        if let Some(postgres) = &surroundings.postgres {
            postgres.require_room_for(users.into()).await?;
            return Ok(Self::Postgres {
                database: postgres.create_database().await?,
                process: postgres.process,
                settings: postgres.settings().clone(),
                reference: None,
            });
        }
        let file = SqliteFile::at(folder.join("unlockd.db"));
        file.require_room_for(users.into())?;
        Ok(Self::Sqlite { file, reference: None })
    }

    /// Fills it, once the server has made the tables.
    pub(crate) async fn seed(&self, users: u32) -> Result<(), Failure> {
        match self {
            Self::Postgres { database, .. } => database.seed(users).await,
            Self::Sqlite { file, .. } => file.seed(users).await,
        }
    }

    /// Puts bare SQL beside it, with as many users.
    pub(crate) async fn add_reference(&mut self, surroundings: &Surroundings<'_>, users: u32) -> Result<(), Failure> {
        let folder = surroundings.new_folder("reference")?;
        match self {
            Self::Postgres { reference, process, .. } => {
                let postgres = surroundings.postgres.as_ref().ok_or("there is no PostgreSQL")?;
                let pgbench = Pgbench::find(postgres.programs(), folder, *process)?;
                let bare = postgres.create_database().await?;
                bare.seed_bare(users).await?;
                *reference = Some(PostgresReference { pgbench, bare });
            }
            Self::Sqlite { reference, file } => {
                let same = file.copy_to(folder.join("same.db")).await?;
                let bare = SqliteFile::at(folder.join("bare.db"));
                bare.seed_bare(users).await?;
                *reference = Some(SqliteReference { same, bare });
            }
        }
        Ok(())
    }

    /// For the server.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Postgres { database, .. } => database.url(),
            Self::Sqlite { file, .. } => file.url(),
        }
    }

    /// The process of the database, if it has one, and on this machine.
    pub(crate) fn process(&self) -> Option<u32> {
        match self {
            Self::Postgres { process, .. } => *process,
            Self::Sqlite { .. } => None,
        }
    }

    /// What the report says about it, and about the bare SQL beside it.
    pub(crate) fn settings(&self) -> Result<Facts, Failure> {
        let (mut facts, notes) = match self {
            Self::Postgres { settings, .. } => (settings.clone(), POSTGRES_NOTES),
            Self::Sqlite { file, .. } => (file.settings()?, SQLITE_NOTES),
        };
        facts.extend(notes.map(|(name, note)| (name.to_owned(), note.to_owned())));
        Ok(facts)
    }

    /// Lets the next measurement begin as the one before did.
    pub(crate) async fn tidy(&self) -> Result<(), Failure> {
        match self {
            Self::Postgres { database, .. } => database.tidy().await,
            Self::Sqlite { file, .. } => file.tidy().await,
        }
    }

    /// What bare SQL there is beside it.
    pub(crate) fn references(&self) -> Vec<Reference> {
        match self {
            Self::Postgres { reference: Some(_), .. } => vec![
                Reference::OneStatementSame,
                Reference::OneStatementBare,
                Reference::FiveStatementsSame,
                Reference::FiveStatementsBare,
            ],
            Self::Sqlite { reference: Some(_), .. } => vec![Reference::LoopSame, Reference::LoopBare],
            Self::Postgres { reference: None, .. } | Self::Sqlite { reference: None, .. } => Vec::new(),
        }
    }

    /// Does the changes by bare SQL.
    pub(crate) async fn run_reference(
        &self,
        which: Reference,
        regions: &Regions,
        connections: u16,
        span: (Duration, Duration),
    ) -> Result<LoadOutcome, Failure> {
        // In tables of its own it has as many users as the clients have.
        let own = regions.clients.clone();
        match self {
            Self::Postgres {
                database,
                reference: Some(PostgresReference { pgbench, bare }),
                ..
            } => {
                let (database, script, region) = match which {
                    Reference::OneStatementSame => (database, ONE_STATEMENT_SAME_TABLES, regions.reference.clone()),
                    Reference::OneStatementBare => (bare, ONE_STATEMENT_BARE_TABLES, own),
                    Reference::FiveStatementsSame => (database, FIVE_STATEMENTS_SAME_TABLES, regions.reference.clone()),
                    Reference::FiveStatementsBare => (bare, FIVE_STATEMENTS_BARE_TABLES, own),
                    Reference::LoopSame | Reference::LoopBare => return Err("that is SQLite's".into()),
                };
                database.tidy().await?;
                pgbench
                    .run(database.libpq_url(), script, region, connections, span)
                    .await
            }
            Self::Sqlite {
                reference: Some(SqliteReference { same, bare }),
                ..
            } => {
                let (file, bare_loop) = match which {
                    Reference::LoopSame => (same, BareLoop::SameTables),
                    Reference::LoopBare => (bare, BareLoop::BareTables),
                    Reference::OneStatementSame
                    | Reference::OneStatementBare
                    | Reference::FiveStatementsSame
                    | Reference::FiveStatementsBare => return Err("that is PostgreSQL's".into()),
                };
                file.tidy().await?;
                bare_loop.run(file, own, span).await
            }
            Self::Postgres { reference: None, .. } | Self::Sqlite { reference: None, .. } => {
                Err("there is no bare SQL beside this store".into())
            }
        }
    }

    /// Copies the password of one user to all others of the region.
    pub(crate) async fn spread_password(&self, of: &str, region: &Region) -> Result<(), Failure> {
        match self {
            Self::Postgres { database, .. } => database.spread_password(of, region).await,
            Self::Sqlite { file, .. } => file.spread_password(of, region).await,
        }
    }

    /// How many sessions there are.
    pub(crate) async fn sessions(&self) -> Result<u64, Failure> {
        match self {
            Self::Postgres { database, .. } => database.sessions().await,
            Self::Sqlite { file, .. } => file.sessions().await,
        }
    }

    /// What is stored of the users up to this number.
    pub(crate) async fn stored_users(&self, last: u32) -> Result<Vec<StoredUser>, Failure> {
        match self {
            Self::Postgres { database, .. } => database.stored_users(last).await,
            Self::Sqlite { file, .. } => file.stored_users(last).await,
        }
    }
}
