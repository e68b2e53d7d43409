//! Users who must change their password: they sign in, and can do nothing else before.

use unlockd_application::ports::SecretToken;
use unlockd_application::sessions::CreatedSession;
use unlockd_application::users::{NewPassword, PasswordAuthority, SetPassword};
use unlockd_application::{Authenticator, Caller, Error, UserService};
use unlockd_domain::Grant;
use unlockd_testkit::fixtures;

use crate::lobby::{Lobby, PASSWORD, checks, create, login_page, password, set, stranger};
use crate::stage::{get, instance_owner, plain, reason, set_password};

const NEW_PASSWORD: &str = "another sesame";
const REASON: &str = "PASSWORD_CHANGE_REQUIRED";

/// `ada` has a password that she must change, and has signed in with it.
async fn restricted(lobby: &Lobby) -> CreatedSession {
    let command = SetPassword {
        new_password: NewPassword {
            change_required: true,
            ..plain(PASSWORD)
        },
        ..set_password("ada", PASSWORD)
    };
    lobby
        .stage
        .users
        .set_password(&instance_owner(), command)
        .await
        .unwrap();
    lobby.sign_in().await
}

async fn caller(lobby: &Lobby, token: &SecretToken) -> Caller {
    let authentication = &lobby.stage.services.authentication;
    authentication.authenticate(Some(token.clone())).await.unwrap()
}

fn against(current: &str, new: &str) -> SetPassword {
    SetPassword {
        authority: PasswordAuthority::CurrentPassword(password(current)),
        ..set_password("ada", new)
    }
}

async fn change(lobby: &Lobby, who: &Caller, command: SetPassword) -> Result<u64, Error> {
    let changed = lobby.stage.users.set_password(who, command).await;
    changed.map(|changed| changed.answer.sequence.get())
}

#[tokio::test]
async fn the_change_clears_the_restriction_of_the_same_session_at_once() {
    let lobby = Lobby::new().await;
    let session = restricted(&lobby).await;
    assert!(session.password_change_required);
    let ada = caller(&lobby, &session.token).await;
    assert_eq!(reason(lobby.stage.users.get_user_by_id(&ada, get("ada")).await), REASON);
    let before = lobby
        .set_session(&stranger(), set(&session.id, Some(&session.token)))
        .await
        .unwrap();
    assert!(before.password_change_required);
    let ada = caller(&lobby, &before.token).await;

    change(&lobby, &ada, against(PASSWORD, NEW_PASSWORD)).await.unwrap();

    let ada = caller(&lobby, &before.token).await;
    assert!(!ada.is_restricted());
    let seen = lobby.stage.users.get_user_by_id(&ada, get("ada")).await.unwrap();
    assert!(!seen.profile.password.unwrap().change_required);
    let after = lobby
        .set_session(&stranger(), set(&session.id, Some(&before.token)))
        .await
        .unwrap();
    assert!(!after.password_change_required);
}

#[tokio::test]
async fn no_role_helps_and_an_access_token_is_not_restricted() {
    let lobby = Lobby::new().await;
    let administration = &lobby.stage.services.administration;
    let id = fixtures::user_id("ada");
    administration.add_grant(&id, &Grant::instance_owner()).await.unwrap();
    let ada = caller(&lobby, &restricted(&lobby).await.token).await;
    for command in [
        set_password("ada", NEW_PASSWORD),
        set_password("here", NEW_PASSWORD),
        SetPassword {
            user_id: fixtures::user_id("here"),
            ..against(PASSWORD, NEW_PASSWORD)
        },
    ] {
        assert_eq!(reason(change(&lobby, &ada, command).await), REASON);
    }
    assert_eq!(
        reason(lobby.create_session(&ada, create(checks(None, None))).await),
        REASON
    );

    let issued = administration.create_token(id, None, None).await.unwrap();
    let ada = caller(&lobby, &issued.secret).await;
    lobby.stage.users.get_user_by_id(&ada, get("here")).await.unwrap();
}

#[tokio::test]
async fn the_password_that_must_be_changed_is_not_set_again() {
    let lobby = Lobby::new().await;
    let session = restricted(&lobby).await;
    let ada = caller(&lobby, &session.token).await;

    let error = change(&lobby, &ada, against(PASSWORD, PASSWORD)).await.unwrap_err();

    assert_eq!(error.describe(None).field_violations[0].field, "new_password.password");
    assert!(caller(&lobby, &session.token).await.is_restricted());
    change(&lobby, &ada, against(PASSWORD, NEW_PASSWORD)).await.unwrap();
    let ada = caller(&lobby, &session.token).await;
    change(&lobby, &ada, against(NEW_PASSWORD, NEW_PASSWORD)).await.unwrap();
}

#[tokio::test]
async fn the_session_can_be_ended_and_no_other_one() {
    let lobby = Lobby::new().await;
    let session = restricted(&lobby).await;
    let other = lobby.sign_in().await;
    let ada = caller(&lobby, &session.token).await;
    for token in [None, Some(&other.token)] {
        assert_eq!(reason(lobby.delete_session(&ada, &other.id, token).await), REASON);
    }
    for token in [None, Some(&session.token)] {
        assert_eq!(reason(lobby.get_session(&ada, &session.id, token).await), REASON);
        let command = set(&session.id, token);
        assert_eq!(reason(lobby.set_session(&ada, command).await), REASON);
    }

    lobby.delete_session(&ada, &session.id, None).await.unwrap();

    let gone = lobby.get_session(&login_page(), &session.id, None).await;
    assert_eq!(reason(gone), "SESSION_NOT_FOUND");
}
