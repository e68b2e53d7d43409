//! Who comes to a session, and by what right: every rule by itself.

use std::time::Duration;

use unlockd_application::authentication::CallerSession;
use unlockd_application::ports::SecretToken;
use unlockd_application::sessions::{CreateSession, CreatedSession};
use unlockd_application::{Caller, Error, UserService};
use unlockd_domain::{Grant, GrantScope, Grants, LockoutPolicy, Role, SessionId, UserAgent, UserAgentFields};
use unlockd_testkit::fixtures;

use crate::lobby::{Lobby, PASSWORD, ada, checks, create, login_page, set, stranger};
use crate::stage::{deactivate, delete, lock, manager, oneself, reason};

/// Somebody of `there` who holds this role.
fn with_role(role: Role, organization: &str) -> Caller {
    let scope = if role.is_instance_role() {
        GrantScope::Instance
    } else {
        GrantScope::Organization(fixtures::organization_id(organization))
    };
    let grant = Grant::new(role, scope);
    Caller::new(
        fixtures::new_user("staff", "there").change.user(),
        grant.into_iter().collect(),
    )
}

/// The user agent with the fingerprint `f`.
fn agent() -> UserAgent {
    let fields = UserAgentFields {
        fingerprint_id: Some("f".to_owned()),
        ..UserAgentFields::default()
    };
    UserAgent::new(fields).unwrap()
}

/// Somebody of `there` who has signed in with a user agent of this fingerprint.
pub(crate) fn with_fingerprint(fingerprint_id: &str) -> Caller {
    let session = CallerSession {
        id: fixtures::session_id("neighbour's"),
        fingerprint_id: Some(fingerprint_id.to_owned()),
        password_change_required: false,
    };
    let user = fixtures::new_user("neighbour", "there").change;
    Caller::of_session(user.user(), Grants::default(), session)
}

/// A session of the user agent `f`, in which `ada` has shown her password, or in which nobody has.
async fn session(lobby: &Lobby, is_proven: bool) -> CreatedSession {
    let checks = if is_proven {
        checks(Some(ada()), Some(PASSWORD))
    } else {
        checks(Some(ada()), None)
    };
    let command = CreateSession {
        user_agent: Some(agent()),
        ..create(checks)
    };
    lobby.create_session(&login_page(), command).await.unwrap()
}

/// What reading, going on and ending come to, in this order; `OK` where it is done.
async fn attempts(lobby: &Lobby, who: &Caller, id: &SessionId, token: Option<&SecretToken>) -> [&'static str; 3] {
    let said = |failure: Option<Error>| failure.map_or("OK", |error| error.reason().as_str());
    let read = said(lobby.get_session(who, id, token).await.err());
    let updated = lobby.set_session(who, set(id, token)).await;
    let token = updated
        .as_ref()
        .ok()
        .filter(|_| token.is_some())
        .map(|updated| updated.token.clone())
        .or(token.cloned());
    let deleted = said(lobby.delete_session(who, id, token.as_ref()).await.err());
    [read, said(updated.err()), deleted]
}

#[tokio::test]
async fn whoever_brings_the_token_needs_no_permission() {
    let lobby = Lobby::new().await;
    for is_proven in [true, false] {
        let created = session(&lobby, is_proven).await;
        let attempts = attempts(&lobby, &stranger(), &created.id, Some(&created.token)).await;
        assert_eq!(attempts, ["OK"; 3], "{is_proven}");
    }
}

#[tokio::test]
async fn a_token_that_is_not_the_sessions_is_refused_to_everybody() {
    let lobby = Lobby::new().await;
    let (one, other) = (session(&lobby, true).await, session(&lobby, true).await);
    for who in [stranger(), oneself("ada", "here"), login_page()] {
        for token in [&other.token, &SecretToken::new("nonsense")] {
            let attempts = attempts(&lobby, &who, &one.id, Some(token)).await;
            assert_eq!(attempts, ["SESSION_TOKEN_INVALID"; 3]);
        }
    }
    assert!(lobby.get_session(&stranger(), &one.id, Some(&one.token)).await.is_ok());
}

