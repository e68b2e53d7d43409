//! Two server processes on one PostgreSQL.

use tempfile::TempDir;
use unlockd_testkit::postgres::TestDatabase;

use crate::program::{Program, unlockd};
use crate::running::{post, postgres};

/// The first user's token, given to both.
pub(crate) const TOKEN: &str = "tttttttttttttttttttttttttttttttttttttttt";

/// Fields are dropped in this order: the database goes last.
pub(crate) struct ReplicaPair {
    pub(crate) replicas: [Program; 2],
    folder: TempDir,
    database: TestDatabase,
}

impl ReplicaPair {
    /// None when the tests are to do without PostgreSQL.
    pub(crate) fn start() -> Option<Self> {
        let database = postgres()?;
        let folder = TempDir::new().unwrap();
        let replicas = [(); 2].map(|()| start(&folder, &database));
        Some(Self {
            replicas,
            folder,
            database,
        })
    }

    /// A user of this id, active.
    pub(crate) fn create_user(&self, id: &str) {
        let body = format!(r#"{{"userId":"{id}","organization":{{"orgId":"default"}}}}"#);
        let created = post(self.replicas[0].address, "/v3alpha/users", Some(TOKEN), &body);
        assert_eq!(created.status, 201, "{}", created.body);
    }

    /// Kills one of the two where it stands, and starts it anew.
    pub(crate) fn crash(&mut self, index: usize) {
        self.replicas[index].signal("KILL");
        self.replicas[index] = start(&self.folder, &self.database);
    }
}

fn start(folder: &TempDir, database: &TestDatabase) -> Program {
    let mut command = unlockd(folder.path());
    command
        .env("UNLOCKD_DATABASE_URL", database.url())
        .env("UNLOCKD_BOOTSTRAP_TOKEN", TOKEN);
    Program::serve(command)
}
