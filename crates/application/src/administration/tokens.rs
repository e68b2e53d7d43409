use std::time::Duration;

use unlockd_domain::{AccessToken, AccessTokenId, Timestamp, UserId};

use super::Administration;
use crate::error::Error;
use crate::ports::{AddTokenError, SecretToken};

/// A new token, with its secret: shown once, to its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedToken {
    /// What is kept of it.
    pub token: AccessToken,
    /// What its owner needs.
    pub secret: SecretToken,
}

impl Administration {
    /// Makes a token for a user; it never expires without a lifetime.
    ///
    /// # Errors
    /// [`Error::UserNotFound`], and the errors of a store.
    pub async fn create_token(&self, user_id: UserId, lifetime: Option<Duration>) -> Result<IssuedToken, Error> {
        let now = self.clock.now();
        let secret = self.token_issuer.issue();
        let token = self.new_token(user_id, now, lifetime)?;
        match self.access_tokens.add(&token, &self.token_issuer.digest(&secret)).await {
            Ok(()) => Ok(IssuedToken { token, secret }),
            Err(AddTokenError::UserNotFound) => Err(Error::UserNotFound(token.user_id)),
            Err(error @ AddTokenError::TokenTaken) => Err(Error::internal(error)),
            Err(AddTokenError::Store(error)) => Err(error.into()),
        }
    }

    /// The tokens of one user, or of all, without their secrets.
    ///
    /// # Errors
    /// The errors of a store.
    pub async fn list_tokens(&self, user_id: Option<&UserId>) -> Result<Vec<AccessToken>, Error> {
        Ok(self.access_tokens.list(user_id).await?)
    }

    /// Makes a token stop working for ever. Running processes may honour it for
    /// [`CALLER_CACHE_LIFETIME`](crate::authentication::CALLER_CACHE_LIFETIME) more.
    ///
    /// # Errors
    /// [`Error::AccessTokenNotFound`], and the errors of a store.
    pub async fn revoke_token(&self, id: &AccessTokenId) -> Result<(), Error> {
        if self.access_tokens.revoke(id).await? {
            Ok(())
        } else {
            Err(Error::AccessTokenNotFound(id.clone()))
        }
    }

    /// Whether there is a token with this secret.
    ///
    /// # Errors
    /// The errors of a store.
    pub async fn knows_token(&self, secret: &SecretToken) -> Result<bool, Error> {
        Ok(self
            .access_tokens
            .find_holder(&self.token_issuer.digest(secret))
            .await?
            .is_some())
    }

    pub(super) fn new_token(
        &self,
        user_id: UserId,
        now: Timestamp,
        lifetime: Option<Duration>,
    ) -> Result<AccessToken, Error> {
        Ok(AccessToken {
            id: AccessTokenId::new(self.ids.generate()).map_err(Error::internal)?,
            user_id,
            created_at: now,
            expires_at: lifetime.map(|lifetime| now.saturating_add(lifetime)),
        })
    }
}
