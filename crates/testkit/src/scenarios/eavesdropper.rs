use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::session_messages::Checks;
use super::{
    Answer, Failure, PasswordRequest, Reply, Request, Safeguards, Update, Verification, Watch, WatchEventsRequest, Wire,
};

/// How much of a secret it is found by. Shorter ones are words that answers may well hold, and are not looked for.
const BEGINNING: usize = 8;

/// A wire that knows every password, hash, code and token that went over it, and looks for them in each answer. Whoever makes a
/// secret is told it, and nobody is told it again.
pub(super) struct Eavesdropper<'a> {
    wire: &'a dyn Wire,
    secrets: Arc<Mutex<Secrets>>,
}

/// Secrets by their first bytes.
#[derive(Default)]
struct Secrets(HashMap<Vec<u8>, Vec<String>>);

/// A watch whose updates are looked through.
struct OverheardWatch {
    watch: Box<dyn Watch>,
    secrets: Arc<Mutex<Secrets>>,
}

impl<'a> Eavesdropper<'a> {
    pub(super) fn on(wire: &'a dyn Wire) -> Self {
        Self {
            wire,
            secrets: Arc::default(),
        }
    }
}

#[async_trait]
impl Wire for Eavesdropper<'_> {
    async fn call(&self, token: Option<&str>, request: &Request, safeguards: &Safeguards) -> Result<Reply, Failure> {
        let sent = secrets_of(request).into_iter().chain(token);
        learn(&self.secrets, sent);
        let reply = self.wire.call(token, request, safeguards).await;
        match &reply {
            Ok(reply) => {
                let (rest, told) = without_secret(reply.answer.clone());
                assert_silent(&self.secrets, &rest);
                learn(&self.secrets, told.iter().map(String::as_str));
            }
            Err(failure) => assert_silent(&self.secrets, failure),
        }
        reply
    }

    async fn watch(&self, token: Option<&str>, request: &WatchEventsRequest) -> Result<Box<dyn Watch>, Failure> {
        learn(&self.secrets, token);
        match self.wire.watch(token, request).await {
            Ok(watch) => Ok(Box::new(OverheardWatch {
                watch,
                secrets: self.secrets.clone(),
            })),
            Err(failure) => {
                assert_silent(&self.secrets, &failure);
                Err(failure)
            }
        }
    }
}

#[async_trait]
impl Watch for OverheardWatch {
    async fn next(&mut self) -> Result<Update, Failure> {
        let update = self.watch.next().await;
        assert_silent(&self.secrets, &update);
        update
    }
}

fn learn<'a>(secrets: &Mutex<Secrets>, new: impl IntoIterator<Item = &'a str>) {
    let mut secrets = secrets.lock().unwrap_or_else(PoisonError::into_inner);
    for secret in new {
        if let Some(beginning) = secret.as_bytes().get(..BEGINNING) {
            let known = secrets.0.entry(beginning.to_vec()).or_default();
            if !known.iter().any(|known| known == secret) {
                known.push(secret.to_owned());
            }
        }
    }
}

/// None of the secrets is in there.
fn assert_silent(secrets: &Mutex<Secrets>, told: &impl Debug) {
    let text = format!("{told:?}");
    let secrets = secrets.lock().unwrap_or_else(PoisonError::into_inner);
    for (start, beginning) in text.as_bytes().windows(BEGINNING).enumerate() {
        let candidates = secrets.0.get(beginning).into_iter().flatten();
        for secret in candidates {
            let is_told = text.as_bytes()[start..].starts_with(secret.as_bytes());
            assert!(!is_told, "an answer tells {secret:?}: {text}");
        }
    }
}

/// What is secret of a request.
fn secrets_of(request: &Request) -> Vec<&str> {
    match request {
        Request::CreateUser(request) => request.password.iter().map(secret_of).collect(),
        Request::SetPassword(request) => {
            let proof = request.verification.iter().map(|verification| match verification {
                Verification::CurrentPassword(secret) | Verification::Code(secret) => secret.as_str(),
            });
            request.new_password.iter().map(secret_of).chain(proof).collect()
        }
        Request::CreateSession(request) => password_of(&request.checks).into_iter().collect(),
        Request::SetSession(request) => {
            let password = password_of(&request.checks).into_iter();
            password.chain(request.session_token.as_deref()).collect()
        }
        Request::GetSession { session_token, .. } | Request::DeleteSession { session_token, .. } => {
            session_token.as_deref().into_iter().collect()
        }
        Request::ListUsers(_)
        | Request::GetUserById { .. }
        | Request::UpdateUser(_)
        | Request::DeactivateUser { .. }
        | Request::ReactivateUser { .. }
        | Request::LockUser { .. }
        | Request::UnlockUser { .. }
        | Request::DeleteUser { .. }
        | Request::AddUsername { .. }
        | Request::RemoveUsername { .. }
        | Request::RequestPasswordReset { .. }
        | Request::ListEvents(_)
        | Request::WatchEvents(_)
        | Request::ListSessions(_)
        | Request::GetLockoutPolicy { .. }
        | Request::SetLockoutPolicy { .. }
        | Request::ResetLockoutPolicy { .. }
        | Request::GetLockoutSettings { .. } => vec![],
    }
}

