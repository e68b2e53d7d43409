use super::stage::{NOT_FOUND, assert_refused, get};
use super::{CreateUserRequest, PasswordRequest, Stage, User, Username};

pub(super) async fn a_user_is_shown_as_they_were_created(stage: &Stage<'_>) {
    let name = format!("Grace {}", stage.world.fresh_id());
    let (user_id, details) = stage
        .create(CreateUserRequest {
            usernames: vec![(name.clone(), false), (format!("{name} here"), true)],
            password: Some(PasswordRequest::Plain {
                password: "correct horse battery staple".to_owned(),
                change_required: true,
            }),
            data: Some(r#"{"department":"compilers"}"#.to_owned()),
            ..stage.new_user()
        })
        .await;

    let seen = stage.seen(&user_id).await;

    let usernames = [(name.clone(), false), (format!("{name} here"), true)]
        .into_iter()
        .zip(&seen.usernames)
        .map(|((username, is_organization_specific), shown)| Username {
            username_id: shown.username_id.clone(),
            username,
            is_organization_specific,
        })
        .collect();
    let expected = User {
        user_id,
        password_last_changed: Some(details.change_date.clone()),
        password_change_required: true,
        details,
        state: "USER_STATE_ACTIVE".to_owned(),
        usernames,
        data: Some(serde_json::json!({"department": "compilers"})),
        lock: None,
        failed_password_attempts: 0,
        sign_in_blocks: Vec::new(),
    };
    assert_eq!(seen, expected);
    assert_eq!(seen.usernames.len(), 2);
    let [first, second] = [&seen.usernames[0].username_id, &seen.usernames[1].username_id];
    assert!(
        !first.is_empty() && !second.is_empty() && first != second,
        "each username has an id"
    );
}

pub(super) async fn a_user_with_nothing_is_shown_with_nothing(stage: &Stage<'_>) {
    let (user_id, details) = stage.create(stage.new_user()).await;

    let expected = User {
        user_id: user_id.clone(),
        details,
        state: "USER_STATE_ACTIVE".to_owned(),
        usernames: Vec::new(),
        password_last_changed: None,
        password_change_required: false,
        data: None,
        lock: None,
        failed_password_attempts: 0,
        sign_in_blocks: Vec::new(),
    };
    assert_eq!(stage.seen(&user_id).await, expected);
}

pub(super) async fn reading_oneself_needs_no_role(stage: &Stage<'_>) {
    let roleless = &stage.world.roleless;

    let seen = stage.read(&roleless.token, &roleless.user_id).await;

    assert_eq!(seen.user_id, roleless.user_id);
    assert_eq!(seen.details.resource_owner, stage.world.organization.as_str());
}

pub(super) async fn readers_of_the_instance_are_told_that_a_user_does_not_exist(stage: &Stage<'_>) {
    let unknown = stage.world.fresh_id();
    for caller in [
        &stage.world.instance_owner,
        &stage.world.instance_manager,
        &stage.world.instance_viewer,
    ] {
        let failure = stage.refusal(caller.token.as_str(), get(&unknown)).await;
        assert_refused(&failure, NOT_FOUND, "USER_NOT_FOUND", &[("userId", &unknown)]);
    }
}

pub(super) async fn ids_are_compared_letter_by_letter(stage: &Stage<'_>) {
    let user_id = format!("a:b ü%20?{}", stage.world.fresh_id());
    stage
        .create(CreateUserRequest {
            user_id: Some(user_id.clone()),
            ..stage.new_user()
        })
        .await;

    assert_eq!(stage.seen(&user_id).await.user_id, user_id);
    let other = user_id.to_uppercase();
    let failure = stage
        .refusal(stage.world.instance_viewer.token.as_str(), get(&other))
        .await;
    assert_refused(&failure, NOT_FOUND, "USER_NOT_FOUND", &[("userId", &other)]);
}
