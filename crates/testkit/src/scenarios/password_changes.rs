//! Passwords that must be changed, and what a new password ends.

use unlockd_domain::Role;

use super::own_passwords::replace;
use super::resetting_passwords::redeem;
use super::session_stage::{HeldSession, PASSWORD, by_id, end_session, end_session_by, get_session, plain};
use super::session_tokens::of_user;
use super::stage::{PERMISSION_DENIED, UNAUTHENTICATED, assert_refused, assert_violates, get, moved};
use super::subjects::each;
use super::{
    Checks, CreateSessionRequest, Failure, Operation, PasswordRequest, Request, SetPasswordRequest, SetSessionRequest,
    Stage, Subject,
};

const NEW_PASSWORD: &str = "incorrect mule battery staple";

pub(super) async fn while_the_password_must_be_changed_every_other_operation_is_refused(stage: &Stage<'_>) {
    let member = stage.world.member(Some(Role::OrgOwner)).await;
    stage.must_change(&member.user_id).await;
    let session = stage.signed_in(by_id(&member.user_id)).await;
    for operation in Operation::ALL {
        let subject = stage.subject(*operation).await;
        let failure = stage.refusal(session.token.as_str(), operation.request(&subject)).await;
        assert_password_change_required(&failure);
    }
    let oneself = Subject {
        user_id: member.user_id.clone(),
        organization_id: stage.world.organization.to_string(),
        session_id: session.id.clone(),
        ..stage.unknown()
    };
    // The session itself can be ended.
    for (_, request) in each(&oneself).filter(|(operation, _)| *operation != Operation::DeleteSession) {
        assert_password_change_required(&stage.refusal(session.token.as_str(), request).await);
    }
    stage.read(&member.token, &member.user_id).await;
    stage
        .change(&session.token, replace(&member.user_id, PASSWORD, NEW_PASSWORD))
        .await;
    let subject = stage.subject(Operation::UpdateUser).await;
    stage
        .change(&session.token, Operation::UpdateUser.request(&subject))
        .await;
}

pub(super) async fn a_password_that_must_be_changed_is_shown_until_it_is_changed(stage: &Stage<'_>) {
    let user_id = stage.user_with_password().await;
    let session = stage.signed_in(by_id(&user_id)).await;
    assert!(!session.password_change_required);
    assert!(!stage.seen(&user_id).await.password_change_required);

    stage.must_change(&user_id).await;

    assert!(stage.seen(&user_id).await.password_change_required);
    let named = stage.begun(Checks::user(by_id(&user_id))).await;
    assert!(!named.password_change_required, "nothing was shown yet");
    let shown = SetSessionRequest {
        checks: Checks::password(PASSWORD),
        ..SetSessionRequest::default()
    };
    let shown = stage.went_on(&named, shown).await;
    assert!(shown.password_change_required);
    let session = stage.signed_in(by_id(&user_id)).await;
    assert!(session.password_change_required);
    let session = stage.went_on(&session, SetSessionRequest::default()).await;
    assert!(session.password_change_required);

    let same = stage
        .refusal(session.token.as_str(), replace(&user_id, PASSWORD, PASSWORD))
        .await;
    assert_violates(&same, &["new_password.password"]);
    stage
        .change(&session.token, replace(&user_id, PASSWORD, NEW_PASSWORD))
        .await;

    assert!(!stage.read(&session.token, &user_id).await.password_change_required);
    let session = stage.went_on(&session, SetSessionRequest::default()).await;
    assert!(!session.password_change_required);
    assert_ended(stage, &shown, &user_id).await;
}

pub(super) async fn a_session_that_must_change_the_password_can_be_ended(stage: &Stage<'_>) {
    let user_id = stage.user_with_password().await;
    stage.must_change(&user_id).await;
    for by_token in [false, true] {
        let session = stage.signed_in(by_id(&user_id)).await;
        let request = if by_token {
            end_session_by(&session.id, &session.token)
        } else {
            end_session(&session.id)
        };
        stage.ended(&session.token, request).await;
        assert_ended(stage, &session, &user_id).await;
    }
}

pub(super) async fn ones_own_change_ends_the_other_sessions(stage: &Stage<'_>) {
    let member = stage.world.member(None).await;
    let user_id = &member.user_id;
    stage.give_password(&member).await;
    let [kept, other] = stage.two_sessions(user_id, PASSWORD).await;

    stage
        .change(&kept.token, replace(user_id, PASSWORD, NEW_PASSWORD))
        .await;

    stage.read(&kept.token, user_id).await;
    stage.read(&member.token, user_id).await;
    assert_ended(stage, &other, user_id).await;
    stage.went_on(&kept, SetSessionRequest::default()).await;

    let sessions = stage.two_sessions(user_id, NEW_PASSWORD).await;
    stage
        .change(&member.token, replace(user_id, NEW_PASSWORD, PASSWORD))
        .await;
    stage.read(&member.token, user_id).await;
    for session in sessions {
        assert_ended(stage, &session, user_id).await;
    }
    let owner = &stage.world.instance_owner.token;
    assert_eq!(stage.sessions(owner, of_user(user_id)).await.total, 0);
}

