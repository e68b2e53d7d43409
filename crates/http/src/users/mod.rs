//! `zitadel.user.v3alpha.UserService`, one handler a file: hand over the fields, call, map, return.

pub(crate) mod add_username;
pub(crate) mod create_user;
mod create_user_request;
pub(crate) mod deactivate_user;
pub(crate) mod delete_user;
mod details;
pub(crate) mod get_user_by_id;
pub(crate) mod list_users;
pub(crate) mod lock_user;
pub(crate) mod reactivate_user;
pub(crate) mod remove_username;
pub(crate) mod request_password_reset;
mod search_query;
mod set_authenticators;
pub(crate) mod set_password;
mod state_change;
pub(crate) mod unlock_user;
pub(crate) mod update_user;
mod user;

pub(crate) use add_username::add_username;
pub(crate) use create_user::create_user;
pub(crate) use deactivate_user::deactivate_user;
pub(crate) use delete_user::delete_user;
pub(crate) use get_user_by_id::get_user_by_id;
pub(crate) use list_users::list_users;
pub(crate) use lock_user::lock_user;
pub(crate) use reactivate_user::reactivate_user;
pub(crate) use remove_username::remove_username;
pub(crate) use request_password_reset::request_password_reset;
pub(crate) use set_password::set_password;
pub(crate) use unlock_user::unlock_user;
pub(crate) use update_user::update_user;
pub(crate) use user::{lock_cause_name, lock_scope_name};
