use super::operations::{Operation, Subject};
use super::policy_messages::{LockoutPolicy, SettingsOwner};
use super::request::{
    CreateUserRequest, ListEventsRequest, ListUsersRequest, PasswordRequest, Request, ResetMedium, SearchQuery,
    SetPasswordRequest, UpdateUserRequest, WatchEventsRequest,
};
use super::session_messages::{
    CheckUser, Checks, CreateSessionRequest, ListSessionsRequest, SessionQuery, SetSessionRequest,
};

impl Operation {
    /// A request that is well formed if the subject is.
    #[must_use]
    pub fn request(self, subject: &Subject) -> Request {
        let (user_id, session_id) = (subject.user_id.clone(), subject.session_id.clone());
        let organization_id = subject.organization_id.clone();
        let reason = None;
        match self {
            Self::CreateUser => Request::CreateUser(CreateUserRequest {
                user_id: Some(user_id),
                organization_id: Some(organization_id),
                ..CreateUserRequest::default()
            }),
            Self::ListUsers => Request::ListUsers(ListUsersRequest {
                queries: vec![SearchQuery::UserId(user_id, 0)],
                ..ListUsersRequest::default()
            }),
            Self::GetUserById => Request::GetUserById { user_id },
            Self::UpdateUser => Request::UpdateUser(UpdateUserRequest {
                user_id,
                data: Some("{}".to_owned()),
                ..UpdateUserRequest::default()
            }),
            Self::DeactivateUser => Request::DeactivateUser { user_id, reason },
            Self::ReactivateUser => Request::ReactivateUser { user_id, reason },
            Self::LockUser => Request::LockUser {
                user_id,
                reason,
                locked_until: None,
                replace: false,
            },
            Self::UnlockUser => Request::UnlockUser { user_id, reason },
            Self::DeleteUser => Request::DeleteUser { user_id },
            Self::AddUsername => Request::AddUsername {
                user_id,
                username: Some((subject.new_username.clone(), false)),
            },
            Self::RemoveUsername => Request::RemoveUsername {
                user_id,
                username_id: subject.username_id.clone(),
            },
            Self::SetPassword => Request::SetPassword(SetPasswordRequest {
                user_id,
                new_password: Some(PasswordRequest::Plain {
                    password: "correct horse battery staple".to_owned(),
                    change_required: false,
                }),
                verification: None,
            }),
            Self::RequestPasswordReset => Request::RequestPasswordReset {
                user_id,
                medium: Some(ResetMedium::ReturnCode),
            },
            Self::ListEvents => Request::ListEvents(ListEventsRequest {
                user_id: Some(user_id),
                ..ListEventsRequest::default()
            }),
            Self::WatchEvents => Request::WatchEvents(WatchEventsRequest {
                user_id: Some(user_id),
                ..WatchEventsRequest::default()
            }),
            Self::CreateSession => Request::CreateSession(CreateSessionRequest {
                checks: Checks::user(CheckUser::UserId(user_id)),
                ..CreateSessionRequest::default()
            }),
            Self::GetSession => Request::GetSession {
                session_id,
                session_token: None,
            },
            Self::SetSession => Request::SetSession(SetSessionRequest {
                session_id,
                ..SetSessionRequest::default()
            }),
            Self::DeleteSession => Request::DeleteSession {
                session_id,
                session_token: None,
            },
            Self::ListSessions => Request::ListSessions(ListSessionsRequest {
                queries: vec![SessionQuery::UserId(user_id)],
                ..ListSessionsRequest::default()
            }),
            Self::GetLockoutPolicy => Request::GetLockoutPolicy {
                organization_id: Some(organization_id),
            },
            // What holds anyway, where nothing else was set.
            Self::SetLockoutPolicy => Request::SetLockoutPolicy {
                organization_id: Some(organization_id),
                policy: LockoutPolicy::default(),
            },
            Self::ResetLockoutPolicy => Request::ResetLockoutPolicy {
                organization_id: Some(organization_id),
            },
            Self::GetLockoutSettings => Request::GetLockoutSettings {
                owner: SettingsOwner::Organization(organization_id),
            },
        }
    }
}
