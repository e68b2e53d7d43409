//! `UserDirectory::search`: conditions on states and locks, and what joins conditions.

use std::slice;

use unlockd_application::ports::{TextMethod, TimeRange, UserFilter, UserQuery};
use unlockd_domain::{Actor, LockCause, LockOrder, Timestamp, User, UserChange, UsernameKey, UsernameScope};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

fn not(filter: UserFilter) -> UserFilter {
    UserFilter::Not(Box::new(filter))
}

fn and(filters: &[UserFilter]) -> UserFilter {
    UserFilter::And(filters.to_vec())
}

fn or(filters: &[UserFilter]) -> UserFilter {
    UserFilter::Or(filters.to_vec())
}

fn id(text: &str) -> UserFilter {
    UserFilter::UserId(fixtures::text_match(TextMethod::Equals, text))
}

fn name(text: &str) -> UserFilter {
    fixtures::username_filter(TextMethod::Equals, text)
}

/// A name that is specific to the organization.
fn narrow_name(text: &str) -> UserFilter {
    UserFilter::Username {
        text: fixtures::text_match(TextMethod::Equals, text),
        key: UsernameKey::of(text),
        organization_specific_only: true,
    }
}

async fn find(stores: &Stores, filter: UserFilter) -> Vec<String> {
    let query = UserQuery {
        now: at("29.999999"),
        ..fixtures::user_query(filter)
    };
    let page = stores.directory.search(&query).await;
    let page = page.expect("an answer");
    let ids: Vec<_> = page
        .users
        .iter()
        .map(|(user, _)| user.id().as_str().to_owned())
        .collect();
    assert_eq!(page.total, ids.len() as u64);
    ids
}

/// The condition finds these, and its negation all others.
async fn assert_found(stores: &Stores, filter: UserFilter, expected: &[&str]) {
    assert_eq!(find(stores, filter.clone()).await, expected, "{filter:?}");
    let everybody = find(stores, and(&[])).await;
    let others: Vec<_> = everybody
        .into_iter()
        .filter(|id| !expected.contains(&id.as_str()))
        .collect();
    let negated = not(filter);
    assert_eq!(find(stores, negated.clone()).await, others, "{negated:?}");
}

fn at(second: &str) -> Timestamp {
    fixtures::timestamp(&format!("2024-01-01T00:00:{second}Z"))
}

fn lock(user: &User, cause: LockCause, since: &str, until: Option<&str>) -> UserChange {
    let order = LockOrder {
        cause,
        reason: None,
        until: until.map(at),
    };
    user.lock(order, Actor::System, at(since)).expect("an active user")
}

/// Users in every state, and with every kind of lock, also such as had one.
async fn in_all_states(stores: &Stores) {
    arrange::organization(stores, arrange::ACME).await;
    let made = |id: &'static str| async move {
        let organization = fixtures::organization_id(arrange::ACME);
        let mut new = fixtures::new_user(id, arrange::ACME);
        new.change = User::create(fixtures::user_id(id), organization, Actor::System, at("00"));
        arrange::write(stores, &new).await;
        new.change.user().clone()
    };
    made("active").await;
    let inactive = made("inactive").await;
    arrange::commit(stores, &arrange::deactivated(&inactive)).await;
    let deleted = made("deleted").await;
    let locked = arrange::commit(stores, &lock(&deleted, LockCause::Operator, "10", Some("30"))).await;
    arrange::commit(stores, &arrange::deleted(&locked)).await;
    for (id, cause, since, until) in [
        ("open", LockCause::Operator, "10", None),
        ("long", LockCause::Operator, "10.000001", Some("30.000001")),
        ("short", LockCause::Policy, "20", Some("30")),
    ] {
        arrange::commit(stores, &lock(&made(id).await, cause, since, until)).await;
    }
    let lifted = lock(&made("unlocked").await, LockCause::Policy, "10", Some("30"));
    let lifted = arrange::commit(stores, &lifted).await;
    let unlock = lifted.unlock(None, Actor::System, at("25")).expect("a locked user");
    arrange::commit(stores, &unlock).await;
    let ended = lock(&made("put aside").await, LockCause::Operator, "10", Some("30"));
    let ended = arrange::commit(stores, &ended).await;
    arrange::commit(stores, &arrange::deactivated(&ended)).await;
}

