use unlockd_application::ports::{
    SortDirection, TextMatch, TextMethod, TimeRange, UserFilter, UserOrder, UserQuery, Visibility,
};
use unlockd_domain::{LockCause, UsernameKey};
use unlockd_testkit::fixtures;

use sqlx::QueryBuilder;

use super::{LargeDatabase, assert_uses};
use crate::user_directory::{push_count, push_page};

/// More than are sorted because they are few.
const MANY: u64 = 100_000;

/// Both queries of a search find their rows by the index.
async fn assert_search_uses(database: &mut LargeDatabase, index: &str, query: &UserQuery) {
    for plan in [
        database.plan(|sql| push_page(sql, query, MANY)).await,
        database.plan(|sql| push_count(sql, query)).await,
    ] {
        assert_uses(index, &plan);
    }
}

impl LargeDatabase {
    /// The ids of a page, by the query for so many.
    async fn page(&mut self, query: &UserQuery, total: u64) -> Vec<String> {
        let mut sql = QueryBuilder::new("");
        push_page(&mut sql, query, total);
        let ids = sql.build_query_scalar().persistent(false);
        ids.fetch_all(&mut self.connection).await.unwrap()
    }
}

fn newest(filter: UserFilter, order: UserOrder) -> UserQuery {
    UserQuery {
        visibility: Visibility::Instance,
        filter: UserFilter::And(vec![filter]),
        now: fixtures::now(),
        order,
        direction: SortDirection::Descending,
        offset: 0,
        limit: 100,
    }
}

fn text(method: TextMethod, text: &str) -> TextMatch {
    TextMatch {
        method,
        text: text.to_owned(),
    }
}

fn named(method: TextMethod, name: &str) -> UserFilter {
    UserFilter::Username {
        text: text(method, name),
        key: UsernameKey::of(name),
        organization_specific_only: false,
    }
}

#[tokio::test]
async fn searches_of_a_help_desk_run_on_indexes() {
    let Some(mut database) = LargeDatabase::create().await else {
        return;
    };
    let one_organization = || UserFilter::OrganizationId(text(TextMethod::Equals, "o7"));
    let reach_of_one = Visibility::Organizations(vec![fixtures::organization_id("o7")]);

    // In the order of an index: nothing is sorted.
    for (index, filter, order) in [
        (
            "users_organization_changed_idx",
            one_organization(),
            UserOrder::ChangeDate,
        ),
        (
            "user_events_organization_created_idx",
            one_organization(),
            UserOrder::CreationDate,
        ),
        (
            "users_organization_locked_idx",
            UserFilter::And(vec![one_organization(), UserFilter::Locked]),
            UserOrder::ChangeDate,
        ),
        ("users_locked_idx", UserFilter::Locked, UserOrder::ChangeDate),
        ("users_changed_idx", UserFilter::And(Vec::new()), UserOrder::ChangeDate),
        (
            "user_events_created_idx",
            UserFilter::And(Vec::new()),
            UserOrder::CreationDate,
        ),
        ("users_pkey", UserFilter::And(Vec::new()), UserOrder::Id),
    ] {
        for direction in [SortDirection::Ascending, SortDirection::Descending] {
            let query = UserQuery {
                direction,
                ..newest(filter.clone(), order)
            };
            let plan = database.plan(|sql| push_page(sql, &query, MANY)).await;
            assert_uses(index, &plan);
            assert!(!plan.contains("Sort"), "{index}:\n{plan}");
        }
    }
    // Whose reach is one organization asks for it without saying so.
    let locked_within_reach = UserQuery {
        visibility: reach_of_one,
        ..newest(UserFilter::Locked, UserOrder::ChangeDate)
    };
    let plan = database.plan(|sql| push_page(sql, &locked_within_reach, MANY)).await;
    assert!(!plan.contains("Sort"), "{plan}");
    assert_search_uses(&mut database, "users_organization_locked_idx", &locked_within_reach).await;

    // Few are found, and counted.
    for (index, filter) in [
        ("users_locked_idx", UserFilter::Locked),
        ("users_locked_idx", UserFilter::LockCause(LockCause::Operator)),
        ("users_organization_", one_organization()),
        ("usernames_key_idx", named(TextMethod::Equals, "Name4711")),
        ("usernames_key_idx", named(TextMethod::EqualsIgnoreCase, "NAME4711")),
        ("usernames_key_idx", named(TextMethod::StartsWithIgnoreCase, "NAME4711")),
        ("users_pkey", UserFilter::UserId(text(TextMethod::Equals, "u4711"))),
        ("users_pkey", UserFilter::UserId(text(TextMethod::StartsWith, "u4711"))),
    ] {
        assert_search_uses(&mut database, index, &newest(filter, UserOrder::ChangeDate)).await;
    }
}

#[tokio::test]
async fn a_few_in_the_order_of_creation_are_found_by_what_makes_them_few() {
    let Some(mut database) = LargeDatabase::create().await else {
        return;
    };
    for (index, filter) in [
        ("users_locked_idx", UserFilter::Locked),
        ("usernames_key_idx", named(TextMethod::StartsWithIgnoreCase, "NAME4711")),
        ("users_pkey", UserFilter::UserId(text(TextMethod::StartsWith, "u4711"))),
    ] {
        let query = newest(filter, UserOrder::CreationDate);
        let plan = database.plan(|sql| push_page(sql, &query, 1_000)).await;
        assert_uses(index, &plan);
        assert!(!plan.contains("user_events"), "{plan}");
    }
}

#[tokio::test]
async fn a_few_and_many_come_in_the_same_order_of_creation() {
    let Some(mut database) = LargeDatabase::create().await else {
        return;
    };
    for filter in [
        UserFilter::Locked,
        UserFilter::LockCause(LockCause::Operator),
        UserFilter::LockedSince(TimeRange {
            after: Some(fixtures::earliest()),
            before: None,
        }),
        UserFilter::Not(Box::new(named(TextMethod::Contains, "4"))),
        UserFilter::And(vec![
            UserFilter::OrganizationId(text(TextMethod::EqualsIgnoreCase, "O7")),
            UserFilter::Or(vec![
                named(TextMethod::StartsWith, "Name4"),
                UserFilter::UserId(text(TextMethod::EndsWith, "8")),
            ]),
        ]),
    ] {
        for direction in [SortDirection::Ascending, SortDirection::Descending] {
            // Looked for by a part of the id, whatever the rest: a few of those are sorted.
            let filter = UserFilter::And(vec![
                UserFilter::UserId(text(TextMethod::Contains, "7")),
                filter.clone(),
            ]);
            let query = UserQuery {
                direction,
                ..newest(filter, UserOrder::CreationDate)
            };
            let few = database.page(&query, 1).await;
            assert!(!few.is_empty(), "{query:?}");
            assert_eq!(database.page(&query, MANY).await, few, "{query:?}");
        }
    }
}
