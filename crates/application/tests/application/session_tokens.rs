//! The token of a session as a bearer token: it speaks for whoever has shown their password, as long as that holds.

use std::sync::Arc;
use std::time::Duration;

use unlockd_application::authentication::{CALLER_CACHE_LIFETIME, CallerSession};
use unlockd_application::ports::{SecretToken, UserStore};
use unlockd_application::sessions::{CreateSession, SetSession};
use unlockd_application::{Authentication, Authenticator, Caller, Error, UserService};
use unlockd_domain::{Actor, Grant, LockoutPolicy, UserAgent, UserAgentFields};
use unlockd_testkit::{SequentialTokens, fixtures};

use crate::lobby::{Lobby, PASSWORD, ada, checks, create, login_page, set, stranger};
use crate::session_store_double::SessionStoreDouble;
use crate::stage::{deactivate, delete, lock, manager, reason, unlock};

async fn knock(lobby: &Lobby, token: &SecretToken) -> Result<Caller, Error> {
    lobby
        .stage
        .services
        .authentication
        .authenticate(Some(token.clone()))
        .await
}

#[tokio::test]
async fn it_speaks_for_its_user_with_all_their_grants_and_their_user_agent() {
    let lobby = Lobby::new().await;
    let administration = &lobby.stage.services.administration;
    administration
        .add_grant(&fixtures::user_id("ada"), &Grant::instance_owner())
        .await
        .unwrap();
    let fields = UserAgentFields {
        fingerprint_id: Some("f".to_owned()),
        ..UserAgentFields::default()
    };
    let command = CreateSession {
        user_agent: UserAgent::new(fields).ok(),
        ..create(checks(Some(ada()), Some(PASSWORD)))
    };
    let created = lobby.create_session(&login_page(), command).await.unwrap();

    let caller = knock(&lobby, &created.token).await.unwrap();

    let user = lobby.stage.stored("ada").await;
    let grants = [Grant::instance_owner()].into_iter().collect();
    let session = CallerSession {
        id: created.id,
        fingerprint_id: Some("f".to_owned()),
        password_change_required: false,
    };
    assert_eq!(caller, Caller::of_session(&user, grants, session));
}

#[tokio::test]
async fn without_a_password_it_speaks_for_nobody() {
    let lobby = Lobby::new().await;
    for who in [None, Some(ada())] {
        let named = lobby
            .create_session(&login_page(), create(checks(who, None)))
            .await
            .unwrap();
        assert_eq!(reason(knock(&lobby, &named.token).await), "UNAUTHENTICATED");
        let shown = SetSession {
            checks: checks(None, Some(PASSWORD)),
            ..set(&named.id, Some(&named.token))
        };
        if let Ok(updated) = lobby.set_session(&stranger(), shown).await {
            assert_eq!(knock(&lobby, &updated.token).await.unwrap().user_id().as_str(), "ada");
        }
    }
}

#[tokio::test]
async fn one_that_was_replaced_is_refused_at_once() {
    let lobby = Lobby::new().await;
    let created = lobby.sign_in().await;
    knock(&lobby, &created.token).await.unwrap();
    let updated = lobby
        .set_session(&stranger(), set(&created.id, Some(&created.token)))
        .await
        .unwrap();
    assert_eq!(reason(knock(&lobby, &created.token).await), "UNAUTHENTICATED");
    knock(&lobby, &updated.token).await.unwrap();
}

#[tokio::test]
async fn with_its_session_it_ends_at_once() {
    let lobby = Lobby::new().await;
    let created = lobby.sign_in().await;
    knock(&lobby, &created.token).await.unwrap();
    lobby.delete_session(&login_page(), &created.id, None).await.unwrap();
    assert_eq!(reason(knock(&lobby, &created.token).await), "UNAUTHENTICATED");
}

#[tokio::test]
async fn it_works_until_its_session_ends_by_itself() {
    let lobby = Lobby::new().await;
    let command = CreateSession {
        lifetime: Some(Duration::from_secs(2)),
        ..create(checks(Some(ada()), Some(PASSWORD)))
    };
    let created = lobby.create_session(&login_page(), command).await.unwrap();
    knock(&lobby, &created.token).await.unwrap();
    lobby.stage.clock.advance(Duration::from_micros(1_999_999));
    knock(&lobby, &created.token).await.unwrap();
    lobby.stage.clock.advance(Duration::from_micros(1));
    assert_eq!(reason(knock(&lobby, &created.token).await), "UNAUTHENTICATED");
}