/// Each state finds those who are in it; the deleted are nobody.
pub async fn users_are_found_by_their_state(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    in_all_states(&stores).await;
    assert_found(&stores, UserFilter::Active, &["active", "unlocked"]).await;
    assert_found(&stores, UserFilter::Inactive, &["inactive", "put aside"]).await;
    assert_found(&stores, UserFilter::Locked, &["long", "open", "short"]).await;
    assert_found(&stores, UserFilter::Deleted, &[]).await;
}

/// A lock that has ended has no cause any more.
pub async fn users_are_found_by_the_cause_of_their_lock(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    in_all_states(&stores).await;
    assert_found(&stores, UserFilter::LockCause(LockCause::Operator), &["long", "open"]).await;
    assert_found(&stores, UserFilter::LockCause(LockCause::Policy), &["short"]).await;
}

/// To the microsecond, neither end included; a lock without an end is within no range of ends.
pub async fn users_are_found_by_the_times_of_their_lock(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    in_all_states(&stores).await;
    let range = |after: Option<&str>, before: Option<&str>| TimeRange {
        after: after.map(at),
        before: before.map(at),
    };
    let extremes = TimeRange {
        after: Some(fixtures::earliest()),
        before: Some(Timestamp::MAX),
    };
    let since: [(TimeRange, &[&str]); 8] = [
        (range(None, None), &["long", "open", "short"]),
        (extremes, &["long", "open", "short"]),
        (range(Some("10"), None), &["long", "short"]),
        (range(Some("09.999999"), None), &["long", "open", "short"]),
        (range(None, Some("20")), &["long", "open"]),
        (range(None, Some("20.000001")), &["long", "open", "short"]),
        (range(Some("10"), Some("20")), &["long"]),
        (range(Some("20"), Some("10")), &[]),
    ];
    for (range, expected) in since {
        assert_found(&stores, UserFilter::LockedSince(range), expected).await;
    }
    let until: [(TimeRange, &[&str]); 6] = [
        (range(None, None), &["long", "short"]),
        (extremes, &["long", "short"]),
        (range(Some("30"), None), &["long"]),
        (range(None, Some("30.000001")), &["short"]),
        (range(None, Some("30")), &[]),
        (range(Some("29.999999"), Some("30.000002")), &["long", "short"]),
    ];
    for (range, expected) in until {
        assert_found(&stores, UserFilter::LockedUntil(range), expected).await;
    }
}

/// Also where there is only one, or none.
pub async fn conditions_are_joined_by_and_or_and_not(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    in_all_states(&stores).await;
    let (locked, by_policy) = (UserFilter::Locked, UserFilter::LockCause(LockCause::Policy));
    let everybody = ["active", "inactive", "long", "open", "put aside", "short", "unlocked"];
    let cases: [(UserFilter, &[&str]); 11] = [
        (and(&[]), &everybody),
        (or(&[]), &[]),
        (and(&[and(&[]), or(&[])]), &[]),
        (or(&[and(&[]), or(&[])]), &everybody),
        (and(slice::from_ref(&locked)), &["long", "open", "short"]),
        (or(slice::from_ref(&locked)), &["long", "open", "short"]),
        (and(&[locked.clone(), by_policy.clone()]), &["short"]),
        (and(&[locked.clone(), not(by_policy.clone())]), &["long", "open"]),
        (
            or(&[UserFilter::Active, by_policy.clone()]),
            &["active", "short", "unlocked"],
        ),
        (
            // "And" inside of "or" and "or" inside of "and" are not the same without brackets.
            and(&[
                or(&[UserFilter::Active, locked.clone()]),
                or(&[by_policy.clone(), id("active")]),
            ]),
            &["active", "short"],
        ),
        (
            or(&[and(&[UserFilter::Active, id("active")]), and(&[locked, not(by_policy)])]),
            &["active", "long", "open"],
        ),
    ];
    for (filter, expected) in cases {
        assert_found(&stores, filter, expected).await;
    }
}

