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
use unlockd_sqlite::{SqliteOptions, SqliteStore};

use crate::CommandError;
use crate::configuration::{DatabaseUrl, Passwords};
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
    Sqlite(SqliteStore),
}

impl Composition {
    /// Connects to the database and brings it up to date.
    ///
    /// # Errors
    /// [`CommandError`] when the database cannot be reached, or is newer than this program.
    pub async fn open(url: &DatabaseUrl, passwords: &Passwords) -> Result<Self, CommandError> {
        let hasher = hasher(passwords)?;
        match url {
            DatabaseUrl::Postgres(location) => {
                let store = PostgresStore::connect(PostgresOptions::new(location))
                    .await
                    .map_err(|error| unreachable_database(url, &error))?;
                store.migrate().await.map_err(|error| not_up_to_date(url, &error))?;
                Ok(Self::new(&store, Database::Postgres(store.clone()), passwords, hasher))
            }
            DatabaseUrl::Sqlite(path) => {
                let store = SqliteStore::open(SqliteOptions::new(path))
                    .await
                    .map_err(|error| unreachable_database(url, &error))?;
                store.migrate().await.map_err(|error| not_up_to_date(url, &error))?;
                Ok(Self::new(&store, Database::Sqlite(store.clone()), passwords, hasher))
            }
        }
    }

    /// Ends all connections, once what they are doing is done.
    pub async fn close(&self) {
        match &self.database {
            Database::Postgres(store) => store.close().await,
            Database::Sqlite(store) => store.close().await,
        }
    }

    fn new<S>(store: &S, database: Database, passwords: &Passwords, hasher: Argon2idHasher) -> Self
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
                    min_characters: passwords.min_length,
                },
                sign_in: sign_in.clone(),
                codes: Arc::new(RandomVerificationCodeGenerator),
            }),
            sessions: Arc::new(Sessions {
                store: store.clone(),
                users: store.clone(),
                sign_in,
                callers: authentication.clone(),
                tokens: token_issuer.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            }),
            lockout_policies: Arc::new(LockoutPolicies {
                store: store.clone(),
                organizations: store.clone(),
                clock: clock.clone(),
            }),
            housekeeping: Housekeeping {
                users: store.clone(),
                failures: store.clone(),
                sessions: store.clone(),
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

fn unreachable_database(url: &DatabaseUrl, error: &(dyn std::error::Error + 'static)) -> CommandError {
    CommandError::caused(format!("cannot open the {url}"), error)
}

fn not_up_to_date(url: &DatabaseUrl, error: &(dyn std::error::Error + 'static)) -> CommandError {
    CommandError::caused(format!("cannot bring the {url} up to date"), error)
}
