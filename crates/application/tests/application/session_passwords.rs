//! A new password ends sessions, at once.

use unlockd_application::ports::SecretToken;
use unlockd_application::sessions::CreatedSession;
use unlockd_application::users::{PasswordAuthority, RequestPasswordReset, SetPassword};
use unlockd_application::{Authenticator, Caller, UserService};
use unlockd_domain::Session;
use unlockd_testkit::fixtures;

use crate::lobby::{Lobby, PASSWORD, by_id, checks, create, login_page, password};
use crate::stage::{manager, oneself, only_at, set_password};

const NEW_PASSWORD: &str = "another sesame";

async fn knock(lobby: &Lobby, token: &SecretToken) -> Option<Caller> {
    let authentication = &lobby.stage.services.authentication;
    authentication.authenticate(Some(token.clone())).await.ok()
}

/// Two sessions of `ada`, whose tokens are remembered.
async fn sessions(lobby: &Lobby, text: &str) -> [CreatedSession; 2] {
    let sessions = [lobby.try_ada(text).await.unwrap(), lobby.try_ada(text).await.unwrap()];
    for session in &sessions {
        assert!(knock(lobby, &session.token).await.is_some());
    }
    sessions
}

fn against(current: &str) -> SetPassword {
    SetPassword {
        authority: PasswordAuthority::CurrentPassword(password(current)),
        ..set_password("ada", NEW_PASSWORD)
    }
}

#[tokio::test]
async fn ones_own_change_leaves_the_session_by_which_it_was_made() {
    let lobby = Lobby::new().await;
    let [one, other] = sessions(&lobby, PASSWORD).await;
    let ada = knock(&lobby, &one.token).await.unwrap();

    lobby.stage.users.set_password(&ada, against(PASSWORD)).await.unwrap();

    assert!(knock(&lobby, &one.token).await.is_some());
    assert_eq!(knock(&lobby, &other.token).await, None);
}

#[tokio::test]
async fn ones_own_change_by_an_access_token_ends_all_and_the_token_goes_on() {
    let lobby = Lobby::new().await;
    let administration = &lobby.stage.services.administration;
    let issued = administration
        .create_token(fixtures::user_id("ada"), None, None)
        .await
        .unwrap();
    let sessions = sessions(&lobby, PASSWORD).await;
    let ada = knock(&lobby, &issued.secret).await.unwrap();

    lobby.stage.users.set_password(&ada, against(PASSWORD)).await.unwrap();

    for session in sessions {
        assert_eq!(knock(&lobby, &session.token).await, None);
    }
    assert!(knock(&lobby, &issued.secret).await.is_some());
}

#[tokio::test]
async fn an_operators_change_and_a_reset_end_all_sessions_also_that_of_the_caller() {
    let lobby = Lobby::new().await;
    let users = &lobby.stage.users;
    let before = sessions(&lobby, PASSWORD).await;
    users
        .set_password(&manager(), set_password("ada", NEW_PASSWORD))
        .await
        .unwrap();
    for session in before {
        assert_eq!(knock(&lobby, &session.token).await, None);
    }

    let [one, other] = sessions(&lobby, NEW_PASSWORD).await;
    let request = RequestPasswordReset {
        user_id: fixtures::user_id("ada"),
        safeguards: only_at(lobby.stage.stored("ada").await.sequence().get()),
    };
    let code = users.request_password_reset(&manager(), request).await.unwrap().code;
    let reset = SetPassword {
        authority: PasswordAuthority::VerificationCode(code),
        ..set_password("ada", PASSWORD)
    };
    let ada = knock(&lobby, &one.token).await.unwrap();
    users.set_password(&ada, reset).await.unwrap();
    for session in [one, other] {
        assert_eq!(knock(&lobby, &session.token).await, None);
    }
}

#[tokio::test]
async fn a_wrong_current_password_ends_nothing() {
    let lobby = Lobby::new().await;
    let [one, other] = sessions(&lobby, PASSWORD).await;
    let refused = lobby
        .stage
        .users
        .set_password(&oneself("ada", "here"), against("a wrong one"))
        .await;
    refused.unwrap_err();
    for session in [one, other] {
        assert!(knock(&lobby, &session.token).await.is_some());
    }
}

#[tokio::test]
async fn a_session_that_began_by_id_shows_the_name_once_the_password_was_shown() {
    let lobby = Lobby::new().await;
    let named = create(checks(Some(by_id("ada")), None));
    let begun = lobby.create_session(&login_page(), named).await.unwrap();
    let shown = |session: Session| {
        let user = session.user.expect("a user");
        user.login_name().map(|name| name.as_str().to_owned())
    };
    assert_eq!(
        shown(lobby.get_session(&login_page(), &begun.id, None).await.unwrap()),
        None
    );
    let proven = lobby.show(by_id("ada"), PASSWORD, None).await.unwrap();
    let name = shown(lobby.get_session(&login_page(), &proven.id, None).await.unwrap());
    assert_eq!(name.as_deref(), Some("ada"));
}
