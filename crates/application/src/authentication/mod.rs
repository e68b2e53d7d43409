//! Who is calling: bearer tokens and their holders.

mod bearer;
mod caller;
mod caller_cache;
mod live_caller;
mod remembered_callers;

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use unlockd_domain::{UserId, UserState};

pub use bearer::bearer_token;
pub use caller::Caller;
pub use caller_cache::CALLER_CACHE_LIFETIME;
use caller_cache::{CallerCache, Moment};
pub use live_caller::LiveCaller;
pub use remembered_callers::{NobodyRemembered, RememberedCallers};

use crate::error::Error;
use crate::ports::{AccessTokenStore, Clock, SecretToken, TokenIssuer};
use crate::services::Authenticator;

/// Finds the callers behind bearer tokens, and remembers them for at most [`CALLER_CACHE_LIFETIME`].
///
/// Only callers who were let in are remembered. So a new token, or one whose user was just unlocked, works at once; one
/// that was revoked, or whose user was locked by another process, may work on for that long. A lock that was answered by
/// this process works at once, and one that was given up works as soon as it is written, if it ever is.
pub struct Authentication {
    store: Arc<dyn AccessTokenStore>,
    tokens: Arc<dyn TokenIssuer>,
    clock: Arc<dyn Clock>,
    cache: CallerCache,
}

impl Authentication {
    /// An empty memory in front of a store.
    #[must_use]
    pub fn new(store: Arc<dyn AccessTokenStore>, tokens: Arc<dyn TokenIssuer>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            tokens,
            clock,
            cache: CallerCache::new(),
        }
    }

    fn now(&self) -> Moment {
        Moment {
            time_of_day: self.clock.now(),
            monotonic: Instant::now(),
        }
    }
}

impl RememberedCallers for Authentication {
    fn forget(&self, user_id: &UserId) {
        self.cache.forget(user_id);
    }

    fn doubt(&self, user_id: &UserId) {
        self.cache.doubt(user_id, Instant::now());
    }
}

#[async_trait]
impl Authenticator for Authentication {
    #[tracing::instrument(name = "application.authenticate", skip_all)]
    async fn authenticate(&self, token: Option<SecretToken>) -> Result<Caller, Error> {
        let digest = self.tokens.digest(&token.ok_or(Error::TokenMissing)?);
        let now = self.now();
        if let Some(caller) = self.cache.get(&digest, now) {
            return Ok(caller);
        }
        let lookup = self.cache.begin_lookup(now);
        let holder = self.store.find_holder(&digest).await?.ok_or(Error::TokenRefused)?;
        if holder.token.is_expired(now.time_of_day) || *holder.user.state() != UserState::Active {
            return Err(Error::TokenRefused);
        }
        let expires_at = holder.token.expires_at;
        let caller = Caller::new(&holder.user, holder.grants);
        self.cache.remember(digest, lookup, &caller, expires_at);
        Ok(caller)
    }
}
