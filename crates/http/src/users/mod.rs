//! `zitadel.user.v3alpha.UserService`, one handler a file: hand over the fields, call, map, return.

pub(crate) mod create_user;
mod create_user_request;
mod details;
pub(crate) mod get_user_by_id;
pub(crate) mod lock_user;
pub(crate) mod unlock_user;
mod user;

pub(crate) use create_user::create_user;
pub(crate) use get_user_by_id::get_user_by_id;
pub(crate) use lock_user::lock_user;
pub(crate) use unlock_user::unlock_user;