pub(super) async fn an_operators_change_and_a_reset_end_all_sessions(stage: &Stage<'_>) {
    let user_id = stage.user_with_password().await;
    let named = stage.begun(Checks::user(by_id(&user_id))).await;
    let sessions = stage.two_sessions(&user_id, PASSWORD).await;
    let set = Request::SetPassword(SetPasswordRequest {
        user_id: user_id.clone(),
        new_password: Some(plain(PASSWORD)),
        verification: None,
    });
    stage.managers_change(set).await;
    for session in sessions {
        assert_ended(stage, &session, &user_id).await;
    }

    let sessions = stage.two_sessions(&user_id, PASSWORD).await;
    let (code, _) = stage.code(&user_id).await;
    // Also the one by which the reset is made.
    stage.change(&sessions[0].token, redeem(&user_id, &code)).await;
    for session in sessions {
        assert_ended(stage, &session, &user_id).await;
    }
    let owner = &stage.world.instance_owner.token;
    assert_eq!(stage.sessions(owner, of_user(&user_id)).await.total, 0);
    // Nobody has shown a password in it.
    stage.session(&named.id).await;
}

pub(super) async fn sessions_have_a_default_and_a_maximum_lifetime(stage: &Stage<'_>) {
    let (default, max) = (30 * 86_400, 365 * 86_400);
    let user_id = stage.user_with_password().await;
    let with = |lifetime: String| CreateSessionRequest {
        lifetime: Some(lifetime),
        ..CreateSessionRequest::default()
    };
    let session = stage.signed_in(by_id(&user_id)).await;
    let seen = stage.session(&session.id).await;
    assert_eq!(
        seen.expiration_date,
        Some(moved(&seen.creation_date, default * 1_000_000))
    );
    let longest = stage.begin(with(format!("{max}s"))).await;
    assert!(longest.is_ok(), "{longest:?}");

    let owner = stage.world.instance_owner.token.as_str();
    let too_long = format!("{max}.000001s");
    let creation = stage
        .refusal(owner, Request::CreateSession(with(too_long.clone())))
        .await;
    let change = Request::SetSession(SetSessionRequest {
        session_id: session.id.clone(),
        lifetime: Some(too_long),
        ..SetSessionRequest::default()
    });
    for failure in [creation, stage.refusal(owner, change).await] {
        assert_violates(&failure, &["lifetime"]);
        assert!(failure.message.contains(&format!("{max}s")), "{failure:?}");
    }
    assert_eq!(stage.session(&session.id).await, seen);
}

impl Stage<'_> {
    /// Gives somebody of the organization the usual password, which they must change.
    async fn must_change(&self, user_id: &str) {
        let request = Request::SetPassword(SetPasswordRequest {
            user_id: user_id.to_owned(),
            new_password: Some(PasswordRequest::Plain {
                password: PASSWORD.to_owned(),
                change_required: true,
            }),
            verification: None,
        });
        self.change(&self.world.instance_owner.token, request).await;
    }

    /// Two sessions, whose tokens have been used.
    async fn two_sessions(&self, user_id: &str, password: &str) -> [HeldSession; 2] {
        let one = self.sign_in(by_id(user_id), password).await;
        let other = self.sign_in(by_id(user_id), password).await;
        let sessions = [one, other].map(|session| session.expect("a session"));
        for session in &sessions {
            self.read(&session.token, user_id).await;
        }
        sessions
    }
}

#[track_caller]
fn assert_password_change_required(failure: &Failure) {
    assert_refused(failure, PERMISSION_DENIED, "PASSWORD_CHANGE_REQUIRED", &[]);
}

async fn assert_ended(stage: &Stage<'_>, session: &HeldSession, user_id: &str) {
    let failure = stage.refusal(session.token.as_str(), get(user_id)).await;
    assert_refused(&failure, UNAUTHENTICATED, "UNAUTHENTICATED", &[]);
    let owner = stage.world.instance_owner.token.as_str();
    let failure = stage.refusal(owner, get_session(&session.id)).await;
    assert_eq!(failure.reason, "SESSION_NOT_FOUND");
}
