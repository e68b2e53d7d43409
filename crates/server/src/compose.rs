//! The one place that names both databases and puts every part together.

use std::sync::Arc;

use unlockd_application::administration::Administration;
use unlockd_application::ports::{
    AccessTokenStore, Clock, EventStore, GrantStore, IdGenerator, InstanceStore, LockoutPolicyStore, OrganizationStore,
    PasswordHasher, SessionStore, SignInFailureStore, TokenIssuer, UserDirectory, UserStore,
};
use unlockd_application::users::PasswordRules;
use unlockd_application::{
    Authentication, Events, Housekeeping, LockoutPolicies, Sessions, SignIn, SignInPorts, Users,
};
use unlockd_credentials::{
    Argon2idHasher, Argon2idParameters, RandomTokenIssuer, RandomVerificationCodeGenerator, UuidV7Generator,
};
use unlockd_postgres::{PostgresOptions, PostgresStore};
use unlockd_sqlite::{ServerLock, SqliteOptions, SqliteStore};

use crate::CommandError;
use crate::access_advice::with_access_advice;
use crate::configuration::{Configuration, DatabaseUrl, Passwords};
use crate::system_clock::SystemClock;

/// unlockd, put together on one database.
#[derive(Clone)]
pub struct Composition {
    /// The use cases about users.
    pub users: Arc<Users>,
    /// The use cases about sessions.
    pub sessions: Arc<Sessions>,
    /// The use cases about lockout policies.
    pub lockout_policies: Arc<LockoutPolicies>,
    /// What has to be done now and then.
    pub housekeeping: Housekeeping,
    /// The use cases about events.
    pub events: Arc<Events>,
    /// Who is calling.
    pub authentication: Arc<Authentication>,
    /// The use cases of the command line.
    pub administration: Administration,
    database: Database,
}

#[derive(Clone)]
enum Database {
    Postgres(PostgresStore),
    Sqlite(SqliteStore, Option<Arc<ServerLock>>),
}

/// Brings the database up to date.
///
/// # Errors
/// [`CommandError`] when the database cannot be reached, or is newer than this program.
pub async fn migrate(url: &DatabaseUrl) -> Result<(), CommandError> {
    let database = Database::open(url).await?;
    database.migrate(url).await?;
    database.close().await;
    Ok(())
}

impl Composition {
    /// Opens the database for a server, and brings it up to date. An SQLite file is opened for one server at a time.
    ///
    /// # Errors
    /// [`CommandError`] when the database cannot be reached, is newer than this program, or has another server.
    pub async fn open(configuration: &Configuration) -> Result<Self, CommandError> {
        let url = &configuration.database();
        let hasher = hasher(&configuration.passwords)?;
        let mut database = Database::open(url).await?;
        database.reserve_for_server(url)?;
        database.migrate(url).await?;
        Ok(Self::on(database, configuration, hasher))
    }

    /// Opens a database that is up to date, also beside a server. Changes nothing of its schema.
    ///
    /// # Errors
    /// [`CommandError`] when the database cannot be reached, or is older or newer than this program.
    pub async fn open_beside_server(configuration: &Configuration) -> Result<Self, CommandError> {
        let url = &configuration.database();
        let hasher = hasher(&configuration.passwords)?;
        let database = Database::open(url).await?;
        database.check_schema(url).await?;
        Ok(Self::on(database, configuration, hasher))
    }

    /// Ends all connections, once what they are doing is done.
    pub async fn close(&self) {
        self.database.close().await;
    }

    fn on(database: Database, configuration: &Configuration, hasher: Argon2idHasher) -> Self {
        match &database {
            Database::Postgres(store) => Self::new(&store.clone(), database, configuration, hasher),
            Database::Sqlite(store, _) => Self::new(&store.clone(), database, configuration, hasher),
        }
    }

