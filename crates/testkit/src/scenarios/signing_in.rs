use super::session_stage::{HeldSession, PASSWORD, WRONG_PASSWORD, by_id, by_name, plain};
use super::stage::{PERMISSION_DENIED, UNIMPLEMENTED, assert_refused, assert_violates, lock, unexpected, unlock};
use super::{
    Challenge, CheckUser, Checks, CreateSessionRequest, CreateUserRequest, Failure, OtherCheck, Request,
    SetSessionRequest, Stage,
};

pub(super) async fn a_locked_user_cannot_sign_in_and_can_again_after_the_unlock(stage: &Stage<'_>) {
    let user_id = stage.user_with_password().await;
    stage.signed_in(by_id(&user_id)).await;

    stage.managers_change(lock(&user_id)).await;
    let refusal = stage.sign_in_refusal(by_id(&user_id), PASSWORD).await;
    assert_invalid_credentials(&refusal);

    stage.managers_change(unlock(&user_id)).await;
    let session = stage.signed_in(by_id(&user_id)).await;

    let user = stage.session(&session.id).await.user.expect("somebody signed in");
    assert_eq!(user.id.as_ref(), Some(&user_id));
    let history = stage.all_events(&user_id).await;
    let told: Vec<_> = history.iter().map(|event| event.kind.as_str()).collect();
    let expected = [
        "user.created",
        "user.password.check.succeeded",
        "user.session.begun",
        "user.locked",
        "sign_in.failed",
        "user.unlocked",
        "user.password.check.succeeded",
        "user.session.begun",
    ];
    assert_eq!(told, expected);
}

pub(super) async fn somebody_signs_in_by_id_or_by_name_in_any_case(stage: &Stage<'_>) {
    let (organization, other) = (&stage.world.organization, &stage.world.other_organization);
    let fresh = stage.world.fresh_id();
    let (everywhere, here) = (format!("Jürgen.{fresh}@example.com"), format!("Réception {fresh}"));
    let (user_id, _) = stage
        .create(CreateUserRequest {
            usernames: vec![(everywhere.clone(), false), (here.clone(), true)],
            ..stage.new_user_with_password()
        })
        .await;
    let specific = format!("{here}@{organization}");
    let upper = format!("{}@{organization}", here.to_uppercase());
    for typed in [
        by_name(&everywhere),
        by_name(&everywhere.to_uppercase()),
        by_name(&specific),
        by_name(&upper),
        by_id(&user_id),
    ] {
        let session = stage.signed_in(typed.clone()).await;

        let seen = stage.session(&session.id).await;
        let user = seen.user.expect("somebody signed in");
        let login_name = match typed {
            CheckUser::LoginName(name) => Some(name),
            // The first of the names that the user has.
            CheckUser::UserId(_) | CheckUser::Missing => Some(everywhere.clone()),
        };
        let organization_id = Some(organization.to_string());
        assert_eq!((user.id.as_ref(), user.login_name), (Some(&user_id), login_name));
        assert_eq!(user.organization_id, organization_id);
        assert_eq!(session.details.resource_owner, organization_id);
        assert!(seen.password_verified_at.is_some(), "the password was shown");
    }
    let changed_case = format!("{here}@{organization}x");
    for unknown in [
        here,
        format!("{fresh}@{organization}"),
        format!("x@{other}"),
        changed_case,
    ] {
        let refusal = stage.sign_in_refusal(by_name(&unknown), PASSWORD).await;
        assert_invalid_credentials(&refusal);
    }
}

pub(super) async fn somebody_is_named_first_and_shows_the_password_later(stage: &Stage<'_>) {
    let name = stage.world.fresh_id();
    let (user_id, _) = stage
        .create(CreateUserRequest {
            usernames: vec![(name.clone(), false)],
            ..stage.new_user_with_password()
        })
        .await;
    let named = stage.begun(Checks::user(by_name(&name))).await;
    let seen = stage.session(&named.id).await;
    let user = seen.user.clone().expect("somebody was named");
    assert_eq!(
        (user.id, user.login_name, user.organization_id),
        (None, Some(name), None)
    );
    assert_eq!(
        (seen.password_verified_at, named.details.resource_owner.as_ref()),
        (None, None)
    );

    let went_on = SetSessionRequest {
        checks: Checks::password(PASSWORD),
        ..SetSessionRequest::default()
    };
    let proven = stage.went_on(&named, went_on).await;

    let seen = stage.session(&named.id).await;
    let user = seen.user.expect("somebody signed in");
    assert_eq!(user.id, Some(user_id));
    assert!(seen.password_verified_at.is_some(), "the password was shown");
    assert_eq!((proven.details.sequence, seen.sequence), (2, 2));
    assert_eq!(
        proven.details.resource_owner.as_deref(),
        Some(stage.world.organization.as_str())
    );
}

