//! `zitadel.user.v3alpha.UserService`, one file an RPC: hand over the fields, call, map, return.

mod add_username;
mod authenticators;
mod create_user;
mod deactivate_user;
mod delete_user;
mod get_user_by_id;
mod list_users;
mod lock_user;
mod reactivate_user;
mod remove_username;
mod request_password_reset;
mod search_query;
mod set_password;
mod struct_data;
mod unlock_user;
mod update_user;
mod user;

use std::sync::Arc;

use tonic::{Request, Response, Status};
use unlockd_application::UserService;
use unlockd_proto::zitadel::user::v3alpha::{
    AddUsernameRequest, AddUsernameResponse, CreateUserRequest, CreateUserResponse, DeactivateUserRequest,
    DeactivateUserResponse, DeleteUserRequest, DeleteUserResponse, GetUserByIdRequest, GetUserByIdResponse,
    ListUsersRequest, ListUsersResponse, LockUserRequest, LockUserResponse, ReactivateUserRequest,
    ReactivateUserResponse, RemoveUsernameRequest, RemoveUsernameResponse, RequestPasswordResetRequest,
    RequestPasswordResetResponse, SetPasswordRequest, SetPasswordResponse, UnlockUserRequest, UnlockUserResponse,
    UpdateUserRequest, UpdateUserResponse, user_service_server,
};

use crate::call::{answer, answer_once};

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
    async fn list_users(&self, request: Request<ListUsersRequest>) -> Result<Response<ListUsersResponse>, Status> {
        answer(request, |call| list_users::list_users(&*self.users, call)).await
    }

    async fn get_user_by_id(
        &self,
        request: Request<GetUserByIdRequest>,
    ) -> Result<Response<GetUserByIdResponse>, Status> {
        answer(request, |call| get_user_by_id::get_user_by_id(&*self.users, call)).await
    }

    async fn create_user(&self, request: Request<CreateUserRequest>) -> Result<Response<CreateUserResponse>, Status> {
        answer_once(request, |call| create_user::create_user(&*self.users, call)).await
    }

    async fn update_user(&self, request: Request<UpdateUserRequest>) -> Result<Response<UpdateUserResponse>, Status> {
        answer_once(request, |call| update_user::update_user(&*self.users, call)).await
    }

    async fn deactivate_user(
        &self,
        request: Request<DeactivateUserRequest>,
    ) -> Result<Response<DeactivateUserResponse>, Status> {
        answer_once(request, |call| deactivate_user::deactivate_user(&*self.users, call)).await
    }

    async fn reactivate_user(
        &self,
        request: Request<ReactivateUserRequest>,
    ) -> Result<Response<ReactivateUserResponse>, Status> {
        answer_once(request, |call| reactivate_user::reactivate_user(&*self.users, call)).await
    }

    async fn lock_user(&self, request: Request<LockUserRequest>) -> Result<Response<LockUserResponse>, Status> {
        answer_once(request, |call| lock_user::lock_user(&*self.users, call)).await
    }

    async fn unlock_user(&self, request: Request<UnlockUserRequest>) -> Result<Response<UnlockUserResponse>, Status> {
        answer_once(request, |call| unlock_user::unlock_user(&*self.users, call)).await
    }

    async fn delete_user(&self, request: Request<DeleteUserRequest>) -> Result<Response<DeleteUserResponse>, Status> {
        answer_once(request, |call| delete_user::delete_user(&*self.users, call)).await
    }

    async fn add_username(
        &self,
        request: Request<AddUsernameRequest>,
    ) -> Result<Response<AddUsernameResponse>, Status> {
        answer_once(request, |call| add_username::add_username(&*self.users, call)).await
    }

    async fn remove_username(
        &self,
        request: Request<RemoveUsernameRequest>,
    ) -> Result<Response<RemoveUsernameResponse>, Status> {
        answer_once(request, |call| remove_username::remove_username(&*self.users, call)).await
    }

    async fn set_password(
        &self,
        request: Request<SetPasswordRequest>,
    ) -> Result<Response<SetPasswordResponse>, Status> {
        answer_once(request, |call| set_password::set_password(&*self.users, call)).await
    }

    async fn request_password_reset(
        &self,
        request: Request<RequestPasswordResetRequest>,
    ) -> Result<Response<RequestPasswordResetResponse>, Status> {
        answer(request, |call| {
            request_password_reset::request_password_reset(&*self.users, call)
        })
        .await
    }
}
