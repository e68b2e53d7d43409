//! Locks of the policy and locks of operators: the uses they bar, and how one takes the place of the other.

use unlockd_domain::Role;

use super::session_stage::{HeldSession, by_id, get_session_by, plain};
use super::signing_in::assert_invalid_credentials;
use super::stage::{FAILED_PRECONDITION, UNAUTHENTICATED, assert_refused, get, lock, moved, unexpected};
use super::tenant::{Tenant, strict};
use super::{Event, LockoutPolicy, Member, Request, SetPasswordRequest, Stage};

const HOUR: i64 = 3_600_000_000;
const NEW_PASSWORD: &str = "another fine password";

pub(super) async fn a_policy_lock_bars_new_sign_ins_and_leaves_sessions_and_access_tokens(stage: &Stage<'_>) {
    let tenant = Tenant::with_policy(stage, strict()).await;
    let Member { user_id, token } = member(&tenant).await;
    let session = sign_in(stage, &user_id).await;

    tenant.guess(&user_id, 3).await;

    stage.read(&token, &user_id).await;
    let seen = stage.read(&session.token, &user_id).await;
    let lock = seen.lock.expect("the user is locked");
    assert_eq!(
        (lock.cause.as_str(), lock.scope.as_str()),
        ("LOCK_CAUSE_POLICY", "LOCK_SCOPE_SIGN_IN")
    );
    assert!(is_readable(stage, &session).await);
    assert_invalid_credentials(&stage.sign_in_refusal(by_id(&user_id), NEW_PASSWORD).await);
}

pub(super) async fn a_policy_lock_ends_sessions_and_access_tokens_where_the_policy_says_so(stage: &Stage<'_>) {
    let policy = LockoutPolicy {
        lock_ends_sessions: Some(true),
        ..strict()
    };
    let tenant = Tenant::with_policy(stage, policy).await;
    let Member { user_id, token } = member(&tenant).await;
    let session = sign_in(stage, &user_id).await;
    for bearer in [&token, &session.token] {
        stage.read(bearer, &user_id).await;
    }

    tenant.guess(&user_id, 3).await;

    let lock = tenant.seen(&user_id).await.lock.expect("the user is locked");
    assert_eq!(lock.scope, "LOCK_SCOPE_ALL_USE");
    assert_no_use(stage, &session, &token, &user_id).await;
}

pub(super) async fn an_operators_lock_replaces_one_of_the_policy_in_one_event(stage: &Stage<'_>) {
    let tenant = Tenant::with_policy(stage, strict()).await;
    let Member { user_id, token } = member(&tenant).await;
    let session = sign_in(stage, &user_id).await;
    tenant.guess(&user_id, 3).await;

    tenant.change(lock(&user_id)).await;

    let lock = tenant.seen(&user_id).await.lock.expect("the user is locked");
    assert_eq!(
        (lock.cause.as_str(), lock.scope.as_str(), lock.until),
        ("LOCK_CAUSE_OPERATOR", "LOCK_SCOPE_ALL_USE", None)
    );
    let history = tenant.history(&user_id).await;
    let [.., by_policy, by_operator] = history.as_slice() else {
        panic!("expected two locks, got {history:?}");
    };
    assert_eq!(cause(by_policy), ("user.locked", Some("LOCK_CAUSE_POLICY")));
    assert_eq!(cause(by_operator), ("user.locked", Some("LOCK_CAUSE_OPERATOR")));
    assert_no_use(stage, &session, &token, &user_id).await;
}

pub(super) async fn an_operators_lock_is_changed_by_a_lock_that_replaces_it(stage: &Stage<'_>) {
    let tenant = Tenant::new(stage).await;
    let user_id = tenant.user().await;
    let since = tenant.change(lock(&user_id)).await.change_date;
    let end = |hours| Some(moved(&since, hours * HOUR));
    let lock_until = |until: Option<String>, replace| Request::LockUser {
        user_id: user_id.clone(),
        reason: None,
        locked_until: until,
        replace,
    };
    for until in [end(2), end(3), end(1), None] {
        let before = tenant.seen(&user_id).await;
        let refused = lock_until(until.clone(), false);
        let failure = stage.refusal(tenant.owner.token.as_str(), refused).await;
        let metadata = [("userId", user_id.as_str()), ("state", "USER_STATE_LOCKED")];
        assert_refused(&failure, FAILED_PRECONDITION, "USER_ALREADY_LOCKED", &metadata);
        assert_eq!(tenant.seen(&user_id).await, before, "a refusal changes nothing");

        let changed = tenant.change(lock_until(until.clone(), true)).await;

        assert_eq!(changed.sequence, before.details.sequence + 1, "it is one event");
        let lock = tenant.seen(&user_id).await.lock.expect("the user is locked");
        assert_eq!(lock.until, until);
    }
}

pub(super) async fn a_password_that_an_operator_sets_lifts_a_lock_of_the_policy(stage: &Stage<'_>) {
    let tenant = Tenant::with_policy(stage, strict()).await;
    let by_policy = tenant.locked_user(3).await;
    tenant.change(set_password(&by_policy)).await;
    assert_eq!(tenant.seen(&by_policy).await.state, "USER_STATE_ACTIVE");
    let history = tenant.history(&by_policy).await;
    let [.., unlocked, changed] = history.as_slice() else {
        panic!("expected an unlock, got {history:?}");
    };
    assert_eq!(
        (unlocked.kind.as_str(), unlocked.unlock_cause.as_deref()),
        ("user.unlocked", Some("UNLOCK_CAUSE_PASSWORD_CHANGED"))
    );
    assert_eq!(changed.kind, "user.password.changed");
    sign_in(stage, &by_policy).await;

    let by_operator = tenant.user().await;
    tenant.change(lock(&by_operator)).await;
    tenant.change(set_password(&by_operator)).await;
    assert_eq!(tenant.seen(&by_operator).await.state, "USER_STATE_LOCKED");
}

/// Somebody with an access token and with [`NEW_PASSWORD`].
async fn member(tenant: &Tenant<'_>) -> Member {
    let member = tenant
        .stage
        .world
        .member_of(&tenant.organization, Role::OrgOwnerViewer)
        .await;
    tenant.change(set_password(&member.user_id)).await;
    member
}

/// Signs in with [`NEW_PASSWORD`].
async fn sign_in(stage: &Stage<'_>, user_id: &str) -> HeldSession {
    let session = stage.sign_in(by_id(user_id), NEW_PASSWORD).await;
    session.unwrap_or_else(|failure| unexpected("a session", &failure))
}

fn set_password(user_id: &str) -> Request {
    Request::SetPassword(SetPasswordRequest {
        user_id: user_id.to_owned(),
        new_password: Some(plain(NEW_PASSWORD)),
        verification: None,
    })
}

fn cause(event: &Event) -> (&str, Option<&str>) {
    (event.kind.as_str(), event.lock_cause.as_deref())
}

async fn is_readable(stage: &Stage<'_>, session: &HeldSession) -> bool {
    let request = get_session_by(&session.id, &session.token);
    stage.call(&stage.world.roleless.token, request).await.is_ok()
}

/// Neither the session's token nor the access token is a bearer token, and the session cannot be read by its token.
async fn assert_no_use(stage: &Stage<'_>, session: &HeldSession, access_token: &str, user_id: &str) {
    for bearer in [session.token.as_str(), access_token] {
        let failure = stage.refusal(bearer, get(user_id)).await;
        assert_refused(&failure, UNAUTHENTICATED, "UNAUTHENTICATED", &[]);
    }
    assert!(!is_readable(stage, session).await);
}
