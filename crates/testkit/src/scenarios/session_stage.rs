//! Signing in, as a log-in page does it for its visitors: with a token that has the role `IAM_LOGIN_CLIENT`.

use super::stage::unexpected;
use super::{
    Answer, CheckUser, Checks, CreateSessionRequest, CreateUserRequest, Failure, ListSessionsRequest, ObjectDetails,
    PasswordRequest, Request, Session, SessionList, SetSessionRequest, Stage,
};

/// The password of whoever has one.
pub(super) const PASSWORD: &str = "correct horse battery staple";
/// Nobody's password.
pub(super) const WRONG_PASSWORD: &str = "wrong horse battery staple";

/// A session as whoever signs in holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HeldSession {
    pub(super) id: String,
    pub(super) token: String,
    pub(super) password_change_required: bool,
    pub(super) details: ObjectDetails,
}

impl Stage<'_> {
    /// A request that creates a user of the organization who can sign in.
    pub(super) fn new_user_with_password(&self) -> CreateUserRequest {
        CreateUserRequest {
            password: Some(plain(PASSWORD)),
            ..self.new_user()
        }
    }

    /// The id of a new user of the organization who can sign in.
    pub(super) async fn user_with_password(&self) -> String {
        self.create(self.new_user_with_password()).await.0
    }

    /// Begins a session.
    pub(super) async fn begin(&self, request: CreateSessionRequest) -> Result<HeldSession, Failure> {
        let token = &self.world.login_client.token;
        let answer = self.call(token, Request::CreateSession(request)).await?;
        let Answer::SessionBegun {
            session_id: id,
            session_token: token,
            password_change_required,
            details,
        } = answer
        else {
            unexpected("a session", &answer)
        };
        Ok(HeldSession {
            id,
            token,
            password_change_required,
            details,
        })
    }

    /// Signs in, in one call.
    pub(super) async fn sign_in(&self, user: CheckUser, password: &str) -> Result<HeldSession, Failure> {
        self.begin(CreateSessionRequest {
            checks: Checks::user(user).with_password(password),
            ..CreateSessionRequest::default()
        })
        .await
    }

    /// Signs in with the right password.
    pub(super) async fn signed_in(&self, user: CheckUser) -> HeldSession {
        let session = self.sign_in(user, PASSWORD).await;
        session.unwrap_or_else(|failure| unexpected("a session", &failure))
    }

    /// A sign-in that must fail.
    pub(super) async fn sign_in_refusal(&self, user: CheckUser, password: &str) -> Failure {
        match self.sign_in(user, password).await {
            Err(failure) => failure,
            Ok(session) => unexpected("a refusal", &session),
        }
    }

    /// Goes on with a session, as this caller.
    pub(super) async fn go_on(&self, token: &str, request: SetSessionRequest) -> Result<HeldSession, Failure> {
        let id = request.session_id.clone();
        let answer = self.call(token, Request::SetSession(request)).await?;
        let Answer::SessionChanged {
            session_token: token,
            password_change_required,
            details,
        } = answer
        else {
            unexpected("a session that has changed", &answer)
        };
        Ok(HeldSession {
            id,
            token,
            password_change_required,
            details,
        })
    }

    /// Goes on with a session by its token, as somebody who may do nothing.
    pub(super) async fn went_on(&self, session: &HeldSession, request: SetSessionRequest) -> HeldSession {
        let request = SetSessionRequest {
            session_id: session.id.clone(),
            session_token: Some(session.token.clone()),
            ..request
        };
        let went_on = self.go_on(&self.world.roleless.token, request).await;
        went_on.unwrap_or_else(|failure| unexpected("a session that has changed", &failure))
    }

    /// Reads a session, as the instance's viewer.
    pub(super) async fn session(&self, session_id: &str) -> Session {
        match self
            .call(&self.world.instance_viewer.token, get_session(session_id))
            .await
        {
            Ok(Answer::Session(session)) => session,
            other => unexpected("a session", &other),
        }
    }

    /// Ends a session.
    pub(super) async fn ended(&self, token: &str, request: Request) -> ObjectDetails {
        match self.call(token, request).await {
            Ok(Answer::SessionEnded(details)) => details,
            other => unexpected("the end of a session", &other),
        }
    }

    /// The sessions that are found.
    pub(super) async fn sessions(&self, token: &str, request: ListSessionsRequest) -> SessionList {
        match self.call(token, Request::ListSessions(request)).await {
            Ok(Answer::Sessions(list)) => list,
            other => unexpected("sessions", &other),
        }
    }
}

/// A password as typed.
pub(super) fn plain(password: &str) -> PasswordRequest {
    PasswordRequest::Plain {
        password: password.to_owned(),
        change_required: false,
    }
}

/// Somebody, by their id.
pub(super) fn by_id(user_id: &str) -> CheckUser {
    CheckUser::UserId(user_id.to_owned())
}

/// Somebody, by what they type.
pub(super) fn by_name(login_name: &str) -> CheckUser {
    CheckUser::LoginName(login_name.to_owned())
}

/// Reads the session without its token.
pub(super) fn get_session(session_id: &str) -> Request {
    Request::GetSession {
        session_id: session_id.to_owned(),
        session_token: None,
    }
}

/// Reads the session by a token.
pub(super) fn get_session_by(session_id: &str, session_token: &str) -> Request {
    Request::GetSession {
        session_id: session_id.to_owned(),
        session_token: Some(session_token.to_owned()),
    }
}

/// Goes on with the session without its token, changing nothing but that.
pub(super) fn set_session(session_id: &str) -> Request {
    Request::SetSession(SetSessionRequest {
        session_id: session_id.to_owned(),
        ..SetSessionRequest::default()
    })
}

/// Goes on with the session by a token, changing nothing but that.
pub(super) fn set_session_by(session_id: &str, session_token: &str) -> Request {
    Request::SetSession(SetSessionRequest {
        session_id: session_id.to_owned(),
        session_token: Some(session_token.to_owned()),
        ..SetSessionRequest::default()
    })
}

/// Ends the session without its token.
pub(super) fn end_session(session_id: &str) -> Request {
    Request::DeleteSession {
        session_id: session_id.to_owned(),
        session_token: None,
    }
}

/// Ends the session by a token.
pub(super) fn end_session_by(session_id: &str, session_token: &str) -> Request {
    Request::DeleteSession {
        session_id: session_id.to_owned(),
        session_token: Some(session_token.to_owned()),
    }
}