#[tokio::test]
async fn while_its_user_is_locked_or_inactive_it_is_refused_and_afterwards_it_works_again() {
    let lobby = Lobby::new().await;
    let users = &lobby.stage.users;
    let created = lobby.sign_in().await;
    knock(&lobby, &created.token).await.unwrap();
    users.lock_user(&manager(), lock("ada")).await.unwrap();
    assert_eq!(reason(knock(&lobby, &created.token).await), "UNAUTHENTICATED");
    users.unlock_user(&manager(), unlock("ada")).await.unwrap();
    knock(&lobby, &created.token).await.unwrap();
    users.deactivate_user(&manager(), deactivate("ada")).await.unwrap();
    assert_eq!(reason(knock(&lobby, &created.token).await), "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_lock_of_the_policy_works_on_it_where_the_policy_says_so_and_ends_by_itself() {
    let lobby = Lobby::new().await;
    lobby
        .adopt(LockoutPolicy {
            lock_ends_sessions: true,
            ..LockoutPolicy::DEFAULT
        })
        .await;
    let created = lobby.sign_in().await;
    knock(&lobby, &created.token).await.unwrap();
    lobby.fail(10).await;
    assert_eq!(reason(knock(&lobby, &created.token).await), "UNAUTHENTICATED");
    lobby.stage.clock.advance(Duration::from_mins(15));
    knock(&lobby, &created.token).await.unwrap();
}

#[tokio::test]
async fn a_wrong_password_that_does_not_lock_leaves_its_user_remembered() {
    let lobby = Lobby::new().await;
    let (authentication, watched) = watched(&lobby);
    let created = lobby.sign_in().await;
    authentication.authenticate(Some(created.token.clone())).await.unwrap();
    lobby.fail(3).await;
    authentication.authenticate(Some(created.token)).await.unwrap();
    assert_eq!(watched.lookups(), 1);
}

#[tokio::test]
async fn what_another_process_does_works_after_5_seconds_at_the_latest() {
    let lobby = Lobby::new().await;
    let (elsewhere, watched) = watched(&lobby);
    let created = lobby.sign_in().await;
    elsewhere.authenticate(Some(created.token.clone())).await.unwrap();
    let locked = lobby
        .stage
        .stored("ada")
        .await
        .lock(fixtures::lock_order(), Actor::System, fixtures::now());
    UserStore::commit(&lobby.stage.store, &locked.unwrap(), None)
        .await
        .unwrap();
    lobby
        .stage
        .clock
        .advance(CALLER_CACHE_LIFETIME.saturating_sub(Duration::from_micros(1)));
    elsewhere.authenticate(Some(created.token.clone())).await.unwrap();
    assert_eq!(watched.lookups(), 1);
    lobby.stage.clock.advance(Duration::from_micros(1));
    assert_eq!(
        reason(elsewhere.authenticate(Some(created.token)).await),
        "UNAUTHENTICATED"
    );
}

/// Another process on the same store.
fn watched(lobby: &Lobby) -> (Authentication, Arc<SessionStoreDouble>) {
    let store = lobby.stage.store.clone();
    let sessions = SessionStoreDouble::with_competitor(store.clone(), 0, Clone::clone);
    let authentication = Authentication::new(
        Arc::new(store),
        Arc::<SessionStoreDouble>::clone(&sessions),
        Arc::new(SequentialTokens),
        Arc::new(lobby.stage.clock.clone()),
    );
    (authentication, sessions)
}

#[tokio::test]
async fn the_tokens_of_a_deleted_user_and_unknown_ones_look_the_same() {
    let lobby = Lobby::new().await;
    let created = lobby.sign_in().await;
    lobby.stage.users.delete_user(&manager(), delete("ada")).await.unwrap();
    let gone = knock(&lobby, &created.token).await.unwrap_err().describe(None);
    let unknown = SecretToken::new(format!("{}1", SecretToken::SESSION_PREFIX));
    assert_eq!(knock(&lobby, &unknown).await.unwrap_err().describe(None), gone);
    // An access token's digest is no session's, whatever it is called.
    let access = lobby
        .stage
        .services
        .administration
        .create_token(fixtures::user_id("here"), None, None)
        .await
        .unwrap();
    let posing = SecretToken::new(format!("{}{}", SecretToken::SESSION_PREFIX, access.secret.expose()));
    assert_eq!(reason(knock(&lobby, &posing).await), "UNAUTHENTICATED");
}
