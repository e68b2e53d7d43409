use serde_json::{Value, json};

use super::stage::{ALREADY_EXISTS, NOT_FOUND, assert_refused, unexpected};
use super::{Answer, CreateUserRequest, Failure, PasswordRequest, Request, Stage};

pub(super) async fn a_user_without_an_id_gets_one(stage: &Stage<'_>) {
    let (first, details) = stage.create(stage.new_user()).await;
    let (second, _) = stage.create(stage.new_user()).await;

    assert_ne!(first, second);
    assert!((1..=200).contains(&first.chars().count()));
    assert_eq!(stage.seen(&first).await.details, details);
}

pub(super) async fn a_user_keeps_the_id_they_are_given(stage: &Stage<'_>) {
    let given = stage.world.fresh_id();
    let (user_id, details) = stage.create(with_id(stage, &given)).await;

    assert_eq!((user_id.as_str(), details.sequence), (given.as_str(), 1));
    assert_eq!(stage.seen(&given).await.user_id, given);
}

pub(super) async fn an_id_of_200_characters_is_taken_as_it_is(stage: &Stage<'_>) {
    let fresh = stage.world.fresh_id();
    let given = format!("{fresh}{}", "\u{1F511}".repeat(200 - fresh.chars().count()));
    stage.create(with_id(stage, &given)).await;

    assert_eq!(stage.seen(&given).await.user_id, given);
}

pub(super) async fn an_id_is_given_out_once(stage: &Stage<'_>) {
    let taken = stage.active_user().await;

    let failure = stage
        .managers_refusal(Request::CreateUser(with_id(stage, &taken)))
        .await;
    assert_refused(&failure, ALREADY_EXISTS, "USER_ID_TAKEN", &[]);

    let elsewhere = Request::CreateUser(CreateUserRequest {
        organization_id: Some(stage.world.other_organization.to_string()),
        ..with_id(stage, &taken)
    });
    let failure = stage
        .refusal(stage.world.instance_manager.token.as_str(), elsewhere)
        .await;
    assert_refused(&failure, ALREADY_EXISTS, "USER_ID_TAKEN", &[]);
}

pub(super) async fn usernames_are_unique_ignoring_case(stage: &Stage<'_>) {
    let id = stage.world.fresh_id();
    let given = format!("Jürgen.Kröger@{id}.example");
    named(stage, stage.world.organization.as_str(), &[(&given, false)])
        .await
        .expect("the name is free");
    let composed_otherwise = format!("Ju\u{308}rgen.Kröger@{id}.example");
    for taken in [
        given.clone(),
        given.to_lowercase(),
        given.to_uppercase(),
        composed_otherwise,
    ] {
        let names = [(taken.as_str(), false)];
        for organization in [&stage.world.organization, &stage.world.other_organization] {
            let failure = named(stage, organization.as_str(), &names)
                .await
                .expect_err("the name is taken");
            assert_refused(&failure, ALREADY_EXISTS, "USERNAME_TAKEN", &[("username", &taken)]);
        }
    }
}

pub(super) async fn organization_specific_usernames_are_unique_within_the_organization(stage: &Stage<'_>) {
    let name = format!("reception {}", stage.world.fresh_id());
    let (here, elsewhere) = (
        stage.world.organization.as_str(),
        stage.world.other_organization.as_str(),
    );
    let specific = [(name.as_str(), true)];
    named(stage, here, &specific).await.expect("the name is free");
    named(stage, elsewhere, &specific)
        .await
        .expect("the name is free in the other organization");
    named(stage, here, &[(&name, false)])
        .await
        .expect("the name is free on the instance");

    let failure = named(stage, here, &specific).await.expect_err("the name is taken");

    assert_refused(&failure, ALREADY_EXISTS, "USERNAME_TAKEN", &[("username", &name)]);
}

