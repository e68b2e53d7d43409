use unlockd_application::ports::{SortDirection, TextMatch, TextMethod, UserFilter, UserOrder, UserQuery, Visibility};
use unlockd_domain::UsernameKey;
use unlockd_testkit::fixtures;

use super::{Seeded, assert_in_order_of, assert_no_full_scan};
use crate::user_directory::{push_page, push_total};

const USERS: &str = "
    INSERT INTO users (id, organization_id, state, sequence, lock_since, lock_cause, lock_scope, created_at, changed_at)
    SELECT printf('user %05d', n * 7919 % 100000), 'organization ' || (n % 10),
           CASE WHEN n % 83 = 0 THEN 'deleted' WHEN n % 7 = 0 THEN 'locked' WHEN n % 5 = 0 THEN 'inactive' ELSE 'active' END,
           1, iif(n % 83 <> 0 AND n % 7 = 0, n, NULL), iif(n % 83 <> 0 AND n % 7 = 0, 'operator', NULL),
           iif(n % 83 <> 0 AND n % 7 = 0, 'all_use', NULL),
           n, n * 31 % 100000
    FROM numbers;
    INSERT INTO usernames (id, user_id, position, name, key, login_key)
    SELECT 'name', id, 0, 'Name ' || id, 'name ' || id, 'name ' || id FROM users;
";

fn one_organization() -> Visibility {
    Visibility::Organizations(vec![fixtures::organization_id("organization 3")])
}

fn query(visibility: Visibility, filters: Vec<UserFilter>, order: UserOrder) -> UserQuery {
    UserQuery {
        visibility,
        filter: UserFilter::And(filters),
        now: fixtures::now(),
        order,
        direction: SortDirection::Descending,
        offset: 0,
        limit: 100,
    }
}

fn user_id(method: TextMethod) -> UserFilter {
    UserFilter::UserId(TextMatch {
        method,
        text: "user 0012".to_owned(),
    })
}

fn username(method: TextMethod) -> UserFilter {
    let text = "Name user 0012".to_owned();
    UserFilter::Username {
        key: UsernameKey::of(&text),
        text: TextMatch { method, text },
        organization_specific_only: false,
    }
}

fn organization(id: &str) -> UserFilter {
    UserFilter::OrganizationId(TextMatch {
        method: TextMethod::Equals,
        text: id.to_owned(),
    })
}

#[tokio::test]
async fn lists_come_from_an_index_in_their_order() {
    let locked = || vec![UserFilter::Locked];
    let of_organization = || vec![organization("organization 3")];
    let all = Visibility::Instance;
    let lists = [
        (
            "locked in one organization by change",
            one_organization(),
            locked(),
            UserOrder::ChangeDate,
            "users_organization_locked_idx",
        ),
        (
            "locked in the organization of the query",
            all.clone(),
            [of_organization(), locked()].concat(),
            UserOrder::ChangeDate,
            "users_organization_locked_idx",
        ),
        (
            "locked anywhere by change",
            all.clone(),
            locked(),
            UserOrder::ChangeDate,
            "users_locked_idx",
        ),
        (
            "one organization by change",
            one_organization(),
            vec![],
            UserOrder::ChangeDate,
            "users_organization_changed_idx",
        ),
        (
            "the organization of the query by change",
            all.clone(),
            of_organization(),
            UserOrder::ChangeDate,
            "users_organization_changed_idx",
        ),
        (
            "one organization by creation",
            one_organization(),
            vec![],
            UserOrder::CreationDate,
            "users_organization_created_idx",
        ),
        (
            "all by change",
            all.clone(),
            vec![],
            UserOrder::ChangeDate,
            "users_changed_idx",
        ),
        (
            "all by creation",
            all.clone(),
            vec![],
            UserOrder::CreationDate,
            "users_created_idx",
        ),
        ("all by id", all, vec![], UserOrder::Id, "sqlite_autoindex_users_1"),
    ];
    let seeded = Seeded::new(USERS).await;
    for with_statistics in [false, true] {
        if with_statistics {
            seeded.analyze().await;
        }
        for (name, visibility, filters, order, index) in lists.clone() {
            for direction in [SortDirection::Ascending, SortDirection::Descending] {
                let query = UserQuery {
                    direction,
                    ..query(visibility.clone(), filters.clone(), order)
                };
                let plan = seeded.plan(|sql| push_page(sql, &query)).await;
                assert_in_order_of(index, &plan, &format!("{name}, {direction:?}, {with_statistics}"));
            }
        }
    }
}

#[tokio::test]
async fn who_is_called_something_is_found_by_an_index() {
    let prefix = TextMethod::StartsWithIgnoreCase;
    let either = UserFilter::Or(vec![username(prefix), user_id(TextMethod::Equals)]);
    let by_name = "usernames_key_idx (key";
    let by_id = "sqlite_autoindex_users_1 (id";
    let conditions = [
        (username(TextMethod::Equals), by_name),
        (username(TextMethod::EqualsIgnoreCase), by_name),
        (username(prefix), by_name),
        (either, by_name),
        (user_id(TextMethod::Equals), by_id),
        (user_id(TextMethod::StartsWith), by_id),
    ];
    let seeded = Seeded::new(USERS).await;
    for with_statistics in [false, true] {
        if with_statistics {
            seeded.analyze().await;
        }
        for (condition, index) in &conditions {
            for others in [vec![], vec![UserFilter::Locked], vec![organization("organization 3")]] {
                for visibility in [Visibility::Instance, one_organization()] {
                    let filters = [vec![condition.clone()], others.clone()].concat();
                    let query = query(visibility, filters, UserOrder::ChangeDate);
                    let page = seeded.plan(|sql| push_page(sql, &query)).await;
                    let total = seeded.plan(|sql| push_total(sql, &query)).await;
                    for plan in [page, total] {
                        let what = format!("{query:?}, {with_statistics}");
                        assert!(
                            plan.contains(index) && plan.contains(by_id),
                            "{what}, not by {index}:\n{plan}"
                        );
                        assert_no_full_scan(&plan, &what, "none");
                    }
                }
            }
        }
    }
}

/// Counting reads as much as there is to count, and of that no more than an index.
#[tokio::test]
async fn users_are_counted_on_an_index_alone() {
    let counts = [
        (
            Visibility::Instance,
            "SCAN users USING COVERING INDEX users_changed_idx",
        ),
        (
            one_organization(),
            "SEARCH users USING COVERING INDEX users_organization_changed_idx (organization_id=?)",
        ),
    ];
    let seeded = Seeded::new(USERS).await;
    for with_statistics in [false, true] {
        if with_statistics {
            seeded.analyze().await;
        }
        for (visibility, expected) in counts.clone() {
            let query = query(visibility, vec![], UserOrder::Id);
            assert_eq!(seeded.plan(|sql| push_total(sql, &query)).await, expected);
        }
    }
}
