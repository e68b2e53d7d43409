//! Whoever guesses passwords learns nothing but that a guess was wrong.

use super::session_stage::{PASSWORD, WRONG_PASSWORD, by_id, by_name};
use super::signing_in::assert_invalid_credentials;
use super::stage::{deactivate, delete, lock};
use super::tenant::{Tenant, strict};
use super::{CheckUser, Checks, CreateUserRequest, Failure, Request, SetSessionRequest, Stage};

/// Somebody, by both of their names.
struct Target {
    what: &'static str,
    user_id: String,
    login_name: String,
    /// Whether the right password lets them in.
    is_active: bool,
}

pub(super) async fn every_kind_of_wrong_guess_is_answered_alike(stage: &Stage<'_>) {
    let targets = targets(stage).await;
    let mut answers: Vec<(String, Failure)> = Vec::new();
    for target in &targets {
        let Target { what, .. } = target;
        for user in [by_id(&target.user_id), by_name(&target.login_name)] {
            let failure = stage.sign_in_refusal(user.clone(), WRONG_PASSWORD).await;
            answers.push((format!("{what}, wrong password"), failure));
            if !target.is_active {
                let failure = stage.sign_in_refusal(user, PASSWORD).await;
                answers.push((format!("{what}, right password"), failure));
            }
        }
    }
    assert_alike(&answers);
}

pub(super) async fn every_kind_of_wrong_guess_in_a_session_is_answered_alike(stage: &Stage<'_>) {
    let targets = targets(stage).await;
    let mut answers: Vec<(String, Failure)> = Vec::new();
    for target in &targets {
        let Target { what, .. } = target;
        for user in [by_id(&target.user_id), by_name(&target.login_name)] {
            let failure = guess_in_session(stage, user.clone(), WRONG_PASSWORD).await;
            answers.push((format!("{what}, wrong password"), failure));
            if !target.is_active {
                let failure = guess_in_session(stage, user, PASSWORD).await;
                answers.push((format!("{what}, right password"), failure));
            }
        }
    }
    assert_alike(&answers);
}

/// One of each kind. They are the targets of few guesses, which bring about nothing.
async fn targets(stage: &Stage<'_>) -> Vec<Target> {
    let tenant = Tenant::with_policy(stage, strict()).await;
    let mut targets = Vec::new();
    for what in [
        "active",
        "locked by an operator",
        "locked by the policy",
        "inactive",
        "without a password",
        "deleted",
    ] {
        let login_name = stage.world.fresh_id();
        let new_user = CreateUserRequest {
            usernames: vec![(login_name.clone(), false)],
            ..tenant.new_user()
        };
        let new_user = if what == "without a password" {
            CreateUserRequest {
                password: None,
                ..new_user
            }
        } else {
            new_user
        };
        let user_id = tenant.create(new_user).await;
        match what {
            "locked by an operator" => _ = tenant.change(lock(&user_id)).await,
            "locked by the policy" => tenant.guess(&user_id, 3).await,
            "inactive" => _ = tenant.change(deactivate(&user_id)).await,
            "deleted" => _ = tenant.change(delete(&user_id)).await,
            _ => {}
        }
        targets.push(Target {
            what,
            user_id,
            login_name,
            is_active: what == "active",
        });
    }
    targets.push(Target {
        what: "unknown",
        user_id: stage.world.fresh_id(),
        login_name: stage.world.fresh_id(),
        is_active: false,
    });
    targets
}

async fn guess_in_session(stage: &Stage<'_>, user: CheckUser, password: &str) -> Failure {
    let session = stage.begun(Checks::user(user)).await;
    let request = SetSessionRequest {
        session_id: session.id,
        session_token: Some(session.token),
        checks: Checks::password(password),
        ..SetSessionRequest::default()
    };
    let roleless = stage.world.roleless.token.as_str();
    stage.refusal(roleless, Request::SetSession(request)).await
}

/// Code, reason, text, details, status and headers: all of it is the same.
#[track_caller]
fn assert_alike(answers: &[(String, Failure)]) {
    let (_, first) = &answers[0];
    assert_invalid_credentials(first);
    for (what, answer) in answers {
        assert_eq!(answer, first, "{what}");
    }
}
