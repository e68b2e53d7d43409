use unlockd_domain::{Permission, Role};

use super::stage::{
    NOT_FOUND, PERMISSION_DENIED, UNAUTHENTICATED, assert_refused, assert_violates, deactivate, get, lock, unexpected,
};
use super::{Answer, CreateUserRequest, Operation, Reaching, Request, Stage, Subject};

/// Each operation, asked for with this subject.
fn each(subject: &Subject) -> impl Iterator<Item = (Operation, Request)> {
    Operation::ALL
        .iter()
        .map(|operation| (*operation, operation.request(subject)))
}

/// Each operation that needs its permission there.
fn each_reaching(reaching: Reaching, subject: &Subject) -> impl Iterator<Item = (Operation, Request)> {
    each(subject).filter(move |(operation, _)| operation.reaching() == reaching)
}

impl Stage<'_> {
    /// Somebody of the organization to whom the operation can be done; to create, somebody who does not exist yet.
    pub(super) async fn subject(&self, operation: Operation) -> Subject {
        let mut subject = Subject {
            organization_id: self.world.organization.to_string(),
            user_id: self.world.fresh_id(),
            username_id: String::new(),
            new_username: format!("second {}", self.world.fresh_id()),
        };
        if operation == Operation::CreateUser {
            return subject;
        }
        let user = CreateUserRequest {
            user_id: Some(subject.user_id.clone()),
            usernames: vec![(format!("first {}", self.world.fresh_id()), false)],
            ..self.new_user()
        };
        self.create(user).await;
        let user = self.seen(&subject.user_id).await;
        subject.username_id.clone_from(&user.usernames[0].username_id);
        match operation.state_before() {
            Some("USER_STATE_LOCKED") => _ = self.managers_change(lock(&subject.user_id)).await,
            Some("USER_STATE_INACTIVE") => _ = self.managers_change(deactivate(&subject.user_id)).await,
            Some(_) | None => {}
        }
        subject
    }

    /// Somebody who does not exist.
    pub(super) fn unknown(&self) -> Subject {
        let id = self.world.fresh_id();
        Subject {
            organization_id: id.clone(),
            user_id: id.clone(),
            username_id: id.clone(),
            new_username: id,
        }
    }
}

/// An id that is too long.
fn malformed(stage: &Stage<'_>) -> Subject {
    Subject {
        user_id: "x".repeat(201),
        ..stage.unknown()
    }
}

pub(super) async fn nobody_gets_in_without_a_token(stage: &Stage<'_>) {
    for operation in Operation::ALL {
        let subject = stage.subject(*operation).await;
        let failure = stage.refusal(None, operation.request(&subject)).await;
        assert_refused(&failure, UNAUTHENTICATED, "UNAUTHENTICATED", &[]);
    }
}

pub(super) async fn tokens_that_were_never_issued_are_refused(stage: &Stage<'_>) {
    let subject = stage.subject(Operation::LockUser).await;
    let right = &stage.world.organization_manager.token;
    let (shorter, longer, other_case) = (&right[..right.len() - 1], format!("{right}A"), right.to_uppercase());
    let unknown = format!("unlockd_pat_{}", "A".repeat(43));
    for token in [unknown.as_str(), shorter, &longer, &other_case, "two words", "%&!", ""] {
        for (_, request) in each(&subject) {
            let failure = stage.refusal(token, request).await;
            assert_refused(&failure, UNAUTHENTICATED, "UNAUTHENTICATED", &[]);
        }
    }
    assert_eq!(stage.seen(&subject.user_id).await.details.sequence, 1);
}

pub(super) async fn the_token_is_looked_at_before_the_form(stage: &Stage<'_>) {
    for token in [None, Some("nobodys")] {
        for (_, request) in each(&malformed(stage)) {
            let failure = stage.refusal(token, request).await;
            assert_refused(&failure, UNAUTHENTICATED, "UNAUTHENTICATED", &[]);
        }
    }
}

pub(super) async fn the_form_is_looked_at_before_the_permission(stage: &Stage<'_>) {
    for (operation, request) in each(&malformed(stage)) {
        let failure = stage.refusal(stage.world.roleless.token.as_str(), request).await;
        assert_violates(&failure, &[operation.field_of_the_user()]);
    }
}

pub(super) async fn the_permission_is_looked_at_before_the_user(stage: &Stage<'_>) {
    let roleless = stage.world.roleless.token.as_str();
    let active = stage.subject(Operation::LockUser).await;
    let locked = stage.subject(Operation::UnlockUser).await;
    let inactive = stage.subject(Operation::ReactivateUser).await;
    for subject in [&active, &locked, &inactive, &stage.unknown()] {
        for (_, request) in each(subject) {
            let failure = stage.refusal(roleless, request).await;
            assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
        }
    }
    assert_eq!(stage.seen(&locked.user_id).await.state, "USER_STATE_LOCKED");
}

pub(super) async fn the_user_is_looked_for_before_their_state(stage: &Stage<'_>) {
    let unknown = stage.unknown();
    for caller in [&stage.world.instance_owner, &stage.world.instance_manager] {
        for (_, request) in each_reaching(Reaching::User, &unknown) {
            let failure = stage.refusal(caller.token.as_str(), request).await;
            assert_refused(&failure, NOT_FOUND, "USER_NOT_FOUND", &[("userId", &unknown.user_id)]);
        }
    }
}

