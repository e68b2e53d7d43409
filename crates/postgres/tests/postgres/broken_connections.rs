use futures_util::future::join_all;
use unlockd_application::ports::{CommitError, CreateUserError, StoreError, UserStore};
use unlockd_domain::{Actor, UserChange};
use unlockd_postgres::PostgresStore;
use unlockd_testkit::fixtures;
use unlockd_testkit::postgres::{Fault, Proxy, TestDatabase};

use crate::store::{connect, migrated, ports, with_user};

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
    for outcome in join_all(organizations.iter().map(|new| stores.organizations.create(new, None))).await {
        outcome.unwrap();
    }
}

/// One store through a proxy and one beside it, an active user, and the change that locks them.
struct Stage {
    proxied: PostgresStore,
    direct: PostgresStore,
    lock: UserChange,
    proxy: Proxy,
    _database: TestDatabase,
}

impl Stage {
    async fn new() -> Option<Self> {
        let database = TestDatabase::create().await?;
        let direct = migrated(&database).await;
        let user = with_user(&direct, "u").await;
        let proxy = Proxy::start(&database).await.unwrap();
        Some(Self {
            proxied: connect(database.url_through(proxy.port())).await,
            direct,
            lock: user
                .lock(fixtures::lock_order(), Actor::System, fixtures::now())
                .unwrap(),
            proxy,
            _database: database,
        })
    }

    /// Commits the lock, which the fault befalls; answers how many events there are afterwards.
    async fn commit_with(&self, fault: Fault) -> usize {
        self.proxy.fail_once("user.locked", fault);
        let answer = self.proxied.commit(&self.lock, None).await;
        assert!(
            matches!(answer, Err(CommitError::Store(StoreError::Unavailable(_)))),
            "{answer:?}"
        );
        self.direct.history(self.lock.user().id()).await.unwrap().len()
    }
}

#[tokio::test]
async fn a_change_whose_answer_is_lost_is_unavailable_and_made_once() {
    let Some(stage) = Stage::new().await else { return };
    assert_eq!(stage.commit_with(Fault::AnswerLost).await, 2);
    assert_eq!(
        stage.proxied.find(stage.lock.user().id()).await.unwrap().as_ref(),
        Some(stage.lock.user())
    );
}

#[tokio::test]
async fn a_change_that_never_arrives_is_unavailable_and_not_sent_again() {
    let Some(stage) = Stage::new().await else { return };
    assert_eq!(stage.commit_with(Fault::MessageLost).await, 1);
    stage.proxied.commit(&stage.lock, None).await.unwrap();
}

#[tokio::test]
async fn a_change_whose_answer_is_not_understood_is_unavailable_and_nobody_gets_its_connection() {
    let Some(stage) = Stage::new().await else { return };
    assert_eq!(stage.commit_with(Fault::AnswerGarbled).await, 2);
    for _ in 0..20 {
        let found = stage.proxied.find(stage.lock.user().id()).await.unwrap();
        assert_eq!(found.as_ref(), Some(stage.lock.user()));
    }
}

#[tokio::test]
async fn a_creation_whose_end_breaks_is_unavailable_and_whole_or_absent() {
    let Some(stage) = Stage::new().await else { return };
    for (fault, is_there) in [(Fault::MessageLost, false), (Fault::AnswerLost, true)] {
        let new = fixtures::named_user(&format!("{fault:?}"), "acme", &[&format!("{fault:?}")]);
        stage.proxy.fail_once("COMMIT\0", fault);

        let answer = stage.proxied.create(&new).await;

        assert!(
            matches!(answer, Err(CreateUserError::Store(StoreError::Unavailable(_)))),
            "{answer:?}"
        );
        let again = stage.proxied.create(&new).await;
        assert_eq!(
            matches!(again, Err(CreateUserError::UserIdTaken)),
            is_there,
            "{again:?}"
        );
        let found = stage.direct.find_with_profile(new.change.user().id()).await.unwrap();
        assert_eq!(found.map(|(_, profile)| profile), Some(new.profile));
    }
}
