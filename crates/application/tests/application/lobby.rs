//! Where people sign in: the user `ada` of `here` with a name and a password, and a log-in page that signs people in.

use std::sync::Arc;

use unlockd_application::lockout_policies::SetLockoutPolicy;
use unlockd_application::ports::{NewUser, PasswordHasher, SecretToken, UserStore};
use unlockd_application::sessions::{
    CreateSession, CreatedSession, DeleteSession, GetSession, SessionChecks, SetSession, UpdatedSession,
};
use unlockd_application::{Caller, Error, LockoutPolicyService, SessionService, SignIn, SignInPorts, UserService};
use unlockd_domain::{
    LockoutPolicy, LoginIdentity, PlainPassword, Role, Session, SessionId, SessionMetadata, StoredPassword,
    UserEventName,
};
use unlockd_testkit::{CountingHasher, InsecureTestHasher, fixtures};

use crate::stage::{Stage, caller, manager, oneself, unlock};

/// What `ada` types.
pub(crate) const PASSWORD: &str = "open sesame";

/// A stage with `ada` and a hasher that counts.
pub(crate) struct Lobby {
    pub(crate) stage: Stage,
    pub(crate) hasher: CountingHasher,
}

impl Lobby {
    pub(crate) async fn new() -> Self {
        Self::on(Arc::new(InsecureTestHasher)).await
    }

    /// The same on this hasher, once `ada`'s password is hashed.
    pub(crate) async fn on(hasher: Arc<dyn PasswordHasher>) -> Self {
        let hasher = CountingHasher::new(hasher);
        let stage = Stage::with_hasher(Arc::new(hasher.clone())).await;
        let hash = InsecureTestHasher.hash(password(PASSWORD)).await.expect("a hash");
        let mut ada = fixtures::named_user("ada", "here", &["ada"]);
        ada.profile.password = Some(StoredPassword {
            hash,
            changed_at: fixtures::now(),
            change_required: false,
        });
        let lobby = Self { stage, hasher };
        lobby.enrol(&ada).await;
        lobby
    }

    pub(crate) async fn enrol(&self, user: &NewUser) {
        UserStore::create(&self.stage.store, user).await.expect("a user");
    }

    /// The ports that passwords are checked on.
    pub(crate) fn ports(&self) -> SignInPorts {
        let users = &self.stage.users;
        SignInPorts {
            users: Arc::new(self.stage.store.clone()),
            policies: Arc::new(self.stage.store.clone()),
            failures: Arc::new(self.stage.store.clone()),
            events: Arc::new(self.stage.store.clone()),
            passwords: Arc::new(self.hasher.clone()),
            callers: Arc::clone(&users.callers),
            clock: Arc::clone(&users.clock),
        }
    }

    /// Checks passwords on these ports from now on.
    pub(crate) fn check_on(&mut self, ports: SignInPorts) {
        let sign_in = Arc::new(SignIn::new(ports).without_failure_delay());
        self.stage.services.sessions.sign_in = Arc::clone(&sign_in);
        self.stage.users.sign_in = sign_in;
    }

    /// Sets the policy of the instance.
    pub(crate) async fn adopt(&self, policy: LockoutPolicy) {
        let command = SetLockoutPolicy {
            organization: None,
            policy,
            idempotency_key: None,
        };
        let policies = &self.stage.services.lockout_policies;
        policies
            .set_lockout_policy(&login_page(), command)
            .await
            .expect("a policy");
    }

    /// The log-in page shows a password of somebody.
    pub(crate) async fn show(
        &self,
        identity: LoginIdentity,
        password: &str,
        source: Option<&str>,
    ) -> Result<CreatedSession, Error> {
        let command = create(checks(Some(identity), Some(password)));
        let source = source.map(fixtures::source);
        self.create_session(&login_page().from_source(source.as_ref()), command)
            .await
    }

