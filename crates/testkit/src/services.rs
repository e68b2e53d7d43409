use std::sync::Arc;

use async_trait::async_trait;
use unlockd_application::administration::Administration;
use unlockd_application::ports::{
    AccessTokenStore, Clock, EventStore, GrantStore, IdGenerator, InstanceStore, LockoutPolicyStore, OrganizationStore,
    PasswordHasher, SessionStore, SignInFailureStore, TokenIssuer, UserDirectory, UserStore,
};
use unlockd_application::sessions::SessionLifetimes;
use unlockd_application::users::PasswordRules;
use unlockd_application::{
    Authentication, Error, Events, Housekeeping, LockoutPolicies, Readiness, Sessions, SignIn, SignInPorts, Users,
};

use crate::codes::SequentialCodes;
use crate::fixed_clock::FixedClock;
use crate::fixtures;
use crate::hashing::InsecureTestHasher;
use crate::ids::SequentialIds;
use crate::memory::MemoryStore;
use crate::tokens::SequentialTokens;

/// All store ports of one store.
#[derive(Clone)]
pub struct Stores {
    /// Users.
    pub users: Arc<dyn UserStore>,
    /// Finding users.
    pub directory: Arc<dyn UserDirectory>,
    /// The history of all users.
    pub events: Arc<dyn EventStore>,
    /// Organizations.
    pub organizations: Arc<dyn OrganizationStore>,
    /// Roles.
    pub grants: Arc<dyn GrantStore>,
    /// Access tokens.
    pub access_tokens: Arc<dyn AccessTokenStore>,
    /// Sessions.
    pub sessions: Arc<dyn SessionStore>,
    /// Lockout policies.
    pub policies: Arc<dyn LockoutPolicyStore>,
    /// Failed sign-ins by what was typed and where it came from.
    pub failures: Arc<dyn SignInFailureStore>,
    /// The instance as a whole.
    pub instance: Arc<dyn InstanceStore>,
}

/// The whole application on some ports, as transports and the command line find it.
#[derive(Clone)]
pub struct Services {
    /// The use cases about users.
    pub users: Users,
    /// The use cases about sessions.
    pub sessions: Sessions,
    /// The use cases about lockout policies.
    pub lockout_policies: LockoutPolicies,
    /// The use cases about events.
    pub events: Events,
    /// What has to be done now and then.
    pub housekeeping: Housekeeping,
    /// The use cases of the command line.
    pub administration: Administration,
    /// Who is calling.
    pub authentication: Arc<Authentication>,
}

impl Stores {
    /// One value that is all the stores.
    #[must_use]
    pub fn of<S>(store: S) -> Self
    where
        S: UserStore
            + UserDirectory
            + EventStore
            + OrganizationStore
            + GrantStore
            + AccessTokenStore
            + SessionStore
            + LockoutPolicyStore
            + SignInFailureStore
            + InstanceStore
            + Clone
            + 'static,
    {
        Self {
            users: Arc::new(store.clone()),
            directory: Arc::new(store.clone()),
            events: Arc::new(store.clone()),
            organizations: Arc::new(store.clone()),
            grants: Arc::new(store.clone()),
            access_tokens: Arc::new(store.clone()),
            sessions: Arc::new(store.clone()),
            policies: Arc::new(store.clone()),
            failures: Arc::new(store.clone()),
            instance: Arc::new(store),
        }
    }
}

impl Services {
    /// The application on these ports.
    #[must_use]
    pub fn new(
        stores: Stores,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
        passwords: Arc<dyn PasswordHasher>,
        token_issuer: Arc<dyn TokenIssuer>,
    ) -> Self {
        let authentication = Arc::new(Authentication::new(
            Arc::clone(&stores.access_tokens),
            Arc::clone(&stores.sessions),
            Arc::clone(&token_issuer),
            Arc::clone(&clock),
        ));
        let ports = SignInPorts {
            users: Arc::clone(&stores.users),
            policies: Arc::clone(&stores.policies),
            failures: Arc::clone(&stores.failures),
            events: Arc::clone(&stores.events),
            passwords: Arc::clone(&passwords),
            callers: Arc::<Authentication>::clone(&authentication),
            clock: Arc::clone(&clock),
        };
        let sign_in = Arc::new(SignIn::new(ports).without_failure_delay());
        Self {
            users: Users {
                store: Arc::clone(&stores.users),
                directory: Arc::clone(&stores.directory),
                callers: Arc::<Authentication>::clone(&authentication),
                clock: Arc::clone(&clock),
                ids: Arc::clone(&ids),
                passwords,
                password_rules: PasswordRules::default(),
                sign_in: Arc::clone(&sign_in),
                codes: Arc::new(SequentialCodes),
            },
            sessions: Sessions {
                store: Arc::clone(&stores.sessions),
                users: Arc::clone(&stores.users),
                lifetimes: SessionLifetimes::default(),
                sign_in,
                callers: Arc::<Authentication>::clone(&authentication),
                tokens: Arc::clone(&token_issuer),
                clock: Arc::clone(&clock),
                ids: Arc::clone(&ids),
            },
            lockout_policies: LockoutPolicies {
                store: stores.policies,
                requests: Arc::clone(&stores.users),
                organizations: Arc::clone(&stores.organizations),
                clock: Arc::clone(&clock),
            },
            events: Events::new(Arc::clone(&stores.events)),
            housekeeping: Housekeeping {
                users: Arc::clone(&stores.users),
                failures: stores.failures,
                sessions: stores.sessions,
                events: stores.events,
                event_retention: None,
                clock: Arc::clone(&clock),
            },
            administration: Administration {
                instance: stores.instance,
                organizations: stores.organizations,
                users: stores.users,
                grants: stores.grants,
                access_tokens: stores.access_tokens,
                token_issuer,
                clock,
                ids,
            },
            authentication,
        }
    }

    /// The application on an empty store in memory and a clock that stands at [`fixtures::now`], with both of them.
    #[must_use]
    pub fn in_memory() -> (Self, FixedClock, MemoryStore) {
        Self::in_memory_with(Arc::new(InsecureTestHasher))
    }

    /// The same with this hasher.
    #[must_use]
    pub fn in_memory_with(passwords: Arc<dyn PasswordHasher>) -> (Self, FixedClock, MemoryStore) {
        let clock = FixedClock::new(fixtures::now());
        let store = MemoryStore::new();
        let services = Self::new(
            Stores::of(store.clone()),
            Arc::new(clock.clone()),
            Arc::new(SequentialIds::new("id")),
            passwords,
            Arc::new(SequentialTokens),
        );
        (services, clock, store)
    }
}

/// Ready while the store answers.
#[async_trait]
impl Readiness for Services {
    async fn check(&self) -> Result<(), Error> {
        Ok(self.administration.instance.ping().await?)
    }
}
