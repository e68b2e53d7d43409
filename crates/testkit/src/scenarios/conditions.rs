use super::crowd::{ACTIVE, CONTAINS, Crowd, DELETED, ENDS_WITH_IGNORE_CASE, EQUALS, INACTIVE, LOCKED};
use super::stage::{UNIMPLEMENTED, assert_refused, assert_violates, deactivate, lock, moved};
use super::{Failure, ListUsersRequest, Request, SearchQuery, Stage, TimeRange};

pub(super) async fn conditions_are_combined(stage: &Stage<'_>) {
    let crowd = Crowd::gather(stage).await;
    let [anna, bert, carl] = ["anna", "bert", "carl"].map(|name| crowd.join(name));
    let (anna, bert, carl) = (anna.await, bert.await, carl.await);
    crowd.change(lock(&bert)).await;
    crowd.change(deactivate(&carl)).await;
    let is = |id: &String| SearchQuery::UserId(id.clone(), EQUALS);
    let not = |query| SearchQuery::Not(Some(Box::new(query)));
    let expectations = [
        (SearchQuery::State(ACTIVE), vec![&anna]),
        (SearchQuery::State(LOCKED), vec![&bert]),
        (SearchQuery::State(INACTIVE), vec![&carl]),
        (SearchQuery::State(DELETED), vec![]),
        (not(SearchQuery::State(LOCKED)), vec![&anna, &carl]),
        (SearchQuery::Or(vec![is(&anna), is(&carl)]), vec![&anna, &carl]),
        (SearchQuery::And(vec![is(&anna), is(&carl)]), vec![]),
        (
            not(SearchQuery::Or(vec![is(&anna), SearchQuery::State(INACTIVE)])),
            vec![&bert],
        ),
        // What a user does not have is not so.
        (not(SearchQuery::LockCause(1)), vec![&anna, &carl]),
        (
            not(SearchQuery::Username("anna".to_owned(), EQUALS, false)),
            vec![&bert, &carl],
        ),
    ];
    for (query, mut expected) in expectations {
        expected.sort_unstable();
        let told = format!("{query:?}");
        assert_eq!(crowd.found(query).await.iter().collect::<Vec<_>>(), expected, "{told}");
    }
}

pub(super) async fn locks_are_found_by_cause_and_time(stage: &Stage<'_>) {
    let crowd = Crowd::gather(stage).await;
    let (open, ending, _active) = (
        crowd.join("open").await,
        crowd.join("ending").await,
        crowd.join("active").await,
    );
    let end = "2999-12-31T23:59:59.123456Z";
    crowd.change(lock(&open)).await;
    crowd
        .change(Request::LockUser {
            user_id: ending.clone(),
            reason: None,
            locked_until: Some(end.to_owned()),
            replace: false,
        })
        .await;
    let mut both = [open.clone(), ending.clone()];
    both.sort_unstable();
    assert_eq!(crowd.found(SearchQuery::LockCause(1)).await, both);
    assert_eq!(crowd.found(SearchQuery::LockCause(2)).await, [""; 0]);

    let seen = stage.read(&stage.world.instance_viewer.token, &open).await;
    let since = seen.lock.expect("the user is locked").since;
    let between = |after: Option<String>, before: Option<String>| TimeRange { after, before };
    let (earlier, later) = (moved(&since, -1), moved(&since, 1));
    let is_open = || SearchQuery::UserId(open.clone(), EQUALS);
    for (range, is_found) in [
        (between(Some(earlier.clone()), Some(later.clone())), true),
        (between(Some(earlier), None), true),
        (between(None, Some(later)), true),
        (between(Some(since.clone()), None), false),
        (between(None, Some(since)), false),
    ] {
        let told = format!("{range:?}");
        let found = crowd
            .found(SearchQuery::And(vec![is_open(), SearchQuery::LockedSince(range)]))
            .await;
        assert_eq!(!found.is_empty(), is_found, "{told}");
    }
    for (range, expected) in [
        (between(Some(moved(end, -1)), Some(moved(end, 1))), vec![&ending]),
        (between(Some(end.to_owned()), None), vec![]),
        (between(None, Some(end.to_owned())), vec![]),
    ] {
        let told = format!("{range:?}");
        let found = crowd.found(SearchQuery::LockedUntil(range)).await;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{told}");
    }
}

