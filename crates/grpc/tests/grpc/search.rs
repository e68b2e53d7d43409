use bytes::Bytes;
use prost::Message;
use tonic::Status;
use unlockd_proto::zitadel::object::v2beta::{ListQuery, TextQueryMethod};
use unlockd_proto::zitadel::user::v3alpha::search_query::Query;
use unlockd_proto::zitadel::user::v3alpha::{
    AndQuery, EmailQuery, FieldName, ListUsersRequest, ListUsersResponse, LockCause, LockCauseQuery, LockTimeQuery,
    LockUserRequest, LockUserResponse, NotQuery, OrQuery, OrganizationIdQuery, PhoneQuery, SchemaIdQuery,
    SchemaTypeQuery, SearchQuery, State, StateQuery, UserIdQuery, UsernameQuery,
};

use crate::raw_client::{RawAnswer, RawRequest, USER_SERVICE, code_and_reason, framed, framed_bytes, violations};
use crate::stage::Stage;

/// What stands in front of a message within a message: the field's number, for messages, in one byte.
const QUERIES_OF_THE_REQUEST: u8 = 3 << 3 | 2;
const NOT_QUERY: u8 = 3 << 3 | 2;
const QUERY_OF_NOT: u8 = 1 << 3 | 2;

/// A group of a number that no field has.
const START_OF_GROUP: u8 = 15 << 3 | 3;

fn moment(seconds: i64) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds, nanos: 0 }
}

fn condition(query: Query) -> SearchQuery {
    SearchQuery { query: Some(query) }
}

fn not(query: SearchQuery) -> SearchQuery {
    condition(Query::NotQuery(Box::new(NotQuery {
        query: Some(Box::new(query)),
    })))
}

fn active() -> SearchQuery {
    condition(Query::StateQuery(StateQuery {
        state: State::UserStateActive.into(),
    }))
}

async fn search(stage: &Stage, message: Bytes) -> RawAnswer {
    let request = RawRequest::grpc(&format!("{USER_SERVICE}/ListUsers"), message);
    request
        .token(&stage.world.instance_viewer.token)
        .send(&stage.server)
        .await
}

async fn found(stage: &Stage, queries: Vec<SearchQuery>) -> Vec<String> {
    let request = ListUsersRequest {
        queries,
        ..ListUsersRequest::default()
    };
    let list: ListUsersResponse = search(stage, framed(&request)).await.message();
    list.result.into_iter().map(|user| user.user_id).collect()
}

async fn refusal(stage: &Stage, queries: Vec<SearchQuery>) -> Status {
    let request = ListUsersRequest {
        queries,
        ..ListUsersRequest::default()
    };
    search(stage, framed(&request)).await.failure()
}

/// A stage on which the user without a role is locked until the year 2096.
async fn stage_with_a_locked_user() -> Stage {
    let stage = Stage::new().await;
    let message = LockUserRequest {
        user_id: stage.world.roleless.user_id.clone(),
        locked_until: Some(moment(4_000_000_000)),
        ..LockUserRequest::default()
    };
    let request = RawRequest::grpc(&format!("{USER_SERVICE}/LockUser"), framed(&message));
    let token = &stage.world.organization_manager.token;
    let _locked: LockUserResponse = request.token(token).send(&stage.server).await.message();
    stage
}

