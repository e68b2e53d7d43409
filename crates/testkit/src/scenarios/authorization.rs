use unlockd_domain::Role;

use super::stage::{NOT_FOUND, PERMISSION_DENIED, UNAUTHENTICATED, assert_refused, assert_violates, get, lock, unlock};
use super::{Answer, CreateUserRequest, Request, Stage};

/// Each operation on one user.
fn each_on(user_id: &str) -> [Request; 3] {
    [get(user_id), lock(user_id), unlock(user_id)]
}

fn creation(organization: &str) -> Request {
    Request::CreateUser(CreateUserRequest {
        organization_id: Some(organization.to_owned()),
        ..CreateUserRequest::default()
    })
}

pub(super) async fn nobody_gets_in_without_a_token(stage: &Stage<'_>) {
    let user_id = stage.locked_user().await;
    let creation = creation(stage.world.organization.as_str());
    for request in each_on(&user_id).into_iter().chain([creation]) {
        let failure = stage.refusal(None, request).await;
        assert_refused(&failure, UNAUTHENTICATED, "UNAUTHENTICATED", &[]);
    }
    assert_eq!(stage.seen(&user_id).await.state, "USER_STATE_LOCKED");
}

pub(super) async fn tokens_that_were_never_issued_are_refused(stage: &Stage<'_>) {
    let user_id = stage.locked_user().await;
    let right = &stage.world.organization_manager.token;
    let (shorter, longer, other_case) = (&right[..right.len() - 1], format!("{right}A"), right.to_uppercase());
    let unknown = format!("unlockd_pat_{}", "A".repeat(43));
    for token in [unknown.as_str(), shorter, &longer, &other_case, "two words", "%&!", ""] {
        for request in each_on(&user_id) {
            let failure = stage.refusal(token, request).await;
            assert_refused(&failure, UNAUTHENTICATED, "UNAUTHENTICATED", &[]);
        }
    }
    assert_eq!(stage.seen(&user_id).await.state, "USER_STATE_LOCKED");
}

pub(super) async fn the_token_is_looked_at_before_the_form(stage: &Stage<'_>) {
    let malformed = "x".repeat(201);
    for token in [None, Some("nobodys")] {
        for request in each_on(&malformed) {
            let failure = stage.refusal(token, request).await;
            assert_refused(&failure, UNAUTHENTICATED, "UNAUTHENTICATED", &[]);
        }
    }
}

pub(super) async fn the_form_is_looked_at_before_the_permission(stage: &Stage<'_>) {
    let malformed = "x".repeat(201);
    for request in each_on(&malformed) {
        let failure = stage.refusal(stage.world.roleless.token.as_str(), request).await;
        assert_violates(&failure, &["user_id"]);
    }
}

pub(super) async fn the_permission_is_looked_at_before_the_user(stage: &Stage<'_>) {
    let roleless = stage.world.roleless.token.as_str();
    let active = stage.active_user().await;
    let locked = stage.locked_user().await;
    let unknown = stage.world.fresh_id();
    for user_id in [&active, &locked, &unknown] {
        for request in each_on(user_id) {
            let failure = stage.refusal(roleless, request).await;
            assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
        }
    }
    for organization in [stage.world.organization.as_str(), &unknown] {
        let failure = stage.refusal(roleless, creation(organization)).await;
        assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
    }
    assert_eq!(stage.seen(&locked).await.state, "USER_STATE_LOCKED");
}

pub(super) async fn the_user_is_looked_for_before_their_state(stage: &Stage<'_>) {
    let unknown = stage.world.fresh_id();
    for caller in [&stage.world.instance_owner, &stage.world.instance_manager] {
        for request in each_on(&unknown) {
            let failure = stage.refusal(caller.token.as_str(), request).await;
            assert_refused(&failure, NOT_FOUND, "USER_NOT_FOUND", &[("userId", &unknown)]);
        }
    }
}

