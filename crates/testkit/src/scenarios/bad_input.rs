use super::creating::nested;
use super::stage::{UNIMPLEMENTED, assert_refused, assert_violates};
use super::{CreateUserRequest, Failure, Operation, PasswordRequest, Reaching, Request, Stage};

/// A text of 201 characters, most of which have several bytes.
fn too_long() -> String {
    format!("x{}", "\u{1F511}".repeat(200))
}

pub(super) async fn an_id_has_1_to_200_characters_and_no_nul(stage: &Stage<'_>) {
    for bad in [String::new(), too_long(), "a\0b".to_owned()] {
        for operation in Operation::ALL {
            // Without an organization, the instance is meant.
            let is_needed = !matches!(operation.field_of_the_subject(), "organization_id" | "ctx.org_id");
            let is_single = !matches!(operation.reaching(), Reaching::Anything | Reaching::Nothing);
            if is_single && (is_needed || !bad.is_empty()) {
                let failure = stage
                    .managers_refusal(operation.request(&stage.named(*operation, &bad)))
                    .await;
                assert_violates(&failure, &[operation.field_of_the_subject()]);
            }
        }

        let organization_id = Some(bad);
        let failure = refused(
            stage,
            CreateUserRequest {
                organization_id,
                ..stage.new_user()
            },
        )
        .await;
        assert_violates(&failure, &["organization.org_id"]);
    }
}

pub(super) async fn a_reason_has_at_most_500_characters_and_no_nul(stage: &Stage<'_>) {
    let active = stage.active_user().await;
    let locked = stage.locked_user().await;
    for bad in ["\u{1F511}".repeat(501), "a\0b".to_owned()] {
        let reason = Some(bad);
        let requests = [
            Request::LockUser {
                user_id: active.clone(),
                reason: reason.clone(),
                locked_until: None,
                replace: false,
            },
            Request::UnlockUser {
                user_id: locked.clone(),
                reason: reason.clone(),
            },
            Request::DeactivateUser {
                user_id: active.clone(),
                reason: reason.clone(),
            },
            Request::ReactivateUser {
                user_id: locked.clone(),
                reason,
            },
        ];
        for request in requests {
            assert_violates(&stage.managers_refusal(request).await, &["reason"]);
        }
    }
    assert_eq!(
        stage.seen(&active).await.details.sequence,
        1,
        "a refusal changes nothing"
    );
    assert_eq!(
        stage.seen(&locked).await.details.sequence,
        2,
        "a refusal changes nothing"
    );
}

pub(super) async fn a_reason_of_500_characters_goes_with_an_unlock(stage: &Stage<'_>) {
    let user_id = stage.locked_user().await;
    let reason = Some("\u{1F511}".repeat(500));
    let request = Request::UnlockUser { user_id, reason };

    assert_eq!(
        stage
            .change(&stage.world.organization_manager.token, request)
            .await
            .sequence,
        3
    );
}

pub(super) async fn an_organization_has_to_be_given(stage: &Stage<'_>) {
    assert_violates(&refused(stage, CreateUserRequest::default()).await, &["organization"]);
}

pub(super) async fn a_username_has_1_to_200_characters_and_no_nul(stage: &Stage<'_>) {
    for bad in [String::new(), too_long(), "a\0b".to_owned()] {
        let usernames = vec![(stage.world.fresh_id(), false), (bad, true)];
        let failure = refused(
            stage,
            CreateUserRequest {
                usernames,
                ..stage.new_user()
            },
        )
        .await;
        assert_violates(&failure, &["authenticators.usernames[1].username"]);
    }
}

pub(super) async fn a_user_has_at_most_100_usernames(stage: &Stage<'_>) {
    let id = stage.world.fresh_id();
    let with = |count| CreateUserRequest {
        usernames: (0..count).map(|number| (format!("{id} {number}"), false)).collect(),
        ..stage.new_user()
    };
    assert_violates(&refused(stage, with(101)).await, &["authenticators.usernames"]);
    stage.create(with(100)).await;
}

