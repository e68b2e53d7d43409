//! Who is calling: access tokens, the tokens of sessions, and their holders.

mod bearer;
mod caller;
mod caller_cache;
mod live_caller;
mod remembered_callers;
mod token_uses;

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use unlockd_domain::{Timestamp, TokenDigest, UserId};

pub use bearer::bearer_token;
pub use caller::{Caller, CallerSession};
pub use caller_cache::CALLER_CACHE_LIFETIME;
use caller_cache::{CallerCache, Moment};
pub use live_caller::LiveCaller;
pub use remembered_callers::{NobodyRemembered, RememberedCallers};
use token_uses::TokenUses;

use crate::error::Error;
use crate::ports::{AccessTokenStore, Clock, SecretToken, SessionHolder, SessionStore, TokenIssuer};
use crate::services::Authenticator;

/// Finds the callers behind bearer tokens, and remembers them for at most [`CALLER_CACHE_LIFETIME`].
///
/// Only callers who were let in are remembered. So a new token, or one whose user was just unlocked, works at once; one
/// that was revoked, or whose user was locked by another process, may work on for that long. A lock that was answered by
/// this process works at once, and one that was given up works as soon as it is written, if it ever is.
pub struct Authentication {
    store: Arc<dyn AccessTokenStore>,
    sessions: Arc<dyn SessionStore>,
    tokens: Arc<dyn TokenIssuer>,
    clock: Arc<dyn Clock>,
    cache: CallerCache,
    uses: TokenUses,
}

impl Authentication {
    /// An empty memory in front of the stores of access tokens and of sessions.
    #[must_use]
    pub fn new(
        store: Arc<dyn AccessTokenStore>,
        sessions: Arc<dyn SessionStore>,
        tokens: Arc<dyn TokenIssuer>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            uses: TokenUses::new(Arc::clone(&store)),
            store,
            sessions,
            tokens,
            clock,
            cache: CallerCache::new(),
        }
    }

    /// Who holds an access token, and until when.
    async fn token_holder(&self, digest: &TokenDigest, now: Timestamp) -> Result<(Caller, Option<Timestamp>), Error> {
        let holder = self.store.find_holder(digest).await?.ok_or(Error::TokenRefused)?;
        if holder.token.is_expired(now) || !holder.user.may_use_tokens(now) {
            return Err(Error::TokenRefused);
        }
        self.uses.record(&holder.token, now);
        Ok((Caller::new(&holder.user, holder.grants), holder.token.expires_at))
    }

    /// Who has shown their password in the session that has this token, and until when.
    async fn session_holder(&self, digest: &TokenDigest, now: Timestamp) -> Result<(Caller, Option<Timestamp>), Error> {
        let holder = self.sessions.find_holder(digest).await?.ok_or(Error::TokenRefused)?;
        let SessionHolder {
            session,
            user,
            grants,
            password_change_required,
        } = holder;
        if session.has_expired(now) || !user.may_use_tokens(now) {
            return Err(Error::TokenRefused);
        }
        let expires_at = session.expires_at;
        let session = CallerSession {
            fingerprint_id: session.fingerprint_id().map(str::to_owned),
            id: session.id,
            password_change_required,
        };
        Ok((Caller::of_session(&user, grants, session), expires_at))
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
    #[tracing::instrument(level = "debug", name = "application.authenticate", skip_all)]
    async fn authenticate(&self, token: Option<SecretToken>) -> Result<Caller, Error> {
        let token = token.ok_or(Error::TokenMissing)?;
        let (digest, is_of_session) = (self.tokens.digest(&token), token.is_of_session());
        let now = self.now();
        if let Some(caller) = self.cache.get(&digest, now) {
            return Ok(caller);
        }
        let lookup = self.cache.begin_lookup(now);
        let (caller, expires_at) = if is_of_session {
            self.session_holder(&digest, now.time_of_day).await?
        } else {
            self.token_holder(&digest, now.time_of_day).await?
        };
        self.cache.remember(digest, lookup, &caller, expires_at);
        Ok(caller)
    }
}
