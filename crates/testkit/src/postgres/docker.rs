use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use sqlx::postgres::PgConnectOptions;
use testcontainers::core::{ContainerAsync, IntoContainerPort, WaitFor};
use testcontainers::runners::AsyncRunner;
use testcontainers::{GenericImage, ImageExt, TestcontainersError};
use tokio::runtime;
use tokio::sync::oneshot;

/// A server in a container, removed when this is dropped, and on SIGINT and SIGTERM.
#[derive(Debug)]
pub(super) struct Container {
    options: PgConnectOptions,
    stop: Option<oneshot::Sender<()>>,
    keeper: Option<JoinHandle<()>>,
}

impl Container {
    /// Starts a container on a thread of its own: the runtimes of tests come and go, and the container stays.
    pub(super) fn start() -> Result<Self, String> {
        let (stop, stopped) = oneshot::channel();
        let (report, started) = mpsc::channel();
        let keeper = thread::spawn(move || keep(&report, stopped));
        let options = started
            .recv()
            .map_err(|error| error.to_string())
            .and_then(|outcome| outcome)
            .map_err(|error| format!("Docker does not start a PostgreSQL: {error}"))?;
        Ok(Self {
            options,
            stop: Some(stop),
            keeper: Some(keeper),
        })
    }

    pub(super) fn options(&self) -> &PgConnectOptions {
        &self.options
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        drop(self.stop.take());
        if self.keeper.take().is_some_and(|keeper| keeper.join().is_err()) {
            eprintln!("the container of the test server could not be removed");
        }
    }
}

fn keep(report: &mpsc::Sender<Result<PgConnectOptions, String>>, stopped: oneshot::Receiver<()>) {
    let outcome = runtime::Builder::new_current_thread().enable_all().build();
    let outcome = outcome.map_err(|error| error.to_string()).and_then(|runtime| {
        runtime.block_on(async {
            let (container, options) = run().await.map_err(|error| error.to_string())?;
            if report.send(Ok(options)).is_ok() {
                // Ends when the sender is dropped.
                stopped.await.unwrap_or_default();
            }
            container.rm().await.map_err(|error| error.to_string())
        })
    });
    if let Err(error) = outcome
        && report.send(Err(error.clone())).is_err()
    {
        eprintln!("the container of the test server could not be removed: {error}");
    }
}

async fn run() -> Result<(ContainerAsync<GenericImage>, PgConnectOptions), TestcontainersError> {
    let container = GenericImage::new("postgres", "17-alpine")
        .with_exposed_port(5432.tcp())
        // The first of these lines is the image's own set-up; on standard error only the real server says it.
        .with_wait_for(WaitFor::message_on_stderr("ready to accept connections"))
        .with_env_var("POSTGRES_PASSWORD", "unlockd")
        .with_cmd(["postgres", "-c", "fsync=off", "-c", "max_connections=300"])
        .start()
        .await?;
    let options = PgConnectOptions::new_without_pgpass()
        .host(&container.get_host().await?.to_string())
        .port(container.get_host_port_ipv4(5432).await?)
        .username("postgres")
        .password("unlockd")
        .database("postgres");
    Ok((container, options))
}
