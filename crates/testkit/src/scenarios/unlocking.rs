use unlockd_domain::Role;

use super::stage::{FAILED_PRECONDITION, UNAUTHENTICATED, assert_refused, get, lock, unlock};
use super::{Lock, Request, Stage};

pub(super) async fn a_locked_user_is_let_back_in(stage: &Stage<'_>) {
    let manager = &stage.world.organization_manager;
    let organization = stage.world.organization.as_str();
    let (user_id, created) = stage.create(stage.new_user()).await;
    assert_eq!((created.sequence, created.resource_owner.as_str()), (1, organization));

    let locked = stage
        .change(
            &manager.token,
            Request::LockUser {
                user_id: user_id.clone(),
                reason: Some("Left the laptop on the train".to_owned()),
                locked_until: Some("2999-12-31T23:59:59.123456Z".to_owned()),
                replace: false,
            },
        )
        .await;
    assert_eq!((locked.sequence, locked.resource_owner.as_str()), (2, organization));
    let seen = stage.seen(&user_id).await;
    assert_eq!((seen.state.as_str(), &seen.details), ("USER_STATE_LOCKED", &locked));
    let expected = Lock {
        since: locked.change_date,
        cause: "LOCK_CAUSE_OPERATOR".to_owned(),
        locked_by: Some(manager.user_id.clone()),
        reason: Some("Left the laptop on the train".to_owned()),
        until: Some("2999-12-31T23:59:59.123456Z".to_owned()),
        scope: "LOCK_SCOPE_ALL_USE".to_owned(),
    };
    assert_eq!(seen.lock, Some(expected));

    let reason = Some("Found the laptop".to_owned());
    let unlocked = stage
        .change(
            &manager.token,
            Request::UnlockUser {
                user_id: user_id.clone(),
                reason,
            },
        )
        .await;
    assert_eq!((unlocked.sequence, unlocked.resource_owner.as_str()), (3, organization));
    let seen = stage.seen(&user_id).await;
    assert_eq!((seen.state.as_str(), &seen.details), ("USER_STATE_ACTIVE", &unlocked));
    assert_eq!((seen.lock, seen.failed_password_attempts), (None, 0));
}

pub(super) async fn unlocking_twice_is_refused_the_second_time(stage: &Stage<'_>) {
    let user_id = stage.locked_user().await;
    let unlocked = stage
        .change(&stage.world.organization_manager.token, unlock(&user_id))
        .await;

    let failure = stage.managers_refusal(unlock(&user_id)).await;

    assert_refused(
        &failure,
        FAILED_PRECONDITION,
        "USER_NOT_LOCKED",
        &[("userId", &user_id), ("state", "USER_STATE_ACTIVE")],
    );
    assert_eq!(
        stage.seen(&user_id).await.details,
        unlocked,
        "a refusal changes nothing"
    );
}

pub(super) async fn unlocking_an_active_user_is_refused(stage: &Stage<'_>) {
    let (user_id, created) = stage.create(stage.new_user()).await;

    let failure = stage.managers_refusal(unlock(&user_id)).await;

    assert_refused(
        &failure,
        FAILED_PRECONDITION,
        "USER_NOT_LOCKED",
        &[("userId", &user_id), ("state", "USER_STATE_ACTIVE")],
    );
    assert_eq!(stage.seen(&user_id).await.details, created, "a refusal changes nothing");
}

pub(super) async fn an_unlocked_user_can_be_locked_again(stage: &Stage<'_>) {
    let manager = &stage.world.organization_manager;
    let user_id = stage.locked_user().await;
    stage.change(&manager.token, unlock(&user_id)).await;

    let locked = stage.change(&manager.token, lock(&user_id)).await;

    assert_eq!(locked.sequence, 4);
    let seen = stage.seen(&user_id).await;
    assert_eq!(seen.lock.map(|lock| lock.since), Some(locked.change_date));
}

pub(super) async fn a_locked_users_token_is_refused_at_once_and_works_again_after_the_unlock(stage: &Stage<'_>) {
    let manager = &stage.world.organization_manager;
    let member = stage.world.member(None).await;
    stage.read(&member.token, &member.user_id).await;

    stage.change(&manager.token, lock(&member.user_id)).await;
    let failure = stage.refusal(member.token.as_str(), get(&member.user_id)).await;
    assert_refused(&failure, UNAUTHENTICATED, "UNAUTHENTICATED", &[]);

    stage.change(&manager.token, unlock(&member.user_id)).await;
    let seen = stage.read(&member.token, &member.user_id).await;
    assert_eq!(seen.state, "USER_STATE_ACTIVE");
}

pub(super) async fn nobody_who_is_locked_unlocks_themselves(stage: &Stage<'_>) {
    let member = stage.world.member(Some(Role::OrgUserManager)).await;
    stage
        .change(&stage.world.organization_manager.token, lock(&member.user_id))
        .await;

    let failure = stage.refusal(member.token.as_str(), unlock(&member.user_id)).await;

    assert_refused(&failure, UNAUTHENTICATED, "UNAUTHENTICATED", &[]);
    assert_eq!(stage.seen(&member.user_id).await.state, "USER_STATE_LOCKED");
}
