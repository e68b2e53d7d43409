//! The parts of the benchmark, in the order in which they run.

mod bench;
mod growth;
mod hash_cost;
mod memory;
mod open_loop;
mod rounds;
mod sign_in;
mod start_up;
mod store;

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use self::bench::Bench;
use crate::Failure;
use crate::database::{Postgres, require_disk};
use crate::options::{Part, Plan, StoreKind};
use crate::report::{Report, StoreReport, machine};
use crate::server_program::find_or_build;

/// Does everything that the plan asks for.
pub(crate) async fn measure(plan: &Plan) -> Result<Report, Failure> {
    let program = find_or_build(plan.server.as_deref())?;
    let folder = tempfile::Builder::new().prefix("unlockd-bench.").tempdir()?;
    // Where figures mean nothing, durability does not either.
    if !plan.is_smoke {
        require_disk(folder.path())?;
    }
    let mut stores = Vec::new();
    for kind in &plan.stores {
        let surroundings = Surroundings::of(plan, &program, &folder, *kind).await?;
        let measured = if plan.users.len() > 1 {
            growth::measure(&surroundings).await
        } else {
            measure_store(&surroundings).await
        };
        surroundings.clean_up().await?;
        stores.push(measured?);
    }
    Ok(Report::new(machine::describe(&program)?, plan.describe(), stores))
}

/// What stays the same while one store is measured.
pub(crate) struct Surroundings<'a> {
    plan: &'a Plan,
    program: &'a Path,
    folder: PathBuf,
    kind: StoreKind,
    postgres: Option<Postgres>,
}

impl<'a> Surroundings<'a> {
    async fn of(plan: &'a Plan, program: &'a Path, folder: &TempDir, kind: StoreKind) -> Result<Self, Failure> {
        let postgres = match kind {
            StoreKind::Postgres => Some(Postgres::start(!plan.is_smoke).await?),
            StoreKind::Sqlite => None,
        };
        Ok(Self {
            plan,
            program,
            folder: folder.path().to_owned(),
            kind,
            postgres,
        })
    }

    /// A folder of its own for something.
    fn new_folder(&self, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.folder.join(format!("{}-{name}", self.kind.name()));
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    async fn clean_up(self) -> Result<(), Failure> {
        match self.postgres {
            Some(postgres) => postgres.drop_databases().await,
            None => Ok(()),
        }
    }
}

async fn measure_store(surroundings: &Surroundings<'_>) -> Result<StoreReport, Failure> {
    let plan = surroundings.plan;
    let users = plan.users.first().copied().unwrap_or_default();
    let mut bench = Bench::open(surroundings, users, plan.has_reference).await?;
    let mut report = StoreReport::new(surroundings.kind, bench.store.settings()?, users);
    if plan.has(Part::StartUp) {
        report.start_up = Some(start_up::measure(&bench).await?);
    }
    if plan.has(Part::Memory) {
        report.memory = Some(memory::measure(&mut bench).await?);
    }
    report.references = if plan.has_reference {
        bench.store.references()
    } else {
        Vec::new()
    };
    let server = bench.serve().await?;
    rounds::measure(&mut bench, &server, &mut report.samples).await?;
    if plan.has(Part::OpenLoop) {
        report.open_loop_rate = Some(open_loop::measure(&mut bench, &server, &mut report.samples).await?);
    }
    server.stop().await?;
    if plan.has(Part::SignIn) {
        report.hash_cost = Some(hash_cost::measure()?);
        sign_in::measure(&mut bench, &mut report.samples).await?;
    }
    eprintln!(
        "{}: comparing the database with what was acknowledged",
        surroundings.kind.name()
    );
    report.verification = bench.verify().await?;
    Ok(report)
}
