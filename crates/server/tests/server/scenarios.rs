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
use unlockd_server::configuration::{Configuration, DatabaseUrlText, PasswordSettings, Settings};
use unlockd_server::serve::Server;
use unlockd_testkit::postgres::TestDatabase;
use unlockd_testkit::scenarios::{
    Wire, World, parallel_operations_are_explained_by_the_history, run_all,
    the_policy_of_the_instance_holds_where_there_is_no_other,
};
use unlockd_testkit::wires::{GrpcWire, JsonWire};

/// A server of this process.
struct Replica {
    origin: String,
    composition: Composition,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Replica {
    async fn on(database_url: String) -> Self {
        let listen = Some("127.0.0.1:0".parse().unwrap());
        let settings = Settings {
            listen,
            database_url: Some(DatabaseUrlText::from(database_url)),
            // What is hashed here is nobody's secret.
            passwords: PasswordSettings {
                hash_memory: Some(64),
                hash_iterations: Some(1),
                ..PasswordSettings::default()
            },
            ..Settings::default()
        };
        let configuration: Configuration = settings.load().unwrap();
        let composition = Composition::open(&configuration).await.unwrap();
        let server = Server::bind(&composition, &configuration).await.unwrap();
        let origin = format!("http://{}", server.address());
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(server.run(async { stopped.await.unwrap() }));
        Self {
            origin,
            composition,
            stop,
            server,
        }
    }

    async fn world(&self) -> World {
        let world = World::build(&self.composition.administration).await;
        world.from_source("127.0.0.1")
    }

    /// A client of each wire.
    async fn wires(&self) -> [Box<dyn Wire>; 3] {
        let http = || Client::builder(TokioExecutor::new());
        let endpoint = Endpoint::from_shared(self.origin.clone()).unwrap();
        let channel = endpoint.connect().await.unwrap();
        let web = GrpcWebClientLayer::new().layer(http().build_http());
        [
            Box::new(JsonWire::new(http().build_http(), &self.origin)),
            Box::new(GrpcWire::new(channel, self.origin.parse().unwrap())),
            Box::new(GrpcWire::new(web, self.origin.parse().unwrap())),
        ]
    }

    async fn end(self) {
        self.stop.send(()).unwrap();
        self.server.await.unwrap();
        self.composition.close().await;
    }
}

/// Plays the list over each wire, all at the same time: each scenario has users of its own. Then lets all wires quarrel about
/// the same ones.
async fn play_on(database_url: String) {
    let replica = Replica::on(database_url).await;
    let world = replica.world().await;
    let wires = replica.wires().await;
    let [json, grpc, grpc_web] = wires.each_ref().map(|wire| &**wire);
    tokio::join!(run_all(&world, json), run_all(&world, grpc), run_all(&world, grpc_web));
    parallel_operations_are_explained_by_the_history(&world, &[json, grpc, grpc_web]).await;
    for wire in [json, grpc, grpc_web] {
        the_policy_of_the_instance_holds_where_there_is_no_other(&world, wire).await;
    }
    drop(wires);
    replica.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wire_answers_as_it_must_on_sqlite() {
    let folder = TempDir::new().unwrap();
    play_on(format!("sqlite://{}", folder.path().join("unlockd.db").display())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wire_answers_as_it_must_on_postgres() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    play_on(database.url()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_servers_answer_is_explained_by_one_history() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let replicas = [Replica::on(database.url()).await, Replica::on(database.url()).await];
    let world = replicas[0].world().await;
    let mut wires = Vec::from(replicas[0].wires().await);
    wires.extend(replicas[1].wires().await);
    let all: Vec<&dyn Wire> = wires.iter().map(|wire| &**wire).collect();
    parallel_operations_are_explained_by_the_history(&world, &all).await;
    drop(wires);
    for replica in replicas {
        replica.end().await;
    }
}
