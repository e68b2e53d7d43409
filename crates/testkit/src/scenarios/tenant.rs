use unlockd_domain::{OrganizationId, Role};

use super::session_stage::{PASSWORD, WRONG_PASSWORD, by_id, plain};
use super::signing_in::assert_invalid_credentials;
use super::stage::unexpected;
use super::{
    Answer, CreateUserRequest, Details, EffectivePolicy, Event, ListEventsRequest, LockoutPolicy, Member,
    ObjectDetails, Request, Stage, User,
};

/// An organization that the scenario has for itself, with a lockout policy of its own if it wants one.
pub(super) struct Tenant<'a> {
    pub(super) stage: &'a Stage<'a>,
    pub(super) organization: OrganizationId,
    /// Holds `ORG_OWNER` on it.
    pub(super) owner: Member,
}

/// Three wrong passwords lock for a quarter of an hour; sources may have any number of failures.
pub(super) fn strict() -> LockoutPolicy {
    LockoutPolicy {
        max_password_attempts: Some(3),
        source_attempts: Some(0),
        ..LockoutPolicy::default()
    }
}

impl<'a> Tenant<'a> {
    pub(super) async fn new(stage: &'a Stage<'a>) -> Self {
        let organization = stage.world.empty_organization().await;
        Self {
            owner: stage.world.member_of(&organization, Role::OrgOwner).await,
            stage,
            organization,
        }
    }

    pub(super) async fn with_policy(stage: &'a Stage<'a>, policy: LockoutPolicy) -> Self {
        let tenant = Self::new(stage).await;
        tenant.set_policy(policy).await;
        tenant
    }

    pub(super) async fn set_policy(&self, policy: LockoutPolicy) -> ObjectDetails {
        let request = Request::SetLockoutPolicy {
            organization_id: Some(self.id()),
            policy,
        };
        self.stage.policy_changed(&self.owner.token, request).await
    }

    pub(super) async fn reset_policy(&self) -> ObjectDetails {
        let organization_id = Some(self.id());
        let request = Request::ResetLockoutPolicy { organization_id };
        self.stage.policy_changed(&self.owner.token, request).await
    }

    pub(super) async fn policy(&self) -> EffectivePolicy {
        let organization_id = Some(self.id());
        let request = Request::GetLockoutPolicy { organization_id };
        self.stage.effective_policy(&self.owner.token, request).await
    }

    /// The id as requests have it.
    pub(super) fn id(&self) -> String {
        self.organization.to_string()
    }

    /// A request that creates somebody here who can sign in.
    pub(super) fn new_user(&self) -> CreateUserRequest {
        CreateUserRequest {
            organization_id: Some(self.id()),
            password: Some(plain(PASSWORD)),
            ..CreateUserRequest::default()
        }
    }

    pub(super) async fn create(&self, request: CreateUserRequest) -> String {
        match self.stage.call(&self.owner.token, Request::CreateUser(request)).await {
            Ok(Answer::Created { user_id, .. }) => user_id,
            other => unexpected("a created user", &other),
        }
    }

    /// Somebody here who can sign in.
    pub(super) async fn user(&self) -> String {
        self.create(self.new_user()).await
    }

    /// Somebody here whom the policy has locked.
    pub(super) async fn locked_user(&self, attempts: usize) -> String {
        let user_id = self.user().await;
        self.guess(&user_id, attempts).await;
        assert_eq!(self.seen(&user_id).await.state, "USER_STATE_LOCKED");
        user_id
    }

    pub(super) async fn change(&self, request: Request) -> Details {
        self.stage.change(&self.owner.token, request).await
    }

    pub(super) async fn seen(&self, user_id: &str) -> User {
        self.stage.read(&self.owner.token, user_id).await
    }

    /// What has happened to somebody here: the events with a sequence.
    pub(super) async fn history(&self, user_id: &str) -> Vec<Event> {
        let mut events = self.all_events(user_id).await;
        events.retain(|event| event.sequence > 0);
        events
    }

    /// The same with the events that changed nothing of the user.
    pub(super) async fn all_events(&self, user_id: &str) -> Vec<Event> {
        let request = ListEventsRequest {
            user_id: Some(user_id.to_owned()),
            ..ListEventsRequest::default()
        };
        self.events(request).await
    }

    pub(super) async fn events(&self, request: ListEventsRequest) -> Vec<Event> {
        self.stage.events(&self.owner.token, request).await.events
    }

    /// Tries wrong passwords, which are refused without a word on what they lead to.
    pub(super) async fn guess(&self, user_id: &str, times: usize) {
        for _ in 0..times {
            let failure = self.stage.sign_in_refusal(by_id(user_id), WRONG_PASSWORD).await;
            assert_invalid_credentials(&failure);
        }
    }

    /// How many failures are shown, and in which state.
    pub(super) async fn count(&self, user_id: &str) -> (u32, String) {
        let seen = self.seen(user_id).await;
        (seen.failed_password_attempts, seen.state)
    }
}

impl Stage<'_> {
    /// Sets a policy, or resets it.
    pub(super) async fn policy_changed(&self, token: &str, request: Request) -> ObjectDetails {
        match self.call(token, request).await {
            Ok(Answer::PolicyChanged(details)) => details,
            other => unexpected("a policy that has changed", &other),
        }
    }

    /// Reads a policy.
    pub(super) async fn effective_policy(&self, token: &str, request: Request) -> EffectivePolicy {
        match self.call(token, request).await {
            Ok(Answer::Policy(policy)) => policy,
            other => unexpected("a policy", &other),
        }
    }
}
