use std::path::PathBuf;

use super::Surroundings;
use super::store::Store;
use crate::Failure;
use crate::clients::Work;
use crate::cpu::{ClientProcess, CpuMeter};
use crate::database::{Verification, compare};
use crate::load::{Ledger, LoadOutcome, Regions, closed_loop, open_loop};
use crate::options::Plan;
use crate::report::Sample;
use crate::server_process::{ServerProcess, ServerSettings};

/// A filled store with what is known about its users.
pub(crate) struct Bench<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) store: Store,
    pub(crate) regions: Regions,
    pub(crate) ledger: Ledger,
    /// Sign-ins that were acknowledged.
    pub(crate) signed_in: u64,
    name: String,
    folder: PathBuf,
    settings: ServerSettings,
}

impl<'a> Bench<'a> {
    /// Lets the server make its tables, and fills them.
    pub(crate) async fn open(
        surroundings: &Surroundings<'a>,
        users: u32,
        has_reference: bool,
    ) -> Result<Self, Failure> {
        let name = format!("{}, {users} users", surroundings.kind.name());
        let folder = surroundings.new_folder(&users.to_string())?;
        let mut store = Store::create(surroundings, &folder, users).await?;
        let regions = Regions::of(users);
        let settings = ServerSettings {
            program: surroundings.program.to_owned(),
            database_url: store.url(),
            log: surroundings.plan.server_log.clone(),
            arguments: Vec::new(),
        };
        eprintln!("{name}: filling the store");
        ServerProcess::start(&settings, &folder).await?.stop().await?;
        store.seed(users).await?;
        if has_reference {
            store.add_reference(surroundings, users).await?;
        }
        Ok(Self {
            plan: surroundings.plan,
            store,
            ledger: Ledger::seeded(regions.clients.clone()),
            regions,
            signed_in: 0,
            name,
            folder,
            settings,
        })
    }

    /// Starts the server.
    pub(crate) async fn serve(&self) -> Result<ServerProcess, Failure> {
        self.serve_with(&[]).await
    }

    /// Starts the server with further arguments.
    pub(crate) async fn serve_with(&self, arguments: &[String]) -> Result<ServerProcess, Failure> {
        let settings = ServerSettings {
            arguments: arguments.to_vec(),
            ..self.settings.clone()
        };
        ServerProcess::start(&settings, &self.folder).await
    }

    /// Clients that ask as soon as they have their answers.
    pub(crate) async fn closed(
        &mut self,
        server: &ServerProcess,
        work: &Work,
        connections: u16,
    ) -> Result<Sample, Failure> {
        self.store.tidy().await?;
        let span = (self.plan.warm_up, self.plan.seconds);
        let meter = self.meter(server);
        let outcome = closed_loop(&server.target()?, work, connections, span, &mut self.ledger, &meter).await?;
        server.empty_log()?;
        Ok(self.told(work.name(), connections, &outcome))
    }

    /// Clients that ask at fixed moments.
    pub(crate) async fn open_loop(
        &mut self,
        server: &ServerProcess,
        work: &Work,
        connections: u16,
        per_second: f64,
    ) -> Result<Sample, Failure> {
        self.store.tidy().await?;
        let span = (self.plan.warm_up, self.plan.seconds);
        let (meter, rate) = (self.meter(server), (connections, per_second));
        let outcome = open_loop(&server.target()?, work, rate, span, &mut self.ledger, &meter).await?;
        server.empty_log()?;
        Ok(self.told(
            &format!("{} at {per_second:.0} a second", work.name()),
            connections,
            &outcome,
        ))
    }

    /// Clients that sign in, each of them users of their own.
    pub(crate) async fn sign_in(
        &mut self,
        server: &ServerProcess,
        work: &Work,
        connections: u16,
        users: &mut Ledger,
    ) -> Result<Sample, Failure> {
        self.store.tidy().await?;
        let span = (self.plan.warm_up, self.plan.seconds);
        let outcome = closed_loop(&server.target()?, work, connections, span, users, &self.meter(server)).await?;
        server.empty_log()?;
        self.signed_in += outcome.tally.acknowledged;
        Ok(self.told(work.name(), connections, &outcome))
    }

    /// Whether the database holds what was acknowledged.
    pub(crate) async fn verify(&self) -> Result<Verification, Failure> {
        let mut verification = compare(
            &self.ledger,
            &self.store.stored_users(*self.regions.clients.end()).await?,
        );
        let sessions = self.store.sessions().await?;
        if sessions != self.signed_in {
            verification.note(format!(
                "{} sign-ins were acknowledged, and there are {sessions} sessions",
                self.signed_in
            ));
        }
        Ok(verification)
    }

    fn meter(&self, server: &ServerProcess) -> CpuMeter {
        CpuMeter {
            server: Some(server.pid()),
            database: self.store.process(),
            clients: ClientProcess::This,
        }
    }

    /// What came of it, said at once to whoever waits.
    pub(crate) fn told(&self, what: &str, connections: u16, outcome: &LoadOutcome) -> Sample {
        let sample = Sample::of(outcome);
        eprintln!("{}: {what}, {connections} connections: {sample}", self.name);
        sample
    }
}