    fn new<S>(store: &S, database: Database, configuration: &Configuration, hasher: Argon2idHasher) -> Self
    where
        S: UserStore
            + UserDirectory
            + EventStore
            + SessionStore
            + LockoutPolicyStore
            + SignInFailureStore
            + OrganizationStore
            + GrantStore
            + AccessTokenStore
            + InstanceStore
            + Clone
            + 'static,
    {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let ids: Arc<dyn IdGenerator> = Arc::new(UuidV7Generator);
        let token_issuer: Arc<dyn TokenIssuer> = Arc::new(RandomTokenIssuer);
        let store = Arc::new(store.clone());
        let authentication = Arc::new(Authentication::new(
            store.clone(),
            store.clone(),
            token_issuer.clone(),
            clock.clone(),
        ));
        let hasher: Arc<dyn PasswordHasher> = Arc::new(hasher);
        let sign_in = Arc::new(SignIn::new(SignInPorts {
            users: store.clone(),
            policies: store.clone(),
            failures: store.clone(),
            events: store.clone(),
            passwords: hasher.clone(),
            callers: authentication.clone(),
            clock: clock.clone(),
        }));
        Self {
            users: Arc::new(Users {
                store: store.clone(),
                directory: store.clone(),
                callers: authentication.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
                passwords: hasher,
                password_rules: PasswordRules {
                    min_characters: configuration.passwords.min_length,
                },
                sign_in: sign_in.clone(),
                codes: Arc::new(RandomVerificationCodeGenerator),
            }),
            sessions: Arc::new(Sessions {
                store: store.clone(),
                users: store.clone(),
                lifetimes: configuration.session_lifetimes,
                sign_in,
                callers: authentication.clone(),
                tokens: token_issuer.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            }),
            lockout_policies: Arc::new(LockoutPolicies {
                store: store.clone(),
                requests: store.clone(),
                organizations: store.clone(),
                clock: clock.clone(),
            }),
            housekeeping: Housekeeping {
                users: store.clone(),
                failures: store.clone(),
                sessions: store.clone(),
                events: store.clone(),
                event_retention: None,
                clock: clock.clone(),
            },
            events: Arc::new(Events::new(store.clone())),
            authentication,
            administration: Administration {
                instance: store.clone(),
                organizations: store.clone(),
                users: store.clone(),
                grants: store.clone(),
                access_tokens: store,
                token_issuer,
                clock,
                ids,
            },
            database,
        }
    }
}

impl Database {
    async fn open(url: &DatabaseUrl) -> Result<Self, CommandError> {
        match url {
            DatabaseUrl::Postgres(location) => PostgresStore::connect(PostgresOptions::new(location))
                .await
                .map(Self::Postgres)
                .map_err(|error| unusable(url, &error)),
            DatabaseUrl::Sqlite(path) => SqliteStore::open(SqliteOptions::new(path))
                .await
                .map(|store| Self::Sqlite(store, None))
                .map_err(|error| unusable(url, &error)),
        }
    }

    /// Makes this process the one server of an SQLite file. PostgreSQL is for any number of servers.
    fn reserve_for_server(&mut self, url: &DatabaseUrl) -> Result<(), CommandError> {
        if let (Self::Sqlite(_, lock), DatabaseUrl::Sqlite(path)) = (self, url) {
            let acquired = ServerLock::acquire(path).map_err(|error| unusable(url, &error))?;
            *lock = Some(Arc::new(acquired));
        }
        Ok(())
    }

    async fn migrate(&self, url: &DatabaseUrl) -> Result<(), CommandError> {
        match self {
            Self::Postgres(store) => store.migrate().await.map_err(|error| not_up_to_date(url, &error)),
            Self::Sqlite(store, _) => store.migrate().await.map_err(|error| not_up_to_date(url, &error)),
        }
    }

    async fn check_schema(&self, url: &DatabaseUrl) -> Result<(), CommandError> {
        match self {
            Self::Postgres(store) => store.check_schema().await.map_err(|error| {
                let is_older = matches!(error, unlockd_postgres::MigrationError::DatabaseIsOlder { .. });
                not_current(url, &error, is_older)
            }),
            Self::Sqlite(store, _) => store.check_schema().await.map_err(|error| {
                let is_older = matches!(error, unlockd_sqlite::MigrationError::DatabaseIsOlder { .. });
                not_current(url, &error, is_older)
            }),
        }
    }

    async fn close(&self) {
        match self {
            Self::Postgres(store) => store.close().await,
            Self::Sqlite(store, _) => store.close().await,
        }
    }
}

fn hasher(passwords: &Passwords) -> Result<Argon2idHasher, CommandError> {
    let parameters = Argon2idParameters::new(
        passwords.hash_memory,
        passwords.hash_iterations,
        passwords.hash_parallelism,
    )
    .map_err(|error| CommandError::new(format!("hashing of passwords: {error}")))?;
    Ok(Argon2idHasher::new(
        parameters,
        passwords.hash_threads,
        passwords.hash_queue,
    ))
}

fn unusable(url: &DatabaseUrl, error: &(dyn std::error::Error + 'static)) -> CommandError {
    let refusal = CommandError::caused(format!("cannot open the {url}"), error);
    match url {
        DatabaseUrl::Postgres(_) => refusal,
        DatabaseUrl::Sqlite(path) => with_access_advice(refusal, path),
    }
}

fn not_current(url: &DatabaseUrl, error: &(dyn std::error::Error + 'static), is_older: bool) -> CommandError {
    let advice = if is_older {
        "stop its servers and run `unlockd migrate`, or start `unlockd serve`"
    } else {
        "run the command of the program that serves it"
    };
    let refusal = CommandError::caused(format!("cannot use the {url}"), error);
    CommandError::new(format!("{refusal}; {advice}"))
}

fn not_up_to_date(url: &DatabaseUrl, error: &(dyn std::error::Error + 'static)) -> CommandError {
    CommandError::caused(format!("cannot bring the {url} up to date"), error)
}
