//! The description of the API, made from the handlers' own types.

mod aliases;
mod refusals;
mod samples;

use std::sync::LazyLock;

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{PathItem, RefOr};
use utoipa::{Modify, OpenApi};

use self::aliases::Aliases;
use self::refusals::Refusals;
use crate::status::Status;
use crate::{events, health, lockout_policies, sessions, settings, users};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "unlockd",
        description = "Lets locked users back in.\n\nUnset fields and zero values are left out of answers. Fields of requests may \
                       also be written with the names of the proto (`user_id`); those that are not known are refused. Texts \
                       must not hold U+0000. What a schema cannot say is refused with 400. A method that a path does not know \
                       is refused with 405 and `Allow`. A caller who changes another user needs every permission that the \
                       user has, wherever the user has it.",
    ),
    paths(
        users::create_user::create_user,
        users::list_users::list_users,
        users::get_user_by_id::get_user_by_id,
        users::update_user::update_user,
        users::delete_user::delete_user,
        users::deactivate_user::deactivate_user,
        users::reactivate_user::reactivate_user,
        users::lock_user::lock_user,
        users::unlock_user::unlock_user,
        users::add_username::add_username,
        users::remove_username::remove_username,
        users::set_password::set_password,
        users::request_password_reset::request_password_reset,
        sessions::create_session::create_session,
        sessions::list_sessions::list_sessions,
        sessions::get_session::get_session,
        sessions::set_session::set_session,
        sessions::delete_session::delete_session,
        lockout_policies::get_lockout_policy::get_lockout_policy,
        lockout_policies::set_lockout_policy::set_lockout_policy,
        lockout_policies::reset_lockout_policy::reset_lockout_policy,
        settings::get_lockout_settings::get_lockout_settings,
        events::list_events::list_events,
        events::watch_events::watch_events,
        health::healthz,
        health::readyz,
        openapi,
    ),
    components(schemas(Status, events::Event)),
    modifiers(&BearerScheme, &Replays, &Refusals, &Aliases),
    security(("bearer" = [])),
)]
struct Document;

/// The description of the API as JSON, in the form of `OpenAPI` 3.1.
#[must_use]
pub fn openapi_json() -> String {
    serde_json::to_string_pretty(&Document::openapi()).unwrap_or_default() + "\n"
}

/// Describes the API.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "description",
    security(()),
    responses((status = 200, description = "This document.", body = serde_json::Value)),
)]
pub(crate) async fn openapi() -> impl IntoResponse {
    static DOCUMENT: LazyLock<String> = LazyLock::new(openapi_json);
    ([(CONTENT_TYPE, "application/json")], DOCUMENT.as_str())
}

struct BearerScheme;

impl Modify for BearerScheme {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An access token: `unlockd token create` makes one. Or the token of a session in which the user has shown their password."))
            .build();
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The operations of a path.
fn operations(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut path.get,
        &mut path.put,
        &mut path.post,
        &mut path.patch,
        &mut path.delete,
    ]
    .into_iter()
    .flatten()
}

/// What is done once may be answered from before.
struct Replays;

impl Modify for Replays {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let only_true = ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(["true"]));
        let replayed = HeaderBuilder::new()
            .schema(Some(only_true))
            .description(Some(
                "The request was done before under the same key, and this is the answer from then.",
            ))
            .build();
        let operations = document.paths.paths.values_mut().flat_map(operations);
        for operation in operations.filter(|operation| has_parameter(operation, "Idempotency-Key")) {
            for (status, response) in &mut operation.responses.responses {
                if let RefOr::T(response) = response
                    && status.starts_with('2')
                {
                    let header = RefOr::T(replayed.clone());
                    response.headers.insert("Idempotency-Replayed".to_owned(), header);
                }
            }
        }
    }
}

fn has_parameter(operation: &Operation, name: &str) -> bool {
    let parameters = operation.parameters.iter().flatten();
    parameters
        .filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(_) => None,
        })
        .any(|parameter| parameter.name == name)
}