#[tokio::test]
async fn each_role_does_with_a_session_of_its_organization_what_it_allows() {
    const DENIED: &str = "PERMISSION_DENIED";
    let lobby = Lobby::new().await;
    let manager = ["OK", DENIED, "OK"];
    let viewer = ["OK", DENIED, DENIED];
    // With a password shown, and without: then nobody knows whose it is, and the permission has to span the instance.
    for (role, here, unproven_here) in [
        (Role::IamOwner, ["OK"; 3], ["OK"; 3]),
        (Role::IamUserManager, manager, manager),
        (Role::IamOwnerViewer, viewer, viewer),
        (Role::IamUserUnlocker, [DENIED; 3], [DENIED; 3]),
        (Role::IamLoginClient, viewer, ["OK", "OK", DENIED]),
        (Role::OrgOwner, ["OK"; 3], [DENIED; 3]),
        (Role::OrgUserManager, manager, [DENIED; 3]),
        (Role::OrgOwnerViewer, viewer, [DENIED; 3]),
        (Role::OrgUserUnlocker, [DENIED; 3], [DENIED; 3]),
    ] {
        let who = with_role(role, "here");
        let proven = session(&lobby, true).await;
        assert_eq!(attempts(&lobby, &who, &proven.id, None).await, here, "{role}");

        let unproven = session(&lobby, false).await;
        assert_eq!(
            attempts(&lobby, &who, &unproven.id, None).await,
            unproven_here,
            "{role}"
        );

        if !role.is_instance_role() {
            let proven = session(&lobby, true).await;
            let elsewhere = with_role(role, "there");
            assert_eq!(
                attempts(&lobby, &elsewhere, &proven.id, None).await,
                [DENIED; 3],
                "{role}"
            );
        }
    }
}

#[tokio::test]
async fn without_a_role_a_session_is_read_by_its_parties_and_ended_by_its_owner() {
    const DENIED: &str = "PERMISSION_DENIED";
    let lobby = Lobby::new().await;
    let creator = oneself("caller", "here");
    assert_eq!(creator.user_id(), login_page().user_id());
    for (who, is_proven, expected) in [
        (oneself("ada", "here"), true, ["OK", DENIED, "OK"]),
        (oneself("ada", "here"), false, [DENIED; 3]),
        (creator.clone(), true, ["OK", DENIED, DENIED]),
        (creator, false, ["OK", DENIED, DENIED]),
        (with_fingerprint("f"), true, ["OK", DENIED, DENIED]),
        (with_fingerprint("f"), false, ["OK", DENIED, DENIED]),
        (with_fingerprint("F"), true, [DENIED; 3]),
        (stranger(), true, [DENIED; 3]),
        (stranger(), false, [DENIED; 3]),
    ] {
        let created = session(&lobby, is_proven).await;
        let attempts = attempts(&lobby, &who, &created.id, None).await;
        assert_eq!(attempts, expected, "{who:?} {is_proven}");
    }
}

#[tokio::test]
async fn callers_and_sessions_without_a_fingerprint_are_not_of_one_user_agent() {
    let lobby = Lobby::new().await;
    let plain = lobby.sign_in().await;
    for who in [stranger(), with_fingerprint("f")] {
        assert_eq!(
            reason(lobby.get_session(&who, &plain.id, None).await),
            "PERMISSION_DENIED"
        );
    }
}

#[tokio::test]
async fn only_whoever_may_know_all_sessions_is_told_that_there_is_none() {
    let lobby = Lobby::new().await;
    let nothing = SessionId::new("nothing").unwrap();
    let owner = with_role(Role::IamOwner, "here");
    assert_eq!(
        attempts(&lobby, &owner, &nothing, None).await,
        ["SESSION_NOT_FOUND", "SESSION_NOT_FOUND", "OK"]
    );
    for who in [with_role(Role::OrgOwner, "here"), stranger()] {
        assert_eq!(attempts(&lobby, &who, &nothing, None).await, ["PERMISSION_DENIED"; 3]);
        // Whoever had its token may end it again.
        let token = SecretToken::new("unlockd_session_1");
        let attempts = attempts(&lobby, &who, &nothing, Some(&token)).await;
        assert_eq!(attempts, ["SESSION_TOKEN_INVALID", "SESSION_TOKEN_INVALID", "OK"]);
    }
}

