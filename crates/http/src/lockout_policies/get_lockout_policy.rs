use axum::Json;
use axum::extract::State;
use serde::Serialize;
use unlockd_application::lockout_policies::{EffectiveLockoutPolicy, LockoutPolicyOrigin, OwnerForm};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::lockout_policy::LockoutPolicy;
use super::policy_owner::{OrganizationInPath, PolicyOwner};
use crate::authenticated::Authenticated;
use crate::object_details::ObjectDetails;
use crate::proto_enum;
use crate::refusal::Refusal;
use crate::router::Api;

/// What holds (`unlockd.policy.v1.GetLockoutPolicyResponse`).
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundLockoutPolicy {
    policy: LockoutPolicy,
    #[schema(schema_with = origin)]
    origin: &'static str,
    /// Where the history of that policy stands; left out for the default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    details: Option<ObjectDetails>,
}

fn origin() -> RefOr<Schema> {
    proto_enum::name(proto_enum::LockoutPolicyOrigin::VALUES, "Where the policy comes from.")
}

/// Reads the policy that holds for the users of an organization.
#[utoipa::path(
    get,
    path = "/v1/organizations/{organization_id}/lockout-policy",
    tag = "lockout policies",
    params(OrganizationInPath),
    responses((status = 200, description = "What holds.", body = FoundLockoutPolicy)),
)]
#[tracing::instrument(level = "debug", name = "http.lockout_policies.get", skip_all)]
pub(crate) async fn get_lockout_policy(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    PolicyOwner(owner): PolicyOwner,
) -> Result<Json<FoundLockoutPolicy>, Refusal> {
    // Reads need no safeguards, and are harmed by none.
    let owner = OwnerForm {
        organization: owner.organization,
        ..OwnerForm::default()
    };
    let found = api
        .lockout_policies
        .get_lockout_policy(&caller, owner.parse_get()?)
        .await?;
    Ok(Json(found.into()))
}

impl From<EffectiveLockoutPolicy> for FoundLockoutPolicy {
    fn from(found: EffectiveLockoutPolicy) -> Self {
        let (origin, owned) = match found.origin {
            LockoutPolicyOrigin::Default => ("LOCKOUT_POLICY_ORIGIN_DEFAULT", None),
            LockoutPolicyOrigin::Instance(owned) => ("LOCKOUT_POLICY_ORIGIN_INSTANCE", Some(owned)),
            LockoutPolicyOrigin::Organization(owned) => ("LOCKOUT_POLICY_ORIGIN_ORGANIZATION", Some(owned)),
        };
        Self {
            policy: found.policy.into(),
            origin,
            details: owned.map(ObjectDetails::from),
        }
    }
}
