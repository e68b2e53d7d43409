use std::time::Duration;

use unlockd_domain::{AccessToken, AccessTokenId, ActivityKind, Timestamp, TokenName, TokenReference, UserId};

use super::{Administration, activity};
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
    /// Makes a token for a user, with a name for people; it never expires without a lifetime.
    ///
    /// # Errors
    /// [`Error::UserNotFound`], and the errors of a store.
    pub async fn create_token(
        &self,
        user_id: UserId,
        name: Option<TokenName>,
        lifetime: Option<Duration>,
    ) -> Result<IssuedToken, Error> {
        let now = self.clock.now();
        let secret = self.token_issuer.issue();
        let user = self.users.find(&user_id).await?;
        let Some(user) = user.filter(|user| !user.is_deleted()) else {
            return Err(Error::UserNotFound(user_id));
        };
        let token = self.new_token(user_id, name, now, lifetime)?;
        let kind = ActivityKind::TokenCreated(reference(&token));
        let event = activity(kind, Some(user.id()), user.organization(), now);
        let digest = self.token_issuer.digest(&secret);
        match self.access_tokens.add(&token, &digest, Some(&event)).await {
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
        let absent = || Error::AccessTokenNotFound(id.clone());
        let tokens = self.access_tokens.list(None).await?;
        let token = tokens.into_iter().find(|token| token.id == *id).ok_or_else(absent)?;
        let user = self.users.find(&token.user_id).await?.ok_or_else(absent)?;
        let kind = ActivityKind::TokenRevoked(reference(&token));
        let event = activity(kind, Some(user.id()), user.organization(), self.clock.now());
        if self.access_tokens.revoke(id, Some(&event)).await? {
            Ok(())
        } else {
            Err(absent())
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
        name: Option<TokenName>,
        now: Timestamp,
        lifetime: Option<Duration>,
    ) -> Result<AccessToken, Error> {
        Ok(AccessToken {
            id: AccessTokenId::new(self.ids.generate()).map_err(Error::internal)?,
            user_id,
            name,
            created_at: now,
            expires_at: lifetime.map(|lifetime| now.saturating_add(lifetime)),
            last_used_at: None,
        })
    }
}

pub(super) fn reference(token: &AccessToken) -> TokenReference {
    TokenReference {
        id: token.id.clone(),
        name: token.name.clone(),
    }
}