pub(super) async fn a_session_can_begin_with_nobody(stage: &Stage<'_>) {
    let user_id = stage.user_with_password().await;
    let empty = stage.begun(Checks::default()).await;
    assert_eq!(stage.session(&empty.id).await.user, None);

    let went_on = SetSessionRequest {
        checks: Checks::user(by_id(&user_id)).with_password(PASSWORD),
        ..SetSessionRequest::default()
    };
    stage.went_on(&empty, went_on).await;

    let user = stage.session(&empty.id).await.user.expect("somebody signed in");
    assert_eq!(user.id, Some(user_id));
}

pub(super) async fn naming_somebody_tells_nothing_about_them(stage: &Stage<'_>) {
    let known = stage.locked_user().await;
    let unknown = stage.world.fresh_id();
    for user_id in [&known, &unknown] {
        let session = stage.begun(Checks::user(by_id(user_id))).await;

        let seen = stage.session(&session.id).await;
        let user = seen.user.expect("somebody was named");
        assert_eq!(
            (user.id.as_ref(), user.login_name, user.organization_id),
            (Some(user_id), None, None)
        );
        assert_eq!(session.details.resource_owner, None);
        stage.went_on(&session, SetSessionRequest::default()).await;
    }
}

pub(super) async fn a_wrong_password_begins_no_session_and_changes_none(stage: &Stage<'_>) {
    let user_id = stage.user_with_password().await;
    let named = stage.begun(Checks::user(by_id(&user_id))).await;
    let before = stage.session(&named.id).await;

    let request = SetSessionRequest {
        session_id: named.id.clone(),
        session_token: Some(named.token.clone()),
        checks: Checks::password(WRONG_PASSWORD),
        metadata: vec![("note".to_owned(), b"text".to_vec())],
        ..SetSessionRequest::default()
    };
    let failure = refused(stage.go_on(&stage.world.roleless.token, request).await);

    assert_invalid_credentials(&failure);
    assert_eq!(stage.session(&named.id).await, before, "a refusal changes nothing");
    stage.went_on(&named, SetSessionRequest::default()).await;
}

pub(super) async fn the_user_of_a_session_cannot_be_changed(stage: &Stage<'_>) {
    let (one, other) = (stage.user_with_password().await, stage.user_with_password().await);
    let named = stage.begun(Checks::user(by_id(&one))).await;
    let proven = stage.signed_in(by_id(&one)).await;
    for session in [named, proven] {
        for checks in [
            Checks::user(by_id(&other)),
            Checks::user(by_id(&other)).with_password(PASSWORD),
        ] {
            let request = SetSessionRequest {
                session_id: session.id.clone(),
                session_token: Some(session.token.clone()),
                checks,
                ..SetSessionRequest::default()
            };
            let failure = refused(stage.go_on(&stage.world.roleless.token, request).await);
            assert_violates(&failure, &["checks.user"]);
        }
        let same = SetSessionRequest {
            checks: Checks::user(by_id(&one)).with_password(PASSWORD),
            ..SetSessionRequest::default()
        };
        stage.went_on(&session, same).await;
    }
}

pub(super) async fn a_password_is_the_same_however_its_characters_are_composed(stage: &Stage<'_>) {
    let (user_id, _) = stage
        .create(CreateUserRequest {
            password: Some(plain("Zu\u{308}rich ﬁfty-ﬁve")),
            ..stage.new_user()
        })
        .await;
    for typed in ["Zürich fifty-five", "Zu\u{308}rich ﬁfty-ﬁve"] {
        let session = stage.sign_in(by_id(&user_id), typed).await;
        session.unwrap_or_else(|failure| unexpected("a session", &failure));
    }
    let other_case = stage.sign_in_refusal(by_id(&user_id), "zürich fifty-five").await;
    assert_invalid_credentials(&other_case);
}