pub(super) async fn a_password_has_1_to_200_characters_and_no_nul_and_is_not_repeated(stage: &Stage<'_>) {
    for bad in [String::new(), format!("hunter2{}", too_long()), "hunter2\0".to_owned()] {
        let password = Some(PasswordRequest::Plain {
            password: bad,
            change_required: false,
        });
        let failure = refused(
            stage,
            CreateUserRequest {
                password,
                ..stage.new_user()
            },
        )
        .await;
        assert_violates(&failure, &["authenticators.password.password"]);
        assert!(!format!("{failure:?}").contains("hunter2"), "{failure:?}");
    }
}

pub(super) async fn a_hash_has_to_be_of_a_known_algorithm_and_is_not_repeated(stage: &Stage<'_>) {
    for bad in [
        "",
        "hunter2",
        "$1$hunter2$abc",
        "$2b$",
        "$2b$10$hunter2 hunter2",
        "$2b$10$hunter2\0",
        "$argon2id$v=19$m=4194304,t=1,p=1$aHVudGVyMg$aHVudGVyMmh1bnRlcjI",
    ] {
        let password = Some(PasswordRequest::Hash {
            hash: bad.to_owned(),
            change_required: false,
        });
        let failure = refused(
            stage,
            CreateUserRequest {
                password,
                ..stage.new_user()
            },
        )
        .await;
        assert_violates(&failure, &["authenticators.password.hash"]);
        assert!(!format!("{failure:?}").contains("hunter2"), "{failure:?}");
    }
}

pub(super) async fn data_has_at_most_16_kibibytes_and_30_levels(stage: &Stage<'_>) {
    let too_large = serde_json::json!({"note": "n".repeat(16 * 1024 - r#"{"note":""}"#.len() + 1)});
    for bad in [too_large, nested(31)] {
        let data = Some(bad.to_string());
        let failure = refused(
            stage,
            CreateUserRequest {
                data,
                ..stage.new_user()
            },
        )
        .await;
        assert_violates(&failure, &["data"]);
    }
}

pub(super) async fn all_that_is_wrong_is_said_at_once(stage: &Stage<'_>) {
    let request = CreateUserRequest {
        user_id: Some(too_long()),
        usernames: vec![(String::new(), false), (too_long(), true)],
        password: Some(PasswordRequest::Plain {
            password: String::new(),
            change_required: false,
        }),
        data: Some(nested(31).to_string()),
        ..CreateUserRequest::default()
    };
    let fields = [
        "authenticators.password.password",
        "authenticators.usernames[0].username",
        "authenticators.usernames[1].username",
        "data",
        "organization",
        "user_id",
    ];
    assert_violates(&refused(stage, request).await, &fields);

    let request = Request::LockUser {
        user_id: too_long(),
        reason: Some("r".repeat(501)),
        locked_until: None,
        replace: false,
    };
    assert_violates(&stage.managers_refusal(request).await, &["reason", "user_id"]);
}

pub(super) async fn of_many_that_are_wrong_the_first_20_are_said(stage: &Stage<'_>) {
    let usernames = vec![(String::new(), false); 30];
    let failure = refused(
        stage,
        CreateUserRequest {
            usernames,
            ..stage.new_user()
        },
    )
    .await;

    let mut first: Vec<_> = (0..20)
        .map(|index| format!("authenticators.usernames[{index}].username"))
        .collect();
    first.sort_unstable();
    assert_violates(&failure, &first.iter().map(String::as_str).collect::<Vec<_>>());
}

pub(super) async fn what_is_documented_and_not_done_is_refused_by_its_name(stage: &Stage<'_>) {
    let schema = CreateUserRequest {
        schema_id: Some("69629026806489455".to_owned()),
        ..stage.new_user()
    };
    let contact = CreateUserRequest {
        contact_email: Some("somebody@example.com".to_owned()),
        ..stage.new_user()
    };
    for (request, field) in [(schema, "schema_id"), (contact, "contact")] {
        let failure = refused(stage, request).await;
        assert_refused(&failure, UNIMPLEMENTED, "UNIMPLEMENTED", &[("field", field)]);
        assert!(
            failure.message.contains(field),
            "{:?} leaves {field} out",
            failure.message
        );
    }
}

async fn refused(stage: &Stage<'_>, request: CreateUserRequest) -> Failure {
    stage.managers_refusal(Request::CreateUser(request)).await
}
