//! From what a wire brings to a search for users.

use unlockd_application::ports::{SortDirection, TextMatch, TextMethod, TimeRange, UserFilter, UserOrder};
use unlockd_application::users::{ListUsers, ListUsersForm, SearchQueryForm, TextForm, TimeRangeForm};
use unlockd_application::{Error, ErrorReason};
use unlockd_domain::{LockCause, Timestamp, TimestampOutOfRange, UsernameKey};
use unlockd_testkit::fixtures;

use crate::forms::{fields, violations};

fn search(queries: Vec<SearchQueryForm>) -> Result<ListUsers, Error> {
    let form = ListUsersForm {
        queries,
        ..ListUsersForm::default()
    };
    form.parse()
}

fn text(text: &str, method: i32) -> TextForm {
    TextForm {
        text: text.to_owned(),
        method,
    }
}

fn active() -> SearchQueryForm {
    SearchQueryForm::State(1)
}

fn username(form: TextForm) -> SearchQueryForm {
    SearchQueryForm::Username {
        text: form,
        is_organization_specific: false,
    }
}

/// `not` so often around a condition.
fn nested(levels: usize) -> SearchQueryForm {
    (0..levels).fold(active(), |inner, _| SearchQueryForm::Not(Some(Box::new(inner))))
}

#[track_caller]
fn assert_unimplemented(outcome: Result<ListUsers, Error>, field: &str) {
    let description = outcome.expect_err("it is not done").describe(None);
    assert_eq!(description.reason, ErrorReason::Unimplemented);
    assert_eq!(description.metadata, [("field", field.to_owned())]);
}

#[test]
fn without_anything_the_first_100_users_are_listed_by_id_from_the_last_one_on() {
    let expected = ListUsers {
        filter: UserFilter::And(Vec::new()),
        order: UserOrder::Id,
        direction: SortDirection::Descending,
        offset: 0,
        limit: 100,
    };
    assert_eq!(search(Vec::new()).unwrap(), expected);
}

#[test]
fn users_are_sorted_by_what_is_kept_of_them() {
    let by = |sorting_column, ascending| {
        let form = ListUsersForm {
            sorting_column,
            ascending,
            ..ListUsersForm::default()
        };
        form.parse()
    };
    for (number, order) in [
        (0, UserOrder::Id),
        (1, UserOrder::Id),
        (2, UserOrder::CreationDate),
        (3, UserOrder::ChangeDate),
        (6, UserOrder::State),
    ] {
        for (ascending, direction) in [(false, SortDirection::Descending), (true, SortDirection::Ascending)] {
            let query = by(number, ascending).unwrap();
            assert_eq!((query.order, query.direction), (order, direction), "{number}");
        }
    }
    for (number, name) in [
        (4, "sorting_column FIELD_NAME_EMAIL"),
        (5, "sorting_column FIELD_NAME_PHONE"),
        (7, "sorting_column FIELD_NAME_SCHEMA_ID"),
        (8, "sorting_column FIELD_NAME_SCHEMA_TYPE"),
    ] {
        assert_unimplemented(by(number, true), name);
    }
    for unknown in [-1, 9, i32::MAX] {
        assert_eq!(fields(by(unknown, true)), ["sorting_column"]);
    }
}

#[test]
fn a_page_has_at_most_1000_users_and_begins_where_databases_can_count_to() {
    let page = |limit, offset| {
        let form = ListUsersForm {
            limit,
            offset,
            ..ListUsersForm::default()
        };
        form.parse()
    };
    let furthest = i64::MAX.cast_unsigned();
    for (limit, offset) in [(1, 0), (1_000, furthest)] {
        let query = page(limit, offset).unwrap();
        assert_eq!((query.limit, query.offset), (limit, offset));
    }
    assert_eq!(fields(page(1_001, furthest + 1)), ["query.limit", "query.offset"]);
    assert_eq!(violations(page(1_001, 0))[0].1, "must be at most 1000");
}

