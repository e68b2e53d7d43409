use crate::CommandError;
use crate::bootstrap::bootstrap;
use crate::compose::Composition;
use crate::configuration::Configuration;
use crate::serve::Server;
use crate::shutdown::ShutdownSignals;

pub(super) async fn run(configuration: &Configuration) -> Result<(), CommandError> {
    let mut signals = ShutdownSignals::catch().map_err(|error| CommandError::caused("cannot catch signals", &error))?;
    let database = configuration.database();
    let composition = Composition::open(&database).await?;
    let server = Server::bind(&composition, configuration).await?;
    bootstrap(&composition.administration, configuration).await?;
    tracing::info!(address = %server.address(), database = %database, version = env!("CARGO_PKG_VERSION"), "listening");
    server
        .run(async {
            let signal = signals.next().await;
            tracing::info!(signal, "stopping");
        })
        .await;
    composition.close().await;
    tracing::info!("stopped");
    Ok(())
}
