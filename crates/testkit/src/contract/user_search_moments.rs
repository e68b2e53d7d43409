//! `UserDirectory::search`: users are what they are at the moment of the question.

use unlockd_application::ports::{SortDirection, TimeRange, UserFilter, UserOrder, UserQuery};
use unlockd_domain::{Actor, LockCause, LockOrder, Timestamp, User};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

fn at(second: &str) -> Timestamp {
    fixtures::timestamp(&format!("2024-01-01T00:00:{second}Z"))
}

/// Users who are locked since the 10th second: until the 20th, the 30th, and for ever; and some who are not.
async fn a_few_users(stores: &Stores) {
    arrange::organization(stores, arrange::ACME).await;
    for (id, cause, until) in [
        ("d 20", LockCause::Policy, Some("20")),
        ("c 30", LockCause::Operator, Some("30")),
        ("b ever", LockCause::Policy, None),
    ] {
        let user = made(stores, id).await;
        let order = LockOrder {
            cause,
            reason: None,
            until: until.map(at),
        };
        let lock = user.lock(order, Actor::System, at("10")).expect("an active user");
        arrange::commit(stores, &lock).await;
    }
    made(stores, "e active").await;
    let inactive = made(stores, "a inactive").await;
    let change = inactive.deactivate(None, Actor::System, at("10"));
    arrange::commit(stores, &change.expect("an active user")).await;
}

async fn made(stores: &Stores, id: &str) -> User {
    let mut new = fixtures::new_user(id, arrange::ACME);
    let organization = fixtures::organization_id(arrange::ACME);
    new.change = User::create(fixtures::user_id(id), organization, Actor::System, at("00"));
    arrange::write(stores, &new).await;
    new.change.user().clone()
}

async fn search(stores: &Stores, query: &UserQuery) -> Vec<String> {
    let page = stores.directory.search(query).await.expect("an answer");
    assert_eq!(page.total, page.users.len() as u64);
    for (user, _) in &page.users {
        // As it is stored, not as it is seen.
        assert_eq!(arrange::find(stores, user.id().as_str()).await, *user);
    }
    page.users
        .iter()
        .map(|(user, _)| user.id().as_str().to_owned())
        .collect()
}

/// The condition finds these at each of the moments, and its negation all others.
async fn assert_found(stores: &Stores, filter: &UserFilter, cases: &[(&str, &[&str])]) {
    let everybody = ["a inactive", "b ever", "c 30", "d 20", "e active"];
    for (now, expected) in cases {
        let query = |filter| UserQuery {
            now: at(now),
            ..fixtures::user_query(filter)
        };
        assert_eq!(
            search(stores, &query(filter.clone())).await,
            *expected,
            "{filter:?} at {now}"
        );
        let others: Vec<_> = everybody.into_iter().filter(|id| !expected.contains(id)).collect();
        let negated = UserFilter::Not(Box::new(filter.clone()));
        assert_eq!(search(stores, &query(negated)).await, others, "not {filter:?} at {now}");
    }
}

/// From the very moment on at which their lock ends.
pub async fn users_whose_lock_has_expired_are_found_as_active(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    a_few_users(&stores).await;
    let locked: [(&str, &[&str]); 4] = [
        ("19.999999", &["b ever", "c 30", "d 20"]),
        ("20", &["b ever", "c 30"]),
        ("29.999999", &["b ever", "c 30"]),
        ("30", &["b ever"]),
    ];
    assert_found(&stores, &UserFilter::Locked, &locked).await;
    let active: [(&str, &[&str]); 4] = [
        ("19.999999", &["e active"]),
        ("20", &["d 20", "e active"]),
        ("29.999999", &["d 20", "e active"]),
        ("30", &["c 30", "d 20", "e active"]),
    ];
    assert_found(&stores, &UserFilter::Active, &active).await;
    let inactive: [(&str, &[&str]); 2] = [("20", &["a inactive"]), ("30", &["a inactive"])];
    assert_found(&stores, &UserFilter::Inactive, &inactive).await;
    assert_found(&stores, &UserFilter::Deleted, &[("30", &[])]).await;
}

/// Neither cause, nor beginning, nor end: whatever is said about a lock is false where there is none any more.
pub async fn a_lock_that_has_expired_has_no_properties(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    a_few_users(&stores).await;
    let by_policy: [(&str, &[&str]); 3] = [
        ("19.999999", &["b ever", "d 20"]),
        ("20", &["b ever"]),
        ("30", &["b ever"]),
    ];
    assert_found(&stores, &UserFilter::LockCause(LockCause::Policy), &by_policy).await;
    let by_operator: [(&str, &[&str]); 2] = [("29.999999", &["c 30"]), ("30", &[])];
    assert_found(&stores, &UserFilter::LockCause(LockCause::Operator), &by_operator).await;
    let since = TimeRange {
        after: Some(at("09")),
        before: Some(at("11")),
    };
    let since_then: [(&str, &[&str]); 3] = [
        ("19.999999", &["b ever", "c 30", "d 20"]),
        ("20", &["b ever", "c 30"]),
        ("30", &["b ever"]),
    ];
    for range in [since, TimeRange::default()] {
        assert_found(&stores, &UserFilter::LockedSince(range), &since_then).await;
    }
    let until = TimeRange {
        after: Some(at("15")),
        before: Some(at("40")),
    };
    let until_then: [(&str, &[&str]); 3] = [("19.999999", &["c 30", "d 20"]), ("20", &["c 30"]), ("30", &[])];
    for range in [until, TimeRange::default()] {
        assert_found(&stores, &UserFilter::LockedUntil(range), &until_then).await;
    }
}

/// Those whose lock has expired stand among the active ones, by their ids.
pub async fn the_order_by_state_is_that_of_the_moment(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    a_few_users(&stores).await;
    for (now, expected) in [
        ("19.999999", ["e active", "a inactive", "b ever", "c 30", "d 20"]),
        ("20", ["d 20", "e active", "a inactive", "b ever", "c 30"]),
        ("30", ["c 30", "d 20", "e active", "a inactive", "b ever"]),
    ] {
        for direction in [SortDirection::Ascending, SortDirection::Descending] {
            let mut expected = expected;
            if direction == SortDirection::Descending {
                expected.reverse();
            }
            let query = UserQuery {
                now: at(now),
                order: UserOrder::State,
                direction,
                ..fixtures::user_query(UserFilter::And(Vec::new()))
            };
            assert_eq!(search(&stores, &query).await, expected, "at {now}");
        }
    }
}

/// Writing it down changes who is found at no moment after it, but for the time of the last event.
pub async fn an_end_that_was_written_down_is_found_like_one_that_was_not(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    a_few_users(&stores).await;
    let query = UserQuery {
        now: at("25"),
        ..fixtures::user_query(UserFilter::Active)
    };
    let before = search(&stores, &query).await;
    let lifted = stores.users.lift_expired_locks(at("25"), 10).await;
    assert_eq!(lifted.expect("an answer"), 1);
    assert_eq!(search(&stores, &query).await, before);
    let by_change = UserQuery {
        order: UserOrder::ChangeDate,
        ..query
    };
    assert_eq!(search(&stores, &by_change).await, ["e active", "d 20"]);
}
