use std::pin::pin;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::CommandError;
use crate::bootstrap::bootstrap;
use crate::compose::Composition;
use crate::configuration::Configuration;
use crate::serve::Server;
use crate::shutdown::{ShutdownSignals, ignore_hangup};

/// How long the connections to the database may take to end, once the requests have.
const CLOSING_TIME: Duration = Duration::from_secs(1);

pub(super) async fn run(configuration: &Configuration) -> Result<(), CommandError> {
    let cannot_catch = |error| CommandError::caused("cannot catch signals", &error);
    let mut signals = ShutdownSignals::catch().map_err(cannot_catch)?;
    ignore_hangup().map_err(cannot_catch)?;
    let (composition, server) = tokio::select! {
        started = start(configuration) => started?,
        signal = signals.next() => {
            tracing::info!(signal, "stopped before the start was over");
            return Ok(());
        }
    };
    let (stop, stopped) = oneshot::channel::<()>();
    // Told to stop by the loss of the sender.
    let mut running = pin!(server.run(async { stopped.await.unwrap_or_default() }));
    tokio::select! {
        () = &mut running => {}
        signal = signals.next() => tracing::info!(signal, "stopping"),
    }
    drop(stop);
    let ending = async {
        running.await;
        // Connections to the database that are still in use may belong to requests that were cut off.
        if timeout(CLOSING_TIME, composition.close()).await.is_err() {
            tracing::warn!("the database did not let go in time");
        }
    };
    tokio::select! {
        () = ending => {}
        signal = signals.next() => tracing::warn!(signal, "stopping at once"),
    }
    tracing::info!("stopped");
    Ok(())
}

async fn start(configuration: &Configuration) -> Result<(Composition, Server), CommandError> {
    let database = configuration.database();
    tracing::debug!(%database, "starting");
    let composition = Composition::open(configuration).await?;
    let server = Server::bind(&composition, configuration).await?;
    bootstrap(&composition.administration, configuration).await?;
    let version = env!("CARGO_PKG_VERSION");
    let address = server.address();
    tracing::info!(%address, %database, version, "listening");
    if !address.ip().to_canonical().is_loopback() {
        tracing::warn!(
            %address,
            "other machines can reach this listener, which has no TLS; put a proxy that has TLS in front of it"
        );
    }
    Ok((composition, server))
}
