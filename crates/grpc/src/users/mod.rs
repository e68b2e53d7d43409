//! `zitadel.user.v3alpha.UserService`, one file an RPC: hand over the fields, call, map, return.

mod call;
mod create_user;
mod get_user_by_id;
mod lock_user;
mod struct_data;
mod timestamp;
mod unlock_user;
mod user;

use std::sync::Arc;

use tonic::{Request, Response, Status};
use unlockd_application::UserService;
use unlockd_proto::zitadel::user::v3alpha::{
    CreateUserRequest, CreateUserResponse, GetUserByIdRequest, GetUserByIdResponse, LockUserRequest, LockUserResponse,
    UnlockUserRequest, UnlockUserResponse, user_service_server,
};

/// The RPCs on top of the use cases.
pub(crate) struct UserRpcs {
    users: Arc<dyn UserService>,
}

impl UserRpcs {
    pub(crate) fn new(users: Arc<dyn UserService>) -> Self {
        Self { users }
    }
}

#[tonic::async_trait]
impl user_service_server::UserService for UserRpcs {
    async fn create_user(&self, request: Request<CreateUserRequest>) -> Result<Response<CreateUserResponse>, Status> {
        call::answer(request, |call| create_user::create_user(&*self.users, call)).await
    }

    async fn get_user_by_id(
        &self,
        request: Request<GetUserByIdRequest>,
    ) -> Result<Response<GetUserByIdResponse>, Status> {
        call::answer(request, |call| get_user_by_id::get_user_by_id(&*self.users, call)).await
    }

    async fn lock_user(&self, request: Request<LockUserRequest>) -> Result<Response<LockUserResponse>, Status> {
        call::answer(request, |call| lock_user::lock_user(&*self.users, call)).await
    }

    async fn unlock_user(&self, request: Request<UnlockUserRequest>) -> Result<Response<UnlockUserResponse>, Status> {
        call::answer(request, |call| unlock_user::unlock_user(&*self.users, call)).await
    }
}
