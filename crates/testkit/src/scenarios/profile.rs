use serde_json::json;

use super::creating::nested;
use super::session_stage::plain;
use super::stage::{
    ALREADY_EXISTS, FAILED_PRECONDITION, NOT_FOUND, UNIMPLEMENTED, assert_refused, assert_violates, unexpected,
};
use super::{
    Answer, CreateUserRequest, Details, Failure, PasswordRequest, Request, SetPasswordRequest, Stage,
    UpdateUserRequest, Username,
};

pub(super) async fn data_is_replaced_as_a_whole(stage: &Stage<'_>) {
    let (user_id, _) = stage
        .create(CreateUserRequest {
            data: Some(r#"{"department":"compilers","floor":3}"#.to_owned()),
            ..stage.new_user()
        })
        .await;
    for data in [
        json!({"floor": 4}),
        json!({}),
        json!({"note": "n".repeat(16 * 1024 - 11)}),
        nested(30),
    ] {
        let updated = stage.managers_change(with_data(&user_id, Some(data.to_string()))).await;

        let seen = stage.seen(&user_id).await;
        assert_eq!((seen.data.as_ref(), &seen.details), (Some(&data), &updated));
    }
}

pub(super) async fn data_has_to_be_given_and_is_bounded(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    let too_large = json!({"note": "n".repeat(16 * 1024 - 11 + 1)}).to_string();
    for data in [None, Some(too_large), Some(nested(31).to_string())] {
        let failure = stage.managers_refusal(with_data(&user_id, data)).await;
        assert_violates(&failure, &["data"]);
    }
}

pub(super) async fn users_in_every_state_can_be_edited(stage: &Stage<'_>) {
    for user_id in [stage.locked_user().await, stage.inactive_user().await] {
        let before = stage.seen(&user_id).await;
        stage
            .managers_change(with_data(&user_id, Some(r#"{"floor":4}"#.to_owned())))
            .await;
        let (username_id, _) = add(stage, &user_id, &stage.world.fresh_id(), true)
            .await
            .expect("the name is free");
        stage.managers_change(remove(&user_id, &username_id)).await;
        stage
            .managers_change(password(&user_id, Some(plain("another password"))))
            .await;

        let seen = stage.seen(&user_id).await;
        assert_eq!((seen.state, seen.lock), (before.state, before.lock));
        assert_eq!(seen.details.sequence, before.details.sequence + 4);
    }
}

pub(super) async fn a_username_is_added_and_removed(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    let name = stage.world.fresh_id();

    let (username_id, added) = add(stage, &user_id, &name, true).await.expect("the name is free");
    let seen = stage.seen(&user_id).await;
    let expected = Username {
        username_id: username_id.clone(),
        username: name.clone(),
        is_organization_specific: true,
    };
    assert_eq!((seen.usernames, seen.details), (vec![expected], added));

    let removed = stage.managers_change(remove(&user_id, &username_id)).await;
    let seen = stage.seen(&user_id).await;
    assert_eq!((seen.usernames, seen.details), (vec![], removed));
    let other = stage.active_user().await;
    add(stage, &other, &name, true).await.expect("the name is free again");
}

pub(super) async fn a_username_that_somebody_has_cannot_be_added(stage: &Stage<'_>) {
    let name = format!("Jürgen {}", stage.world.fresh_id());
    let owner = stage.active_user().await;
    add(stage, &owner, &name, false).await.expect("the name is free");
    let other = stage.active_user().await;
    for user_id in [&owner, &other] {
        for taken in [name.clone(), name.to_uppercase()] {
            let failure = add(stage, user_id, &taken, false).await.expect_err("the name is taken");
            assert_refused(&failure, ALREADY_EXISTS, "USERNAME_TAKEN", &[("username", &taken)]);
        }
    }
    assert_eq!(
        stage.seen(&other).await.details.sequence,
        1,
        "a refusal changes nothing"
    );
    add(stage, &other, &name, true)
        .await
        .expect("the name is free in the organization");
}

pub(super) async fn a_username_that_is_not_the_users_cannot_be_removed(stage: &Stage<'_>) {
    let owner = stage.active_user().await;
    let (of_another, _) = add(stage, &owner, &stage.world.fresh_id(), false)
        .await
        .expect("the name is free");
    let user_id = stage.active_user().await;
    for username_id in [
        of_another,
        stage.world.fresh_id(),
        format!("a/b ü%20?{}", stage.world.fresh_id()),
    ] {
        let failure = stage.managers_refusal(remove(&user_id, &username_id)).await;
        let metadata = [("userId", user_id.as_str()), ("usernameId", username_id.as_str())];
        assert_refused(&failure, NOT_FOUND, "USERNAME_NOT_FOUND", &metadata);
    }
    assert_eq!(stage.seen(&owner).await.usernames.len(), 1);
}

pub(super) async fn the_101st_username_is_refused(stage: &Stage<'_>) {
    let id = stage.world.fresh_id();
    let (user_id, _) = stage
        .create(CreateUserRequest {
            usernames: (0..100).map(|number| (format!("{id} {number}"), true)).collect(),
            ..stage.new_user()
        })
        .await;

    let failure = add(stage, &user_id, &id, true).await.expect_err("there are enough");

    assert_refused(
        &failure,
        FAILED_PRECONDITION,
        "TOO_MANY_USERNAMES",
        &[("userId", &user_id)],
    );
    let first = stage.seen(&user_id).await.usernames[0].username_id.clone();
    stage.managers_change(remove(&user_id, &first)).await;
    add(stage, &user_id, &id, true).await.expect("there is room for one");
}

pub(super) async fn a_username_has_to_be_given_and_well_formed(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    let without = Request::AddUsername {
        user_id: user_id.clone(),
        username: None,
    };
    assert_violates(&stage.managers_refusal(without).await, &["username"]);
    for bad in [String::new(), "\u{1F511}".repeat(201), "a\0b".to_owned()] {
        let failure = add(stage, &user_id, &bad, false)
            .await
            .expect_err("the name is malformed");
        assert_violates(&failure, &["username.username"]);
        let failure = stage.managers_refusal(remove(&user_id, &bad)).await;
        assert_violates(&failure, &["username_id"]);
    }
}

pub(super) async fn a_password_is_set_as_typed_or_hashed(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    let bcrypt = PasswordRequest::Hash {
        hash: "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy".to_owned(),
        change_required: true,
    };
    for new in [plain("Pässwörd 1"), bcrypt] {
        let changed = stage.managers_change(password(&user_id, Some(new))).await;

        let seen = stage.seen(&user_id).await;
        assert_eq!(seen.password_last_changed.as_ref(), Some(&changed.change_date));
        assert_eq!(seen.details, changed);
    }
}

pub(super) async fn a_password_has_to_be_given_and_is_not_repeated(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    let hash = PasswordRequest::Hash {
        hash: "$1$hunter2$abc".to_owned(),
        change_required: false,
    };
    let too_long = plain(&format!("hunter2{}", "\u{1F511}".repeat(200)));
    for (new, field) in [
        (None, "new_password"),
        (Some(plain("")), "new_password.password"),
        (Some(too_long), "new_password.password"),
        (Some(hash), "new_password.hash"),
    ] {
        let failure = stage.managers_refusal(password(&user_id, new)).await;
        assert_violates(&failure, &[field]);
        assert!(!format!("{failure:?}").contains("hunter2"), "{failure:?}");
    }
    assert_eq!(stage.seen(&user_id).await.password_last_changed, None);
}

pub(super) async fn what_is_not_done_yet_is_refused_by_its_name(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    let update = UpdateUserRequest {
        user_id: user_id.clone(),
        data: Some("{}".to_owned()),
        ..UpdateUserRequest::default()
    };
    let contact = UpdateUserRequest {
        contact_email: Some("somebody@example.com".to_owned()),
        ..update.clone()
    };
    let schema = UpdateUserRequest {
        schema_id: Some("69629026806489455".to_owned()),
        ..update
    };
    for (request, field) in [
        (Request::UpdateUser(contact), "contact"),
        (Request::UpdateUser(schema), "schema_id"),
    ] {
        let failure = stage.managers_refusal(request).await;
        assert_refused(&failure, UNIMPLEMENTED, "UNIMPLEMENTED", &[("field", field)]);
        assert!(
            failure.message.contains(field),
            "{:?} leaves {field} out",
            failure.message
        );
    }
    assert_eq!(
        stage.seen(&user_id).await.details.sequence,
        1,
        "a refusal changes nothing"
    );
}

/// The id of the name and the answer's details.
async fn add(stage: &Stage<'_>, user_id: &str, name: &str, specific: bool) -> Result<(String, Details), Failure> {
    let request = Request::AddUsername {
        user_id: user_id.to_owned(),
        username: Some((name.to_owned(), specific)),
    };
    let answer = stage.call(&stage.world.organization_manager.token, request).await?;
    let Answer::UsernameAdded { username_id, details } = answer else {
        unexpected("a username", &answer)
    };
    Ok((username_id, details))
}

fn remove(user_id: &str, username_id: &str) -> Request {
    Request::RemoveUsername {
        user_id: user_id.to_owned(),
        username_id: username_id.to_owned(),
    }
}

fn with_data(user_id: &str, data: Option<String>) -> Request {
    Request::UpdateUser(UpdateUserRequest {
        user_id: user_id.to_owned(),
        data,
        ..UpdateUserRequest::default()
    })
}

fn password(user_id: &str, new_password: Option<PasswordRequest>) -> Request {
    Request::SetPassword(SetPasswordRequest {
        user_id: user_id.to_owned(),
        new_password,
        verification: None,
    })
}
