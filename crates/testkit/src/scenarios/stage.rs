use std::fmt::Debug;
use std::time::Duration;

use unlockd_domain::Timestamp;

use super::{
    Answer, CreateUserRequest, Details, Event, EventPage, Failure, ListEventsRequest, ListUsersRequest, Reply, Request,
    Safeguards, User, UserList, Wire, World,
};

/// What a scenario plays on: a world, and the wire through which it is seen.
#[derive(Clone, Copy)]
pub(super) struct Stage<'a> {
    pub(super) world: &'a World,
    pub(super) wire: &'a dyn Wire,
}

impl Stage<'_> {
    /// What comes of a request without safeguards.
    pub(super) async fn call(&self, token: &str, request: Request) -> Result<Answer, Failure> {
        let reply = self.wire.call(Some(token), &request, &Safeguards::default()).await?;
        assert!(!reply.replayed, "nobody can have asked for this before");
        Ok(reply.answer)
    }

    /// What comes of a request of the organization's manager with safeguards.
    pub(super) async fn safeguarded(&self, request: &Request, safeguards: &Safeguards) -> Result<Reply, Failure> {
        let token = &self.world.organization_manager.token;
        self.wire.call(Some(token), request, safeguards).await
    }

    /// A new user of the organization, created by its manager; the answer's details.
    pub(super) async fn create(&self, request: CreateUserRequest) -> (String, Details) {
        let token = &self.world.organization_manager.token;
        match self.call(token, Request::CreateUser(request)).await {
            Ok(Answer::Created { user_id, details }) => (user_id, details),
            other => unexpected("a created user", &other),
        }
    }

    /// The id of a new, active user of the organization.
    pub(super) async fn active_user(&self) -> String {
        self.create(self.new_user()).await.0
    }

    /// The id of a new, locked user of the organization.
    pub(super) async fn locked_user(&self) -> String {
        let user_id = self.active_user().await;
        self.managers_change(lock(&user_id)).await;
        user_id
    }

    /// The id of a new, inactive user of the organization.
    pub(super) async fn inactive_user(&self) -> String {
        let user_id = self.active_user().await;
        self.managers_change(deactivate(&user_id)).await;
        user_id
    }

    /// A request that creates a user of the organization, with nothing else.
    pub(super) fn new_user(&self) -> CreateUserRequest {
        CreateUserRequest {
            organization_id: Some(self.world.organization.to_string()),
            ..CreateUserRequest::default()
        }
    }

    /// Changes a user.
    pub(super) async fn change(&self, token: &str, request: Request) -> Details {
        match self.call(token, request).await {
            Ok(Answer::Changed(details)) => details,
            other => unexpected("a changed user", &other),
        }
    }

    /// Changes a user as the manager of the organization.
    pub(super) async fn managers_change(&self, request: Request) -> Details {
        self.change(&self.world.organization_manager.token, request).await
    }

    /// Reads a user.
    pub(super) async fn read(&self, token: &str, user_id: &str) -> User {
        match self.call(token, get(user_id)).await {
            Ok(Answer::User(user)) => user,
            other => unexpected("a user", &other),
        }
    }

    /// Reads a user as the manager of the organization.
    pub(super) async fn seen(&self, user_id: &str) -> User {
        self.read(&self.world.organization_manager.token, user_id).await
    }

    /// The users that are found.
    pub(super) async fn list(&self, token: &str, request: ListUsersRequest) -> UserList {
        match self.call(token, Request::ListUsers(request)).await {
            Ok(Answer::Users(list)) => list,
            other => unexpected("users", &other),
        }
    }

    /// A page of history.
    pub(super) async fn events(&self, token: &str, request: ListEventsRequest) -> EventPage {
        match self.call(token, Request::ListEvents(request)).await {
            Ok(Answer::Events(page)) => page,
            other => unexpected("events", &other),
        }
    }

    /// What the manager of the organization is told of the user's history: the events with a sequence.
    pub(super) async fn history(&self, user_id: &str) -> Vec<Event> {
        let mut events = self.all_events(user_id).await;
        events.retain(|event| event.sequence > 0);
        events
    }

    /// The same with the events that changed nothing of the user.
    pub(super) async fn all_events(&self, user_id: &str) -> Vec<Event> {
        let request = ListEventsRequest {
            user_id: Some(user_id.to_owned()),
            ..ListEventsRequest::default()
        };
        let page = self.events(&self.world.organization_manager.token, request).await;
        assert_eq!(page.next_page_token, None, "a short history has one page");
        page.events
    }

    /// A request that must fail.
    pub(super) async fn refusal(&self, token: impl Into<Option<&str>>, request: Request) -> Failure {
        match self.wire.call(token.into(), &request, &Safeguards::default()).await {
            Err(failure) => failure,
            Ok(reply) => unexpected("a refusal", &reply),
        }
    }

    /// A request of the organization's manager that must fail.
    pub(super) async fn managers_refusal(&self, request: Request) -> Failure {
        self.refusal(self.world.organization_manager.token.as_str(), request)
            .await
    }
}

