use super::session_stage::{PASSWORD, by_name};
use super::signing_in::assert_invalid_credentials;
use super::stage::{ALREADY_EXISTS, NOT_FOUND, assert_refused, assert_violates, get, lock};
use super::tenant::Tenant;
use super::{CreateUserRequest, Failure, Request, Stage};

pub(super) async fn a_login_name_means_one_user(stage: &Stage<'_>) {
    let (one, other) = (stage.world.fresh_id(), stage.world.fresh_id());
    let login_name = |name: &str| format!("{name}@{}", stage.world.organization).to_uppercase();
    let holder = stage.active_user().await;
    for (name, first, second) in [
        (&one, (login_name(&one), false), (one.clone(), true)),
        (&other, (other.clone(), true), (login_name(&other), false)),
    ] {
        let (user_id, _) = stage.create(with_names(stage, &[first])).await;
        let taken = [("username", second.0.as_str())];
        let created = Request::CreateUser(with_names(stage, std::slice::from_ref(&second)));
        let added = Request::AddUsername {
            user_id: holder.clone(),
            username: Some(second.clone()),
        };
        for request in [created, added] {
            let failure = stage.managers_refusal(request).await;
            assert_refused(&failure, ALREADY_EXISTS, "USERNAME_TAKEN", &taken);
        }
        let session = stage.signed_in(by_name(&login_name(name))).await;
        let user = stage.session(&session.id).await.user.expect("somebody signed in");
        assert_eq!(user.id, Some(user_id));
    }
    assert_eq!(stage.seen(&holder).await.usernames, []);
}

pub(super) async fn blanks_and_characters_without_a_width_make_no_other_name(stage: &Stage<'_>) {
    let name = format!("john {}", stage.world.fresh_id());
    let (user_id, _) = stage.create(with_names(stage, &[(name.clone(), false)])).await;
    let variants = [
        format!("{name} "),
        format!("\u{a0}{name}"),
        format!("{name}\u{200B}"),
        format!("\u{202E}{name}"),
        format!("{name}\t"),
    ];
    for variant in &variants {
        let request = with_names(stage, &[(variant.clone(), false)]);
        let failure = stage.managers_refusal(Request::CreateUser(request)).await;
        assert_violates(&failure, &["authenticators.usernames[0].username"]);
        let session = stage.signed_in(by_name(variant)).await;
        let user = stage.session(&session.id).await.user.expect("somebody signed in");
        assert_eq!(user.id.as_ref(), Some(&user_id), "{variant:?}");
    }
    for taken in [name.replace(' ', "  "), name.replace("john", "ｊｏｈｎ")] {
        let request = with_names(stage, &[(taken.clone(), false)]);
        let failure = stage.managers_refusal(Request::CreateUser(request)).await;
        assert_refused(&failure, ALREADY_EXISTS, "USERNAME_TAKEN", &[("username", &taken)]);
    }
}

pub(super) async fn a_username_consists_of_letters_digits_and_ascii_punctuation(stage: &Stage<'_>) {
    // The names are fixed and transports play on one store at the same time: each needs an organization of its own.
    let tenant = Tenant::new(stage).await;
    let (token, user_id) = (tenant.owner.token.as_str(), tenant.user().await);
    let valid = ["o'brien+1@a-b.example", "Zoë Müller", "山田太郎", "משתמש", "مستخدم۱۲"];
    for name in valid {
        add(stage, token, &user_id, name, true)
            .await
            .expect("the name is valid");
        stage.signed_in(by_name(&format!("{name}@{}", tenant.id()))).await;
    }
    for name in [
        "henry\u{2163}",
        "\u{265A}",
        "\u{1F511}",
        "a\u{7}b",
        "aאb",
        "O\u{2019}Brien",
    ] {
        let failure = add(stage, token, &user_id, name, true)
            .await
            .expect_err("the name is not valid");
        assert_violates(&failure, &["username.username"]);
        assert_invalid_credentials(&stage.sign_in_refusal(by_name(name), PASSWORD).await);
    }
}

pub(super) async fn a_login_name_that_nobody_could_type_is_refused(stage: &Stage<'_>) {
    let fresh = stage.world.fresh_id();
    let room = 200 - 1 - stage.world.organization.as_str().chars().count();
    let longest = format!("{fresh}{}", "é".repeat(room - fresh.chars().count()));
    let too_long = format!("{longest}é");
    let (user_id, _) = stage.create(with_names(stage, &[(longest.clone(), true)])).await;
    stage
        .signed_in(by_name(&format!("{longest}@{}", stage.world.organization)))
        .await;

    let manager = stage.world.organization_manager.token.as_str();
    let failure = add(stage, manager, &user_id, &too_long, true)
        .await
        .expect_err("it is too long");
    assert_violates(&failure, &["username.username"]);
    let request = with_names(stage, &[(fresh, true), (too_long.clone(), true)]);
    let failure = stage.managers_refusal(Request::CreateUser(request)).await;
    assert_violates(&failure, &["authenticators.usernames[1].username"]);
    add(stage, manager, &user_id, &too_long, false)
        .await
        .expect("the name is typed alone");
}

pub(super) async fn ids_that_mean_another_path_are_refused_for_new_users(stage: &Stage<'_>) {
    let fresh = stage.world.fresh_id();
    let refused = [
        ".".to_owned(),
        "..".to_owned(),
        format!("x/../{fresh}"),
        format!("{fresh}/"),
        format!(r"..\{fresh}"),
        format!("{fresh}\r\n"),
        format!("{fresh}\u{85}"),
    ];
    for id in refused {
        let request = CreateUserRequest {
            user_id: Some(id.clone()),
            ..stage.new_user()
        };
        let failure = stage.managers_refusal(Request::CreateUser(request)).await;
        assert_violates(&failure, &["user_id"]);
        // There is no such user, which is another answer than that the id is not well formed.
        for request in [get(&id), lock(&id)] {
            let failure = stage.refusal(stage.world.instance_owner.token.as_str(), request).await;
            assert_refused(&failure, NOT_FOUND, "USER_NOT_FOUND", &[("userId", &id)]);
        }
    }
    for id in [format!(".{fresh}"), format!("...{fresh}"), format!("{fresh}.")] {
        let request = CreateUserRequest {
            user_id: Some(id.clone()),
            ..stage.new_user()
        };
        let (created, _) = stage.create(request).await;
        assert_eq!(stage.seen(&created).await.user_id, id);
    }
}

/// A user of the organization who has these names and a password.
fn with_names(stage: &Stage<'_>, usernames: &[(String, bool)]) -> CreateUserRequest {
    CreateUserRequest {
        usernames: usernames.to_vec(),
        ..stage.new_user_with_password()
    }
}

async fn add(stage: &Stage<'_>, token: &str, user_id: &str, name: &str, is_specific: bool) -> Result<(), Failure> {
    let request = Request::AddUsername {
        user_id: user_id.to_owned(),
        username: Some((name.to_owned(), is_specific)),
    };
    stage.call(token, request).await.map(drop)
}
