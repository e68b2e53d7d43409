use unlockd_application::administration::Administration;
use unlockd_application::ports::NewUser;
use unlockd_domain::{
    Actor, Grant, GrantScope, OrganizationId, OrganizationName, Role, TokenName, User, UserId, UserProfile,
};

/// Organizations, users, roles and tokens that the scenarios need. Everything has an id of its own, so that several
/// worlds fit into one store.
pub struct World {
    administration: Administration,
    /// Where the history says that the scenarios' requests come from.
    pub source: Option<String>,
    /// The organization that the scenarios play in.
    pub organization: OrganizationId,
    /// Another organization.
    pub other_organization: OrganizationId,
    /// Holds `IAM_OWNER` on the instance; owned by [`World::organization`], like all but one of the others.
    pub instance_owner: Member,
    /// Holds `IAM_USER_MANAGER` on the instance.
    pub instance_manager: Member,
    /// Holds `IAM_OWNER_VIEWER` on the instance.
    pub instance_viewer: Member,
    /// Holds `IAM_USER_UNLOCKER` on the instance.
    pub instance_unlocker: Member,
    /// Holds `IAM_LOGIN_CLIENT` on the instance.
    pub login_client: Member,
    /// Holds `ORG_OWNER` on the organization.
    pub organization_owner: Member,
    /// Holds `ORG_USER_MANAGER` on the organization.
    pub organization_manager: Member,
    /// Holds `ORG_OWNER_VIEWER` on the organization.
    pub organization_viewer: Member,
    /// Holds `ORG_USER_UNLOCKER` on the organization.
    pub organization_unlocker: Member,
    /// Holds `ORG_USER_MANAGER` on [`World::other_organization`], and is owned by it.
    pub other_manager: Member,
    /// Holds no role.
    pub roleless: Member,
}

/// A user and a token of theirs.
#[derive(Debug, Clone)]
pub struct Member {
    /// Who.
    pub user_id: String,
    /// The secret of the token.
    pub token: String,
}

impl World {
    /// Writes a new world into the store behind these use cases.
    ///
    /// # Panics
    /// When the store does not do as it is told.
    pub async fn build(administration: &Administration) -> Self {
        let administration = administration.clone();
        let organization = new_organization(&administration).await;
        let other_organization = new_organization(&administration).await;
        let with = |role| member(&administration, &organization, Some(role));
        Self {
            instance_owner: with(Role::IamOwner).await,
            instance_manager: with(Role::IamUserManager).await,
            instance_viewer: with(Role::IamOwnerViewer).await,
            instance_unlocker: with(Role::IamUserUnlocker).await,
            login_client: with(Role::IamLoginClient).await,
            organization_owner: with(Role::OrgOwner).await,
            organization_manager: with(Role::OrgUserManager).await,
            organization_viewer: with(Role::OrgOwnerViewer).await,
            organization_unlocker: with(Role::OrgUserUnlocker).await,
            other_manager: member(&administration, &other_organization, Some(Role::OrgUserManager)).await,
            roleless: member(&administration, &organization, None).await,
            source: None,
            administration,
            organization,
            other_organization,
        }
    }

    /// The same, with requests from there.
    #[must_use]
    pub fn from_source(self, source: impl Into<String>) -> Self {
        Self {
            source: Some(source.into()),
            ..self
        }
    }

    /// Everybody who holds a role on the instance or on the organization, with it.
    pub(super) fn holders(&self) -> [(&Member, Role); 9] {
        [
            (&self.instance_owner, Role::IamOwner),
            (&self.instance_manager, Role::IamUserManager),
            (&self.instance_viewer, Role::IamOwnerViewer),
            (&self.instance_unlocker, Role::IamUserUnlocker),
            (&self.login_client, Role::IamLoginClient),
            (&self.organization_owner, Role::OrgOwner),
            (&self.organization_manager, Role::OrgUserManager),
            (&self.organization_viewer, Role::OrgOwnerViewer),
            (&self.organization_unlocker, Role::OrgUserUnlocker),
        ]
    }

    /// A new user of the organization, who holds the role, if there is one, on the organization or on the instance.
    pub(super) async fn member(&self, role: Option<Role>) -> Member {
        member(&self.administration, &self.organization, role).await
    }

    /// Creates a token of this name for the user, and revokes it; answers its id.
    pub(super) async fn name_a_token(&self, member: &Member, name: &str) -> String {
        let user_id = UserId::new(member.user_id.as_str()).expect("the id is valid");
        let name = Some(TokenName::new(name).expect("the name is valid"));
        let issued = self.administration.create_token(user_id, name, None).await;
        let id = issued.expect("a token is made").token.id;
        let revoked = self.administration.revoke_token(&id).await;
        revoked.expect("the token is revoked");
        id.to_string()
    }

    /// A new organization, with nobody in it.
    pub(super) async fn empty_organization(&self) -> OrganizationId {
        new_organization(&self.administration).await
    }

    /// A new user of that organization, who holds the role on it.
    pub(super) async fn member_of(&self, organization: &OrganizationId, role: Role) -> Member {
        member(&self.administration, organization, Some(role)).await
    }

    /// Gives a user a role on an organization.
    pub(super) async fn grant(&self, member: &Member, role: Role, organization: &OrganizationId) {
        let user_id = UserId::new(member.user_id.as_str()).expect("the id is valid");
        let grant = Grant::new(role, GrantScope::Organization(organization.clone())).expect("the role fits its scope");
        let granted = self.administration.add_grant(&user_id, &grant).await;
        granted.expect("a role is granted");
    }

    /// Removes a role on the organization from a user.
    pub(super) async fn remove_grant(&self, member: &Member, role: Role, organization: &OrganizationId) {
        let user_id = UserId::new(member.user_id.as_str()).expect("the id is valid");
        let grant = Grant::new(role, GrantScope::Organization(organization.clone())).expect("the role fits its scope");
        let removed = self.administration.remove_grant(&user_id, &grant).await;
        removed.expect("a role is removed");
    }

    /// An id that was never used, also good as a part of a name.
    pub(super) fn fresh_id(&self) -> String {
        self.administration.ids.generate()
    }
}

async fn new_organization(administration: &Administration) -> OrganizationId {
    let name = OrganizationName::new("Organization of a scenario").expect("the name is valid");
    administration
        .create_organization(None, name)
        .await
        .expect("an organization is created")
        .id
}

async fn member(administration: &Administration, organization: &OrganizationId, role: Option<Role>) -> Member {
    let user_id = UserId::new(administration.ids.generate()).expect("the id is valid");
    let now = administration.clock.now();
    let user = NewUser {
        change: User::create(user_id.clone(), organization.clone(), Actor::System, now),
        profile: UserProfile::default(),
        request: None,
    };
    administration.users.create(&user).await.expect("a user is created");
    if let Some(role) = role {
        let scope = if role.is_instance_role() {
            GrantScope::Instance
        } else {
            GrantScope::Organization(organization.clone())
        };
        let grant = Grant::new(role, scope).expect("the role fits its scope");
        administration
            .add_grant(&user_id, &grant)
            .await
            .expect("a role is granted");
    }
    let issued = administration
        .create_token(user_id.clone(), None, None)
        .await
        .expect("a token is made");
    Member {
        user_id: user_id.to_string(),
        token: issued.secret.expose().to_owned(),
    }
}
