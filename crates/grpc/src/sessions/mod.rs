//! `zitadel.session.v2.SessionService`, one file an RPC: hand over the fields, call, map, return.

mod checks;
mod create_session;
mod delete_session;
mod get_session;
mod list_sessions;
mod session;
mod set_session;
mod user_agent;

use std::sync::Arc;

use tonic::{Request, Response, Status};
use unlockd_application::SessionService;
use unlockd_application::users::IdForm;
use unlockd_proto::zitadel::session::v2::{
    CreateSessionRequest, CreateSessionResponse, DeleteSessionRequest, DeleteSessionResponse, GetSessionRequest,
    GetSessionResponse, ListSessionsRequest, ListSessionsResponse, SetSessionRequest, SetSessionResponse,
    session_service_server,
};

use crate::call::{answer, answer_once};

/// The RPCs on top of the use cases.
pub(crate) struct SessionRpcs {
    sessions: Arc<dyn SessionService>,
}

impl SessionRpcs {
    pub(crate) fn new(sessions: Arc<dyn SessionService>) -> Self {
        Self { sessions }
    }
}

#[tonic::async_trait]
impl session_service_server::SessionService for SessionRpcs {
    async fn list_sessions(
        &self,
        request: Request<ListSessionsRequest>,
    ) -> Result<Response<ListSessionsResponse>, Status> {
        answer(request, |call| list_sessions::list_sessions(&*self.sessions, call)).await
    }

    async fn get_session(&self, request: Request<GetSessionRequest>) -> Result<Response<GetSessionResponse>, Status> {
        answer(request, |call| get_session::get_session(&*self.sessions, call)).await
    }

    async fn create_session(
        &self,
        request: Request<CreateSessionRequest>,
    ) -> Result<Response<CreateSessionResponse>, Status> {
        answer_once(request, |call| create_session::create_session(&*self.sessions, call)).await
    }

    async fn set_session(&self, request: Request<SetSessionRequest>) -> Result<Response<SetSessionResponse>, Status> {
        answer_once(request, |call| set_session::set_session(&*self.sessions, call)).await
    }

    async fn delete_session(
        &self,
        request: Request<DeleteSessionRequest>,
    ) -> Result<Response<DeleteSessionResponse>, Status> {
        answer(request, |call| delete_session::delete_session(&*self.sessions, call)).await
    }
}

/// The session that a message names; no path that leads here names one.
fn session_id(in_message: String) -> IdForm {
    IdForm {
        in_path: None,
        in_message,
    }
}
