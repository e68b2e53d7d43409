//! The list of scenarios, over each wire and on each database, through real sockets.

use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::transport::Endpoint;
use tonic_web::GrpcWebClientLayer;
use tower::Layer;
use unlockd_server::compose::Composition;
use unlockd_server::configuration::{Configuration, DatabaseUrlText, Settings};
use unlockd_server::serve::Server;
use unlockd_testkit::postgres::TestDatabase;
use unlockd_testkit::scenarios::{World, run_all};
use unlockd_testkit::wires::{GrpcWire, JsonWire};

/// A server of this process, on a database with a world in it.
struct Stage {
    origin: String,
    world: World,
    composition: Composition,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Stage {
    async fn on(database_url: String) -> Self {
        let listen = Some("127.0.0.1:0".parse().unwrap());
        let settings = Settings {
            listen,
            database_url: Some(DatabaseUrlText::from(database_url)),
            ..Settings::default()
        };
        let configuration: Configuration = settings.load().unwrap();
        let composition = Composition::open(&configuration.database()).await.unwrap();
        let world = World::build(&composition.administration).await;
        let server = Server::bind(&composition, &configuration).await.unwrap();
        let origin = format!("http://{}", server.address());
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(server.run(async { stopped.await.unwrap() }));
        Self {
            origin,
            world,
            composition,
            stop,
            server,
        }
    }

    /// Plays the list over each wire, all at the same time: each scenario has users of its own.
    async fn play(self) {
        let http = || Client::builder(TokioExecutor::new());
        let json = JsonWire::new(http().build_http(), &self.origin);
        let channel = Endpoint::from_shared(self.origin.clone())
            .unwrap()
            .connect()
            .await
            .unwrap();
        let grpc = GrpcWire::new(channel, self.origin.parse().unwrap());
        let web = GrpcWebClientLayer::new().layer(http().build_http());
        let grpc_web = GrpcWire::new(web, self.origin.parse().unwrap());
        tokio::join!(
            run_all(&self.world, &json),
            run_all(&self.world, &grpc),
            run_all(&self.world, &grpc_web)
        );
        drop((json, grpc, grpc_web));
        self.stop.send(()).unwrap();
        self.server.await.unwrap();
        self.composition.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wire_answers_as_it_must_on_sqlite() {
    let folder = TempDir::new().unwrap();
    Stage::on(format!("sqlite://{}", folder.path().join("unlockd.db").display()))
        .await
        .play()
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wire_answers_as_it_must_on_postgres() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    Stage::on(database.url()).await.play().await;
}