pub(super) async fn a_user_of_another_organization_and_one_who_does_not_exist_look_the_same(stage: &Stage<'_>) {
    let locked = stage.locked_user().await;
    let unknown = stage.world.fresh_id();
    let outsider = stage.world.other_manager.token.as_str();
    for (foreign, absent) in each_on(&locked).into_iter().zip(each_on(&unknown)) {
        let (foreign, absent) = (
            stage.refusal(outsider, foreign).await,
            stage.refusal(outsider, absent).await,
        );
        assert_refused(&foreign, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
        assert_eq!(foreign, absent);
    }
    assert_eq!(stage.seen(&locked).await.state, "USER_STATE_LOCKED");
}

pub(super) async fn another_organization_and_one_that_does_not_exist_look_the_same(stage: &Stage<'_>) {
    let outsider = stage.world.other_manager.token.as_str();
    let foreign = stage
        .refusal(outsider, creation(stage.world.organization.as_str()))
        .await;
    let absent = stage.refusal(outsider, creation(&stage.world.fresh_id())).await;

    assert_refused(&foreign, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
    assert_eq!(foreign, absent);
}

pub(super) async fn owners_and_managers_create_read_lock_and_unlock_within_their_reach(stage: &Stage<'_>) {
    let world = stage.world;
    for caller in [
        &world.instance_owner,
        &world.instance_manager,
        &world.organization_owner,
        &world.organization_manager,
    ] {
        let created = stage
            .wire
            .call(Some(&caller.token), &creation(world.organization.as_str()))
            .await;
        let Ok(Answer::Created { user_id, .. }) = created else {
            panic!("expected a created user, got {created:?}");
        };
        let locked = stage.change(&caller.token, lock(&user_id)).await;
        let seen = stage.read(&caller.token, &user_id).await;
        assert_eq!(seen.details, locked);
        assert_eq!(
            seen.lock.and_then(|lock| lock.locked_by).as_ref(),
            Some(&caller.user_id)
        );
        let unlocked = stage.change(&caller.token, unlock(&user_id)).await;
        assert_eq!(unlocked.sequence, 3);
    }
}

pub(super) async fn roles_on_the_instance_reach_every_organization(stage: &Stage<'_>) {
    let world = stage.world;
    let foreign = &world.other_manager.user_id;
    for caller in [&world.instance_owner, &world.instance_manager, &world.instance_viewer] {
        let seen = stage.read(&caller.token, foreign).await;
        assert_eq!(seen.details.resource_owner, world.other_organization.as_str());
    }
}

pub(super) async fn viewers_read_and_do_not_write(stage: &Stage<'_>) {
    let world = stage.world;
    let locked = stage.locked_user().await;
    for viewer in [&world.instance_viewer, &world.organization_viewer] {
        assert_eq!(stage.read(&viewer.token, &locked).await.state, "USER_STATE_LOCKED");
        let creation = creation(world.organization.as_str());
        for request in [lock(&locked), unlock(&locked), creation] {
            let failure = stage.refusal(viewer.token.as_str(), request).await;
            assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
        }
    }
    assert_eq!(
        stage.seen(&locked).await.details.sequence,
        2,
        "a refusal changes nothing"
    );
}

pub(super) async fn changing_oneself_needs_the_permission(stage: &Stage<'_>) {
    for role in [None, Some(Role::OrgOwnerViewer), Some(Role::IamOwnerViewer)] {
        let member = stage.world.member(role).await;
        for request in [lock(&member.user_id), unlock(&member.user_id)] {
            let failure = stage.refusal(member.token.as_str(), request).await;
            assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
        }
        assert_eq!(stage.read(&member.token, &member.user_id).await.details.sequence, 1);
    }
}

pub(super) async fn a_manager_can_lock_themselves_and_is_out_at_once(stage: &Stage<'_>) {
    let manager = stage.world.member(Some(Role::OrgUserManager)).await;
    stage.change(&manager.token, lock(&manager.user_id)).await;

    let failure = stage.refusal(manager.token.as_str(), get(&manager.user_id)).await;

    assert_refused(&failure, UNAUTHENTICATED, "UNAUTHENTICATED", &[]);
}