pub(super) async fn a_user_cannot_have_one_username_twice(stage: &Stage<'_>) {
    let name = format!("twice {}", stage.world.fresh_id());

    let failure = named(
        stage,
        stage.world.organization.as_str(),
        &[(&name, false), (&name, false)],
    )
    .await
    .expect_err("the name is given twice");

    assert_refused(&failure, ALREADY_EXISTS, "USERNAME_TAKEN", &[("username", &name)]);
    named(stage, stage.world.organization.as_str(), &[(&name, false)])
        .await
        .expect("nothing was written");
}

pub(super) async fn an_organization_has_to_exist(stage: &Stage<'_>) {
    let unknown = stage.world.fresh_id();
    let request = Request::CreateUser(CreateUserRequest {
        organization_id: Some(unknown.clone()),
        ..CreateUserRequest::default()
    });

    let failure = stage.refusal(stage.world.instance_owner.token.as_str(), request).await;

    assert_refused(
        &failure,
        NOT_FOUND,
        "ORGANIZATION_NOT_FOUND",
        &[("organizationId", &unknown)],
    );
}

pub(super) async fn of_a_password_only_its_time_is_shown(stage: &Stage<'_>) {
    let bcrypt = "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";
    let passwords = [
        PasswordRequest::Plain {
            password: "Pässwörd 1".to_owned(),
            change_required: false,
        },
        PasswordRequest::Hash {
            hash: bcrypt.to_owned(),
            change_required: true,
        },
    ];
    for password in passwords {
        let request = CreateUserRequest {
            password: Some(password),
            ..stage.new_user()
        };
        let (user_id, details) = stage.create(request).await;

        assert_eq!(
            stage.seen(&user_id).await.password_last_changed,
            Some(details.change_date)
        );
    }
}

pub(super) async fn data_comes_back_as_it_was_given(stage: &Stage<'_>) {
    let data = json!({
        "text": "quotes \" and \\ and \u{1F511}", "number": -1.5, "large": 1e300, "whole": 9_007_199_254_740_991_u64,
        "yes": true, "nothing": null, "nul": "\0", "list": [1.5, "two", [], {}], "object": {"nested": {"": "empty name"}},
    });
    assert_kept(stage, &data).await;
    assert_kept(stage, &json!({})).await;
}

pub(super) async fn data_of_16_kibibytes_and_30_levels_is_kept(stage: &Stage<'_>) {
    assert_kept(stage, &json!({"note": "n".repeat(16 * 1024 - r#"{"note":""}"#.len())})).await;
    assert_kept(stage, &nested(30)).await;
}

/// Objects within objects, this many.
pub(super) fn nested(levels: usize) -> Value {
    (1..levels).fold(json!({}), |inner, _| json!({"n": inner}))
}

async fn assert_kept(stage: &Stage<'_>, data: &Value) {
    let request = CreateUserRequest {
        data: Some(data.to_string()),
        ..stage.new_user()
    };
    let (user_id, _) = stage.create(request).await;
    let shown = stage.seen(&user_id).await.data.expect("there is data");
    assert_eq!(in_doubles(&shown), in_doubles(data));
}

/// The value with each number as `google.protobuf.Struct` has it.
fn in_doubles(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.iter().map(in_doubles).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), in_doubles(value)))
            .collect(),
        Value::Null | Value::Bool(_) | Value::String(_) => value.clone(),
    }
}

fn with_id(stage: &Stage<'_>, user_id: &str) -> CreateUserRequest {
    CreateUserRequest {
        user_id: Some(user_id.to_owned()),
        ..stage.new_user()
    }
}

/// A user of the organization with the usernames, as a manager of the instance creates them.
async fn named(stage: &Stage<'_>, organization: &str, usernames: &[(&str, bool)]) -> Result<String, Failure> {
    let request = Request::CreateUser(CreateUserRequest {
        organization_id: Some(organization.to_owned()),
        usernames: usernames
            .iter()
            .map(|(name, specific)| ((*name).to_owned(), *specific))
            .collect(),
        ..CreateUserRequest::default()
    });
    let answer = stage.call(&stage.world.instance_manager.token, request).await?;
    let Answer::Created { user_id, .. } = answer else {
        unexpected("a created user", &answer)
    };
    Ok(user_id)
}
