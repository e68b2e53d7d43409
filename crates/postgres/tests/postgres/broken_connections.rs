use futures_util::future::join_all;
use unlockd_testkit::fixtures;
use unlockd_testkit::postgres::{Proxy, TestDatabase};

use crate::store::{connect, migrated, ports};

#[tokio::test(flavor = "multi_thread")]
async fn operations_go_on_after_all_idle_connections_broke() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    migrated(&database).await.close().await;
    let proxy = Proxy::start(&database).await.unwrap();
    let stores = ports(&connect(database.url_through(proxy.port())).await);
    let organizations: Vec<_> = (0..8)
        .map(|number| fixtures::organization(&number.to_string()))
        .collect();
    // Opens several connections.
    for outcome in join_all((0..8).map(|_| stores.instance.ping())).await {
        outcome.unwrap();
    }

    proxy.cut();

    stores.instance.ping().await.unwrap();
    for outcome in join_all(organizations.iter().map(|new| stores.organizations.create(new))).await {
        outcome.unwrap();
    }
}
