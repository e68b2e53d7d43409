use unlockd_domain::{
    ActivityKind, Actor, Grant, Organization, OrganizationId, OrganizationName, User, UserId, UserProfile, Username,
    UsernameId, UsernameScope,
};

use super::tokens::reference;
use super::{Administration, activity};
use crate::error::Error;
use crate::ports::{Bootstrap, NewUser, SecretToken};

/// The id of the organization that an empty store begins with; its name too.
pub const BOOTSTRAP_ORGANIZATION_ID: &str = "default";

/// The id of the user that an empty store begins with; their username too.
pub const BOOTSTRAP_USER_ID: &str = "admin";

/// What an empty store is to begin with, not written yet: whoever writes it puts the secret into safety first.
pub struct PreparedBootstrap {
    bootstrap: Bootstrap,
    /// The first user's token, given or made.
    pub secret: SecretToken,
}

impl Administration {
    /// Whether the store has yet to begin.
    ///
    /// # Errors
    /// The errors of a store.
    pub async fn needs_bootstrap(&self) -> Result<bool, Error> {
        Ok(self.instance.is_empty().await?)
    }

    /// What the store is to begin with: organization `default`, user `admin` with `IAM_OWNER`, and a token, the one
    /// given or a new one.
    ///
    /// # Errors
    /// [`Error::Internal`] when ids are made that cannot be ids.
    pub fn prepare_bootstrap(&self, secret: Option<SecretToken>) -> Result<PreparedBootstrap, Error> {
        let now = self.clock.now();
        let secret = secret.unwrap_or_else(|| self.token_issuer.issue());
        let organization_id = OrganizationId::new(BOOTSTRAP_ORGANIZATION_ID).map_err(Error::internal)?;
        let user_id = UserId::new(BOOTSTRAP_USER_ID).map_err(Error::internal)?;
        let username_id = UsernameId::new(self.ids.generate()).map_err(Error::internal)?;
        let username =
            Username::new(username_id, BOOTSTRAP_USER_ID, UsernameScope::Instance).map_err(Error::internal)?;
        let token = self.new_token(user_id.clone(), None, now, None)?;
        let token_created = ActivityKind::TokenCreated(reference(&token));
        let bootstrap = Bootstrap {
            events: vec![
                activity(ActivityKind::OrganizationCreated, None, &organization_id, now),
                activity(token_created, Some(&user_id), &organization_id, now),
            ],
            organization: Organization {
                id: organization_id.clone(),
                name: OrganizationName::new(BOOTSTRAP_ORGANIZATION_ID).map_err(Error::internal)?,
                created_at: now,
            },
            user: NewUser {
                change: User::create(user_id, organization_id, Actor::System, now),
                profile: UserProfile {
                    usernames: vec![username],
                    ..UserProfile::default()
                },
                request: None,
            },
            grant: Grant::instance_owner(),
            token,
            digest: self.token_issuer.digest(&secret),
        };
        Ok(PreparedBootstrap { bootstrap, secret })
    }

    /// Writes what was prepared; answers whether it did, or another process came first.
    ///
    /// # Errors
    /// The errors of a store.
    pub async fn bootstrap(&self, prepared: &PreparedBootstrap) -> Result<bool, Error> {
        Ok(self.instance.bootstrap(&prepared.bootstrap).await?)
    }
}
