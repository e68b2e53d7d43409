use unlockd_domain::{Permission, Role};

use super::stage::{
    NOT_FOUND, PERMISSION_DENIED, UNAUTHENTICATED, assert_refused, assert_violates, get, lock, unexpected,
};
use super::subjects::{each, each_reaching};
use super::{Answer, Operation, Reaching, Stage, Subject};

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
        for operation in Operation::ALL {
            let malformed = stage.named(*operation, &"x".repeat(201));
            let failure = stage.refusal(token, operation.request(&malformed)).await;
            assert_refused(&failure, UNAUTHENTICATED, "UNAUTHENTICATED", &[]);
        }
    }
}

pub(super) async fn the_form_is_looked_at_before_the_permission(stage: &Stage<'_>) {
    for operation in Operation::ALL {
        let malformed = operation.request(&stage.named(*operation, &"x".repeat(201)));
        let failure = stage.refusal(stage.world.roleless.token.as_str(), malformed).await;
        assert_violates(&failure, &[operation.field_of_the_subject()]);
    }
}

pub(super) async fn the_permission_is_looked_at_before_the_user(stage: &Stage<'_>) {
    let roleless = stage.world.roleless.token.as_str();
    let active = stage.subject(Operation::LockUser).await;
    let locked = stage.subject(Operation::UnlockUser).await;
    let inactive = stage.subject(Operation::ReactivateUser).await;
    let signed_in = stage.subject(Operation::GetSession).await;
    for subject in [&active, &locked, &inactive, &signed_in, &stage.unknown()] {
        for (operation, request) in each(subject) {
            if operation.reaching() != Reaching::Nothing {
                let failure = stage.refusal(roleless, request).await;
                assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
            }
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

pub(super) async fn owners_of_the_instance_are_told_what_does_not_exist(stage: &Stage<'_>) {
    let unknown = stage.unknown();
    let owner = stage.world.instance_owner.token.as_str();
    for (_, request) in each_reaching(Reaching::Organization, &unknown) {
        let metadata = [("organizationId", unknown.organization_id.as_str())];
        let failure = stage.refusal(owner, request).await;
        assert_refused(&failure, NOT_FOUND, "ORGANIZATION_NOT_FOUND", &metadata);
    }
    for (operation, request) in each_reaching(Reaching::Session, &unknown) {
        // What is not there is gone.
        if operation != Operation::DeleteSession {
            let metadata = [("sessionId", unknown.session_id.as_str())];
            let failure = stage.refusal(owner, request).await;
            assert_refused(&failure, NOT_FOUND, "SESSION_NOT_FOUND", &metadata);
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
    let foreign = stage.subject(Operation::CreateUser).await;
    let other_owner = stage
        .world
        .member_of(&stage.world.other_organization, Role::OrgOwner)
        .await;
    for outsider in [&stage.world.other_manager, &other_owner] {
        for (operation, request) in each_reaching(Reaching::Organization, &foreign) {
            let failure = stage.refusal(outsider.token.as_str(), request).await;
            assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
            let absent = operation.request(&stage.unknown());
            assert_eq!(stage.refusal(outsider.token.as_str(), absent).await, failure);
        }
    }
}

pub(super) async fn a_session_of_another_organization_and_one_that_does_not_exist_look_the_same(stage: &Stage<'_>) {
    let foreign = stage.subject(Operation::GetSession).await;
    let before = stage.session(&foreign.session_id).await;
    let other_owner = stage
        .world
        .member_of(&stage.world.other_organization, Role::OrgOwner)
        .await;
    for outsider in [&stage.world.other_manager, &other_owner] {
        for (operation, request) in each_reaching(Reaching::Session, &foreign) {
            let failure = stage.refusal(outsider.token.as_str(), request).await;
            assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
            let absent = operation.request(&stage.unknown());
            assert_eq!(stage.refusal(outsider.token.as_str(), absent).await, failure);
        }
    }
    assert_eq!(
        stage.session(&foreign.session_id).await,
        before,
        "a refusal changes nothing"
    );
}

pub(super) async fn what_is_out_of_reach_is_neither_listed_nor_told(stage: &Stage<'_>) {
    let outsider = stage.world.other_manager.token.as_str();
    let locked = stage.subject(Operation::UnlockUser).await;
    let signed_in = stage.subject(Operation::ListSessions).await;
    for subject in [&locked, &signed_in, &stage.unknown()] {
        let anything = each_reaching(Reaching::Anything, subject);
        for (_, request) in anything.chain(each_reaching(Reaching::Nothing, subject)) {
            match stage.call(outsider, request).await {
                Ok(Answer::Users(list)) => assert_eq!((list.total, list.users.len()), (0, 0)),
                Ok(Answer::Sessions(list)) => assert_eq!((list.total, list.sessions.len()), (0, 0)),
                Ok(Answer::Events(page)) => assert_eq!((page.events.len(), page.next_page_token), (0, None)),
                Ok(Answer::Watching(update)) => assert_eq!(update.event, None),
                other => unexpected("an empty answer", &other),
            }
        }
    }
}

pub(super) async fn everybody_does_what_their_role_allows_within_their_reach(stage: &Stage<'_>) {
    for (caller, role) in stage.world.holders() {
        for operation in Operation::ALL {
            let subject = stage.subject(*operation).await;
            let request = operation.request(&subject);
            if is_allowed(*operation, role) {
                let answer = stage.call(&caller.token, request).await;
                answer.unwrap_or_else(|failure| unexpected(operation.rpc(), &failure));
                if operation.is_change_of_a_user() {
                    let history = stage.history(&subject.user_id).await;
                    let last = history.last().and_then(|event| event.actor_id.as_ref());
                    assert_eq!(last, Some(&caller.user_id), "{operation:?} is in the history");
                }
            } else {
                let before = stage.history(&subject.user_id).await;
                let failure = stage.refusal(caller.token.as_str(), request).await;
                assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
                let history = stage.history(&subject.user_id).await;
                assert_eq!(history, before, "a refusal changes nothing");
            }
        }
    }
}

fn is_allowed(operation: Operation, role: Role) -> bool {
    let has = |permission| role.permissions().contains(&permission);
    // To continue a session in which a password was shown is to act for its user.
    let takes_over = operation == Operation::SetSession;
    let has_permission = has(operation.permission()) && (!takes_over || has(Permission::UserWrite));
    match operation.reaching() {
        Reaching::Nothing => true,
        Reaching::Instance => has_permission && role.is_instance_role(),
        Reaching::User | Reaching::Organization | Reaching::Session | Reaching::Anything => has_permission,
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

pub(super) async fn changing_oneself_needs_the_permission(stage: &Stage<'_>) {
    for role in [None, Some(Role::OrgOwnerViewer), Some(Role::IamOwnerViewer)] {
        let member = stage.world.member(role).await;
        let oneself = Subject {
            user_id: member.user_id.clone(),
            ..stage.unknown()
        };
        let before = stage.read(&member.token, &member.user_id).await;
        for (_, request) in each(&oneself).filter(|(operation, _)| operation.is_change()) {
            let failure = stage.refusal(member.token.as_str(), request).await;
            assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
        }
        assert_eq!(stage.read(&member.token, &member.user_id).await, before);
    }
}

pub(super) async fn a_manager_can_lock_themselves_and_is_out_at_once(stage: &Stage<'_>) {
    let manager = stage.world.member(Some(Role::OrgUserManager)).await;
    stage.change(&manager.token, lock(&manager.user_id)).await;

    let failure = stage.refusal(manager.token.as_str(), get(&manager.user_id)).await;

    assert_refused(&failure, UNAUTHENTICATED, "UNAUTHENTICATED", &[]);
}
