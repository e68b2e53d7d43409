use super::stage::{ALREADY_EXISTS, NOT_FOUND, PERMISSION_DENIED, UNAUTHENTICATED, assert_refused, delete, get};
use super::{CreateUserRequest, Operation, PasswordRequest, Reaching, Request, Stage};

pub(super) async fn a_user_can_be_deleted_in_every_state_and_does_not_exist_from_then_on(stage: &Stage<'_>) {
    let manager = stage.world.organization_manager.token.as_str();
    for state in [Operation::LockUser, Operation::UnlockUser, Operation::ReactivateUser] {
        let subject = stage.subject(state).await;
        let before = stage.seen(&subject.user_id).await.details;

        let deleted = stage.managers_change(delete(&subject.user_id)).await;

        assert_eq!(deleted.sequence, before.sequence + 1);
        assert_eq!(deleted.resource_owner, before.resource_owner);
        for operation in Operation::ALL {
            if operation.reaching() != Reaching::User {
                continue;
            }
            let request = operation.request(&subject);
            let failure = stage
                .refusal(stage.world.instance_manager.token.as_str(), request.clone())
                .await;
            assert_refused(&failure, NOT_FOUND, "USER_NOT_FOUND", &[("userId", &subject.user_id)]);
            let within = stage.refusal(manager, request).await;
            assert_refused(&within, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
        }
    }
}

pub(super) async fn the_id_of_a_deleted_user_stays_taken(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    stage.managers_change(delete(&user_id)).await;

    let again = CreateUserRequest {
        user_id: Some(user_id),
        ..stage.new_user()
    };

    let failure = stage.managers_refusal(Request::CreateUser(again)).await;
    assert_refused(&failure, ALREADY_EXISTS, "USER_ID_TAKEN", &[]);
}

pub(super) async fn the_usernames_of_a_deleted_user_are_free_again(stage: &Stage<'_>) {
    let name = stage.world.fresh_id();
    let named = || CreateUserRequest {
        usernames: vec![(name.clone(), false), (name.clone(), true)],
        ..stage.new_user()
    };
    let (first, _) = stage.create(named()).await;
    stage.managers_change(delete(&first)).await;

    let (second, _) = stage.create(named()).await;

    assert_eq!(stage.seen(&second).await.usernames.len(), 2);
}

pub(super) async fn the_token_of_a_deleted_user_is_refused_at_once(stage: &Stage<'_>) {
    let member = stage.world.member(None).await;
    stage.read(&member.token, &member.user_id).await;

    stage.managers_change(delete(&member.user_id)).await;

    let failure = stage.refusal(member.token.as_str(), get(&member.user_id)).await;
    assert_refused(&failure, UNAUTHENTICATED, "UNAUTHENTICATED", &[]);
}

pub(super) async fn a_user_with_everything_can_be_deleted(stage: &Stage<'_>) {
    let (user_id, _) = stage
        .create(CreateUserRequest {
            usernames: vec![(stage.world.fresh_id(), false)],
            password: Some(PasswordRequest::Plain {
                password: "correct horse battery staple".to_owned(),
                change_required: false,
            }),
            data: Some(r#"{"department":"compilers"}"#.to_owned()),
            ..stage.new_user()
        })
        .await;

    assert_eq!(stage.managers_change(delete(&user_id)).await.sequence, 2);
}
