//! Who may begin a session, and what it holds.

use std::time::Duration;

use unlockd_application::ports::{SessionStore, StoreError, WriteSessionError};
use unlockd_application::sessions::{CreateSession, SessionLifetimes, SetSession};
use unlockd_domain::{Role, SessionMetadata, UserAgent, UserAgentFields};
use unlockd_testkit::fixtures;

use crate::lobby::{Lobby, PASSWORD, ada, by_id, checks, create, login_page, set};
use crate::session_store_double::SessionStoreDouble;
use crate::stage::{caller, oneself, reason};

#[tokio::test]
async fn only_whoever_may_sign_in_anybody_begins_sessions() {
    let lobby = Lobby::new().await;
    for role in Role::ALL {
        let outcome = lobby
            .create_session(&caller(Some(role)), create(checks(None, None)))
            .await;
        match role {
            Role::IamOwner | Role::IamLoginClient => assert!(outcome.is_ok()),
            Role::IamUserManager
            | Role::IamOwnerViewer
            | Role::IamUserUnlocker
            | Role::OrgOwner
            | Role::OrgUserManager
            | Role::OrgOwnerViewer
            | Role::OrgUserUnlocker => assert_eq!(reason(outcome), "PERMISSION_DENIED"),
        }
    }
    // Also for oneself, and not before a password is looked at.
    for who in [caller(Some(Role::OrgOwner)), oneself("ada", "here")] {
        let outcome = lobby
            .create_session(&who, create(checks(Some(ada()), Some(PASSWORD))))
            .await;
        assert_eq!(reason(outcome), "PERMISSION_DENIED");
    }
    assert_eq!(lobby.hasher.computations().comparisons(), 0);
    assert_eq!(lobby.stage.events("ada").await, 1);
}

#[tokio::test]
async fn naming_somebody_costs_nothing_and_tells_nothing() {
    let lobby = Lobby::new().await;
    let mut told = Vec::new();
    for identity in [ada(), fixtures::login_name("nobody"), by_id("nobody")] {
        let created = lobby
            .create_session(&login_page(), create(checks(Some(identity.clone()), None)))
            .await
            .unwrap();
        let session = lobby.get_session(&login_page(), &created.id, None).await.unwrap();
        assert_eq!(session.proof(), None);
        assert_eq!(session.user.unwrap().identity, identity);
        assert_eq!(created.details.resource_owner, None);
        told.push((created.details, session.sequence, session.created_at));
    }
    assert!(told.iter().all(|one| *one == told[0]));
    assert_eq!(lobby.hasher.computations().comparisons(), 0);
    assert_eq!(lobby.stage.events("ada").await, 1);
}

#[tokio::test]
async fn a_session_keeps_what_is_noted_and_ends_after_its_lifetime() {
    let lobby = Lobby::new().await;
    let notes = SessionMetadata::default()
        .with([("a".to_owned(), vec![0, 255])])
        .unwrap();
    let agent = UserAgent::new(UserAgentFields {
        fingerprint_id: Some("f".to_owned()),
        ..UserAgentFields::default()
    });
    let command = CreateSession {
        metadata: notes.clone(),
        user_agent: Some(agent.clone().unwrap()),
        lifetime: Some(Duration::from_mins(5)),
        ..create(checks(None, None))
    };
    let created = lobby.create_session(&login_page(), command).await.unwrap();
    let (session, _) = SessionStore::find(&lobby.stage.store, &created.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((session.metadata, session.user_agent), (notes, agent.ok()));
    let end = fixtures::now().saturating_add(Duration::from_mins(5));
    assert_eq!((session.expires_at, session.user), (Some(end), None));
}

#[tokio::test]
async fn each_session_has_an_id_and_a_token_of_its_own() {
    let lobby = Lobby::new().await;
    let (one, other) = (lobby.sign_in().await, lobby.sign_in().await);
    assert_ne!(one.id, other.id);
    assert_ne!(one.token, other.token);
    assert!(one.token.is_of_session());
}

#[tokio::test]
async fn whoever_is_deleted_or_gets_another_password_after_showing_theirs_gets_no_session() {
    let refusals: [fn() -> WriteSessionError; 2] = [
        || WriteSessionError::UserNotFound,
        || WriteSessionError::PasswordChanged,
    ];
    let mut lobby = Lobby::new().await;
    for refusal in refusals {
        lobby.stage.services.sessions.store = SessionStoreDouble::refusing(lobby.stage.store.clone(), refusal);
        assert_eq!(reason(lobby.try_ada(PASSWORD).await), "INVALID_CREDENTIALS");
    }
}

#[tokio::test]
async fn a_lifetime_has_a_default_and_a_maximum() {
    let mut lobby = Lobby::new().await;
    lobby.stage.services.sessions.lifetimes = SessionLifetimes {
        default: Duration::from_mins(5),
        max: Duration::from_hours(1),
    };
    let with = |lifetime| CreateSession {
        lifetime,
        ..create(checks(None, None))
    };
    let hour = Duration::from_hours(1);
    for (lifetime, expected) in [(None, Duration::from_mins(5)), (Some(hour), hour)] {
        let created = lobby.create_session(&login_page(), with(lifetime)).await.unwrap();
        let session = lobby.get_session(&login_page(), &created.id, None).await.unwrap();
        assert_eq!(session.expires_at, Some(fixtures::now().saturating_add(expected)));
    }
    let longer = Some(hour + Duration::from_nanos(1));
    let created = lobby.create_session(&login_page(), with(None)).await.unwrap();
    let change = SetSession {
        lifetime: longer,
        ..set(&created.id, None)
    };
    for error in [
        lobby.create_session(&login_page(), with(longer)).await.unwrap_err(),
        lobby.set_session(&login_page(), change).await.unwrap_err(),
    ] {
        let violations = error.describe(None).field_violations;
        assert_eq!(violations[0].field, "lifetime");
        assert_eq!(violations[0].description, "must be at most 3600s");
    }
}

#[tokio::test]
async fn a_session_that_is_not_written_is_none() {
    let mut lobby = Lobby::new().await;
    let lost = || StoreError::Unavailable("gone".into());
    lobby.stage.services.sessions.store = SessionStoreDouble::failing(lobby.stage.store.clone(), lost);
    assert_eq!(reason(lobby.try_ada(PASSWORD).await), "STORE_UNAVAILABLE");
}
