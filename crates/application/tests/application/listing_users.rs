use std::time::Duration;

use unlockd_application::UserService;
use unlockd_application::ports::{SortDirection, UserFilter, UserOrder, UserStore};
use unlockd_application::users::{ListUsers, UserList};
use unlockd_domain::Role;
use unlockd_testkit::{Outage, fixtures};

use crate::stage::{Stage, caller, instance_manager, manager, reason};

fn everybody() -> ListUsers {
    ListUsers {
        filter: UserFilter::And(Vec::new()),
        order: UserOrder::Id,
        direction: SortDirection::Ascending,
        offset: 0,
        limit: ListUsers::DEFAULT_LIMIT,
    }
}

fn ids(list: &UserList) -> Vec<&str> {
    list.users.iter().map(|view| view.user.id().as_str()).collect()
}

#[tokio::test]
async fn users_are_listed_with_state_and_profile_and_the_time_of_reading() {
    let stage = Stage::new().await;
    let new = fixtures::named_user("ada", "here", &["ada"]);
    UserStore::create(&stage.store, &new).await.unwrap();
    stage.clock.advance(Duration::from_secs(7));

    let list = stage.users.list_users(&manager(), everybody()).await.unwrap();

    assert_eq!((ids(&list), list.total), (vec!["ada", "here"], 2));
    assert_eq!(list.users[0].profile, new.profile);
    assert_eq!(list.users[1].user, stage.stored("here").await);
    assert_eq!(list.read_at, fixtures::now().saturating_add(Duration::from_secs(7)));
    assert_eq!(list.order, UserOrder::Id);
}

#[tokio::test]
async fn each_role_sees_and_counts_the_users_within_its_reach() {
    let stage = Stage::new().await;
    for role in Role::ALL.into_iter().filter(|role| *role != Role::IamLoginClient) {
        let list = stage.users.list_users(&caller(Some(role)), everybody()).await.unwrap();
        if role.is_instance_role() {
            assert_eq!((ids(&list), list.total), (vec!["here", "there"], 2), "{role}");
        } else {
            assert_eq!((ids(&list), list.total), (vec!["here"], 1), "{role}");
        }
    }
}

#[tokio::test]
async fn without_a_role_that_reads_users_nobody_is_listed_not_even_oneself() {
    let stage = Stage::new().await;
    for role in [None, Some(Role::IamLoginClient)] {
        assert_eq!(
            reason(stage.users.list_users(&caller(role), everybody()).await),
            "PERMISSION_DENIED"
        );
    }
}

#[tokio::test]
async fn limit_offset_order_and_filter_are_those_of_the_query() {
    let stage = Stage::new().await;
    for id in ["ada", "grace", "joan"] {
        stage.clock.advance(Duration::from_secs(1));
        UserStore::create(&stage.store, &fixtures::new_user(id, "there"))
            .await
            .unwrap();
    }
    stage.lock_here().await;
    let query = ListUsers {
        filter: UserFilter::Active,
        direction: SortDirection::Descending,
        offset: 1,
        limit: 2,
        ..everybody()
    };

    let list = stage.users.list_users(&instance_manager(), query).await.unwrap();

    assert_eq!((ids(&list), list.total), (vec!["joan", "grace"], 4));
    let by_change = ListUsers {
        order: UserOrder::ChangeDate,
        limit: 1,
        direction: SortDirection::Descending,
        ..everybody()
    };
    let list = stage.users.list_users(&instance_manager(), by_change).await.unwrap();
    assert_eq!((ids(&list), list.order), (vec!["here"], UserOrder::ChangeDate));
}

#[tokio::test]
async fn deleted_users_are_neither_listed_nor_counted() {
    let stage = Stage::new().await;
    stage.delete_here().await;

    let list = stage.users.list_users(&instance_manager(), everybody()).await.unwrap();

    assert_eq!((ids(&list), list.total), (vec!["there"], 1));
}

#[tokio::test]
async fn a_store_that_is_lost_is_said_to_be_unavailable() {
    let stage = Stage::new().await;
    stage.store.set_outage(Some(Outage::ConnectionsLost));
    assert_eq!(
        reason(stage.users.list_users(&manager(), everybody()).await),
        "STORE_UNAVAILABLE"
    );
}
