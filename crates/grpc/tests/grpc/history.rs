use bytes::Bytes;
use unlockd_proto::unlockd::event::v1::{EventOrder, ListEventsRequest, ListEventsResponse};
use unlockd_proto::zitadel::user::v3alpha::{LockUserRequest, LockUserResponse};

use crate::raw_client::{RawAnswer, RawRequest, USER_SERVICE, code_and_reason, framed, violations};
use crate::stage::Stage;

const LIST_EVENTS: &str = "/unlockd.event.v1.EventService/ListEvents";

async fn list(stage: &Stage, message: Bytes) -> RawAnswer {
    let request = RawRequest::grpc(LIST_EVENTS, message).token(&stage.world.instance_viewer.token);
    request.send(&stage.server).await
}

/// Locks a user of the world, so that there is an event about which something can be said.
async fn lock(stage: &Stage) {
    let message = LockUserRequest {
        user_id: stage.world.roleless.user_id.clone(),
        reason: "lost a key".to_owned(),
        ..LockUserRequest::default()
    };
    let request = RawRequest::grpc(&format!("{USER_SERVICE}/LockUser"), framed(&message));
    let token = &stage.world.organization_manager.token;
    let _locked: LockUserResponse = request.token(token).send(&stage.server).await.message();
}

#[tokio::test]
async fn history_is_read_page_by_page_in_both_orders() {
    let stage = Stage::new().await;
    lock(&stage).await;
    let mut sequences = Vec::new();
    for order in [EventOrder::Unspecified, EventOrder::Forward, EventOrder::Backward] {
        let mut request = ListEventsRequest {
            user_id: stage.world.roleless.user_id.clone(),
            kinds: vec!["user.created".to_owned(), "user.locked".to_owned()],
            order: order.into(),
            page_size: 1,
            ..ListEventsRequest::default()
        };
        let first: ListEventsResponse = list(&stage, framed(&request)).await.message();
        request.page_token.clone_from(&first.next_page_token);
        let second: ListEventsResponse = list(&stage, framed(&request)).await.message();

        assert_ne!(first.next_page_token, "");
        assert_eq!(second.next_page_token, "");
        assert!(second.position >= first.events[0].position.max(second.events[0].position));
        sequences.push([first.events[0].sequence, second.events[0].sequence]);
    }
    assert_eq!(sequences, [[1, 2], [1, 2], [2, 1]]);
}

#[tokio::test]
async fn every_filter_of_the_message_counts() {
    let stage = Stage::new().await;
    lock(&stage).await;
    let world = &stage.world;
    let all = ListEventsRequest {
        user_id: world.roleless.user_id.clone(),
        organization_id: world.organization.to_string(),
        actor_id: world.organization_manager.user_id.clone(),
        kinds: vec!["user.locked".to_owned()],
        after: Some(prost_types::Timestamp { seconds: 0, nanos: 0 }),
        before: Some(prost_types::Timestamp {
            seconds: 4_000_000_000,
            nanos: 0,
        }),
        ..ListEventsRequest::default()
    };
    let found: ListEventsResponse = list(&stage, framed(&all)).await.message();
    assert_eq!(found.events.len(), 1);
    let event = &found.events[0];
    assert_eq!(
        (event.kind.as_str(), event.reason.as_str()),
        ("user.locked", "lost a key")
    );

    for other in [
        ListEventsRequest {
            user_id: world.other_manager.user_id.clone(),
            ..all.clone()
        },
        ListEventsRequest {
            organization_id: world.other_organization.to_string(),
            ..all.clone()
        },
        ListEventsRequest {
            actor_id: world.instance_owner.user_id.clone(),
            ..all.clone()
        },
        ListEventsRequest {
            kinds: vec!["user.unlocked".to_owned()],
            ..all.clone()
        },
        ListEventsRequest {
            after: all.before,
            before: None,
            ..all.clone()
        },
        ListEventsRequest {
            before: all.after,
            after: None,
            ..all.clone()
        },
    ] {
        let found: ListEventsResponse = list(&stage, framed(&other)).await.message();
        assert_eq!(found.events, [], "{other:?}");
    }
}

#[tokio::test]
async fn all_that_is_wrong_with_a_listing_is_said_by_the_names_of_the_proto() {
    let stage = Stage::new().await;
    let out_of_range = Some(prost_types::Timestamp {
        seconds: i64::MAX,
        nanos: 0,
    });
    let message = ListEventsRequest {
        user_id: "x".repeat(201),
        organization_id: "x".repeat(201),
        actor_id: "x".repeat(201),
        kinds: vec![String::new()],
        after: out_of_range,
        before: out_of_range,
        order: 3,
        page_size: 1_001,
        page_token: "?".to_owned(),
    };

    let status = list(&stage, framed(&message)).await.failure();

    assert_eq!(code_and_reason(&status), (3, "INVALID_ARGUMENT".to_owned()));
    let mut fields: Vec<_> = violations(&status).into_iter().map(|(field, _)| field).collect();
    fields.sort();
    let expected = [
        "actor_id",
        "after",
        "before",
        "kinds[0]",
        "order",
        "organization_id",
        "page_size",
        "page_token",
        "user_id",
    ];
    assert_eq!(fields, expected);
}
