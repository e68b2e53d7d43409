//! `WatchEvents`: what is told, and in which form.

use tonic_types::StatusExt;
use unlockd_domain::UserEventName;
use unlockd_proto::unlockd::event::v1::event_service_client::EventServiceClient;
use unlockd_proto::unlockd::event::v1::{Event, WatchEventsRequest, WatchEventsResponse};
use unlockd_proto::zitadel::user::v3alpha::{
    LockCause, LockScope, LockUserRequest, LockUserResponse, UnlockUserRequest,
};

use crate::in_process::{Form, InProcess, WATCH_EVENTS, Watch, bearer};
use crate::raw_client::{RawRequest, USER_SERVICE, code_and_reason, framed, violations};
use crate::stage::{Stage, channel};
use crate::web_frames::WebFrames;

fn from_now_on() -> WatchEventsRequest {
    WatchEventsRequest::default()
}

fn behind(position: u64) -> WatchEventsRequest {
    WatchEventsRequest {
        after_position: Some(position),
        ..WatchEventsRequest::default()
    }
}

fn kinds_and_sequences(messages: &[WatchEventsResponse]) -> Vec<(&str, u64)> {
    let events = messages.iter().filter_map(|message| message.event.as_ref());
    events.map(|event| (event.kind.as_str(), event.sequence)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_watch_says_where_it_begins_and_then_tells_each_event_in_order() {
    for form in Form::ALL {
        let it = InProcess::new().await;
        let alice = &it.world.roleless.user_id;
        let mut watch = it.watch(form, &it.world.instance_viewer.token, &from_now_on()).await;
        let beginning = watch.beginning().await;

        it.lock(alice, "lost a key").await;
        it.unlock(alice).await;
        let told = [watch.next().await, watch.next().await];

        assert_eq!(
            kinds_and_sequences(&told),
            [("user.locked", 2), ("user.unlocked", 3)],
            "{form:?}"
        );
        assert!(beginning < told[0].position && told[0].position < told[1].position);
        for message in told {
            assert_eq!(message.event.expect("an event").position, message.position);
        }
    }
}

#[tokio::test]
async fn an_event_is_told_with_all_that_is_known_of_it() {
    let stage = Stage::new().await;
    let world = &stage.world;
    let mut client = EventServiceClient::new(channel(&stage.server).await);
    let mut request = tonic::Request::new(from_now_on());
    let authorization = format!("Bearer {}", world.organization_viewer.token);
    request
        .metadata_mut()
        .insert("authorization", authorization.parse().unwrap());
    let mut watch = client.watch_events(request).await.unwrap().into_inner();
    let first = watch.message().await.unwrap().expect("a first message");
    assert_eq!(first.event, None);

    let until = prost_types::Timestamp {
        seconds: 4_000_000_000,
        nanos: 5_000,
    };
    let lock = LockUserRequest {
        user_id: world.roleless.user_id.clone(),
        reason: "lost a key".to_owned(),
        locked_until: Some(until),
        if_sequence: None,
        replace: false,
    };
    let request = RawRequest::grpc(&format!("{USER_SERVICE}/LockUser"), framed(&lock));
    let locked: LockUserResponse = request
        .token(&world.organization_manager.token)
        .send(&stage.server)
        .await
        .message();
    let told = watch.message().await.unwrap().expect("a message");

    let expected = Event {
        position: first.position + 1,
        user_id: world.roleless.user_id.clone(),
        sequence: 2,
        kind: UserEventName::Locked.to_string(),
        organization_id: world.organization.to_string(),
        actor_id: world.organization_manager.user_id.clone(),
        time: locked.details.expect("details").change_date,
        reason: "lost a key".to_owned(),
        lock_cause: LockCause::Operator.into(),
        lock_until: Some(until),
        source: "127.0.0.1".to_owned(),
        lock_scope: LockScope::AllUse.into(),
        ..Event::default()
    };
    assert_eq!(told.event, Some(expected));
}

#[tokio::test]
async fn a_browser_is_told_over_http_1_while_the_answer_goes_on() {
    let stage = Stage::new().await;
    let token = &stage.world.instance_manager.token;
    for content_type in ["application/grpc-web+proto", "application/grpc-web-text"] {
        let body = if content_type.ends_with("text") {
            // A message without fields.
            "AAAAAAA=".into()
        } else {
            framed(&from_now_on())
        };
        let request = RawRequest::http1(WATCH_EVENTS, content_type, body).token(token);
        let answer = request.open(&stage.server).await;
        let frames = WebFrames::new(answer.headers());
        let mut watch = Watch::begun(answer.map(|body| frames.into_grpc(body)));
        watch.beginning().await;

        let user_id = stage.world.roleless.user_id.clone();
        let lock = LockUserRequest {
            user_id: user_id.clone(),
            ..LockUserRequest::default()
        };
        let unlock = UnlockUserRequest {
            user_id,
            ..UnlockUserRequest::default()
        };
        for (rpc, message, kind) in [
            ("LockUser", framed(&lock), "user.locked"),
            ("UnlockUser", framed(&unlock), "user.unlocked"),
        ] {
            let request = RawRequest::grpc(&format!("{USER_SERVICE}/{rpc}"), message).token(token);
            request.send(&stage.server).await;
            assert_eq!(watch.next().await.event.expect("an event").kind, kind);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_watch_goes_on_behind_the_position_that_was_told_last() {
    for form in Form::ALL {
        let it = InProcess::new().await;
        let alice = &it.world.roleless.user_id;
        let token = &it.world.instance_viewer.token;
        let mut watch = it.watch(form, token, &from_now_on()).await;
        watch.beginning().await;
        it.lock(alice, "").await;
        let last = watch.next().await.position;
        drop(watch);
        it.unlock(alice).await;
        it.lock(alice, "").await;

        let mut resumed = it.watch(form, token, &behind(last)).await;

        assert_eq!(resumed.beginning().await, last);
        let told = [resumed.next().await, resumed.next().await];
        assert_eq!(
            kinds_and_sequences(&told),
            [("user.unlocked", 3), ("user.locked", 4)],
            "{form:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn behind_the_start_a_watch_tells_everything_that_fits() {
    let it = InProcess::new().await;
    let alice = &it.world.roleless.user_id;
    it.lock(alice, "").await;
    let request = WatchEventsRequest {
        user_id: alice.clone(),
        organization_id: it.world.organization.to_string(),
        kinds: vec!["user.unlocked".to_owned(), "user.created".to_owned()],
        ..behind(0)
    };

    let mut watch = it
        .watch(Form::Grpc, &it.world.organization_viewer.token, &request)
        .await;
    assert_eq!(watch.beginning().await, 0);
    let created = watch.next().await;
    it.lock(&it.world.organization_manager.user_id, "").await;
    it.unlock(alice).await;
    let unlocked = watch.next().await;

    assert_eq!(
        kinds_and_sequences(&[created, unlocked]),
        [("user.created", 1), ("user.unlocked", 3)]
    );
}

#[tokio::test(start_paused = true)]
async fn only_what_one_actor_has_done_can_be_watched() {
    let it = InProcess::new().await;
    let request = WatchEventsRequest {
        actor_id: it.world.organization_manager.user_id.clone(),
        ..from_now_on()
    };
    let mut watch = it.watch(Form::Grpc, &it.world.instance_viewer.token, &request).await;
    let beginning = watch.beginning().await;

    it.lock(&it.world.roleless.user_id, "").await;

    // Nothing that fits happens, so the next message comes for the sake of the position.
    let next = watch.next().await;
    assert_eq!((next.event, next.position), (None, beginning + 1));
}

#[tokio::test(start_paused = true)]
async fn while_nothing_happens_the_position_is_told_every_15_seconds() {
    for form in Form::ALL {
        let it = InProcess::new().await;
        let mut watch = it.watch(form, &it.world.instance_viewer.token, &from_now_on()).await;
        let beginning = watch.beginning().await;
        let began = tokio::time::Instant::now();

        for _ in 0..2 {
            let next = watch.next().await;
            assert_eq!((next.event, next.position), (None, beginning), "{form:?}");
        }

        assert_eq!(began.elapsed().as_secs(), 30);
    }
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_cannot_begin_is_refused_in_the_headers_alone() {
    let it = InProcess::new().await;
    let malformed = WatchEventsRequest {
        kinds: vec!["user.locked".to_owned(), "user.lock".to_owned()],
        after_position: Some(u64::MAX),
        ..WatchEventsRequest::default()
    };
    let expected = [
        (None, from_now_on(), (16, "UNAUTHENTICATED")),
        (Some(&it.world.instance_viewer), malformed, (3, "INVALID_ARGUMENT")),
        (Some(&it.world.roleless), from_now_on(), (7, "PERMISSION_DENIED")),
        (
            Some(&it.world.instance_viewer),
            behind(1_000_000),
            (3, "INVALID_ARGUMENT"),
        ),
    ];
    for (caller, request, (code, reason)) in expected {
        let headers = caller.map(|caller| bearer(&caller.token)).unwrap_or_default();
        let answer = it.call(Form::Grpc, WATCH_EVENTS, &headers, framed(&request)).await;

        let status = tonic::Status::from_header_map(answer.headers()).expect("a status");
        assert_eq!(code_and_reason(&status), (code, reason.to_owned()));
        // Otherwise the headers would not be the end of the stream, and clients would wait for trailers.
        assert!(http_body::Body::is_end_stream(answer.body()), "{reason}");
        if request.kinds.len() == 2 {
            let fields: Vec<_> = violations(&status).into_iter().map(|(field, _)| field).collect();
            assert_eq!(fields, ["kinds[1]", "after_position"]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_gets_locked_is_told_so_and_nothing_more() {
    for form in Form::ALL {
        let it = InProcess::new().await;
        let viewer = &it.world.instance_viewer;
        let mut watch = it.watch(form, &viewer.token, &from_now_on()).await;
        watch.beginning().await;

        it.lock(&viewer.user_id, "").await;

        let status = watch.end().await;
        assert_eq!(code_and_reason(&status), (16, "UNAUTHENTICATED".to_owned()), "{form:?}");
        assert_eq!(
            status.metadata().get("www-authenticate").expect("a challenge"),
            r#"Bearer realm="unlockd", error="invalid_token""#
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_lost_ends_the_watch_and_the_client_may_try_again() {
    let it = InProcess::new().await;
    let mut watch = it
        .watch(Form::Grpc, &it.world.instance_viewer.token, &from_now_on())
        .await;
    watch.beginning().await;

    it.store.set_outage(Some(unlockd_testkit::Outage::ConnectionsLost));

    let status = watch.end().await;
    assert_eq!(code_and_reason(&status), (14, "STORE_UNAVAILABLE".to_owned()));
    assert!(status.get_details_retry_info().is_some());
}