#[test]
fn each_query_becomes_a_condition() {
    let range = |after: Option<&str>, before: Option<&str>| TimeRangeForm {
        after: after.map(Timestamp::parse_rfc3339),
        before: before.map(Timestamp::parse_rfc3339),
    };
    let moment = "2024-06-25T13:35:39Z";
    let ends = |method| TextMatch {
        method,
        text: "Z%_\\".to_owned(),
    };
    let conditions = [
        (
            SearchQueryForm::UserId(text("Z%_\\", 6)),
            UserFilter::UserId(ends(TextMethod::EndsWith)),
        ),
        (
            SearchQueryForm::OrganizationId(text("Z%_\\", 7)),
            UserFilter::OrganizationId(ends(TextMethod::EndsWithIgnoreCase)),
        ),
        (
            SearchQueryForm::Username {
                text: text("Z%_\\", 6),
                is_organization_specific: true,
            },
            UserFilter::Username {
                text: ends(TextMethod::EndsWith),
                key: UsernameKey::of("Z%_\\"),
                organization_specific_only: true,
            },
        ),
        (SearchQueryForm::State(1), UserFilter::Active),
        (SearchQueryForm::State(2), UserFilter::Inactive),
        (SearchQueryForm::State(3), UserFilter::Deleted),
        (SearchQueryForm::State(4), UserFilter::Locked),
        (
            SearchQueryForm::LockCause(1),
            UserFilter::LockCause(LockCause::Operator),
        ),
        (SearchQueryForm::LockCause(2), UserFilter::LockCause(LockCause::Policy)),
        (
            SearchQueryForm::LockedSince(range(Some(moment), None)),
            UserFilter::LockedSince(TimeRange {
                after: Some(fixtures::timestamp(moment)),
                before: None,
            }),
        ),
        (
            SearchQueryForm::LockedUntil(range(None, Some(moment))),
            UserFilter::LockedUntil(TimeRange {
                after: None,
                before: Some(fixtures::timestamp(moment)),
            }),
        ),
        (
            SearchQueryForm::Or(vec![SearchQueryForm::And(vec![active(), nested(1)])]),
            UserFilter::Or(vec![UserFilter::And(vec![
                UserFilter::Active,
                UserFilter::Not(Box::new(UserFilter::Active)),
            ])]),
        ),
    ];
    let (forms, filters): (Vec<_>, Vec<_>) = conditions.into_iter().unzip();
    assert_eq!(search(forms).unwrap().filter, UserFilter::And(filters));
}

#[test]
fn blanks_around_a_name_that_is_searched_for_are_ignored() {
    let found = search(vec![username(text(" Ada\u{A0}", 0))]).unwrap().filter;
    assert_eq!(found, search(vec![username(text("Ada", 0))]).unwrap().filter);
    for blank in [" ", "\t\u{3000}", "\u{200B}"] {
        let refused = violations(search(vec![username(text(blank, 4))]));
        let expected = (
            "queries[0].username_query.username".to_owned(),
            "must not be blank".to_owned(),
        );
        assert_eq!(refused, [expected]);
    }
}

#[test]
fn all_eight_ways_to_compare_texts_are_known() {
    let methods = [
        TextMethod::Equals,
        TextMethod::EqualsIgnoreCase,
        TextMethod::StartsWith,
        TextMethod::StartsWithIgnoreCase,
        TextMethod::Contains,
        TextMethod::ContainsIgnoreCase,
        TextMethod::EndsWith,
        TextMethod::EndsWithIgnoreCase,
    ];
    for (number, method) in (0..).zip(methods) {
        let found = search(vec![SearchQueryForm::UserId(text("a", number))]).unwrap().filter;
        let text = "a".to_owned();
        assert_eq!(
            found,
            UserFilter::And(vec![UserFilter::UserId(TextMatch { method, text })])
        );
    }
    for unknown in [-1, 8] {
        let forms = vec![
            SearchQueryForm::UserId(text("a", unknown)),
            SearchQueryForm::OrganizationId(text("a", unknown)),
            username(text("a", unknown)),
        ];
        let expected = [
            "queries[0].user_id_query.method",
            "queries[1].organization_id_query.method",
            "queries[2].username_query.method",
        ];
        assert_eq!(fields(search(forms)), expected);
    }
}

