//! Nobody acts on a user who has more permissions: every role on every role.

use unlockd_domain::{OrganizationId, Permission, Role};

use super::session_stage::{PASSWORD, by_id, plain};
use super::stage::{PERMISSION_DENIED, assert_refused, unexpected};
use super::{Answer, Failure, Member, Operation, Reaching, Request, SetPasswordRequest, Stage, Subject, Wire, World};

/// A role, and the organization where it holds if it is one on an organization.
type Held<'a> = (Role, &'a OrganizationId);

/// A user on whom others try everything.
struct Target {
    member: Member,
    session_id: String,
}

/// Every role tries every operation on a user of every role, held here or elsewhere. What is allowed is computed from the
/// table of roles.
///
/// # Panics
/// When the wire answers otherwise.
pub async fn every_role_acts_on_every_role_within_its_permissions(world: &World, wire: &dyn Wire) {
    let stage = &Stage { world, wire };
    let here = Role::ALL.map(|role| (role, &world.organization));
    let elsewhere = Role::ALL.map(|role| (role, &world.other_organization));
    let elsewhere = elsewhere.into_iter().filter(|(role, _)| !role.is_instance_role());
    let held: Vec<Held<'_>> = here.into_iter().chain(elsewhere).collect();
    for (caller, role) in world.holders() {
        for target in [None].into_iter().chain(held.iter().copied().map(Some)) {
            try_everything(stage, caller, role, target).await;
        }
    }
}

pub(super) async fn nobody_acts_on_a_user_with_more_permissions(stage: &Stage<'_>) {
    let world = stage.world;
    for (caller, role, target) in [
        (&world.organization_manager, Role::OrgUserManager, Role::IamOwner),
        (&world.instance_manager, Role::IamUserManager, Role::IamOwner),
        (&world.organization_owner, Role::OrgOwner, Role::IamOwnerViewer),
        (
            &world.organization_unlocker,
            Role::OrgUserUnlocker,
            Role::OrgUserManager,
        ),
        (&world.login_client, Role::IamLoginClient, Role::OrgOwnerViewer),
    ] {
        try_everything(stage, caller, role, Some((target, &world.organization))).await;
    }
}

async fn try_everything(stage: &Stage<'_>, caller: &Member, role: Role, held: Option<Held<'_>>) {
    let mut target = stage.target(held).await;
    for operation in Operation::ALL
        .iter()
        .copied()
        .filter(|operation| acts_on_a_user(*operation))
    {
        let before = stage.history_of(&target).await;
        let outcome = stage
            .call(&caller.token, operation.request(&target.subject(stage)))
            .await;
        match expected(stage, operation, role, held) {
            Expected::Done => {
                assert_allowed(operation, role, held, outcome);
                // What comes next needs a user with roles and a session.
                if matches!(operation, Operation::DeleteUser | Operation::SetPassword) {
                    target = stage.target(held).await;
                }
            }
            Expected::Denied => assert_denied(stage, &target, outcome, "PERMISSION_DENIED", &[], before).await,
            Expected::MorePermissions => {
                let metadata = [("userId", target.member.user_id.as_str())];
                let reason = "TARGET_HAS_MORE_PERMISSIONS";
                assert_denied(stage, &target, outcome, reason, &metadata, before).await;
            }
        }
    }
}

enum Expected {
    Done,
    Denied,
    MorePermissions,
}

fn acts_on_a_user(operation: Operation) -> bool {
    matches!(operation.reaching(), Reaching::User | Reaching::Session) && operation.is_change()
}

fn expected(stage: &Stage<'_>, operation: Operation, caller: Role, target: Option<Held<'_>>) -> Expected {
    let has = |permission: Permission| caller.permissions().contains(&permission);
    // The session's user has shown a password: its new token is theirs.
    let takes_over = operation == Operation::SetSession;
    if !has(operation.permission()) || (takes_over && !has(Permission::UserWrite)) {
        return Expected::Denied;
    }
    let covers = target.is_none_or(|(target, organization)| {
        let reaches =
            caller.is_instance_role() || (!target.is_instance_role() && *organization == stage.world.organization);
        target.permissions().iter().copied().all(has) && reaches
    });
    if covers {
        Expected::Done
    } else {
        Expected::MorePermissions
    }
}

/// The state of the target may be another one than the operation needs: that is looked at after the permissions.
fn assert_allowed(operation: Operation, caller: Role, target: Option<Held<'_>>, outcome: Result<Answer, Failure>) {
    if let Err(failure) = outcome {
        let by_state = ["USER_NOT_LOCKED", "USER_NOT_INACTIVE", "USERNAME_NOT_FOUND"];
        let context = format!("{caller} does {operation:?} to {target:?}: {failure:?}");
        assert!(by_state.contains(&failure.reason.as_str()), "{context}");
    }
}

async fn assert_denied(
    stage: &Stage<'_>,
    target: &Target,
    outcome: Result<Answer, Failure>,
    reason: &str,
    metadata: &[(&str, &str)],
    before: usize,
) {
    match outcome {
        Err(failure) => assert_refused(&failure, PERMISSION_DENIED, reason, metadata),
        Ok(answer) => unexpected(reason, &answer),
    }
    assert_eq!(stage.history_of(target).await, before, "a refusal changes nothing");
}

impl Target {
    fn subject(&self, stage: &Stage<'_>) -> Subject {
        Subject {
            user_id: self.member.user_id.clone(),
            session_id: self.session_id.clone(),
            ..stage.unknown()
        }
    }
}

impl Stage<'_> {
    /// A new user of the organization, who holds the role and has signed in.
    async fn target(&self, held: Option<Held<'_>>) -> Target {
        let member = match held {
            Some((role, organization)) if *organization != self.world.organization => {
                let member = self.world.member(None).await;
                self.world.grant(&member, role, organization).await;
                member
            }
            Some((role, _)) => self.world.member(Some(role)).await,
            None => self.world.member(None).await,
        };
        let set_password = Request::SetPassword(SetPasswordRequest {
            user_id: member.user_id.clone(),
            new_password: Some(plain(PASSWORD)),
            verification: None,
        });
        self.change(&self.world.instance_owner.token, set_password).await;
        let session_id = self.signed_in(by_id(&member.user_id)).await.id;
        Target { member, session_id }
    }

    async fn history_of(&self, target: &Target) -> usize {
        self.history(&target.member.user_id).await.len()
    }
}