/// Reads the user.
pub(super) fn get(user_id: &str) -> Request {
    Request::GetUserById {
        user_id: user_id.to_owned(),
    }
}

/// Locks the user without a word.
pub(super) fn lock(user_id: &str) -> Request {
    Request::LockUser {
        user_id: user_id.to_owned(),
        reason: None,
        locked_until: None,
        replace: false,
    }
}

/// Unlocks the user without a word.
pub(super) fn unlock(user_id: &str) -> Request {
    Request::UnlockUser {
        user_id: user_id.to_owned(),
        reason: None,
    }
}

/// Puts the user aside without a word.
pub(super) fn deactivate(user_id: &str) -> Request {
    Request::DeactivateUser {
        user_id: user_id.to_owned(),
        reason: None,
    }
}

/// Takes the user back without a word.
pub(super) fn reactivate(user_id: &str) -> Request {
    Request::ReactivateUser {
        user_id: user_id.to_owned(),
        reason: None,
    }
}

/// Deletes the user.
pub(super) fn delete(user_id: &str) -> Request {
    Request::DeleteUser {
        user_id: user_id.to_owned(),
    }
}

/// The moment that lies so many microseconds behind this one, or before it.
pub(super) fn moved(time: &str, microseconds: i64) -> String {
    let moment = Timestamp::parse_rfc3339(time).expect("RFC 3339").unix_microseconds() + microseconds;
    Timestamp::from_unix_microseconds(moment).expect("a time").to_string()
}

/// The failure has exactly this code, reason and metadata, is unlockd's, and says something to people. Trying again cannot help.
#[track_caller]
pub(super) fn assert_refused(failure: &Failure, code: i32, reason: &str, metadata: &[(&str, &str)]) {
    assert_reason(failure, code, reason, metadata);
    assert_eq!(failure.retry_after, None, "trying again cannot help");
}

#[track_caller]
fn assert_reason(failure: &Failure, code: i32, reason: &str, metadata: &[(&str, &str)]) {
    assert_eq!((failure.code, failure.reason.as_str()), (code, reason), "{failure:?}");
    assert_eq!(failure.domain, "unlockd");
    let metadata = metadata
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    assert_eq!(failure.metadata, metadata);
    assert!(!failure.message.is_empty());
    if code != INVALID_ARGUMENT {
        assert_eq!(failure.field_violations, [], "only a bad form has violations");
    }
}

/// Too many sign-ins have failed; how long it takes until another one may be tried.
#[track_caller]
pub(super) fn assert_throttled(failure: &Failure) -> Duration {
    assert_reason(failure, RESOURCE_EXHAUSTED, "TOO_MANY_ATTEMPTS", &[]);
    failure.retry_after.expect("trying again will help")
}

/// The failure is a bad form of exactly these fields, given in alphabetical order.
#[track_caller]
pub(super) fn assert_violates(failure: &Failure, fields: &[&str]) {
    assert_refused(failure, INVALID_ARGUMENT, "INVALID_ARGUMENT", &[]);
    let mut violated: Vec<_> = failure
        .field_violations
        .iter()
        .map(|(field, _)| field.as_str())
        .collect();
    violated.sort_unstable();
    assert_eq!(violated, fields, "{failure:?}");
    for (field, description) in &failure.field_violations {
        assert!(!description.is_empty(), "{field} is violated without a word");
        assert!(
            failure.message.contains(field.as_str()),
            "{:?} leaves {field} out",
            failure.message
        );
    }
}

/// Something other came than the scenario is about.
#[track_caller]
pub(super) fn unexpected(expected: &str, got: &impl Debug) -> ! {
    panic!("expected {expected}, got {got:?}")
}

/// `google.rpc.Code.INVALID_ARGUMENT`.
pub(super) const INVALID_ARGUMENT: i32 = 3;
/// `google.rpc.Code.NOT_FOUND`.
pub(super) const NOT_FOUND: i32 = 5;
/// `google.rpc.Code.ALREADY_EXISTS`.
pub(super) const ALREADY_EXISTS: i32 = 6;
/// `google.rpc.Code.PERMISSION_DENIED`.
pub(super) const PERMISSION_DENIED: i32 = 7;
/// `google.rpc.Code.RESOURCE_EXHAUSTED`.
pub(super) const RESOURCE_EXHAUSTED: i32 = 8;
/// `google.rpc.Code.FAILED_PRECONDITION`.
pub(super) const FAILED_PRECONDITION: i32 = 9;
/// `google.rpc.Code.ABORTED`.
pub(super) const ABORTED: i32 = 10;
/// `google.rpc.Code.UNIMPLEMENTED`.
pub(super) const UNIMPLEMENTED: i32 = 12;
/// `google.rpc.Code.UNAUTHENTICATED`.
pub(super) const UNAUTHENTICATED: i32 = 16;
