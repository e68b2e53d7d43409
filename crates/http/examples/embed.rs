//! A service of your own that has unlockd's users in it: its own routes and its own way to know who calls, unlockd's use
//! cases and JSON API, an SQLite file. See `docs/embedding.md`.
//!
//! ```sh
//! cargo run -p unlockd-http --example embed
//! curl -H 'Authorization: Bearer session-of-the-help-desk' -H 'Content-Type: application/json' \
//!   -d '{"userId":"bob","organization":{"orgId":"shop"}}' http://127.0.0.1:8080/v3alpha/users
//! curl -X POST -H 'Authorization: Bearer session-of-the-help-desk' http://127.0.0.1:8080/v3alpha/users/bob/lock
//! curl http://127.0.0.1:8080/may-enter/bob
//! ```

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use unlockd_application::authentication::NobodyRemembered;
use unlockd_application::ports::{Clock, OrganizationStore, SecretToken, UserStore};
use unlockd_application::sessions::SessionLifetimes;
use unlockd_application::users::PasswordRules;
use unlockd_application::{
    self as application, Authenticator, Caller, Events, LockoutPolicies, Sessions, SignIn, SignInPorts, StoreReadiness,
    Users,
};
use unlockd_credentials::{Argon2idHasher, RandomTokenIssuer, RandomVerificationCodeGenerator, UuidV7Generator};
use unlockd_domain::{
    Actor, Grant, GrantScope, Organization, OrganizationId, OrganizationName, Role, Timestamp, User, UserId, UserState,
};
use unlockd_http::{HttpOptions, HttpServices, router};
use unlockd_sqlite::{SqliteOptions, SqliteStore};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let store = SqliteStore::open(SqliteOptions::new(".unlockd/shop.db")).await?;
    store.migrate().await?;
    let organization = OrganizationId::new("shop")?;
    if OrganizationStore::find(&store, &organization).await?.is_none() {
        let shop = Organization {
            id: organization.clone(),
            name: OrganizationName::new("The shop")?,
            created_at: SystemClock.now(),
        };
        OrganizationStore::create(&store, &shop, None).await?;
    }
    let service = application(&store, HelpDesk::new(organization)?);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    Ok(axum::serve(listener, service).await?)
}

/// Your routes, and unlockd's for whatever is not yours.
fn application(store: &SqliteStore, help_desk: HelpDesk) -> Router {
    let store = Arc::new(store.clone());
    let passwords = Arc::new(Argon2idHasher::default());
    let sign_in = Arc::new(SignIn::new(SignInPorts {
        users: store.clone(),
        policies: store.clone(),
        failures: store.clone(),
        events: store.clone(),
        passwords: passwords.clone(),
        callers: Arc::new(NobodyRemembered),
        clock: Arc::new(SystemClock),
    }));
    let users = Users {
        store: store.clone(),
        directory: store.clone(),
        callers: Arc::new(NobodyRemembered),
        clock: Arc::new(SystemClock),
        ids: Arc::new(UuidV7Generator),
        passwords,
        password_rules: PasswordRules::default(),
        sign_in: sign_in.clone(),
        codes: Arc::new(RandomVerificationCodeGenerator),
    };
    let sessions = Sessions {
        store: store.clone(),
        users: store.clone(),
        lifetimes: SessionLifetimes::default(),
        sign_in,
        callers: Arc::new(NobodyRemembered),
        tokens: Arc::new(RandomTokenIssuer),
        clock: Arc::new(SystemClock),
        ids: Arc::new(UuidV7Generator),
    };
    let lockout_policies = LockoutPolicies {
        store: store.clone(),
        requests: store.clone(),
        organizations: store.clone(),
        clock: Arc::new(SystemClock),
    };
    let services = HttpServices {
        users: Arc::new(users),
        sessions: Arc::new(sessions),
        lockout_policies: Arc::new(lockout_policies),
        events: Arc::new(Events::new(store.clone())),
        authenticator: Arc::new(help_desk),
        readiness: Arc::new(StoreReadiness::new(store.clone(), Duration::from_secs(5))),
    };
    let options = HttpOptions {
        json: true,
        request_deadline: Duration::from_secs(10),
        max_body_bytes: 64 * 1024,
    };
    Router::new()
        .route("/may-enter/{user_id}", get(may_enter))
        .with_state(SqliteStore::clone(&store))
        .fallback_service(router(services, options))
}

/// A route of yours, on the same store.
async fn may_enter(State(store): State<SqliteStore>, Path(id): Path<String>) -> Result<&'static str, StatusCode> {
    let id = UserId::new(id).map_err(|_| StatusCode::BAD_REQUEST)?;
    let user = UserStore::find(&store, &id)
        .await
        .map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    Ok(match user {
        Some(user) if *user.state(SystemClock.now()) == UserState::Active => "yes\n",
        Some(_) | None => "no\n",
    })
}

/// Your way to know who calls. It vouches for its callers: that they are who they say, and may still come in.
struct HelpDesk(HashMap<&'static str, Caller>);

impl HelpDesk {
    /// One session that never ends, of a help desk that may read and write the users of an organization.
    fn new(organization: OrganizationId) -> Result<Self, Box<dyn Error>> {
        let scope = GrantScope::Organization(organization.clone());
        let grant = Grant::new(Role::OrgUserManager, scope).ok_or("a role of organizations")?;
        let help_desk = User::create(
            UserId::new("help-desk")?,
            organization,
            Actor::System,
            SystemClock.now(),
        );
        let caller = Caller::new(help_desk.user(), [grant].into_iter().collect());
        Ok(Self([("session-of-the-help-desk", caller)].into()))
    }
}

#[async_trait]
impl Authenticator for HelpDesk {
    async fn authenticate(&self, token: Option<SecretToken>) -> Result<Caller, application::Error> {
        let token = token.ok_or(application::Error::TokenMissing)?;
        let caller = self.0.get(token.expose()).cloned();
        caller.ok_or(application::Error::TokenRefused)
    }
}

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the adapter that owns the wall clock")]
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let microseconds = i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX);
        Timestamp::from_unix_microseconds(microseconds).unwrap_or(Timestamp::MAX)
    }
}
