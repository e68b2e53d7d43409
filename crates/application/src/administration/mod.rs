//! What whoever runs the command line beside the database may do: there is no caller to authorize, the database's own
//! access rules have done that.

mod bootstrap;
mod grants;
mod organizations;
mod tokens;

use std::sync::Arc;

pub use bootstrap::{BOOTSTRAP_ORGANIZATION_ID, BOOTSTRAP_USER_ID, PreparedBootstrap};
pub use tokens::IssuedToken;
use unlockd_domain::{ActivityEvent, ActivityKind, Actor, OrganizationId, Timestamp, UserId};

use crate::ports::{
    AccessTokenStore, Clock, GrantStore, IdGenerator, InstanceStore, OrganizationStore, TokenIssuer, UserStore,
};

/// An event of the command line's. It has no source.
fn activity(
    kind: ActivityKind,
    user_id: Option<&UserId>,
    organization: &OrganizationId,
    time: Timestamp,
) -> ActivityEvent {
    ActivityEvent {
        kind,
        user_id: user_id.cloned(),
        organization: Some(organization.clone()),
        actor: Actor::System,
        time,
        source: None,
    }
}

/// The use cases of administration, on the ports they need.
#[derive(Clone)]
pub struct Administration {
    /// The instance as a whole.
    pub instance: Arc<dyn InstanceStore>,
    /// Organizations.
    pub organizations: Arc<dyn OrganizationStore>,
    /// Users.
    pub users: Arc<dyn UserStore>,
    /// Roles.
    pub grants: Arc<dyn GrantStore>,
    /// Access tokens.
    pub access_tokens: Arc<dyn AccessTokenStore>,
    /// Making of tokens.
    pub token_issuer: Arc<dyn TokenIssuer>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Ids.
    pub ids: Arc<dyn IdGenerator>,
}
