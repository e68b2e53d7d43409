//! Events that change no state with a sequence.

use unlockd_domain::{
    AccessTokenId, ActivityEvent, ActivityKind, ActivityName, Actor, Event, SessionId, Source, StoredActivityDetails,
    TokenName, TokenReference,
};

use crate::{at, organization_id, user_id};

fn token() -> TokenReference {
    TokenReference {
        id: AccessTokenId::new("token").unwrap(),
        name: Some(TokenName::new("nightly sync").unwrap()),
    }
}

fn kinds() -> [ActivityKind; 7] {
    let session = SessionId::new("session").unwrap();
    [
        ActivityKind::OrganizationCreated,
        ActivityKind::TokenCreated(token()),
        ActivityKind::TokenRevoked(token()),
        ActivityKind::SessionBegun(session.clone()),
        ActivityKind::SessionEnded(session),
        ActivityKind::SignInFailed,
        ActivityKind::SignInRefused,
    ]
}

fn details(kind: &ActivityKind) -> StoredActivityDetails {
    StoredActivityDetails {
        token: kind.token().cloned(),
        session_id: kind.session_id().cloned(),
    }
}

#[test]
fn every_activity_is_restored_from_its_name_and_its_details_and_from_no_others() {
    assert_eq!(kinds().map(|kind| kind.name()), ActivityName::ALL);
    for kind in kinds() {
        for other in kinds() {
            let restored = ActivityKind::restore(kind.name(), details(&other));
            let fits = details(&kind) == details(&other);
            assert_eq!(restored.ok(), fits.then(|| kind.clone()), "{kind:?} with {other:?}");
        }
    }
}

#[test]
fn an_erased_activity_keeps_what_happened_and_loses_source_and_token_name() {
    for kind in kinds() {
        let event = ActivityEvent {
            kind: kind.clone(),
            user_id: Some(user_id("u")),
            organization: Some(organization_id("acme")),
            actor: Actor::User(user_id("admin")),
            time: at("2024-06-25T13:35:39.148123Z"),
            source: Some(Source::trusted("203.0.113.7".to_owned())),
        };
        let erased = Event::Activity(event.clone()).erased();
        let expected = match kind {
            ActivityKind::TokenCreated(_) => ActivityKind::TokenCreated(TokenReference { name: None, ..token() }),
            ActivityKind::TokenRevoked(_) => ActivityKind::TokenRevoked(TokenReference { name: None, ..token() }),
            other @ (ActivityKind::OrganizationCreated
            | ActivityKind::SessionBegun(_)
            | ActivityKind::SessionEnded(_)
            | ActivityKind::SignInFailed
            | ActivityKind::SignInRefused) => other,
        };
        let expected = ActivityEvent {
            kind: expected,
            source: None,
            ..event
        };
        assert_eq!((erased.sequence(), erased), (None, Event::Activity(expected)));
    }
}
