//! Events that are written with what they tell of: organizations, access tokens, sessions. Use of tokens.

use std::time::Duration;

use unlockd_application::ports::{AddTokenError, CreateOrganizationError, EventFilter, Visibility, WriteSessionError};
use unlockd_domain::{
    ActivityEvent, ActivityKind, Actor, Event, EventName, TokenDigest, TokenName, TokenReference, UserEventName,
};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

const DIGEST: TokenDigest = TokenDigest([7; 32]);

fn activity(kind: ActivityKind, user: Option<&str>) -> ActivityEvent {
    ActivityEvent {
        kind,
        user_id: user.map(fixtures::user_id),
        organization: Some(fixtures::organization_id(arrange::ACME)),
        actor: Actor::System,
        time: fixtures::now(),
        source: Some(fixtures::source("203.0.113.7")),
    }
}

fn token_created() -> ActivityEvent {
    let token = TokenReference {
        id: fixtures::access_token("t", "u").id,
        name: Some(TokenName::new("nightly sync").expect("a name")),
    };
    activity(ActivityKind::TokenCreated(token), Some("u"))
}

fn session_begun() -> ActivityEvent {
    activity(ActivityKind::SessionBegun(fixtures::session_id("s")), Some("u"))
}

async fn activities(stores: &Stores) -> Vec<ActivityEvent> {
    let all = arrange::select(stores, &EventFilter::all(Visibility::Instance)).await;
    let activities = all.into_iter().filter_map(|recorded| match recorded.event {
        Event::Activity(event) => Some(event),
        Event::User(_) | Event::Policy(_) => None,
    });
    activities.collect()
}

/// Both or neither.
pub async fn an_organization_is_written_with_its_event(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let (organization, event) = (
        fixtures::organization(arrange::ACME),
        activity(ActivityKind::OrganizationCreated, None),
    );
    let created = stores.organizations.create(&organization, Some(&event)).await;
    created.expect("the organization is written");
    let refused = stores.organizations.create(&organization, Some(&event)).await;
    assert!(matches!(refused, Err(CreateOrganizationError::IdTaken)), "{refused:?}");
    assert_eq!(activities(&stores).await, [event]);
}

/// Both or neither, when it is created and when it is revoked.
pub async fn a_token_is_written_and_revoked_with_its_event(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::user(&stores, "u").await;
    let (token, created) = (fixtures::access_token("t", "u"), token_created());
    let added = stores.access_tokens.add(&token, &DIGEST, Some(&created)).await;
    added.expect("the token is written");
    let refused = stores.access_tokens.add(&token, &DIGEST, Some(&created)).await;
    assert!(matches!(refused, Err(AddTokenError::TokenTaken)), "{refused:?}");
    let revoked = ActivityEvent {
        kind: ActivityKind::TokenRevoked(created.kind.token().expect("a token").clone()),
        ..created.clone()
    };
    for is_there in [true, false] {
        let answer = stores.access_tokens.revoke(&token.id, Some(&revoked)).await;
        assert_eq!(answer.expect("an answer"), is_there);
    }
    assert_eq!(activities(&stores).await, [created, revoked]);
}

/// Both or neither, when it is created, replaced and deleted.
pub async fn a_session_is_written_and_ended_with_its_event(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::user(&stores, "u").await;
    let (session, begun) = (fixtures::proven_session("s", "u", arrange::ACME), session_begun());
    let created = stores.sessions.create(&session, &DIGEST, Some(&begun)).await;
    created.expect("the session is written");
    let refused = stores.sessions.create(&session, &DIGEST, Some(&begun)).await;
    assert!(matches!(refused, Err(WriteSessionError::Conflict)), "{refused:?}");
    let next = session.clone().advanced(fixtures::now());
    for is_first in [true, false] {
        let replaced = stores
            .sessions
            .replace(&next, &DIGEST, session.sequence, Some(&begun))
            .await;
        assert_eq!(replaced.is_ok(), is_first, "{replaced:?}");
    }
    let ended = activity(ActivityKind::SessionEnded(session.id.clone()), Some("u"));
    for is_there in [true, false] {
        let answer = stores.sessions.delete(&session.id, Some(&ended)).await;
        assert_eq!(answer.expect("an answer"), is_there);
    }
    assert_eq!(activities(&stores).await, [begun.clone(), begun, ended]);
}

/// The deletion has erased the user's events before.
pub async fn an_activity_of_a_deleted_user_is_written_erased(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let user = arrange::user(&stores, "u").await;
    arrange::commit(&stores, &arrange::deleted(&user)).await;
    for event in [token_created(), session_begun()] {
        stores.events.append(&event).await.expect("the event is written");
    }
    let expected = [token_created(), session_begun()].map(ActivityEvent::erased);
    assert_eq!(activities(&stores).await, expected);
}

/// Of many deletions and activities at the same time.
pub async fn no_activity_keeps_what_a_deletion_at_the_same_time_erases(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    for round in 0..10 {
        let id = format!("u {round}");
        let user = arrange::user(&stores, &id).await;
        let event = ActivityEvent {
            user_id: Some(user.id().clone()),
            ..session_begun()
        };
        let writes = (0..4).map(|number| {
            let (stores, event, deletion) = (harness.stores(), event.clone(), arrange::deleted(&user));
            async move {
                if number == 0 {
                    arrange::commit(&stores, &deletion).await;
                } else {
                    stores.events.append(&event).await.expect("the event is written");
                }
            }
        });
        arrange::in_parallel(writes).await;
    }
    let deleted = EventName::User(UserEventName::Deleted);
    let all = arrange::select(&stores, &EventFilter::all(Visibility::Instance)).await;
    assert_eq!(
        all.iter().filter(|recorded| recorded.event.name() == deleted).count(),
        10
    );
    let activities = activities(&stores).await;
    assert_eq!(activities.len(), 30);
    assert!(activities.iter().all(|event| event.source.is_none()), "{activities:?}");
}

/// The latest use stays; a token that is absent is none.
pub async fn the_last_use_of_a_token_is_recorded(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::user(&stores, "u").await;
    let token = fixtures::access_token("t", "u");
    stores.access_tokens.add(&token, &DIGEST, None).await.expect("written");
    let other = fixtures::access_token("other", "u");
    let added = stores.access_tokens.add(&other, &TokenDigest([8; 32]), None).await;
    added.expect("written");
    let later = fixtures::now().saturating_add(Duration::from_mins(5));
    for at in [fixtures::now(), later, fixtures::now()] {
        let recorded = stores.access_tokens.record_use(&token.id, at).await;
        recorded.expect("the use is recorded");
    }
    let absent = fixtures::access_token("absent", "u").id;
    let recorded = stores.access_tokens.record_use(&absent, later).await;
    recorded.expect("nothing is recorded");
    let listed = stores.access_tokens.list(None).await.expect("an answer");
    let uses: Vec<_> = listed
        .iter()
        .map(|token| (token.id.as_str(), token.last_used_at))
        .collect();
    assert_eq!(uses, [("other", None), ("t", Some(later))]);
    let holder = stores.access_tokens.find_holder(&DIGEST).await.expect("an answer");
    assert_eq!(holder.expect("a holder").token.last_used_at, Some(later));
}
