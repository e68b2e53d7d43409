use unlockd_application::{Caller, Error, UserService};
use unlockd_domain::Role;

use crate::stage::{
    Stage, add_username, caller, create, deactivate, delete, get, instance_manager, lock, manager, oneself, reactivate,
    reason, remove_username, set_password, unlock, update,
};

/// How each operation on one user ended: the reading, then the changes, in an order in which all but one are legal.
async fn outcomes(stage: &Stage, caller: &Caller, id: &str) -> Vec<Result<(), Error>> {
    let users = &stage.users;
    vec![
        users.get_user_by_id(caller, get(id)).await.map(drop),
        users.lock_user(caller, lock(id)).await.map(drop),
        users.unlock_user(caller, unlock(id)).await.map(drop),
        users.deactivate_user(caller, deactivate(id)).await.map(drop),
        users.reactivate_user(caller, reactivate(id)).await.map(drop),
        users.update_user(caller, update(id, "{}")).await.map(drop),
        users
            .set_password(caller, set_password(id, "open sesame"))
            .await
            .map(drop),
        users.add_username(caller, add_username(id, "ada")).await.map(drop),
        users.delete_user(caller, delete(id)).await.map(drop),
        // The user is gone by now, for whoever may write.
        users.remove_username(caller, remove_username(id, "1")).await.map(drop),
    ]
}

#[tokio::test]
async fn each_role_may_do_what_it_is_for() {
    for role in Role::ALL {
        let stage = Stage::new().await;
        let caller = caller(Some(role));
        let (reads, unlocks, writes) = match role {
            Role::IamOwner | Role::IamUserManager | Role::OrgOwner | Role::OrgUserManager => (true, true, true),
            Role::IamUserUnlocker | Role::OrgUserUnlocker => (true, true, false),
            Role::IamOwnerViewer | Role::OrgOwnerViewer => (true, false, false),
            Role::IamLoginClient => (false, false, false),
        };

        let mut outcomes = outcomes(&stage, &caller, "here").await;
        let created = stage.users.create_user(&caller, create("here")).await.map(drop);

        outcomes.pop();
        let said = |outcome: Result<(), Error>| outcome.map_or_else(|error| error.reason().as_str(), |()| "OK");
        let expected = |may| if may { "OK" } else { "PERMISSION_DENIED" };
        assert_eq!(said(outcomes.remove(0)), expected(reads), "{role}");
        // Those who only unlock have locked nobody before.
        let unlocked = if unlocks && !writes {
            "USER_NOT_LOCKED"
        } else {
            expected(unlocks)
        };
        assert_eq!(said(outcomes.remove(1)), unlocked, "{role}");
        for change in outcomes.into_iter().chain([created]) {
            assert_eq!(said(change), expected(writes), "{role}");
        }
    }
}

#[tokio::test]
async fn roles_on_the_instance_reach_every_organization_and_others_only_their_own() {
    for role in Role::ALL {
        let stage = Stage::new().await;
        let outcome = stage.users.get_user_by_id(&caller(Some(role)), get("there")).await;
        if role.is_instance_role() && role != Role::IamLoginClient {
            assert_eq!(outcome.unwrap().user, stage.stored("there").await);
        } else {
            assert_eq!(reason(outcome), "PERMISSION_DENIED", "{role}");
        }
    }
}

#[tokio::test]
async fn without_a_role_nothing_is_said_about_anybody_else() {
    let stage = Stage::new().await;
    stage.lock_here().await;
    for id in ["here", "there", "nobody"] {
        for outcome in outcomes(&stage, &caller(None), id).await {
            assert_eq!(reason(outcome), "PERMISSION_DENIED", "{id}");
        }
    }
    assert_eq!(stage.events("here").await, 2);
}

#[tokio::test]
async fn outside_of_ones_reach_users_that_exist_and_users_that_do_not_look_the_same() {
    let stage = Stage::new().await;
    let foreign = outcomes(&stage, &manager(), "there").await;
    let absent = outcomes(&stage, &manager(), "nobody").await;
    for (foreign, absent) in foreign.into_iter().zip(absent) {
        let (foreign, absent) = (foreign.unwrap_err().describe(None), absent.unwrap_err().describe(None));
        assert_eq!(foreign.reason.as_str(), "PERMISSION_DENIED");
        assert_eq!(foreign, absent);
    }
}

#[tokio::test]
async fn an_unknown_user_is_said_to_be_unknown_to_whoever_reaches_everybody() {
    let stage = Stage::new().await;
    for outcome in outcomes(&stage, &instance_manager(), "nobody").await {
        assert_eq!(reason(outcome), "USER_NOT_FOUND");
    }
}

#[tokio::test]
async fn nobody_changes_themselves_without_the_permission() {
    let stage = Stage::new().await;
    let mut outcomes = outcomes(&stage, &oneself("here", "here"), "here").await;
    let changes = outcomes.split_off(1);
    assert!(outcomes[0].is_ok());
    for change in changes {
        assert_eq!(reason(change), "PERMISSION_DENIED");
    }
}
