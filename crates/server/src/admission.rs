//! Refuses new requests once the server is about to stop, in the words of whatever wire they came by.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch;
use unlockd_application::ports::SecretToken;
use unlockd_application::{Authenticator, Caller, Error, Readiness};

/// Whether new requests are let in; shared by all who ask.
#[derive(Debug, Clone, Default)]
pub(crate) struct Admission {
    closed: watch::Sender<bool>,
}

impl Admission {
    /// Refuses requests from now on.
    pub(crate) fn close(&self) {
        self.closed.send_replace(true);
    }

    /// Waits until requests are refused.
    pub(crate) async fn closed(&self) {
        // Fails only without a sender, and there is one here.
        let _ = self.closed.subscribe().wait_for(|closed| *closed).await;
    }

    fn check(&self) -> Result<(), Error> {
        if *self.closed.borrow() {
            Err(Error::ShuttingDown)
        } else {
            Ok(())
        }
    }
}

/// An authenticator that lets nobody in while the server stops.
pub(crate) struct AdmittingAuthenticator {
    /// Whether requests are let in.
    pub(crate) admission: Admission,
    /// Who knows the callers.
    pub(crate) authenticator: Arc<dyn Authenticator>,
}

#[async_trait]
impl Authenticator for AdmittingAuthenticator {
    async fn authenticate(&self, token: Option<SecretToken>) -> Result<Caller, Error> {
        self.admission.check()?;
        self.authenticator.authenticate(token).await
    }
}

/// Ready while the server does not stop, if it is ready otherwise.
pub(crate) struct AdmittingReadiness {
    /// Whether requests are let in.
    pub(crate) admission: Admission,
    /// What else has to be ready.
    pub(crate) readiness: Arc<dyn Readiness>,
}

#[async_trait]
impl Readiness for AdmittingReadiness {
    async fn check(&self) -> Result<(), Error> {
        self.admission.check()?;
        self.readiness.check().await
    }
}
