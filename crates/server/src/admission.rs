//! Refuses new requests once the server is about to stop, in the words of whatever wire they came by.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use unlockd_application::ports::{InstanceStore, SecretToken};
use unlockd_application::{Authenticator, Caller, Error, Readiness};

/// Whether new requests are let in; shared by all who ask.
#[derive(Debug, Clone, Default)]
pub(crate) struct Admission(Arc<AtomicBool>);

impl Admission {
    /// Refuses requests from now on.
    pub(crate) fn close(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn check(&self) -> Result<(), Error> {
        if self.0.load(Ordering::Relaxed) {
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

/// Ready while the store answers and the server does not stop.
pub(crate) struct StoreReadiness {
    /// Whether requests are let in.
    pub(crate) admission: Admission,
    /// What has to answer.
    pub(crate) instance: Arc<dyn InstanceStore>,
}

#[async_trait]
impl Readiness for StoreReadiness {
    async fn check(&self) -> Result<(), Error> {
        self.admission.check()?;
        Ok(self.instance.ping().await?)
    }
}
