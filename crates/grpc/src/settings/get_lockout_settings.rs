use unlockd_application::lockout_policies::{EffectiveLockoutPolicy, LockoutPolicyOrigin, SettingsOwnerForm};
use unlockd_application::{Error, LockoutPolicyService};
use unlockd_proto::zitadel::object::v2::RequestContext;
use unlockd_proto::zitadel::object::v2::request_context::ResourceOwner;
use unlockd_proto::zitadel::settings::v2::{
    GetLockoutSettingsRequest, GetLockoutSettingsResponse, LockoutSettings, ResourceOwnerType,
};

use crate::call::Call;
use crate::object_details;

/// Reads what locks users, as far as ZITADEL knows it.
#[tracing::instrument(level = "debug", name = "grpc.settings.get_lockout", skip_all)]
pub(super) async fn get_lockout_settings(
    policies: &dyn LockoutPolicyService,
    call: Call<GetLockoutSettingsRequest>,
) -> Result<GetLockoutSettingsResponse, Error> {
    let caller = call.live.caller();
    let query = form(call.message.ctx).parse(caller)?;
    let EffectiveLockoutPolicy { policy, origin } = policies.get_lockout_policy(caller, query).await?;
    Ok(GetLockoutSettingsResponse {
        details: object_details::of_origin(&origin),
        settings: Some(LockoutSettings {
            max_password_attempts: policy.max_password_attempts.get().into(),
            resource_owner_type: owner_type(&origin).into(),
            max_otp_attempts: 0,
        }),
    })
}

fn form(context: Option<RequestContext>) -> SettingsOwnerForm {
    match context.and_then(|context| context.resource_owner) {
        Some(ResourceOwner::OrgId(org_id)) => SettingsOwnerForm {
            org_id,
            instance: false,
        },
        Some(ResourceOwner::Instance(instance)) => SettingsOwnerForm {
            org_id: String::new(),
            instance,
        },
        None => SettingsOwnerForm::default(),
    }
}

fn owner_type(origin: &LockoutPolicyOrigin) -> ResourceOwnerType {
    match origin {
        LockoutPolicyOrigin::Default | LockoutPolicyOrigin::Instance(_) => ResourceOwnerType::Instance,
        LockoutPolicyOrigin::Organization(_) => ResourceOwnerType::Org,
    }
}