pub(super) async fn conditions_are_nested_up_to_20_levels_deep(stage: &Stage<'_>) {
    let crowd = Crowd::gather(stage).await;
    let user_id = crowd.join("somebody").await;
    let wrap: [fn(SearchQuery) -> SearchQuery; 3] = [
        |inner| SearchQuery::Or(vec![inner]),
        |inner| SearchQuery::And(vec![inner]),
        |inner| SearchQuery::Not(Some(Box::new(inner))),
    ];
    let fields = ["or_query.queries[0]", "and_query.queries[0]", "not_query.query"];
    for (wrap, field) in wrap.into_iter().zip(fields) {
        let nested =
            |levels: usize| (0..levels).fold(SearchQuery::UserId(user_id.clone(), EQUALS), |inner, _| wrap(inner));

        // An even number of negations is none.
        assert_eq!(crowd.found(nested(20)).await, std::slice::from_ref(&user_id));

        let failure = refused(stage, vec![nested(21)]).await;
        assert_violates(&failure, &[&format!("queries[0]{}", format!(".{field}").repeat(20))]);
    }
}

pub(super) async fn conditions_are_counted_and_have_to_say_something(stage: &Stage<'_>) {
    let condition = || SearchQuery::State(ACTIVE);
    assert_violates(&refused(stage, vec![condition(); 201]).await, &["queries"]);
    let empty = vec![
        SearchQuery::Missing,
        SearchQuery::Or(vec![]),
        SearchQuery::And(vec![condition(), SearchQuery::And(vec![])]),
        SearchQuery::Not(None),
        SearchQuery::Not(Some(Box::new(SearchQuery::Missing))),
        SearchQuery::LockedSince(TimeRange::default()),
    ];
    let fields = [
        "queries[0]",
        "queries[1].or_query.queries",
        "queries[2].and_query.queries[1].and_query.queries",
        "queries[3].not_query.query",
        "queries[4].not_query.query",
        "queries[5].locked_since_query",
    ];
    assert_violates(&refused(stage, empty).await, &fields);
}

pub(super) async fn texts_and_numbers_of_conditions_have_to_be_well_formed(stage: &Stage<'_>) {
    for bad in [String::new(), "\u{1F511}".repeat(201), "a\0b".to_owned()] {
        let queries = vec![
            SearchQuery::UserId(bad.clone(), EQUALS),
            SearchQuery::OrganizationId(bad.clone(), CONTAINS),
            SearchQuery::Username(bad, ENDS_WITH_IGNORE_CASE, false),
        ];
        let fields = [
            "queries[0].user_id_query.id",
            "queries[1].organization_id_query.id",
            "queries[2].username_query.username",
        ];
        assert_violates(&refused(stage, queries).await, &fields);
    }
    let undefined = vec![
        SearchQuery::UserId("id".to_owned(), 8),
        SearchQuery::Username("name".to_owned(), -1, false),
        SearchQuery::State(0),
        SearchQuery::State(5),
        SearchQuery::LockCause(0),
        SearchQuery::LockCause(3),
    ];
    let fields = [
        "queries[0].user_id_query.method",
        "queries[1].username_query.method",
        "queries[2].state_query.state",
        "queries[3].state_query.state",
        "queries[4].lock_cause_query.cause",
        "queries[5].lock_cause_query.cause",
    ];
    assert_violates(&refused(stage, undefined).await, &fields);
}

pub(super) async fn conditions_on_what_is_not_kept_are_refused_by_their_names(stage: &Stage<'_>) {
    for (query, name) in [
        (SearchQuery::Email, "email_query"),
        (SearchQuery::Phone, "phone_query"),
        (SearchQuery::SchemaId, "schema_ID_query"),
        (SearchQuery::SchemaType, "schema_type_query"),
    ] {
        let nested = SearchQuery::Or(vec![query.clone()]);
        for (query, path) in [(query, "queries[0]"), (nested, "queries[0].or_query.queries[0]")] {
            let failure = refused(stage, vec![query]).await;
            let field = format!("{path}.{name}");
            assert_refused(&failure, UNIMPLEMENTED, "UNIMPLEMENTED", &[("field", &field)]);
            assert!(
                failure.message.contains(name),
                "{:?} leaves {name} out",
                failure.message
            );
        }
    }
}

async fn refused(stage: &Stage<'_>, queries: Vec<SearchQuery>) -> Failure {
    let request = ListUsersRequest {
        queries,
        ..ListUsersRequest::default()
    };
    stage.managers_refusal(Request::ListUsers(request)).await
}
