//! unlockd's API as JSON over HTTP, in the JSON mapping of protobuf: lowerCamelCase names out, those or the proto's own
//! names in, `null` for what is unset, unset and zero values left out.
//!
//! A request runs through [`router`], one handler in `users`, `sessions`, `lockout_policies`, `settings` or `events`, and a trait of [`unlockd_application::services`]. Whatever
//! refuses it on the way, the answer is made in one place and has one shape: see [`problem_response`].

mod addressed;
mod answer;
mod authenticated;
mod base64_bytes;
mod body;
mod entries;
mod events;
mod health;
mod integer;
mod json;
mod list;
mod lockout_policies;
mod object_details;
mod openapi;
mod problem;
mod proto_enum;
mod query_string;
mod refusal;
mod router;
mod safeguards;
mod sessions;
mod settings;
mod status;
mod unread;
mod users;

pub use openapi::openapi_json;
pub use problem::{http_status, problem_response};
pub use router::{HttpOptions, HttpServices, router};