#[tokio::test]
async fn a_session_that_has_ended_by_itself_is_none_but_can_be_ended() {
    let lobby = Lobby::new().await;
    for (who, has_token, expected) in [
        (login_page(), false, ["SESSION_NOT_FOUND", "SESSION_NOT_FOUND", "OK"]),
        (
            stranger(),
            true,
            ["SESSION_TOKEN_INVALID", "SESSION_TOKEN_INVALID", "OK"],
        ),
        (
            oneself("ada", "here"),
            false,
            ["PERMISSION_DENIED", "PERMISSION_DENIED", "OK"],
        ),
    ] {
        let command = CreateSession {
            lifetime: Some(Duration::from_secs(1)),
            ..create(checks(Some(ada()), Some(PASSWORD)))
        };
        let created = lobby.create_session(&login_page(), command).await.unwrap();
        let token = Some(&created.token).filter(|_| has_token);
        lobby.stage.clock.advance(Duration::from_micros(999_999));
        assert!(lobby.get_session(&who, &created.id, token).await.is_ok());
        lobby.stage.clock.advance(Duration::from_micros(1));
        assert_eq!(attempts(&lobby, &who, &created.id, token).await, expected);
    }
}

#[tokio::test]
async fn a_session_of_a_user_who_may_not_come_in_is_refused_and_can_be_ended() {
    const NOT_ACTIVE: &str = "USER_NOT_ACTIVE";
    const INVALID: &str = "SESSION_TOKEN_INVALID";
    let lobby = Lobby::new().await;
    let mut sessions = Vec::new();
    for _ in 0..4 {
        sessions.push(session(&lobby, true).await);
    }
    let users = &lobby.stage.users;
    users.lock_user(&manager(), lock("ada")).await.unwrap();
    let state = |error: Error| error.describe(None).metadata;
    for (locked, state_name) in [
        (&sessions[0..2], "USER_STATE_LOCKED"),
        (&sessions[2..4], "USER_STATE_INACTIVE"),
    ] {
        let error = lobby.get_session(&login_page(), &locked[0].id, None).await.unwrap_err();
        let expected = [("userId", "ada".to_owned()), ("state", state_name.to_owned())];
        assert_eq!(state(error), expected);
        let by_permission = attempts(&lobby, &login_page(), &locked[0].id, None).await;
        assert_eq!(by_permission, [NOT_ACTIVE, NOT_ACTIVE, "OK"]);
        let by_token = attempts(&lobby, &stranger(), &locked[1].id, Some(&locked[1].token)).await;
        assert_eq!(by_token, [INVALID, INVALID, "OK"]);
        if state_name == "USER_STATE_LOCKED" {
            users.deactivate_user(&manager(), deactivate("ada")).await.unwrap();
        }
    }
}

#[tokio::test]
async fn behind_the_end_of_a_lock_a_session_works_again_without_anybody_touching_the_user() {
    let lobby = Lobby::new().await;
    lobby
        .adopt(LockoutPolicy {
            lock_ends_sessions: true,
            ..LockoutPolicy::DEFAULT
        })
        .await;
    let created = lobby.sign_in().await;
    lobby.fail(10).await;
    assert_eq!(
        reason(lobby.get_session(&stranger(), &created.id, Some(&created.token)).await),
        "SESSION_TOKEN_INVALID"
    );
    lobby.stage.clock.advance(Duration::from_mins(15));
    assert!(
        lobby
            .get_session(&stranger(), &created.id, Some(&created.token))
            .await
            .is_ok()
    );
    let updated = lobby
        .set_session(&stranger(), set(&created.id, Some(&created.token)))
        .await;
    assert!(updated.is_ok());
}

#[tokio::test]
async fn the_sessions_of_a_deleted_user_are_gone() {
    let lobby = Lobby::new().await;
    let created = session(&lobby, true).await;
    lobby.stage.users.delete_user(&manager(), delete("ada")).await.unwrap();
    assert_eq!(
        attempts(&lobby, &login_page(), &created.id, None).await,
        ["SESSION_NOT_FOUND", "SESSION_NOT_FOUND", "OK"]
    );
    let by_token = attempts(&lobby, &stranger(), &created.id, Some(&created.token)).await;
    assert_eq!(by_token, ["SESSION_TOKEN_INVALID", "SESSION_TOKEN_INVALID", "OK"]);
}

#[tokio::test]
async fn an_ended_session_is_gone_for_everybody_and_ending_it_again_changes_nothing() {
    let lobby = Lobby::new().await;
    let created = lobby.sign_in().await;
    assert_eq!(lobby.delete_session(&login_page(), &created.id, None).await.unwrap(), 2);
    assert_eq!(lobby.delete_session(&login_page(), &created.id, None).await.unwrap(), 0);
    assert_eq!(
        lobby
            .delete_session(&stranger(), &created.id, Some(&created.token))
            .await
            .unwrap(),
        0
    );
    assert_eq!(
        reason(lobby.get_session(&login_page(), &created.id, None).await),
        "SESSION_NOT_FOUND"
    );
}