#[test]
fn what_is_wrong_is_said_by_its_path() {
    let wrong_time = Some(Err(TimestampOutOfRange));
    let wrong_range = || TimeRangeForm {
        after: wrong_time,
        before: wrong_time,
    };
    let forms = vec![
        SearchQueryForm::Missing,
        SearchQueryForm::Or(Vec::new()),
        SearchQueryForm::And(Vec::new()),
        SearchQueryForm::Not(None),
        SearchQueryForm::UserId(text("", 9)),
        SearchQueryForm::OrganizationId(text(&"o".repeat(201), 0)),
        username(text("", 0)),
        SearchQueryForm::State(0),
        SearchQueryForm::State(5),
        SearchQueryForm::LockCause(0),
        SearchQueryForm::LockCause(3),
        SearchQueryForm::LockedSince(TimeRangeForm::default()),
        SearchQueryForm::LockedUntil(wrong_range()),
        SearchQueryForm::LockedSince(wrong_range()),
        SearchQueryForm::Or(vec![
            active(),
            SearchQueryForm::Not(Some(Box::new(SearchQueryForm::And(vec![SearchQueryForm::State(9)])))),
        ]),
    ];
    let expected = [
        "queries[0]",
        "queries[1].or_query.queries",
        "queries[2].and_query.queries",
        "queries[3].not_query.query",
        "queries[4].user_id_query.id",
        "queries[4].user_id_query.method",
        "queries[5].organization_id_query.id",
        "queries[6].username_query.username",
        "queries[7].state_query.state",
        "queries[8].state_query.state",
        "queries[9].lock_cause_query.cause",
        "queries[10].lock_cause_query.cause",
        "queries[11].locked_since_query",
        "queries[12].locked_until_query.after",
        "queries[12].locked_until_query.before",
        "queries[13].locked_since_query.after",
        "queries[13].locked_since_query.before",
        "queries[14].or_query.queries[1].not_query.query.and_query.queries[0].state_query.state",
    ];
    assert_eq!(fields(search(forms)), expected);
}

#[test]
fn queries_are_nested_up_to_20_deep() {
    assert!(search(vec![nested(20)]).is_ok());
    let refused = violations(search(vec![nested(21)]));
    let path = format!("queries[0]{}", ".not_query.query".repeat(20));
    assert_eq!(
        refused,
        [(path, "must not be nested more than 20 levels deep".to_owned())]
    );
    for wrap in [SearchQueryForm::Or as fn(_) -> _, SearchQueryForm::And] {
        let nested = |levels| (0..levels).fold(active(), |inner, _| wrap(vec![inner]));
        assert!(search(vec![nested(20)]).is_ok());
        assert_eq!(violations(search(vec![nested(21)])).len(), 1);
    }
}

#[test]
fn a_search_has_up_to_200_conditions_all_in_all() {
    let or = |count: usize| SearchQueryForm::Or((0..count).map(|_| active()).collect());
    assert!(search(vec![or(99), or(99)]).is_ok());
    let refused = violations(search(vec![or(99), or(99), active()]));
    let expected = ("queries".to_owned(), "must have at most 200 conditions".to_owned());
    assert_eq!(refused, [expected]);
}

#[test]
fn of_too_many_conditions_only_the_first_200_are_judged() {
    let missing = (0..5_000).map(|_| SearchQueryForm::Missing).collect();
    let refused = fields(search(missing));
    assert_eq!(refused.len(), 201);
    assert_eq!(refused.last().map(String::as_str), Some("queries"));
}

#[test]
fn queries_for_what_is_not_kept_are_refused_by_name() {
    for name in ["email_query", "phone_query", "schema_ID_query", "schema_type_query"] {
        let forms = vec![
            SearchQueryForm::Missing,
            SearchQueryForm::Or(vec![SearchQueryForm::Unsupported(name)]),
        ];
        assert_unimplemented(search(forms), &format!("queries[1].or_query.queries[0].{name}"));
    }
}
