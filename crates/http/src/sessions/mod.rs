//! `zitadel.session.v2.SessionService`, one handler a file: hand over the fields, call, map, return.

mod challenges;
mod checks;
pub(crate) mod create_session;
pub(crate) mod delete_session;
pub(crate) mod get_session;
pub(crate) mod list_sessions;
mod metadata;
mod search_query;
mod session;
mod session_in_path;
pub(crate) mod set_session;
mod user_agent;

pub(crate) use create_session::create_session;
pub(crate) use delete_session::delete_session;
pub(crate) use get_session::get_session;
pub(crate) use list_sessions::list_sessions;
pub(crate) use set_session::set_session;