    /// The same of `ada`, by name, from nowhere in particular.
    pub(crate) async fn try_ada(&self, password: &str) -> Result<CreatedSession, Error> {
        self.show(ada(), password, None).await
    }

    /// A session that `ada` has shown her password in.
    pub(crate) async fn sign_in(&self) -> CreatedSession {
        self.try_ada(PASSWORD).await.expect("the right password")
    }

    /// Shows wrong passwords of `ada`, each from another source.
    pub(crate) async fn fail(&self, times: u8) {
        for number in 0..times {
            let source = format!("203.0.113.{number}");
            let outcome = self.show(ada(), "a wrong one", Some(&source)).await;
            outcome.map(|created| created.id).expect_err("a wrong password");
        }
    }

    pub(crate) async fn create_session(&self, who: &Caller, command: CreateSession) -> Result<CreatedSession, Error> {
        let created = self.stage.services.sessions.create_session(who, command).await;
        created.map(|created| created.answer)
    }

    pub(crate) async fn get_session(
        &self,
        who: &Caller,
        id: &SessionId,
        token: Option<&SecretToken>,
    ) -> Result<Session, Error> {
        let query = GetSession {
            id: id.clone(),
            token: token.cloned(),
        };
        self.stage.services.sessions.get_session(who, query).await
    }

    pub(crate) async fn set_session(&self, who: &Caller, command: SetSession) -> Result<UpdatedSession, Error> {
        let updated = self.stage.services.sessions.set_session(who, command).await;
        updated.map(|updated| updated.answer)
    }

    /// Whether it was ended, or the reason why not.
    pub(crate) async fn delete_session(
        &self,
        who: &Caller,
        id: &SessionId,
        token: Option<&SecretToken>,
    ) -> Result<u64, Error> {
        let command = DeleteSession {
            id: id.clone(),
            token: token.cloned(),
        };
        let deleted = self.stage.services.sessions.delete_session(who, command).await;
        deleted.map(|details| details.sequence)
    }

    /// How often this has happened to `ada`.
    pub(crate) async fn count(&self, name: UserEventName) -> usize {
        let history = self
            .stage
            .store
            .history(&fixtures::user_id("ada"))
            .await
            .expect("an answer");
        history.iter().filter(|event| event.kind.name() == name).count()
    }

    pub(crate) async fn unlock_ada(&self) {
        let unlocked = self.stage.users.unlock_user(&manager(), unlock("ada")).await;
        unlocked.expect("an unlock");
    }
}

/// Holds `IAM_OWNER`, as only log-in pages and owners may sign people in.
pub(crate) fn login_page() -> Caller {
    caller(Some(Role::IamOwner))
}

/// Somebody who holds no role and has nothing to do with `ada`.
pub(crate) fn stranger() -> Caller {
    oneself("stranger", "there")
}

/// What `ada` calls herself.
pub(crate) fn ada() -> LoginIdentity {
    fixtures::login_name("ada")
}

pub(crate) fn by_id(id: &str) -> LoginIdentity {
    LoginIdentity::UserId(fixtures::user_id(id))
}

pub(crate) fn password(text: &str) -> PlainPassword {
    PlainPassword::new(text).expect("a password")
}

pub(crate) fn checks(user: Option<LoginIdentity>, text: Option<&str>) -> SessionChecks {
    SessionChecks {
        user,
        password: text.map(password),
    }
}

pub(crate) fn create(checks: SessionChecks) -> CreateSession {
    CreateSession {
        checks,
        metadata: SessionMetadata::default(),
        user_agent: None,
        lifetime: None,
        idempotency_key: None,
    }
}

/// Goes on with a session, by its token if one is given, and changes nothing but that.
pub(crate) fn set(id: &SessionId, token: Option<&SecretToken>) -> SetSession {
    SetSession {
        id: id.clone(),
        token: token.cloned(),
        checks: SessionChecks::default(),
        metadata: Vec::new(),
        lifetime: None,
        idempotency_key: None,
    }
}
