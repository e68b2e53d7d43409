use std::collections::BTreeMap;

use tonic::Status;
use tonic::metadata::MetadataMap;
use tonic_types::StatusExt;
use unlockd_domain::Timestamp;
use unlockd_proto::unlockd::event::v1::{self as event, UnlockCause};
use unlockd_proto::zitadel::object::v2beta;
use unlockd_proto::zitadel::user::v3alpha::{self as proto, FieldName, LockCause, LockScope, State};

use super::policies;
use super::struct_value::json;
use crate::scenarios::{
    Answer, Details, Event, EventPage, Failure, Lock, SignInBlock, Update, User, UserList, Username,
};

pub(super) fn created(created: proto::CreateUserResponse) -> Answer {
    Answer::Created {
        user_id: created.user_id,
        details: details(created.details),
    }
}

pub(super) fn found(found: proto::GetUserByIdResponse) -> Answer {
    Answer::User(user(found.user.expect("a user")))
}

pub(super) fn users(list: proto::ListUsersResponse) -> Answer {
    let details = list.details.expect("details");
    let column = FieldName::try_from(list.sorting_column).expect("a column");
    Answer::Users(UserList {
        total: details.total_result,
        read_at: text(details.timestamp),
        sorting_column: column.as_str_name().to_owned(),
        users: list.result.into_iter().map(user).collect(),
    })
}

pub(super) fn username_added(added: proto::AddUsernameResponse) -> Answer {
    Answer::UsernameAdded {
        username_id: added.username_id,
        details: details(added.details),
    }
}

pub(super) fn code_returned(requested: proto::RequestPasswordResetResponse) -> Answer {
    Answer::CodeReturned {
        code: requested.verification_code.expect("a code"),
        details: details(requested.details),
    }
}

pub(super) fn events(page: event::ListEventsResponse) -> Answer {
    Answer::Events(EventPage {
        events: page.events.into_iter().map(event).collect(),
        next_page_token: given(page.next_page_token),
        position: page.position,
    })
}

pub(super) fn update(update: event::WatchEventsResponse) -> Update {
    Update {
        event: update.event.map(event),
        position: update.position,
    }
}

pub(super) fn details(details: Option<v2beta::Details>) -> Details {
    let details = details.expect("details");
    Details {
        sequence: details.sequence,
        change_date: text(details.change_date),
        resource_owner: details.resource_owner,
    }
}

pub(super) fn failure(status: &Status) -> Failure {
    let info = status
        .get_details_error_info()
        .unwrap_or_else(|| panic!("no ErrorInfo in {status:?}"));
    let violations = status
        .get_details_bad_request()
        .map(|request| request.field_violations)
        .unwrap_or_default();
    Failure {
        code: status.code().into(),
        reason: info.reason,
        domain: info.domain,
        message: status.message().to_owned(),
        metadata: info.metadata.into_iter().collect(),
        field_violations: violations
            .into_iter()
            .map(|violation| (violation.field, violation.description))
            .collect(),
        retry_after: status.get_details_retry_info().and_then(|info| info.retry_delay),
        envelope: envelope(status.metadata()),
    }
}

/// The metadata that is the same whenever the same answer is given.
fn envelope(metadata: &MetadataMap) -> BTreeMap<String, String> {
    let headers = metadata.clone().into_headers();
    let constant = headers.iter();
    let constant = constant.filter(|(name, _)| !matches!(name.as_str(), "date" | "x-request-id"));
    constant
        .map(|(name, value)| (name.to_string(), value.as_bytes().escape_ascii().to_string()))
        .collect()
}

fn user(user: proto::User) -> User {
    let authenticators = user.authenticators.unwrap_or_default();
    User {
        user_id: user.user_id,
        details: details(user.details),
        state: State::try_from(user.state).expect("a state").as_str_name().to_owned(),
        usernames: authenticators.usernames.into_iter().map(username).collect(),
        password_change_required: authenticators.password.is_some_and(|password| password.change_required),
        password_last_changed: authenticators.password.map(|password| text(password.last_changed)),
        data: user.data.map(|data| json(prost_types::value::Kind::StructValue(data))),
        lock: user.lock.map(lock),
        failed_password_attempts: user.failed_password_attempts,
        sign_in_blocks: user.sign_in_blocks.into_iter().map(sign_in_block).collect(),
    }
}

fn username(username: proto::Username) -> Username {
    Username {
        username_id: username.username_id,
        username: username.username,
        is_organization_specific: username.is_organization_specific,
    }
}

fn sign_in_block(block: proto::SignInBlock) -> SignInBlock {
    SignInBlock {
        source: given(block.source),
        failures: block.failures,
        until: text(block.until),
    }
}

fn lock(lock: proto::Lock) -> Lock {
    Lock {
        since: text(lock.since),
        cause: cause(lock.cause).expect("a cause"),
        locked_by: given(lock.locked_by),
        reason: given(lock.reason),
        until: lock.until.map(|until| text(Some(until))),
        scope: scope(lock.scope).expect("a scope"),
    }
}

fn event(event: event::Event) -> Event {
    Event {
        position: event.position,
        user_id: given(event.user_id),
        sequence: event.sequence,
        kind: event.kind,
        organization_id: given(event.organization_id),
        actor_id: given(event.actor_id),
        time: text(event.time),
        reason: given(event.reason),
        lock_cause: cause(event.lock_cause),
        lock_until: event.lock_until.map(|until| text(Some(until))),
        lock_scope: scope(event.lock_scope),
        source: given(event.source),
        unlock_cause: unlock_cause(event.unlock_cause),
        counts_until: event.counts_until.map(|until| text(Some(until))),
        lockout_policy: event.lockout_policy.map(policies::policy),
        token_id: given(event.token_id),
        token_name: given(event.token_name),
        session_id: given(event.session_id),
        role: given(event.role),
        role_organization_id: given(event.role_organization_id),
    }
}

/// The name of a cause that is set.
fn cause(number: i32) -> Option<String> {
    let cause = LockCause::try_from(number).expect("a cause");
    (cause != LockCause::Unspecified).then(|| cause.as_str_name().to_owned())
}

/// The name of a scope that is set.
fn scope(number: i32) -> Option<String> {
    let scope = LockScope::try_from(number).expect("a scope");
    (scope != LockScope::Unspecified).then(|| scope.as_str_name().to_owned())
}

/// The name of what ended a lock, if it is set.
fn unlock_cause(number: i32) -> Option<String> {
    let cause = UnlockCause::try_from(number).expect("a cause");
    (cause != UnlockCause::Unspecified).then(|| cause.as_str_name().to_owned())
}

pub(super) fn given(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

pub(super) fn text(timestamp: Option<prost_types::Timestamp>) -> String {
    let timestamp = timestamp.expect("a time");
    Timestamp::from_unix_seconds_and_nanos(timestamp.seconds, timestamp.nanos)
        .expect("a valid time")
        .to_string()
}