pub(super) async fn a_user_of_another_organization_and_one_who_does_not_exist_look_the_same(stage: &Stage<'_>) {
    let outsider = stage.world.other_manager.token.as_str();
    for state in [Operation::LockUser, Operation::UnlockUser, Operation::ReactivateUser] {
        let foreign = stage.subject(state).await;
        let before = stage.seen(&foreign.user_id).await;
        let no_such_name = Subject {
            username_id: stage.world.fresh_id(),
            ..foreign.clone()
        };
        for (operation, request) in each_reaching(Reaching::User, &foreign) {
            let failure = stage.refusal(outsider, request).await;
            assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
            for other in [&stage.unknown(), &no_such_name] {
                assert_eq!(stage.refusal(outsider, operation.request(other)).await, failure);
            }
        }
        assert_eq!(stage.seen(&foreign.user_id).await, before, "a refusal changes nothing");
    }
}

pub(super) async fn another_organization_and_one_that_does_not_exist_look_the_same(stage: &Stage<'_>) {
    let outsider = stage.world.other_manager.token.as_str();
    let foreign = stage.subject(Operation::CreateUser).await;
    for (operation, request) in each_reaching(Reaching::Organization, &foreign) {
        let failure = stage.refusal(outsider, request).await;
        assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
        let absent = operation.request(&stage.unknown());
        assert_eq!(stage.refusal(outsider, absent).await, failure);
    }
}

pub(super) async fn what_is_out_of_reach_is_neither_listed_nor_told(stage: &Stage<'_>) {
    let outsider = stage.world.other_manager.token.as_str();
    let foreign = stage.subject(Operation::UnlockUser).await;
    for subject in [&foreign, &stage.unknown()] {
        for (_, request) in each_reaching(Reaching::Anything, subject) {
            match stage.call(outsider, request).await {
                Ok(Answer::Users(list)) => assert_eq!((list.total, list.users.len()), (0, 0)),
                Ok(Answer::Events(page)) => assert_eq!((page.events.len(), page.next_page_token), (0, None)),
                Ok(Answer::Watching(update)) => assert_eq!(update.event, None),
                other => unexpected("an empty answer", &other),
            }
        }
    }
}

pub(super) async fn owners_and_managers_do_everything_within_their_reach(stage: &Stage<'_>) {
    let world = stage.world;
    for caller in [
        &world.instance_owner,
        &world.instance_manager,
        &world.organization_owner,
        &world.organization_manager,
    ] {
        for operation in Operation::ALL {
            let subject = stage.subject(*operation).await;
            let answer = stage.call(&caller.token, operation.request(&subject)).await;
            answer.unwrap_or_else(|failure| unexpected(operation.rpc(), &failure));
            if operation.is_change() {
                let history = stage.history(&subject.user_id).await;
                let last = history.last().and_then(|event| event.actor_id.as_ref());
                assert_eq!(last, Some(&caller.user_id), "{operation:?} is in the history");
            }
        }
    }
}

pub(super) async fn roles_on_the_instance_reach_every_organization(stage: &Stage<'_>) {
    let world = stage.world;
    let foreign = &world.other_manager.user_id;
    for caller in [&world.instance_owner, &world.instance_manager, &world.instance_viewer] {
        let seen = stage.read(&caller.token, foreign).await;
        assert_eq!(seen.details.resource_owner, world.other_organization.as_str());
    }
}

pub(super) async fn viewers_read_and_do_not_write(stage: &Stage<'_>) {
    for viewer in [&stage.world.instance_viewer, &stage.world.organization_viewer] {
        let subject = stage.subject(Operation::LockUser).await;
        for (operation, request) in each(&subject) {
            if operation.permission() == Permission::UserRead {
                let answer = stage.call(&viewer.token, request).await;
                answer.unwrap_or_else(|failure| unexpected(operation.rpc(), &failure));
            } else {
                let failure = stage.refusal(viewer.token.as_str(), request).await;
                assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
            }
        }
        let sequence = stage.seen(&subject.user_id).await.details.sequence;
        assert_eq!(sequence, 1, "a refusal changes nothing");
    }
}

pub(super) async fn changing_oneself_needs_the_permission(stage: &Stage<'_>) {
    for role in [None, Some(Role::OrgOwnerViewer), Some(Role::IamOwnerViewer)] {
        let member = stage.world.member(role).await;
        let oneself = Subject {
            user_id: member.user_id.clone(),
            ..stage.unknown()
        };
        for (_, request) in each(&oneself).filter(|(operation, _)| operation.is_change()) {
            let failure = stage.refusal(member.token.as_str(), request).await;
            assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
        }
        assert_eq!(stage.read(&member.token, &member.user_id).await.details.sequence, 1);
    }
}

pub(super) async fn a_manager_can_lock_themselves_and_is_out_at_once(stage: &Stage<'_>) {
    let manager = stage.world.member(Some(Role::OrgUserManager)).await;
    stage.change(&manager.token, lock(&manager.user_id)).await;

    let failure = stage.refusal(manager.token.as_str(), get(&manager.user_id)).await;

    assert_refused(&failure, UNAUTHENTICATED, "UNAUTHENTICATED", &[]);
}