#[tokio::test]
async fn each_condition_finds_whom_it_describes() {
    let stage = stage_with_a_locked_user().await;
    let locked = &stage.world.roleless.user_id;
    let other = &stage.world.other_manager.user_id;
    let expected = [
        (
            locked,
            Query::UserIdQuery(UserIdQuery {
                id: locked.to_uppercase(),
                method: TextQueryMethod::EqualsIgnoreCase.into(),
            }),
        ),
        (
            other,
            Query::OrganizationIdQuery(OrganizationIdQuery {
                id: stage.world.other_organization.to_string(),
                method: TextQueryMethod::Equals.into(),
            }),
        ),
        (
            locked,
            Query::StateQuery(StateQuery {
                state: State::UserStateLocked.into(),
            }),
        ),
        (
            locked,
            Query::LockCauseQuery(LockCauseQuery {
                cause: LockCause::Operator.into(),
            }),
        ),
        (
            locked,
            Query::LockedSinceQuery(LockTimeQuery {
                after: Some(moment(0)),
                before: Some(moment(4_000_000_000)),
            }),
        ),
        (
            locked,
            Query::LockedUntilQuery(LockTimeQuery {
                after: Some(moment(3_999_999_999)),
                before: None,
            }),
        ),
    ];
    for (user_id, query) in expected {
        let name = format!("{query:?}");
        assert_eq!(
            found(&stage, vec![condition(query)]).await,
            [user_id.as_str()],
            "{name}"
        );
    }

    let is_locked = not(active());
    let either = condition(Query::OrQuery(OrQuery {
        queries: vec![is_locked.clone(), active()],
    }));
    let both = condition(Query::AndQuery(AndQuery {
        queries: vec![is_locked.clone(), either.clone()],
    }));
    assert_eq!(found(&stage, vec![both, is_locked.clone()]).await, [locked.as_str()]);
    let everybody = found(&stage, Vec::new()).await.len();
    assert_eq!(found(&stage, vec![either]).await.len(), everybody);
    assert_eq!(
        found(&stage, vec![is_locked, active()]).await,
        Vec::<String>::new(),
        "all have to be fulfilled"
    );
    let nobody = Query::UsernameQuery(UsernameQuery {
        username: "%".to_owned(),
        method: TextQueryMethod::Contains.into(),
        is_organization_specific: true,
    });
    assert_eq!(found(&stage, vec![condition(nobody)]).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_list_says_what_it_is_a_part_of_and_how_it_is_ordered() {
    let stage = stage_with_a_locked_user().await;
    let request = ListUsersRequest {
        query: Some(ListQuery {
            offset: 1,
            limit: 2,
            asc: true,
        }),
        sorting_column: FieldName::State.into(),
        queries: Vec::new(),
    };

    let list: ListUsersResponse = search(&stage, framed(&request)).await.message();

    let details = list.details.expect("details");
    assert_eq!((list.result.len(), details.total_result), (2, 11));
    assert_eq!(details.processed_sequence, 0);
    let now = prost_types::Timestamp {
        nanos: 148_123_000,
        ..moment(1_719_322_539)
    };
    assert_eq!(details.timestamp, Some(now), "the clock stands still");
    assert_eq!(list.sorting_column(), FieldName::State);

    for (asked_for, column) in [
        (FieldName::Unspecified, FieldName::Id),
        (FieldName::Id, FieldName::Id),
        (FieldName::CreationDate, FieldName::CreationDate),
        (FieldName::ChangeDate, FieldName::ChangeDate),
    ] {
        let request = ListUsersRequest {
            sorting_column: asked_for.into(),
            ..ListUsersRequest::default()
        };
        let list: ListUsersResponse = search(&stage, framed(&request)).await.message();
        assert_eq!(list.sorting_column(), column);
    }
}

#[tokio::test]
async fn what_unlockd_does_not_keep_is_refused_by_its_name_in_the_proto() {
    let stage = Stage::new().await;
    for (query, name) in [
        (Query::EmailQuery(EmailQuery::default()), "email_query"),
        (Query::PhoneQuery(PhoneQuery::default()), "phone_query"),
        (Query::SchemaIdQuery(SchemaIdQuery::default()), "schema_ID_query"),
        (Query::SchemaTypeQuery(SchemaTypeQuery::default()), "schema_type_query"),
    ] {
        let status = refusal(&stage, vec![active(), not(condition(query))]).await;

        assert_eq!(code_and_reason(&status), (12, "UNIMPLEMENTED".to_owned()));
        let path = format!("queries[1].not_query.query.{name}");
        assert!(status.message().contains(&path), "{status:?}");
    }
}

#[tokio::test]
async fn numbers_that_stand_for_nothing_and_conditions_that_say_nothing_are_invalid() {
    let stage = Stage::new().await;
    let method = Query::UserIdQuery(UserIdQuery {
        id: "a".to_owned(),
        method: 8,
    });
    let queries = vec![
        SearchQuery { query: None },
        condition(method),
        condition(Query::StateQuery(StateQuery { state: 0 })),
        condition(Query::LockCauseQuery(LockCauseQuery { cause: 3 })),
        condition(Query::LockedSinceQuery(LockTimeQuery::default())),
        condition(Query::LockedUntilQuery(LockTimeQuery {
            after: Some(moment(i64::MAX)),
            before: None,
        })),
        condition(Query::OrQuery(OrQuery::default())),
        condition(Query::NotQuery(Box::default())),
    ];

    let status = refusal(&stage, queries).await;

    assert_eq!(code_and_reason(&status), (3, "INVALID_ARGUMENT".to_owned()));
    let fields: Vec<_> = violations(&status).into_iter().map(|(field, _)| field).collect();
    let expected = [
        "queries[0]",
        "queries[1].user_id_query.method",
        "queries[2].state_query.state",
        "queries[3].lock_cause_query.cause",
        "queries[4].locked_since_query",
        "queries[5].locked_until_query.after",
        "queries[6].or_query.queries",
        "queries[7].not_query.query",
    ];
    assert_eq!(fields, expected);
}

#[tokio::test]
async fn conditions_are_nested_up_to_20_levels_deep() {
    let stage = Stage::new().await;
    let nested = |depth| (0..depth).fold(active(), |query, _| not(query));

    let everybody = found(&stage, Vec::new()).await;
    assert_eq!(found(&stage, vec![nested(20)]).await, everybody);

    let status = refusal(&stage, vec![nested(21)]).await;
    assert_eq!(code_and_reason(&status), (3, "INVALID_ARGUMENT".to_owned()));
    assert!(violations(&status)[0].1.contains("20 levels"), "{status:?}");
}

/// A message as a field of another one.
fn within(field: u8, message: &[u8]) -> Vec<u8> {
    let mut outer = vec![field];
    prost::encoding::encode_varint(message.len() as u64, &mut outer);
    outer.extend_from_slice(message);
    outer
}

#[tokio::test]
async fn nesting_that_would_go_over_any_stack_is_an_invalid_argument() {
    let stage = Stage::new().await;
    let nested = |levels| {
        let innermost = active().encode_to_vec();
        let query = (0..levels).fold(innermost, |query, _| within(NOT_QUERY, &within(QUERY_OF_NOT, &query)));
        within(QUERIES_OF_THE_REQUEST, &query)
    };
    // Groups, which no message of the contract has, are skipped one within the other as well.
    let groups = vec![START_OF_GROUP; 60_000];
    for hostile in [nested(50), nested(7_000), groups] {
        let status = search(&stage, framed_bytes(&hostile)).await.failure();

        assert_eq!(code_and_reason(&status), (3, "INVALID_ARGUMENT".to_owned()));
        let expected = ("body".to_owned(), "must be a well-formed protobuf message".to_owned());
        assert_eq!(violations(&status), [expected]);
    }
}
