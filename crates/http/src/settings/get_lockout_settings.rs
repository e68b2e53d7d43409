use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use serde::Serialize;
use unlockd_application::lockout_policies::{EffectiveLockoutPolicy, LockoutPolicyOrigin, SettingsOwnerForm};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use crate::authenticated::Authenticated;
use crate::object_details::ObjectDetails;
use crate::proto_enum;
use crate::query_string::QueryString;
use crate::refusal::Refusal;
use crate::router::Api;

/// Whose settings: those that hold for the caller, if nothing is said.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Context {
    /// Those that hold for this organization.
    #[param(rename = "ctx.orgId", max_length = 200, nullable = false)]
    org_id: Option<String>,
    /// Those of the instance.
    #[param(rename = "ctx.instance", nullable = false)]
    instance: Option<bool>,
}

/// What holds (`zitadel.settings.v2.GetLockoutSettingsResponse`).
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundLockoutSettings {
    /// Where the history of what holds stands; left out for the default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    details: Option<ObjectDetails>,
    settings: LockoutSettings,
}

/// What locks users, as far as ZITADEL knows it (`zitadel.settings.v2.LockoutSettings`); `/v1/lockout-policy` tells all of it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct LockoutSettings {
    /// How many wrong passwords lock a user; left out when it is any number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "10", pattern = "^[0-9]{1,20}$")]
    max_password_attempts: Option<String>,
    #[schema(schema_with = resource_owner_type)]
    resource_owner_type: &'static str,
}

fn resource_owner_type() -> RefOr<Schema> {
    let description = "Who has set it: the organization, or the instance, whose is the default as well.";
    proto_enum::name(proto_enum::ResourceOwnerType::VALUES, description)
}

/// Reads what locks users, in the words of ZITADEL.
#[utoipa::path(
    get,
    path = "/v2/settings/lockout",
    tag = "lockout policies",
    params(Context),
    responses((status = 200, description = "What holds.", body = FoundLockoutSettings)),
)]
#[tracing::instrument(level = "debug", name = "http.settings.get_lockout", skip_all)]
pub(crate) async fn get_lockout_settings(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    Whose(query, form): Whose,
) -> Result<Json<FoundLockoutSettings>, Refusal> {
    let query = query.finish(form.parse(&caller))?;
    let found = api.lockout_policies.get_lockout_policy(&caller, query).await?;
    Ok(Json(found.into()))
}

/// What the query string says, and what is left of it.
pub(crate) struct Whose(QueryString, SettingsOwnerForm);

impl<S: Sync> FromRequestParts<S> for Whose {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let mut query = QueryString::of(&parts.uri);
        let context = Context {
            org_id: query.take("ctx.org_id"),
            instance: query.take_parsed("ctx.instance", truth),
        };
        let form = SettingsOwnerForm {
            org_id: context.org_id.unwrap_or_default(),
            instance: context.instance.unwrap_or_default(),
        };
        Ok(Self(query, form))
    }
}

fn truth(text: &str) -> Result<bool, &'static str> {
    text.parse().map_err(|_| "must be true or false")
}

impl From<EffectiveLockoutPolicy> for FoundLockoutSettings {
    fn from(found: EffectiveLockoutPolicy) -> Self {
        let (resource_owner_type, owned) = match found.origin {
            LockoutPolicyOrigin::Default => ("RESOURCE_OWNER_TYPE_INSTANCE", None),
            LockoutPolicyOrigin::Instance(owned) => ("RESOURCE_OWNER_TYPE_INSTANCE", Some(owned)),
            LockoutPolicyOrigin::Organization(owned) => ("RESOURCE_OWNER_TYPE_ORG", Some(owned)),
        };
        let limit = found.policy.max_password_attempts.limit();
        Self {
            details: owned.map(ObjectDetails::from),
            settings: LockoutSettings {
                max_password_attempts: limit.map(|limit| limit.to_string()),
                resource_owner_type,
            },
        }
    }
}
