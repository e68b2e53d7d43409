use unlockd_domain::{OrganizationId, Role};

use super::stage::{UNIMPLEMENTED, assert_refused, assert_violates, deactivate, delete, lock, unexpected};
use super::{Answer, CreateUserRequest, ListUsersRequest, Member, Request, SearchQuery, Stage, User, UserList};

/// The numbers of `FieldName`, and their names.
const COLUMNS: [(i32, &str); 4] = [
    (1, "FIELD_NAME_ID"),
    (2, "FIELD_NAME_CREATION_DATE"),
    (3, "FIELD_NAME_CHANGE_DATE"),
    (6, "FIELD_NAME_STATE"),
];

/// An organization of its own, with a manager who is its first user.
struct Office {
    organization: OrganizationId,
    manager: Member,
}

impl Office {
    async fn open(stage: &Stage<'_>) -> Self {
        let organization = stage.world.empty_organization().await;
        let manager = stage.world.member_of(&organization, Role::OrgUserManager).await;
        Self { organization, manager }
    }

    /// One more user, and when they were created.
    async fn hire(&self, stage: &Stage<'_>) -> (String, String) {
        let request = Request::CreateUser(CreateUserRequest {
            organization_id: Some(self.organization.to_string()),
            ..CreateUserRequest::default()
        });
        match stage.call(&self.manager.token, request).await {
            Ok(Answer::Created { user_id, details }) => (user_id, details.change_date),
            other => unexpected("a created user", &other),
        }
    }

    async fn list(&self, stage: &Stage<'_>, request: ListUsersRequest) -> UserList {
        stage.list(&self.manager.token, request).await
    }
}

pub(super) async fn users_are_listed_as_they_are_read(stage: &Stage<'_>) {
    let office = Office::open(stage).await;
    let (locked, _) = office.hire(stage).await;
    stage.change(&office.manager.token, lock(&locked)).await;

    let list = office.list(stage, ListUsersRequest::default()).await;

    assert_eq!((list.total, list.users.len()), (2, 2));
    assert!(!list.read_at.is_empty());
    for user in &list.users {
        assert_eq!(*user, stage.read(&office.manager.token, &user.user_id).await);
    }
}

pub(super) async fn only_who_is_within_reach_is_listed_and_counted(stage: &Stage<'_>) {
    let (near, far) = (Office::open(stage).await, Office::open(stage).await);
    near.hire(stage).await;
    far.hire(stage).await;
    let foreign = SearchQuery::OrganizationId(far.organization.to_string(), 0);
    let not_foreign = SearchQuery::Not(Some(Box::new(foreign.clone())));
    let own = SearchQuery::OrganizationId(near.organization.to_string(), 0);
    for (query, expected) in [
        (vec![], 2),
        (vec![foreign.clone()], 0),
        (vec![not_foreign], 2),
        (vec![SearchQuery::Or(vec![foreign.clone(), own.clone()])], 2),
        (vec![SearchQuery::Not(Some(Box::new(own.clone())))], 0),
    ] {
        let told = format!("{query:?}");
        let list = near.list(stage, queried(query)).await;
        assert_eq!((list.total, list.users.len()), (expected, list.users.len()), "{told}");
        for user in list.users {
            assert_eq!(user.details.resource_owner, near.organization.as_str(), "{told}");
        }
    }

    let both = || queried(vec![SearchQuery::Or(vec![foreign.clone(), own.clone()])]);
    let viewer = &stage.world.instance_viewer.token;
    assert_eq!(
        stage.list(viewer, both()).await.total,
        4,
        "the instance is within reach"
    );
    let of_both = stage.world.member_of(&near.organization, Role::OrgOwnerViewer).await;
    stage
        .world
        .grant(&of_both, Role::OrgUserManager, &far.organization)
        .await;
    assert_eq!(
        stage.list(&of_both.token, both()).await.total,
        5,
        "two organizations are within reach"
    );
}

pub(super) async fn deleted_users_are_neither_listed_nor_counted(stage: &Stage<'_>) {
    let office = Office::open(stage).await;
    let (user_id, _) = office.hire(stage).await;
    stage.change(&office.manager.token, delete(&user_id)).await;

    for queries in [
        vec![],
        vec![SearchQuery::Not(Some(Box::new(SearchQuery::State(1))))],
        vec![SearchQuery::State(3)],
    ] {
        let list = office.list(stage, queried(queries)).await;
        assert!(list.users.iter().all(|user| user.user_id == office.manager.user_id));
        assert_eq!(list.total, list.users.len() as u64);
    }
}

