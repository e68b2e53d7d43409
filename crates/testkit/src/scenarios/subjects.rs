//! Whom and what operations are done to.

use super::session_stage::by_id;
use super::stage::{deactivate, lock};
use super::{CreateUserRequest, Operation, Reaching, Request, Stage, Subject};

/// Each operation, asked for with this subject.
pub(super) fn each(subject: &Subject) -> impl Iterator<Item = (Operation, Request)> {
    Operation::ALL
        .iter()
        .map(|operation| (*operation, operation.request(subject)))
}

/// Each operation that needs its permission there.
pub(super) fn each_reaching(reaching: Reaching, subject: &Subject) -> impl Iterator<Item = (Operation, Request)> {
    each(subject).filter(move |(operation, _)| operation.reaching() == reaching)
}

impl Stage<'_> {
    /// Somebody of the organization to whom the operation can be done, with a session if it is about sessions; to create,
    /// somebody who does not exist yet.
    pub(super) async fn subject(&self, operation: Operation) -> Subject {
        let mut subject = Subject {
            organization_id: self.world.organization.to_string(),
            user_id: self.world.fresh_id(),
            username_id: String::new(),
            new_username: format!("second {}", self.world.fresh_id()),
            session_id: self.world.fresh_id(),
        };
        if operation == Operation::CreateUser {
            return subject;
        }
        let has_session = matches!(operation.reaching(), Reaching::Session | Reaching::Nothing);
        let user = if has_session {
            self.new_user_with_password()
        } else {
            self.new_user()
        };
        let user = CreateUserRequest {
            user_id: Some(subject.user_id.clone()),
            usernames: vec![(format!("first {}", self.world.fresh_id()), false)],
            ..user
        };
        self.create(user).await;
        if has_session {
            subject.session_id = self.signed_in(by_id(&subject.user_id)).await.id;
        }
        let user = self.seen(&subject.user_id).await;
        subject.username_id.clone_from(&user.usernames[0].username_id);
        match operation.state_before() {
            Some("USER_STATE_LOCKED") => _ = self.managers_change(lock(&subject.user_id)).await,
            Some("USER_STATE_INACTIVE") => _ = self.managers_change(deactivate(&subject.user_id)).await,
            Some(_) | None => {}
        }
        subject
    }

    /// Somebody who does not exist, nor anything of theirs.
    pub(super) fn unknown(&self) -> Subject {
        let id = self.world.fresh_id();
        Subject {
            organization_id: id.clone(),
            user_id: id.clone(),
            username_id: id.clone(),
            new_username: id.clone(),
            session_id: id,
        }
    }

    /// The same, but what the operation is done to is named by this text.
    pub(super) fn named(&self, operation: Operation, id: &str) -> Subject {
        let unknown = self.unknown();
        // A new user has an id and an organization.
        let organization_id = if operation == Operation::CreateUser {
            unknown.organization_id
        } else {
            id.to_owned()
        };
        Subject {
            organization_id,
            user_id: id.to_owned(),
            session_id: id.to_owned(),
            ..unknown
        }
    }
}
