use std::collections::BTreeMap;

use serde::Serialize;
use unlockd_domain::{self as domain, LoginIdentity, PasswordProof, SessionUser};
use utoipa::ToSchema;

use super::metadata::metadata;
use super::user_agent::UserAgent;
use crate::base64_bytes::base64_text;

/// A sign-in, under way or done (`zitadel.session.v2.Session`).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "0190503b-0a1b-7c2d-8e3f-4a5b6c7d8e9f",
    "creationDate": "2024-06-25T13:35:39.148123Z",
    "changeDate": "2024-06-25T13:35:42Z",
    "sequence": "2",
    "factors": {
        "user": {
            "verifiedAt": "2024-06-25T13:35:39.148123Z", "id": "eva", "loginName": "eva@example.com", "organizationId": "default",
        },
        "password": {"verifiedAt": "2024-06-25T13:35:42Z"},
    },
    "metadata": {"page": "cmVjZXB0aW9u"},
    "userAgent": {"fingerprintId": "kiosk-3", "ip": "203.0.113.7"},
    "expirationDate": "2024-06-25T21:35:42Z",
}))]
pub(super) struct Session {
    id: String,
    /// When it began.
    #[schema(format = DateTime)]
    creation_date: String,
    /// When it was changed the last time.
    #[schema(format = DateTime)]
    change_date: String,
    /// How many times it was written.
    #[schema(pattern = "^[0-9]{1,20}$")]
    sequence: String,
    /// What whoever signs in has said and shown; left out while that is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    factors: Option<Factors>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(schema_with = metadata, required = false)]
    metadata: BTreeMap<String, String>,
    /// What it is done with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    user_agent: Option<UserAgent>,
    /// When it ends by itself; left out when it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    expiration_date: Option<String>,
}

/// What whoever signs in has said and shown.
#[derive(Serialize, ToSchema)]
struct Factors {
    user: UserFactor,
    /// That they know the password.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    password: Option<PasswordFactor>,
}

/// Who signs in: until the password is shown what was typed, and nothing more; whether there is such a user is not told.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct UserFactor {
    /// When it was typed.
    #[schema(format = DateTime)]
    verified_at: String,
    /// The user's id: once the password was shown, or if it was typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    id: Option<String>,
    /// The login name that was typed, or else the user's first one, once the password was shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    login_name: Option<String>,
    /// The id of the organization that owns the user, once the password was shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    organization_id: Option<String>,
}

/// The password was shown.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PasswordFactor {
    #[schema(format = DateTime)]
    verified_at: String,
}

impl From<domain::Session> for Session {
    fn from(session: domain::Session) -> Self {
        let entries = session.metadata.entries().iter();
        Self {
            id: session.id.to_string(),
            creation_date: session.created_at.to_string(),
            change_date: session.changed_at.to_string(),
            sequence: session.sequence.to_string(),
            factors: session.user.as_ref().map(Factors::from),
            metadata: entries.map(|(key, value)| (key.clone(), base64_text(value))).collect(),
            user_agent: session.user_agent.as_ref().map(UserAgent::from),
            expiration_date: session.expires_at.map(|end| end.to_string()),
        }
    }
}

impl From<&SessionUser> for Factors {
    fn from(user: &SessionUser) -> Self {
        Self {
            user: user.into(),
            password: user.proof.as_ref().map(PasswordFactor::from),
        }
    }
}

impl From<&SessionUser> for UserFactor {
    fn from(user: &SessionUser) -> Self {
        let proof = user.proof.as_ref();
        let typed_id = match &user.identity {
            LoginIdentity::UserId(id) => Some(id),
            LoginIdentity::LoginName(_) => None,
        };
        Self {
            verified_at: user.named_at.to_string(),
            id: proof.map(|proof| &proof.user_id).or(typed_id).map(ToString::to_string),
            login_name: user.login_name().map(|name| name.as_str().to_owned()),
            organization_id: proof.map(|proof| proof.organization.to_string()),
        }
    }
}

impl From<&PasswordProof> for PasswordFactor {
    fn from(proof: &PasswordProof) -> Self {
        Self {
            verified_at: proof.checked_at.to_string(),
        }
    }
}
