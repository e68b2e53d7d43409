//! Nobody acts on a user who has more permissions, also when the role is granted at the last moment.

use unlockd_application::{Caller, UserService};
use unlockd_domain::{Grant, GrantScope, Role};
use unlockd_testkit::fixtures;

use crate::lobby::{Lobby, PASSWORD, ada, by_id, checks, create, set};
use crate::stage::{Stage, add_username, caller, lock, manager, oneself, reason, set_password, update};
use crate::user_store_double::UserStoreDouble;

async fn grant(stage: &Stage, id: &str, grant: &Grant) {
    let administration = &stage.services.administration;
    administration.add_grant(&fixtures::user_id(id), grant).await.unwrap();
}

fn on_here(role: Role) -> Grant {
    Grant::new(role, GrantScope::Organization(fixtures::organization_id("here"))).unwrap()
}

#[tokio::test]
async fn a_role_that_is_granted_between_the_decision_and_the_commit_leads_to_a_refusal() {
    let (stage, double) = Stage::with_users(UserStoreDouble::new).await;
    for attempt in 0..4 {
        let stage_of_granter = stage.services.administration.clone();
        double.interrupt(async move {
            let owner = Grant::instance_owner();
            stage_of_granter
                .add_grant(&fixtures::user_id("here"), &owner)
                .await
                .unwrap();
        });
        let before = stage.events("here").await;

        let users = &stage.users;
        let outcome = match attempt {
            0 => users.lock_user(&manager(), lock("here")).await.map(drop),
            1 => users.update_user(&manager(), update("here", "{}")).await.map(drop),
            2 => users
                .add_username(&manager(), add_username("here", "ada"))
                .await
                .map(drop),
            _ => users
                .set_password(&manager(), set_password("here", PASSWORD))
                .await
                .map(drop),
        };

        assert_eq!(reason(outcome), "TARGET_HAS_MORE_PERMISSIONS");
        assert_eq!(stage.events("here").await, before + 1, "only the grant was written");
        let user_id = fixtures::user_id("here");
        let administration = &stage.services.administration;
        grant(&stage, "there", &Grant::instance_owner()).await;
        administration
            .remove_grant(&user_id, &Grant::instance_owner())
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn users_may_change_themselves_whatever_the_store_says_of_their_grants() {
    let stage = Stage::new().await;
    // The caller is remembered with the role of before.
    grant(&stage, "here", &Grant::instance_owner()).await;
    grant(&stage, "there", &Grant::instance_owner()).await;
    let remembered = Caller::new(
        &stage.stored("here").await,
        [on_here(Role::OrgUserManager)].into_iter().collect(),
    );

    let locked = stage.users.lock_user(&remembered, lock("here")).await;

    assert!(locked.is_ok(), "{locked:?}");
}

#[tokio::test]
async fn whoever_cannot_see_a_user_is_not_told_of_their_permissions() {
    let stage = Stage::new().await;
    grant(&stage, "there", &Grant::instance_owner()).await;

    let outcome = stage.users.lock_user(&manager(), lock("there")).await;

    assert_eq!(reason(outcome), "PERMISSION_DENIED");
}

#[tokio::test]
async fn a_log_in_page_signs_in_whoever_shows_their_password_and_takes_no_session_over() {
    let lobby = Lobby::new().await;
    let page = caller(Some(Role::IamLoginClient));
    let owner = caller(Some(Role::OrgOwner));
    grant(&lobby.stage, "ada", &Grant::instance_owner()).await;
    let begun = lobby
        .create_session(&page, create(checks(Some(ada()), None)))
        .await
        .unwrap();
    let with_password = unlockd_application::sessions::SetSession {
        checks: checks(None, Some(PASSWORD)),
        ..set(&begun.id, None)
    };

    let token = lobby.set_session(&page, with_password.clone()).await.unwrap().token;

    assert_eq!(
        reason(lobby.set_session(&page, set(&begun.id, None)).await),
        "PERMISSION_DENIED"
    );
    assert_eq!(
        reason(lobby.delete_session(&page, &begun.id, None).await),
        "PERMISSION_DENIED"
    );
    let refused = lobby.set_session(&owner, set(&begun.id, None)).await;
    assert_eq!(reason(refused), "TARGET_HAS_MORE_PERMISSIONS");
    let refused = lobby.delete_session(&owner, &begun.id, None).await;
    assert_eq!(reason(refused), "TARGET_HAS_MORE_PERMISSIONS");
    let by_token = lobby.set_session(&page, set(&begun.id, Some(&token))).await;
    assert!(by_token.is_ok(), "{by_token:?}");
    let again = lobby.set_session(&page, with_password).await;
    assert!(again.is_ok(), "the password is proof enough: {again:?}");
    let unknown = lobby
        .create_session(&page, create(checks(Some(by_id("nobody")), None)))
        .await;
    assert!(unknown.is_ok(), "a name tells nothing: {unknown:?}");
    assert!(lobby.get_session(&page, &begun.id, None).await.is_ok());
}

#[tokio::test]
async fn a_code_of_a_more_powerful_user_is_refused_from_anybody_but_them() {
    let stage = Stage::new().await;
    let request = || unlockd_application::users::RequestPasswordReset {
        user_id: fixtures::user_id("here"),
        safeguards: unlockd_application::users::Safeguards::default(),
    };
    let code = stage
        .users
        .request_password_reset(&manager(), request())
        .await
        .unwrap()
        .code;
    grant(&stage, "here", &Grant::instance_owner()).await;
    assert_eq!(
        reason(
            stage
                .users
                .request_password_reset(&manager(), request())
                .await
                .map(|reset| reset.details)
        ),
        "TARGET_HAS_MORE_PERMISSIONS"
    );
    let redeem = || unlockd_application::users::SetPassword {
        authority: unlockd_application::users::PasswordAuthority::VerificationCode(code.clone()),
        ..set_password("here", PASSWORD)
    };

    let by_manager = stage.users.set_password(&manager(), redeem()).await;
    let by_themselves = stage.users.set_password(&oneself("here", "here"), redeem()).await;

    assert_eq!(reason(by_manager), "TARGET_HAS_MORE_PERMISSIONS");
    assert!(by_themselves.is_ok(), "{by_themselves:?}");
}

#[tokio::test]
async fn the_power_over_a_user_is_looked_at_before_what_the_request_expects_of_them() {
    let stage = Stage::new().await;
    grant(&stage, "here", &on_here(Role::OrgOwner)).await;
    let command = unlockd_application::users::LockUser {
        safeguards: crate::stage::only_at(7),
        ..lock("here")
    };

    assert_eq!(
        reason(stage.users.lock_user(&manager(), command).await),
        "TARGET_HAS_MORE_PERMISSIONS"
    );
}
