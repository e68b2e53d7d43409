use super::session_access::of_ids;
use super::session_stage::{HeldSession, by_id};
use super::session_tokens::of_user;
use super::stage::{UNIMPLEMENTED, assert_refused, assert_violates};
use super::{Checks, Failure, ListSessionsRequest, Request, SessionQuery, SetSessionRequest, Stage};

pub(super) async fn sessions_are_found_by_their_ids_and_their_user(stage: &Stage<'_>) {
    let (one, other) = (stage.user_with_password().await, stage.user_with_password().await);
    let first = stage.signed_in(by_id(&one)).await;
    let second = stage.signed_in(by_id(&one)).await;
    let of_other = stage.signed_in(by_id(&other)).await;
    let ids =
        |sessions: &[&HeldSession]| SessionQuery::Ids(sessions.iter().map(|session| session.id.clone()).collect());
    let user = |user_id: &str| SessionQuery::UserId(user_id.to_owned());
    let unknown = SessionQuery::Ids(vec![stage.world.fresh_id()]);
    for (queries, expected) in [
        (vec![user(&one)], vec![&first, &second]),
        (vec![user(&other)], vec![&of_other]),
        (vec![ids(&[&first, &of_other])], vec![&first, &of_other]),
        (vec![ids(&[&first, &of_other]), user(&one)], vec![&first]),
        (vec![ids(&[&first, &second]), ids(&[&second, &of_other])], vec![&second]),
        (vec![user(&one), user(&one)], vec![&first, &second]),
        (vec![user(&one), user(&other)], vec![]),
        (vec![ids(&[])], vec![]),
        (vec![unknown], vec![]),
        (vec![user(&stage.world.fresh_id())], vec![]),
    ] {
        let told = format!("{queries:?}");
        let request = ListSessionsRequest {
            queries,
            ..ListSessionsRequest::default()
        };
        let list = stage.sessions(&stage.world.organization_viewer.token, request).await;
        let mut found: Vec<_> = list.sessions.iter().map(|session| session.id.as_str()).collect();
        found.sort_unstable();
        let mut expected: Vec<_> = expected.into_iter().map(|session| session.id.as_str()).collect();
        expected.sort_unstable();
        assert_eq!((found, list.total), (expected.clone(), expected.len() as u64), "{told}");
    }
}

pub(super) async fn sessions_are_listed_as_they_are_read(stage: &Stage<'_>) {
    let user_id = stage.user_with_password().await;
    let proven = stage.signed_in(by_id(&user_id)).await;
    let named = stage.begun(Checks::user(by_id(&user_id))).await;
    let proven = stage.went_on(&proven, SetSessionRequest::default()).await;
    let viewer = &stage.world.instance_viewer.token;
    for session in [&proven, &named] {
        let list = stage.sessions(viewer, of_ids(&[session])).await;
        assert_eq!(list.sessions, [stage.session(&session.id).await]);
        assert_eq!(
            list.sessions[0].change_date,
            session.details.change_date.clone().expect("a date")
        );
    }
}

pub(super) async fn sessions_are_ordered_by_their_beginning_and_told_in_parts(stage: &Stage<'_>) {
    let user_id = stage.user_with_password().await;
    let mut begun = Vec::new();
    for _ in 0..3 {
        begun.push(stage.signed_in(by_id(&user_id)).await);
    }
    let viewer = &stage.world.organization_viewer.token;
    let part = |offset, limit, ascending, sorting_column| ListSessionsRequest {
        offset,
        limit,
        ascending,
        sorting_column,
        ..of_user(&user_id)
    };
    let ascending = stage.sessions(viewer, part(0, 0, true, 1)).await.sessions;
    let dates: Vec<_> = ascending.iter().map(|session| &session.creation_date).collect();
    assert!(dates.is_sorted(), "{dates:?}");
    assert_eq!(ascending.len(), begun.len());
    let mut descending = ascending.clone();
    descending.reverse();
    for (request, expected) in [
        (part(0, 0, false, 0), &descending[..]),
        (part(0, 0, false, 1), &descending),
        (part(0, 0, true, 0), &ascending),
        (part(1, 1, true, 1), &ascending[1..2]),
        (part(2, 5, true, 1), &ascending[2..]),
        (part(0, 2, false, 1), &descending[..2]),
        (part(3, 0, false, 1), &[]),
    ] {
        let told = format!("{request:?}");
        let list = stage.sessions(viewer, request).await;
        assert_eq!((list.sessions.as_slice(), list.total), (expected, 3), "{told}");
    }
}

pub(super) async fn what_sessions_are_searched_by_is_defined_and_bounded(stage: &Stage<'_>) {
    let too_long = "x".repeat(201);
    let request = ListSessionsRequest {
        limit: 1_001,
        offset: u64::MAX,
        sorting_column: 2,
        queries: vec![
            SessionQuery::Missing,
            SessionQuery::UserId(String::new()),
            SessionQuery::UserId(too_long.clone()),
            SessionQuery::Ids(vec!["fine".to_owned(), too_long, String::new()]),
            SessionQuery::Ids(vec!["fine".to_owned(); 1_001]),
        ],
        ..ListSessionsRequest::default()
    };
    let fields = [
        "queries[0]",
        "queries[1].user_id_query.id",
        "queries[2].user_id_query.id",
        "queries[3].ids_query.ids[1]",
        "queries[3].ids_query.ids[2]",
        "queries[4].ids_query.ids",
        "query.limit",
        "query.offset",
        "sorting_column",
    ];
    assert_violates(&refused(stage, request).await, &fields);
    for (query, name) in [
        (SessionQuery::CreationDate, "creation_date_query"),
        (SessionQuery::Creator, "creator_query"),
        (SessionQuery::UserAgent, "user_agent_query"),
        (SessionQuery::ExpirationDate, "expiration_date_query"),
    ] {
        let request = ListSessionsRequest {
            queries: vec![SessionQuery::UserId("somebody".to_owned()), query],
            ..ListSessionsRequest::default()
        };
        let failure = refused(stage, request).await;
        let field = format!("queries[1].{name}");
        assert_refused(&failure, UNIMPLEMENTED, "UNIMPLEMENTED", &[("field", &field)]);
    }
}

async fn refused(stage: &Stage<'_>, request: ListSessionsRequest) -> Failure {
    stage.managers_refusal(Request::ListSessions(request)).await
}
