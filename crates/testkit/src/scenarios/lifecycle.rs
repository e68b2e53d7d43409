use unlockd_domain::Role;

use super::stage::{
    FAILED_PRECONDITION, UNAUTHENTICATED, assert_refused, deactivate, delete, get, lock, reactivate, unlock,
};
use super::{Request, Stage, Wire, World};

pub(super) async fn an_active_user_is_put_aside_and_taken_back(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;

    let deactivated = stage.managers_change(deactivate(&user_id)).await;
    assert_eq!(deactivated.sequence, 2);
    let seen = stage.seen(&user_id).await;
    assert_eq!(
        (seen.state.as_str(), &seen.details),
        ("USER_STATE_INACTIVE", &deactivated)
    );

    let reactivated = stage.managers_change(reactivate(&user_id)).await;
    assert_eq!(reactivated.sequence, 3);
    let seen = stage.seen(&user_id).await;
    assert_eq!(
        (seen.state.as_str(), &seen.details),
        ("USER_STATE_ACTIVE", &reactivated)
    );
}

pub(super) async fn a_lock_ends_with_the_deactivation(stage: &Stage<'_>) {
    let user_id = stage.locked_user().await;

    stage.managers_change(deactivate(&user_id)).await;
    let inactive = stage.seen(&user_id).await;
    assert_eq!(inactive.state, "USER_STATE_INACTIVE");
    assert_eq!((inactive.lock, inactive.failed_password_attempts), (None, 0));

    stage.managers_change(reactivate(&user_id)).await;
    let active = stage.seen(&user_id).await;
    assert_eq!((active.state.as_str(), active.lock), ("USER_STATE_ACTIVE", None));
}

pub(super) async fn what_a_state_does_not_allow_is_refused(stage: &Stage<'_>) {
    let active = stage.active_user().await;
    let locked = stage.locked_user().await;
    let inactive = stage.inactive_user().await;
    let refused = [
        (unlock(&active), "USER_NOT_LOCKED", "active"),
        (reactivate(&active), "USER_NOT_INACTIVE", "active"),
        (lock(&locked), "USER_ALREADY_LOCKED", "replace"),
        (reactivate(&locked), "USER_NOT_INACTIVE", "use unlock"),
        (lock(&inactive), "USER_NOT_ACTIVE", "deactivated; use reactivate"),
        (unlock(&inactive), "USER_NOT_LOCKED", "deactivated; use reactivate"),
        (deactivate(&inactive), "USER_ALREADY_INACTIVE", "use reactivate"),
    ];
    for (request, reason, help) in refused {
        let (Request::LockUser { user_id, .. }
        | Request::UnlockUser { user_id, .. }
        | Request::DeactivateUser { user_id, .. }
        | Request::ReactivateUser { user_id, .. }) = &request
        else {
            panic!("{request:?} depends on no state");
        };
        let before = stage.seen(user_id).await;

        let failure = stage.managers_refusal(request.clone()).await;

        let metadata = [("userId", user_id.as_str()), ("state", before.state.as_str())];
        assert_refused(&failure, FAILED_PRECONDITION, reason, &metadata);
        assert!(failure.message.contains(help), "{failure:?}");
        assert_eq!(stage.seen(user_id).await, before, "a refusal changes nothing");
    }
}

pub(super) async fn an_inactive_users_token_is_refused_at_once_and_works_again_after_the_reactivation(
    stage: &Stage<'_>,
) {
    let member = stage.world.member(None).await;
    stage.read(&member.token, &member.user_id).await;

    stage.managers_change(deactivate(&member.user_id)).await;
    let failure = stage.refusal(member.token.as_str(), get(&member.user_id)).await;
    assert_refused(&failure, UNAUTHENTICATED, "UNAUTHENTICATED", &[]);

    stage.managers_change(reactivate(&member.user_id)).await;
    let seen = stage.read(&member.token, &member.user_id).await;
    assert_eq!(seen.state, "USER_STATE_ACTIVE");
}

pub(super) async fn an_instance_owner_can_leave_while_another_one_is_active(stage: &Stage<'_>) {
    for leave in [lock, deactivate, delete] {
        let owner = stage.world.member(Some(Role::IamOwner)).await;
        stage
            .change(&stage.world.instance_owner.token, leave(&owner.user_id))
            .await;
        let failure = stage.refusal(owner.token.as_str(), get(&owner.user_id)).await;
        assert_refused(&failure, UNAUTHENTICATED, "UNAUTHENTICATED", &[]);
    }
}

/// The last active holder of `IAM_OWNER` can be neither locked nor deactivated nor deleted. Only they may
/// try: everybody else has fewer permissions.
///
/// Not part of [`run_all`](super::run_all): it needs a store with no other instance owner than the world's, and leaves
/// that one locked.
///
/// # Panics
/// When the wire answers otherwise.
pub async fn the_last_instance_owner_stays_in_service(world: &World, wire: &dyn Wire) {
    let stage = Stage { world, wire };
    let owner = &world.instance_owner;
    let before = stage.seen(&owner.user_id).await;

    for leave in [lock, deactivate, delete] {
        let failure = stage.refusal(owner.token.as_str(), leave(&owner.user_id)).await;
        assert_refused(&failure, FAILED_PRECONDITION, "LAST_INSTANCE_OWNER", &[]);
    }

    assert_eq!(stage.seen(&owner.user_id).await, before, "a refusal changes nothing");
    let second = world.member(Some(Role::IamOwner)).await;
    stage.change(&second.token, lock(&owner.user_id)).await;
    for leave in [lock, deactivate, delete] {
        let failure = stage.refusal(second.token.as_str(), leave(&second.user_id)).await;
        assert_refused(&failure, FAILED_PRECONDITION, "LAST_INSTANCE_OWNER", &[]);
    }
}
