use std::fmt;
use std::sync::Arc;

use super::Caller;
use crate::error::Error;
use crate::ports::SecretToken;
use crate::services::Authenticator;

/// A caller whose request goes on for long: what the token is worth can be asked again.
#[derive(Clone)]
pub struct LiveCaller {
    caller: Caller,
    token: SecretToken,
    authenticator: Arc<dyn Authenticator>,
}

impl LiveCaller {
    /// A caller who has just shown this token to this authenticator.
    #[must_use]
    pub fn new(caller: Caller, token: SecretToken, authenticator: Arc<dyn Authenticator>) -> Self {
        Self {
            caller,
            token,
            authenticator,
        }
    }

    /// Who it was the last time that somebody asked.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Looks anew.
    ///
    /// # Errors
    /// Those of [`Authenticator::authenticate`]: the caller may not come in any more, for instance.
    pub async fn renew(&mut self) -> Result<&Caller, Error> {
        let caller = self.authenticator.authenticate(Some(self.token.clone())).await?;
        self.caller = caller.from_source(self.caller.source());
        Ok(&self.caller)
    }
}

impl fmt::Debug for LiveCaller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LiveCaller").field(&self.caller).finish()
    }
}
