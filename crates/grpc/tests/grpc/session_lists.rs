use prost_types::Timestamp;
use unlockd_proto::zitadel::object::v2::ListQuery;
use unlockd_proto::zitadel::session::v2::search_query::Query;
use unlockd_proto::zitadel::session::v2::{
    CreateSessionRequest, CreationDateQuery, CreatorQuery, ExpirationDateQuery, IDsQuery, ListSessionsRequest,
    ListSessionsResponse, SearchQuery, SessionFieldName, UserAgentQuery, UserIdQuery,
};

use crate::raw_client::{code_and_reason, violations};
use crate::sign_in::{ALICE, PASSWORD, SESSION_SERVICE, call, create_session, guess, stage_with_alice};
use crate::stage::Stage;

fn condition(query: Query) -> SearchQuery {
    SearchQuery { query: Some(query) }
}

fn of_ids(ids: &[&str]) -> SearchQuery {
    condition(Query::IdsQuery(IDsQuery {
        ids: ids.iter().map(|id| (*id).to_owned()).collect(),
    }))
}

fn of_user(id: &str) -> SearchQuery {
    condition(Query::UserIdQuery(UserIdQuery { id: id.to_owned() }))
}

async fn list(
    stage: &Stage,
    token: &str,
    request: &ListSessionsRequest,
) -> Result<ListSessionsResponse, tonic::Status> {
    call(stage, token, &format!("{SESSION_SERVICE}/ListSessions"), request).await
}

async fn found(stage: &Stage, queries: Vec<SearchQuery>) -> Vec<String> {
    let request = ListSessionsRequest {
        queries,
        ..ListSessionsRequest::default()
    };
    let list = list(stage, &stage.world.instance_viewer.token, &request)
        .await
        .expect("a list");
    list.sessions.into_iter().map(|session| session.id).collect()
}

/// Two sessions: one of Alice, and one of nobody yet.
async fn two_sessions(stage: &Stage) -> (String, String) {
    let hers = guess(stage, PASSWORD).await.expect("a session").session_id;
    stage.clock.advance(std::time::Duration::from_secs(1));
    let nobodys = create_session(stage, &CreateSessionRequest::default())
        .await
        .expect("a session")
        .session_id;
    (hers, nobodys)
}

#[tokio::test]
async fn sessions_are_found_by_their_ids_and_by_who_has_shown_a_password() {
    let stage = stage_with_alice().await;
    let (hers, nobodys) = two_sessions(&stage).await;
    let (hers, nobodys) = (hers.as_str(), nobodys.as_str());

    assert_eq!(found(&stage, Vec::new()).await, [nobodys, hers], "the latest first");
    assert_eq!(found(&stage, vec![of_ids(&[hers, "unknown"])]).await, [hers]);
    assert_eq!(found(&stage, vec![of_user(ALICE)]).await, [hers]);
    assert_eq!(
        found(&stage, vec![of_user(ALICE), of_ids(&[nobodys])]).await,
        [""; 0],
        "all have to be fulfilled"
    );
}

#[tokio::test]
async fn a_list_of_sessions_says_what_it_is_a_part_of() {
    let stage = stage_with_alice().await;
    let (hers, nobodys) = two_sessions(&stage).await;
    let request = ListSessionsRequest {
        query: Some(ListQuery {
            offset: 1,
            limit: 1,
            asc: true,
        }),
        sorting_column: SessionFieldName::CreationDate.into(),
        ..ListSessionsRequest::default()
    };

    let part = list(&stage, &stage.world.instance_viewer.token, &request)
        .await
        .expect("a list");

    let ids: Vec<_> = part.sessions.into_iter().map(|session| session.id).collect();
    assert_eq!(ids, [nobodys], "{hers} was begun before it");
    let details = part.details.expect("details");
    assert_eq!((details.total_result, details.processed_sequence), (2, 0));
    let now = Timestamp {
        seconds: 1_719_322_540,
        nanos: 148_123_000,
    };
    assert_eq!(details.timestamp, Some(now));
}

#[tokio::test]
async fn nobody_sees_what_is_not_theirs_to_read() {
    let stage = stage_with_alice().await;
    two_sessions(&stage).await;
    let request = ListSessionsRequest::default();

    let list = list(&stage, &stage.world.roleless.token, &request)
        .await
        .expect("a list");

    assert_eq!(list.sessions, []);
    assert_eq!(list.details.expect("details").total_result, 0);
}

#[tokio::test]
async fn queries_that_are_not_implemented_are_refused_by_their_names() {
    let stage = Stage::new().await;
    for (query, field) in [
        (
            Query::CreationDateQuery(CreationDateQuery::default()),
            "creation_date_query",
        ),
        (Query::CreatorQuery(CreatorQuery::default()), "creator_query"),
        (Query::UserAgentQuery(UserAgentQuery::default()), "user_agent_query"),
        (
            Query::ExpirationDateQuery(ExpirationDateQuery::default()),
            "expiration_date_query",
        ),
    ] {
        let request = ListSessionsRequest {
            queries: vec![of_user(ALICE), condition(query)],
            ..ListSessionsRequest::default()
        };
        let refused = list(&stage, &stage.world.instance_viewer.token, &request).await;

        let status = refused.expect_err(field);
        assert_eq!(code_and_reason(&status), (12, "UNIMPLEMENTED".to_owned()));
        assert!(status.message().contains(&format!("queries[1].{field}")), "{status:?}");
    }
}

#[tokio::test]
async fn all_that_is_wrong_with_a_list_of_sessions_is_said_by_the_names_of_the_proto() {
    let stage = Stage::new().await;
    let request = ListSessionsRequest {
        query: Some(ListQuery {
            offset: u64::MAX,
            limit: 1_001,
            asc: false,
        }),
        queries: vec![SearchQuery::default(), of_ids(&["a", ""]), of_user("")],
        sorting_column: 2,
    };

    let refused = list(&stage, &stage.world.instance_viewer.token, &request).await;

    let status = refused.expect_err("much is wrong");
    assert_eq!(code_and_reason(&status), (3, "INVALID_ARGUMENT".to_owned()));
    let mut fields: Vec<_> = violations(&status).into_iter().map(|(field, _)| field).collect();
    fields.sort();
    let expected = [
        "queries[0]",
        "queries[1].ids_query.ids[1]",
        "queries[2].user_id_query.id",
        "query.limit",
        "query.offset",
        "sorting_column",
    ];
    assert_eq!(fields, expected);
}
