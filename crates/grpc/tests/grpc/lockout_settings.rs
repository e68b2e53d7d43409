use tonic::Status;
use unlockd_proto::unlockd::policy::v1::{LockoutPolicy, SetLockoutPolicyRequest, SetLockoutPolicyResponse};
use unlockd_proto::zitadel::object::v2::RequestContext;
use unlockd_proto::zitadel::object::v2::request_context::ResourceOwner;
use unlockd_proto::zitadel::settings::v2::{
    GetLockoutSettingsRequest, GetLockoutSettingsResponse, LockoutSettings, ResourceOwnerType,
};

use crate::raw_client::{code_and_reason, violations};
use crate::sign_in::{POLICY_SERVICE, call};
use crate::stage::Stage;

async fn get(stage: &Stage, token: &str, owner: Option<ResourceOwner>) -> Result<GetLockoutSettingsResponse, Status> {
    let request = GetLockoutSettingsRequest {
        ctx: owner.map(|owner| RequestContext {
            resource_owner: Some(owner),
        }),
    };
    let path = "/zitadel.settings.v2.SettingsService/GetLockoutSettings";
    call(stage, token, path, &request).await
}

fn settings(max_password_attempts: u64, owner: ResourceOwnerType) -> LockoutSettings {
    LockoutSettings {
        max_password_attempts,
        resource_owner_type: owner.into(),
        max_otp_attempts: 0,
    }
}

#[tokio::test]
async fn the_default_is_the_instances_and_has_no_history() {
    let stage = Stage::new().await;
    let viewer = &stage.world.instance_viewer.token;
    for owner in [
        None,
        Some(ResourceOwner::Instance(true)),
        Some(ResourceOwner::Instance(false)),
    ] {
        let found = get(&stage, viewer, owner).await.expect("settings");

        assert_eq!(found.settings, Some(settings(10, ResourceOwnerType::Instance)));
        assert_eq!(found.details, None);
    }
}

#[tokio::test]
async fn an_organizations_settings_hold_for_its_callers_and_are_read_by_its_id() {
    let stage = Stage::new().await;
    let organization = stage.world.organization.to_string();
    let policy = SetLockoutPolicyRequest {
        organization_id: organization.clone(),
        policy: Some(LockoutPolicy {
            max_password_attempts: Some(3),
            ..LockoutPolicy::default()
        }),
    };
    let path = format!("{POLICY_SERVICE}/SetLockoutPolicy");
    let set: SetLockoutPolicyResponse = call(&stage, &stage.world.organization_owner.token, &path, &policy)
        .await
        .expect("the policy is set");

    for owner in [None, Some(ResourceOwner::OrgId(organization))] {
        let found = get(&stage, &stage.world.organization_viewer.token, owner).await;

        let found = found.expect("settings");
        assert_eq!(found.settings, Some(settings(3, ResourceOwnerType::Org)));
        assert_eq!(found.details, set.details);
    }
    let instance = Some(ResourceOwner::Instance(true));
    let found = get(&stage, &stage.world.instance_viewer.token, instance).await;
    assert_eq!(
        found.expect("settings").settings,
        Some(settings(10, ResourceOwnerType::Instance))
    );
}

#[tokio::test]
async fn settings_are_for_those_who_may_read_policies() {
    let stage = Stage::new().await;

    let refused = get(&stage, &stage.world.roleless.token, None).await;

    let status = refused.expect_err("the caller has no role");
    assert_eq!(code_and_reason(&status), (7, "PERMISSION_DENIED".to_owned()));
}

#[tokio::test]
async fn an_organizations_id_must_be_one() {
    let stage = Stage::new().await;
    let owner = Some(ResourceOwner::OrgId("x".repeat(201)));

    let refused = get(&stage, &stage.world.instance_viewer.token, owner).await;

    let status = refused.expect_err("the id is too long");
    assert_eq!(violations(&status)[0].0, "ctx.org_id");
}
