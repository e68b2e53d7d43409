use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};

use crate::CommandError;

/// Which database to use. Holds a password, perhaps, so it is never printed.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// An SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL database, by its URL.
    Postgres(String),
}

/// A database URL as it was typed. Not looked at by the command line's parser, which quotes what it refuses.
#[derive(Clone)]
pub struct DatabaseUrlText(String);

impl DatabaseUrlText {
    /// The database it names.
    ///
    /// # Errors
    /// [`CommandError`] for a URL of another kind; its text is not in it.
    pub fn parse(self) -> Result<DatabaseUrl, CommandError> {
        self.0
            .parse()
            .map_err(|problem: String| CommandError::new(format!("database URL: {problem}")))
    }
}

impl From<String> for DatabaseUrlText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for DatabaseUrlText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrlText(..)")
    }
}

impl DatabaseUrl {
    /// The embedded database in the data directory.
    #[must_use]
    pub fn embedded(data_dir: &Path) -> Self {
        Self::Sqlite(data_dir.join("unlockd.db"))
    }
}

impl FromStr for DatabaseUrl {
    type Err = String;

    fn from_str(url: &str) -> Result<Self, String> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        match url.strip_prefix("sqlite://") {
            Some("") => Err("sqlite:// needs the path of a file".to_owned()),
            Some(path) if path.contains('?') => Err("sqlite:// takes a path and no parameters".to_owned()),
            Some(path) => Ok(Self::Sqlite(PathBuf::from(path))),
            None => Err("must begin with sqlite:// or postgres://".to_owned()),
        }
    }
}

impl<'de> Deserialize<'de> for DatabaseUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            Self::Postgres(_) => f.write_str("Postgres(..)"),
        }
    }
}

/// What may be shown: the kind, and the path of a file.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "SQLite file {}", path.display()),
            Self::Postgres(_) => f.write_str("PostgreSQL database"),
        }
    }
}
