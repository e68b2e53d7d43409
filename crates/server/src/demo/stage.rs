use std::net::SocketAddr;
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use unlockd_application::Error;
use unlockd_application::administration::{Administration, IssuedToken};
use unlockd_domain::{Grant, UserId, UserState};

use crate::CommandError;
use crate::bootstrap::bootstrap;
use crate::compose::Composition;
use crate::configuration::{Configuration, Transport};
use crate::output::say;
use crate::serve::Server;

/// How long the tour's tokens would work if the tour were killed before it revokes them.
const TOKEN_LIFETIME: Duration = Duration::from_hours(1);

/// A running server, on a throw-away database unless another one was asked for.
pub(super) struct Stage {
    composition: Composition,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
    tokens: Vec<IssuedToken>,
    /// Removed with everything in it when the stage is cleared.
    _folder: TempDir,
}

impl Stage {
    pub(super) async fn set(mut configuration: Configuration) -> Result<Self, CommandError> {
        let folder = tempfile::tempdir().map_err(|error| CommandError::caused("cannot make a folder", &error))?;
        if configuration.database_url.is_none() {
            configuration.data_dir = folder.path().to_owned();
            configuration.bootstrap_token_file = folder.path().join("admin.token");
        }
        configuration
            .listen
            .get_or_insert(SocketAddr::from(([127, 0, 0, 1], 0)));
        configuration.transports = [Transport::Json, Transport::Grpc, Transport::GrpcWeb].into();
        let database = configuration.database();
        let composition = Composition::open(&configuration).await?;
        let server = Server::bind(&composition, &configuration).await?;
        bootstrap(&composition.administration, &configuration).await?;
        let address = server.address();
        say(format_args!(
            "unlockd {} on http://{address}, with its {database}",
            env!("CARGO_PKG_VERSION")
        ))?;
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(server.run(async {
            // A stage that is gone without a word stops its server too.
            stopped.await.unwrap_or_default();
        }));
        Ok(Self {
            composition,
            address,
            stop,
            server,
            tokens: Vec::new(),
            _folder: folder,
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn administration(&self) -> &Administration {
        &self.composition.administration
    }

    /// A token that works for the time of the tour.
    pub(super) async fn token(&mut self, user_id: &UserId) -> Result<IssuedToken, CommandError> {
        let token = self
            .administration()
            .create_token(user_id.clone(), None, Some(TOKEN_LIFETIME))
            .await?;
        self.tokens.push(token.clone());
        Ok(token)
    }

    /// Somebody active who holds `IAM_OWNER`.
    pub(super) async fn owner(&self) -> Result<UserId, CommandError> {
        let administration = self.administration();
        for (id, grant) in administration.list_grants(None).await? {
            let user = administration.users.find(&id).await.map_err(Error::from)?;
            let now = administration.clock.now();
            let is_active = user.is_some_and(|user| *user.state(now) == UserState::Active);
            if is_active && grant == Grant::instance_owner() {
                return Ok(id);
            }
        }
        Err(CommandError::new("nobody active holds IAM_OWNER on this database"))
    }

    /// Revokes the tour's tokens, stops the server, and removes what was temporary.
    pub(super) async fn clear(self) -> Result<(), CommandError> {
        for token in &self.tokens {
            self.composition.administration.revoke_token(&token.token.id).await?;
        }
        // The server may have ended by itself; then there is nobody to tell.
        let _ = self.stop.send(());
        self.server
            .await
            .map_err(|error| CommandError::caused("the server ended badly", &error))?;
        self.composition.close().await;
        Ok(())
    }
}