pub(super) async fn lists_are_ordered_and_ties_are_broken_by_the_id(stage: &Stage<'_>) {
    let office = Office::open(stage).await;
    let mut created = Vec::new();
    for number in 0..6 {
        let (user_id, created_at) = office.hire(stage).await;
        match number % 3 {
            0 => _ = stage.change(&office.manager.token, lock(&user_id)).await,
            1 => _ = stage.change(&office.manager.token, deactivate(&user_id)).await,
            _ => {}
        }
        created.push((user_id, created_at));
    }
    let key = |column: i32, user: &User| match column {
        2 => created
            .iter()
            .find(|(id, _)| *id == user.user_id)
            .expect("who was created")
            .1
            .clone(),
        3 => user.details.change_date.clone(),
        6 => ["USER_STATE_ACTIVE", "USER_STATE_INACTIVE", "USER_STATE_LOCKED"]
            .iter()
            .position(|state| *state == user.state)
            .expect("a state")
            .to_string(),
        _ => String::new(),
    };
    for (column, name) in COLUMNS {
        for ascending in [true, false] {
            let list = office
                .list(
                    stage,
                    ListUsersRequest {
                        ascending,
                        sorting_column: column,
                        queries: vec![not_the_manager(&office)],
                        ..ListUsersRequest::default()
                    },
                )
                .await;
            let places: Vec<_> = list
                .users
                .iter()
                .map(|user| (key(column, user), &user.user_id))
                .collect();
            let mut expected = places.clone();
            expected.sort_unstable();
            if !ascending {
                expected.reverse();
            }
            assert_eq!((list.sorting_column.as_str(), places.len()), (name, 6));
            assert_eq!(places, expected, "{name} {ascending}");
        }
    }
}

pub(super) async fn a_list_has_100_users_unless_another_number_is_given(stage: &Stage<'_>) {
    let office = Office::open(stage).await;
    for _ in 0..101 {
        office.hire(stage).await;
    }
    let part = |limit, offset| ListUsersRequest {
        limit,
        offset,
        ascending: true,
        ..ListUsersRequest::default()
    };
    let all = office.list(stage, part(1_000, 0)).await.users;
    assert_eq!(all.len(), 102);
    for (limit, offset, expected) in [
        (0, 0, &all[..100]),
        (1, 0, &all[..1]),
        (0, 100, &all[100..]),
        (7, 50, &all[50..57]),
        (1_000, 102, &[]),
        (1, u64::try_from(i64::MAX).expect("is positive"), &[]),
    ] {
        let list = office.list(stage, part(limit, offset)).await;
        assert_eq!((list.total, list.users.as_slice()), (102, expected), "{limit} {offset}");
    }
}

pub(super) async fn parts_of_lists_have_bounds(stage: &Stage<'_>) {
    let request = ListUsersRequest {
        limit: 1_001,
        offset: u64::MAX,
        ..ListUsersRequest::default()
    };
    let failure = stage.managers_refusal(Request::ListUsers(request)).await;
    assert_violates(&failure, &["query.limit", "query.offset"]);
}

pub(super) async fn what_lists_can_be_ordered_by_is_defined(stage: &Stage<'_>) {
    let by = |sorting_column| {
        Request::ListUsers(ListUsersRequest {
            sorting_column,
            ..ListUsersRequest::default()
        })
    };
    for undefined in [-1, 9] {
        assert_violates(&stage.managers_refusal(by(undefined)).await, &["sorting_column"]);
    }
    for (not_kept, name) in [
        (4, "FIELD_NAME_EMAIL"),
        (5, "FIELD_NAME_PHONE"),
        (7, "FIELD_NAME_SCHEMA_ID"),
        (8, "FIELD_NAME_SCHEMA_TYPE"),
    ] {
        let failure = stage.managers_refusal(by(not_kept)).await;
        let field = format!("sorting_column {name}");
        assert_refused(&failure, UNIMPLEMENTED, "UNIMPLEMENTED", &[("field", &field)]);
        assert!(
            failure.message.contains(name),
            "{:?} leaves {name} out",
            failure.message
        );
    }
}

fn queried(queries: Vec<SearchQuery>) -> ListUsersRequest {
    ListUsersRequest {
        queries,
        ..ListUsersRequest::default()
    }
}

fn not_the_manager(office: &Office) -> SearchQuery {
    let manager = SearchQuery::UserId(office.manager.user_id.clone(), 0);
    SearchQuery::Not(Some(Box::new(manager)))
}