fn secret_of(password: &PasswordRequest) -> &str {
    match password {
        PasswordRequest::Plain { password, .. } => password,
        PasswordRequest::Hash { hash, .. } => hash,
    }
}

fn password_of(checks: &Checks) -> Option<&str> {
    checks.password.as_deref()
}

/// The answer without the secret that it is there to tell, and the secret.
fn without_secret(mut answer: Answer) -> (Answer, Option<String>) {
    let told = match &mut answer {
        Answer::SessionBegun { session_token, .. } | Answer::SessionChanged { session_token, .. } => {
            Some(std::mem::take(session_token))
        }
        Answer::CodeReturned { code, .. } => Some(std::mem::take(code)),
        Answer::Created { .. }
        | Answer::Users(_)
        | Answer::User(_)
        | Answer::Changed(_)
        | Answer::UsernameAdded { .. }
        | Answer::Events(_)
        | Answer::Watching(_)
        | Answer::Session(_)
        | Answer::Sessions(_)
        | Answer::SessionEnded(_)
        | Answer::Policy(_)
        | Answer::PolicyChanged(_)
        | Answer::Settings(_) => None,
    };
    (answer, told)
}

#[cfg(test)]
mod tests {
    use super::super::{CheckUser, CreateSessionRequest, ObjectDetails};
    use super::*;

    /// Begins sessions that all have the same token, and says something beside it.
    struct LeakyWire {
        beside: &'static str,
    }

    #[async_trait]
    impl Wire for LeakyWire {
        async fn call(&self, _: Option<&str>, _: &Request, _: &Safeguards) -> Result<Reply, Failure> {
            let answer = Answer::SessionBegun {
                session_id: self.beside.to_owned(),
                session_token: "unlockd_session_0123456789".to_owned(),
                password_change_required: false,
                details: ObjectDetails {
                    sequence: 1,
                    change_date: None,
                    resource_owner: None,
                },
            };
            Ok(Reply {
                answer,
                replayed: false,
            })
        }

        async fn watch(&self, _: Option<&str>, _: &WatchEventsRequest) -> Result<Box<dyn Watch>, Failure> {
            panic!("nobody watches")
        }
    }

    async fn sign_in_twice(beside: &'static str) {
        let wire = LeakyWire { beside };
        let eavesdropper = Eavesdropper::on(&wire);
        let checks = Checks::user(CheckUser::UserId("alice".to_owned())).with_password("Pässwörd 1");
        let request = Request::CreateSession(CreateSessionRequest {
            checks,
            ..CreateSessionRequest::default()
        });
        for _ in 0..2 {
            let token = Some("unlockd_pat_9876543210");
            let reply = eavesdropper.call(token, &request, &Safeguards::default()).await;
            reply.expect("a session");
        }
    }

    #[tokio::test]
    async fn a_token_may_be_told_in_the_answer_that_makes_it() {
        sign_in_twice("id").await;
    }

    #[tokio::test]
    #[should_panic(expected = "an answer tells \"unlockd_session_0123456789\"")]
    async fn a_token_that_is_told_elsewhere_is_found_out() {
        sign_in_twice("the token is unlockd_session_0123456789").await;
    }

    #[tokio::test]
    #[should_panic(expected = "an answer tells \"Pässwörd 1\"")]
    async fn a_password_that_is_told_is_found_out() {
        sign_in_twice("not Pässwörd 1").await;
    }

    #[tokio::test]
    #[should_panic(expected = "an answer tells \"unlockd_pat_9876543210\"")]
    async fn a_bearer_token_that_is_told_is_found_out() {
        sign_in_twice("unlockd_pat_9876543210").await;
    }
}
