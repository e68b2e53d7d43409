//! Events that change nothing of a user: access tokens, sessions, organizations.

use super::session_stage::{by_id, end_session};
use super::tenant::Tenant;
use super::{Event, ListEventsRequest, Stage};

/// The event without anything that depends on its kind.
fn plain(event: &Event) -> Event {
    Event {
        sequence: 0,
        actor_id: None,
        source: None,
        token_id: None,
        token_name: None,
        session_id: None,
        ..super::lockout::quiet(event)
    }
}

pub(super) async fn a_token_is_told_with_its_name_until_its_user_is_deleted(stage: &Stage<'_>) {
    let member = stage.world.member(None).await;
    let token_id = stage.world.name_a_token(&member, "nightly sync").await;

    let events = stage.all_events(&member.user_id).await;

    let [user, first, created, revoked] = events.as_slice() else {
        panic!("expected four events, got {events:?}");
    };
    assert_eq!(
        (user.kind.as_str(), first.kind.as_str()),
        ("user.created", "user.token.created")
    );
    assert_eq!(first.token_name, None);
    for (event, kind) in [(created, "user.token.created"), (revoked, "user.token.revoked")] {
        let expected = Event {
            user_id: Some(member.user_id.clone()),
            kind: kind.to_owned(),
            organization_id: Some(stage.world.organization.to_string()),
            token_id: Some(token_id.clone()),
            token_name: Some("nightly sync".to_owned()),
            ..plain(event)
        };
        assert_eq!(*event, expected);
    }

    stage.managers_change(super::stage::delete(&member.user_id)).await;
    let after = stage.all_events(&member.user_id).await;
    let names: Vec<_> = after.iter().filter(|event| event.token_id.is_some()).collect();
    assert_eq!(names.len(), 3);
    assert!(names.iter().all(|event| event.token_name.is_none()), "{after:?}");
}

pub(super) async fn a_session_is_told_when_a_password_is_proven_and_when_it_is_ended(stage: &Stage<'_>) {
    let tenant = Tenant::new(stage).await;
    let user_id = tenant.user().await;
    let session = stage.signed_in(by_id(&user_id)).await;
    stage
        .ended(&stage.world.instance_owner.token, end_session(&session.id))
        .await;

    let told = tenant
        .events(ListEventsRequest {
            user_id: Some(user_id.clone()),
            kinds: ["user.session.begun", "user.session.ended"].map(str::to_owned).to_vec(),
            ..ListEventsRequest::default()
        })
        .await;

    assert_eq!(told.len(), 2, "{told:?}");
    let world = stage.world;
    let expected = [
        ("user.session.begun", &world.login_client),
        ("user.session.ended", &world.instance_owner),
    ];
    for (event, (kind, actor)) in told.iter().zip(expected) {
        let expected = Event {
            user_id: Some(user_id.clone()),
            kind: kind.to_owned(),
            organization_id: Some(tenant.id()),
            actor_id: Some(actor.user_id.clone()),
            source: stage.world.source.clone(),
            session_id: Some(session.id.clone()),
            ..plain(event)
        };
        assert_eq!(*event, expected);
    }
}

pub(super) async fn an_organization_is_told_to_those_who_see_it(stage: &Stage<'_>) {
    let organization = stage.world.empty_organization().await.to_string();
    let request = ListEventsRequest {
        organization_id: Some(organization.clone()),
        ..ListEventsRequest::default()
    };

    let told = stage
        .events(&stage.world.instance_viewer.token, request.clone())
        .await
        .events;

    let [created] = told.as_slice() else {
        panic!("expected one event, got {told:?}");
    };
    let expected = Event {
        user_id: None,
        kind: "organization.created".to_owned(),
        organization_id: Some(organization),
        ..plain(created)
    };
    assert_eq!(*created, expected);
    let hidden = stage
        .events(&stage.world.organization_owner.token, request)
        .await
        .events;
    assert_eq!(hidden, []);
}
