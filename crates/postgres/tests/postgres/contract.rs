//! The contract suite, through a proxy that can lose the server.

use async_trait::async_trait;
use unlockd_testkit::contract::{Outage, StoreHarness};
use unlockd_testkit::postgres::{Proxy, TestDatabase};
use unlockd_testkit::{Stores, contract_tests};

use crate::store::{connect, migrated, ports};

/// Fields are dropped in this order: the database goes last.
struct PostgresHarness {
    stores: Stores,
    proxy: Proxy,
    _database: TestDatabase,
}

#[async_trait]
impl StoreHarness for PostgresHarness {
    fn stores(&self) -> Stores {
        self.stores.clone()
    }

    async fn suffer(&self, outage: Outage) {
        match outage {
            Outage::ConnectionsLost => self.proxy.close(),
            Outage::Silent => self.proxy.stall(),
        }
    }
}

async fn harness() -> Option<PostgresHarness> {
    let database = TestDatabase::create().await?;
    migrated(&database).await.close().await;
    let proxy = Proxy::start(&database).await.expect("there is a free port");
    let store = connect(database.url_through(proxy.port())).await;
    Some(PostgresHarness {
        stores: ports(&store),
        proxy,
        _database: database,
    })
}

contract_tests!(harness());