pub(super) async fn what_is_checked_otherwise_is_refused_by_its_name(stage: &Stage<'_>) {
    let session = stage.begun(Checks::default()).await;
    let checks = [
        (OtherCheck::WebAuthN, "checks.web_auth_n"),
        (OtherCheck::IdpIntent, "checks.idp_intent"),
        (OtherCheck::Totp, "checks.totp"),
        (OtherCheck::OtpSms, "checks.otp_sms"),
        (OtherCheck::OtpEmail, "checks.otp_email"),
    ];
    let challenges = [
        (Challenge::WebAuthN, "challenges.web_auth_n"),
        (Challenge::OtpSms, "challenges.otp_sms"),
        (Challenge::OtpEmail, "challenges.otp_email"),
    ];
    let checks = checks.map(|(check, field)| (Some(check), None, field));
    let challenges = challenges.map(|(challenge, field)| (None, Some(challenge), field));
    for (other, challenge, field) in checks.into_iter().chain(challenges) {
        let checks = || Checks {
            other,
            ..Checks::default()
        };
        let creation = CreateSessionRequest {
            checks: checks(),
            challenge,
            ..CreateSessionRequest::default()
        };
        let change = SetSessionRequest {
            session_id: session.id.clone(),
            checks: checks(),
            challenge,
            ..SetSessionRequest::default()
        };
        for request in [Request::CreateSession(creation), Request::SetSession(change)] {
            let owner = stage.world.instance_owner.token.as_str();
            let failure = stage.refusal(owner, request).await;
            assert_refused(&failure, UNIMPLEMENTED, "UNIMPLEMENTED", &[("field", field)]);
            assert!(
                failure.message.contains(field),
                "{:?} leaves {field} out",
                failure.message
            );
        }
    }
    assert_eq!(stage.session(&session.id).await.sequence, 1);
}

pub(super) async fn checks_have_to_be_well_formed(stage: &Stage<'_>) {
    let owner = stage.world.instance_owner.token.as_str();
    let too_long = "w".repeat(1025);
    for (checks, fields) in [
        (Checks::user(CheckUser::Missing), vec!["checks.user"]),
        (Checks::user(by_id("")), vec!["checks.user.user_id"]),
        (Checks::user(by_id("a\0b")), vec!["checks.user.user_id"]),
        (Checks::user(by_name("")), vec!["checks.user.login_name"]),
        (Checks::user(by_name(&too_long)), vec!["checks.user.login_name"]),
        (Checks::user(by_name("a\0b")), vec!["checks.user.login_name"]),
        (
            Checks::user(by_id("somebody")).with_password(""),
            vec!["checks.password.password"],
        ),
        (
            Checks::user(by_id("somebody")).with_password(too_long.clone()),
            vec!["checks.password.password"],
        ),
        (Checks::password(PASSWORD), vec!["checks.user"]),
    ] {
        let request = CreateSessionRequest {
            checks,
            ..CreateSessionRequest::default()
        };
        let failure = stage.refusal(owner, Request::CreateSession(request)).await;
        assert_violates(&failure, &fields);
    }
    let empty = stage.begun(Checks::default()).await;
    let password_of_nobody = SetSessionRequest {
        session_id: empty.id.clone(),
        checks: Checks::password(PASSWORD),
        ..SetSessionRequest::default()
    };
    let failure = stage.refusal(owner, Request::SetSession(password_of_nobody)).await;
    assert_violates(&failure, &["checks.user"]);
}

impl Stage<'_> {
    /// A session that begins with these checks.
    pub(super) async fn begun(&self, checks: Checks) -> HeldSession {
        let request = CreateSessionRequest {
            checks,
            ..CreateSessionRequest::default()
        };
        let begun = self.begin(request).await;
        begun.unwrap_or_else(|failure| unexpected("a session", &failure))
    }
}

#[track_caller]
pub(super) fn refused(outcome: Result<HeldSession, Failure>) -> Failure {
    match outcome {
        Err(failure) => failure,
        Ok(session) => unexpected("a refusal", &session),
    }
}

#[track_caller]
pub(super) fn assert_invalid_credentials(failure: &Failure) {
    assert_refused(failure, PERMISSION_DENIED, "INVALID_CREDENTIALS", &[]);
}
