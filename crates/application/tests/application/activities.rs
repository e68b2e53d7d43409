//! Events that use cases write beside the state of users: organizations, access tokens, sessions; use of tokens; retention.

use std::time::Duration;

use unlockd_application::ports::{EventFilter, EventOrder, EventRange, EventStore, Visibility};
use unlockd_application::services::Authenticator;
use unlockd_application::{EventRetention, Housekeeping, UserService};
use unlockd_domain::{
    AccessToken, ActivityEvent, ActivityKind, Actor, Event, OrganizationName, Position, Timestamp, TokenName,
    TokenReference,
};
use unlockd_testkit::fixtures;

use crate::lobby::{Lobby, PASSWORD, ada, checks, create, login_page, set};
use crate::stage::{Stage, lock, manager};

async fn events(stage: &Stage) -> Vec<Event> {
    let range = EventRange {
        after: Position::START,
        up_to: Position::END,
        order: EventOrder::Forward,
        limit: 1_000,
    };
    let filter = EventFilter::all(Visibility::Instance);
    let events = EventStore::select(&stage.store, &filter, &range).await.unwrap();
    events.into_iter().map(|recorded| recorded.event).collect()
}

async fn activities(stage: &Stage) -> Vec<ActivityEvent> {
    let activities = events(stage).await.into_iter().filter_map(|event| match event {
        Event::Activity(event) => Some(event),
        Event::User(_) | Event::Policy(_) => None,
    });
    activities.collect()
}

#[tokio::test]
async fn the_command_line_creates_organizations_and_tokens_as_the_system() {
    let stage = Stage::new().await;
    let administration = &stage.services.administration;
    let name = OrganizationName::new("Shop").unwrap();
    let shop = administration.create_organization(None, name).await.unwrap();
    let name = Some(TokenName::new("nightly sync").unwrap());
    let issued = administration
        .create_token(fixtures::user_id("here"), name.clone(), None)
        .await
        .unwrap();
    administration.revoke_token(&issued.token.id).await.unwrap();

    let token = TokenReference {
        id: issued.token.id,
        name,
    };
    let of_token = |kind| ActivityEvent {
        kind,
        user_id: Some(fixtures::user_id("here")),
        organization: Some(fixtures::organization_id("here")),
        actor: Actor::System,
        time: fixtures::now(),
        source: None,
    };
    let created = ActivityEvent {
        user_id: None,
        organization: Some(shop.id),
        ..of_token(ActivityKind::OrganizationCreated)
    };
    let expected = [
        created,
        of_token(ActivityKind::TokenCreated(token.clone())),
        of_token(ActivityKind::TokenRevoked(token)),
    ];
    assert_eq!(activities(&stage).await, expected);
}

#[tokio::test]
async fn a_session_begins_when_a_password_is_proven_and_ends_when_it_is_deleted() {
    let lobby = Lobby::new().await;
    let source = fixtures::source("203.0.113.7");
    let caller = login_page().from_source(Some(&source));
    let created = lobby
        .create_session(&caller, create(checks(Some(ada()), None)))
        .await
        .unwrap();
    assert_eq!(activities(&lobby.stage).await, []);

    for _ in 0..2 {
        let mut command = set(&created.id, None);
        command.checks = checks(None, Some(PASSWORD));
        lobby.set_session(&caller, command).await.unwrap();
    }
    lobby.delete_session(&caller, &created.id, None).await.unwrap();
    lobby.delete_session(&caller, &created.id, None).await.unwrap();
    let nameless = lobby.create_session(&caller, create(checks(None, None))).await.unwrap();
    lobby.delete_session(&caller, &nameless.id, None).await.unwrap();

    let expected = [
        ActivityKind::SessionBegun(created.id.clone()),
        ActivityKind::SessionEnded(created.id),
    ];
    let expected = expected.map(|kind| ActivityEvent {
        kind,
        user_id: Some(fixtures::user_id("ada")),
        organization: Some(fixtures::organization_id("here")),
        actor: caller.actor(),
        time: fixtures::now(),
        source: Some(source.clone()),
    });
    assert_eq!(activities(&lobby.stage).await, expected);
}

/// The recorder runs beside the request.
async fn wait_for_use(stage: &Stage, expected: Option<Timestamp>) {
    for _ in 0..1_000 {
        let tokens = stage.services.administration.list_tokens(None).await.unwrap();
        if tokens[0].last_used_at == expected {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("the use is not recorded as {expected:?}");
}

#[tokio::test]
async fn the_last_use_of_a_token_is_recorded_every_five_minutes() {
    let stage = Stage::new().await;
    let user_id = fixtures::user_id("here");
    let issued = stage
        .services
        .administration
        .create_token(user_id, None, None)
        .await
        .unwrap();
    let authenticate = || stage.services.authentication.authenticate(Some(issued.secret.clone()));
    wait_for_use(&stage, None).await;
    authenticate().await.unwrap();
    let first = fixtures::now();
    wait_for_use(&stage, Some(first)).await;

    let almost = AccessToken::USE_RESOLUTION.checked_sub(Duration::from_secs(1)).unwrap();
    stage.clock.advance(almost);
    authenticate().await.unwrap();
    tokio::task::yield_now().await;
    wait_for_use(&stage, Some(first)).await;

    stage.clock.advance(Duration::from_secs(10));
    authenticate().await.unwrap();
    let second = first.saturating_add(AccessToken::USE_RESOLUTION + Duration::from_secs(9));
    wait_for_use(&stage, Some(second)).await;
}

#[tokio::test]
async fn events_are_pruned_when_they_are_older_than_the_retention() {
    let stage = Stage::new().await;
    let mut housekeeping = stage.services.housekeeping.clone();
    stage.users.lock_user(&manager(), lock("here")).await.unwrap();
    stage.clock.advance(Duration::from_hours(2));
    let before = events(&stage).await.len();
    housekeeping.prune_events().await.unwrap();
    assert_eq!(events(&stage).await.len(), before, "without a retention all stay");

    housekeeping = Housekeeping {
        event_retention: Some(EventRetention::new(Duration::from_hours(1))),
        ..housekeeping
    };
    for number in 0..3 {
        let name = OrganizationName::new(format!("new {number}")).unwrap();
        stage
            .services
            .administration
            .create_organization(None, name)
            .await
            .unwrap();
        housekeeping.prune_events().await.unwrap();
    }
    let left: Vec<_> = events(&stage)
        .await
        .iter()
        .map(|event| event.name().to_string())
        .collect();
    assert_eq!(
        left,
        [
            "user.created",
            "user.created",
            "organization.created",
            "organization.created",
            "organization.created"
        ]
    );
}