/// Nobody is left out of a negation for want of what is negated: names, a lock, its end.
pub async fn a_condition_on_what_a_user_does_not_have_is_false(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    in_all_states(&stores).await;
    arrange::write(
        &stores,
        &fixtures::named_user("named", arrange::ACME, &["one", "other"]),
    )
    .await;
    assert_found(&stores, name("one"), &["named"]).await;
    assert_found(&stores, narrow_name("one"), &[]).await;
    let without_an_end = and(&[
        UserFilter::Locked,
        not(UserFilter::LockedUntil(TimeRange::default())),
        not(name("one")),
    ]);
    assert_found(&stores, without_an_end, &["open"]).await;
}

/// Two conditions on names can be about two names.
pub async fn one_of_several_names_is_enough(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut both = fixtures::named_user("both", arrange::ACME, &["wide"]);
    both.profile
        .usernames
        .push(fixtures::username("narrow", UsernameScope::Organization));
    arrange::write(&stores, &both).await;
    arrange::write(&stores, &fixtures::named_user("one", arrange::ACME, &["narrow"])).await;
    arrange::user(&stores, "none").await;
    let cases: [(UserFilter, &[&str]); 7] = [
        (name("narrow"), &["both", "one"]),
        (narrow_name("narrow"), &["both"]),
        (narrow_name("wide"), &[]),
        (and(&[name("narrow"), name("wide")]), &["both"]),
        (or(&[name("narrow"), name("wide")]), &["both", "one"]),
        (and(&[name("wide"), not(name("narrow"))]), &[]),
        (and(&[not(name("wide")), name("narrow")]), &["one"]),
    ];
    for (filter, expected) in cases {
        assert_found(&stores, filter, expected).await;
    }
    // Who fits in two ways is found, and counted, once.
    let any = fixtures::username_filter(TextMethod::Contains, "w");
    assert_found(&stores, any, &["both", "one"]).await;
}

/// As deep as a request may be, and the list around it.
pub async fn conditions_can_be_nested_20_levels_deep(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    in_all_states(&stores).await;
    // 21 negations are one; the neutral element of each joint changes nothing.
    let negated = (0..21).fold(UserFilter::Locked, |filter, _| not(filter));
    assert_found(&stores, negated, &["active", "inactive", "put aside", "unlocked"]).await;
    let joined = (0..21).fold(UserFilter::Locked, |filter, level| match level % 4 {
        0 => and(&[filter, and(&[])]),
        1 => or(&[or(&[]), filter]),
        2 => and(&[filter, not(id("nobody"))]),
        _ => or(&[filter, name("nobody")]),
    });
    assert_found(&stores, joined, &["long", "open", "short"]).await;
}

/// As many as a request may have, of each kind.
pub async fn there_can_be_200_conditions(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    in_all_states(&stores).await;
    arrange::write(&stores, &fixtures::named_user("named", arrange::ACME, &["name 150"])).await;
    arrange::write(&stores, &fixtures::new_user("id 150", arrange::ACME)).await;
    let many = |leaf: &dyn Fn(&str) -> UserFilter, prefix: &str| -> Vec<UserFilter> {
        (0..200).map(|number| leaf(&format!("{prefix} {number}"))).collect()
    };
    assert_found(&stores, UserFilter::Or(many(&id, "id")), &["id 150"]).await;
    assert_found(&stores, UserFilter::Or(many(&name, "name")), &["named"]).await;
    let contains = |text: &str| fixtures::username_filter(TextMethod::ContainsIgnoreCase, text);
    assert_found(&stores, UserFilter::Or(many(&contains, "NAME")), &["named"]).await;
    assert_found(&stores, UserFilter::And(many(&contains, "NAME")), &[]).await;
    let none: Vec<_> = many(&id, "no")
        .into_iter()
        .map(not)
        .chain([UserFilter::Locked])
        .collect();
    assert_found(&stores, UserFilter::And(none), &["long", "open", "short"]).await;
    // The longest texts that there are, all of them in one question.
    let long = |text: &str| fixtures::username_filter(TextMethod::Contains, &format!("{text:\u{1F511}<200}"));
    assert_found(&stores, UserFilter::Or(many(&long, "%")), &[]).await;
}
