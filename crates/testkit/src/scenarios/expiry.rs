use std::time::Duration;

use super::crowd::{ACTIVE, EQUALS, LOCKED};
use super::lockout::quiet;
use super::passing_time::{Era, MICROSECOND};
use super::session_stage::{PASSWORD, WRONG_PASSWORD, by_id};
use super::signing_in::assert_invalid_credentials;
use super::stage::{
    FAILED_PRECONDITION, UNAUTHENTICATED, assert_refused, deactivate, delete, get, lock, moved, unlock,
};
use super::tenant::{Tenant, strict};
use super::{Event, ListUsersRequest, LockoutPolicy, Request, SearchQuery, SetSessionRequest, TimeRange, User};

const MINUTE: Duration = Duration::from_mins(1);

pub(super) async fn from_its_end_on_a_lock_is_none_for_every_purpose(era: &Era<'_>) {
    let stage = era.stage;
    let tenant = Tenant::with_policy(stage, strict()).await;
    let user_id = tenant.locked_user(3).await;
    let locked = tenant.seen(&user_id).await;

    era.almost_pass(15 * MINUTE);
    assert_eq!(tenant.seen(&user_id).await, locked);
    assert_eq!(
        listed(&tenant, SearchQuery::State(LOCKED)).await,
        std::slice::from_ref(&locked)
    );
    assert_found(&tenant, &locked, true).await;
    assert_invalid_credentials(&stage.sign_in_refusal(by_id(&user_id), PASSWORD).await);

    era.pass(MICROSECOND);
    let active = User {
        state: "USER_STATE_ACTIVE".to_owned(),
        lock: None,
        failed_password_attempts: 0,
        sign_in_blocks: Vec::new(),
        ..locked.clone()
    };
    assert_eq!(tenant.seen(&user_id).await, active, "nothing has touched the user");
    assert_eq!(listed(&tenant, SearchQuery::State(ACTIVE)).await.last(), Some(&active));
    assert_found(&tenant, &locked, false).await;
    let failure = stage.refusal(tenant.owner.token.as_str(), unlock(&user_id)).await;
    let metadata = [("userId", user_id.as_str()), ("state", "USER_STATE_ACTIVE")];
    assert_refused(&failure, FAILED_PRECONDITION, "USER_NOT_LOCKED", &metadata);
    assert_eq!(tenant.seen(&user_id).await, active, "a refusal changes nothing");
    stage.signed_in(by_id(&user_id)).await;
}

pub(super) async fn the_end_of_a_lock_is_told_once_by_whoever_comes_first(era: &Era<'_>) {
    let stage = era.stage;
    let tenant = Tenant::with_policy(stage, strict()).await;
    let (untouched, touched) = (tenant.locked_user(3).await, tenant.locked_user(3).await);
    let until = tenant.seen(&untouched).await.lock.and_then(|lock| lock.until);
    let until = until.expect("the lock ends by itself");
    let before = tenant.history(&untouched).await;
    era.keep_house().await;
    assert_eq!(tenant.history(&untouched).await, before, "the lock has not ended yet");

    era.pass(20 * MINUTE);
    stage.signed_in(by_id(&touched)).await;
    assert!(era.keep_house().await >= 1, "nobody else was there");
    assert_eq!(era.keep_house().await, 0, "all is told");

    for (user_id, later) in [(&untouched, 0), (&touched, 1)] {
        let history = tenant.history(user_id).await;
        let unlocked = &history[history.len() - 1 - later];
        let expected = Event {
            kind: "user.unlocked".to_owned(),
            time: until.clone(),
            unlock_cause: Some("UNLOCK_CAUSE_EXPIRED".to_owned()),
            ..quiet(unlocked)
        };
        assert_eq!(*unlocked, expected);
        let ends = history.iter().filter(|event| event.kind == "user.unlocked");
        assert_eq!(ends.count(), 1);
    }
    let seen = tenant.seen(&untouched).await;
    assert_eq!((seen.state.as_str(), seen.lock), ("USER_STATE_ACTIVE", None));
}

pub(super) async fn whatever_happens_behind_the_end_of_a_lock_is_told_behind_it(era: &Era<'_>) {
    let tenant = Tenant::with_policy(era.stage, strict()).await;
    for (change, kind) in [
        (lock as fn(&str) -> Request, "user.locked"),
        (deactivate, "user.deactivated"),
        (delete, "user.deleted"),
    ] {
        let user_id = tenant.locked_user(3).await;
        let before = tenant.seen(&user_id).await.details.sequence;
        era.pass(15 * MINUTE);

        let changed = tenant.change(change(&user_id)).await;

        assert_eq!(changed.sequence, before + 2);
        let history = tenant.history(&user_id).await;
        let told: Vec<_> = history.iter().rev().take(2).map(|event| event.kind.as_str()).collect();
        assert_eq!(told, [kind, "user.unlocked"]);
        era.keep_house().await;
        assert_eq!(tenant.history(&user_id).await, history, "all was told already");
    }
}

pub(super) async fn an_operators_lock_ends_by_itself_only_if_that_was_said(era: &Era<'_>) {
    let tenant = Tenant::new(era.stage).await;
    let (ending, open) = (tenant.user().await, tenant.user().await);
    let locked = tenant.change(lock(&open)).await;
    let until = moved(&locked.change_date, 60_000_000);
    tenant
        .change(Request::LockUser {
            user_id: ending.clone(),
            reason: Some("Left the laptop on the train".to_owned()),
            locked_until: Some(until.clone()),
            replace: false,
        })
        .await;

    era.pass(MINUTE);

    assert_eq!(tenant.seen(&ending).await.state, "USER_STATE_ACTIVE");
    era.stage.signed_in(by_id(&ending)).await;
    era.pass(Duration::from_hours(24 * 365));
    era.keep_house().await;
    let seen = tenant.seen(&open).await;
    assert_eq!((seen.state.as_str(), seen.details), ("USER_STATE_LOCKED", locked));
    assert_invalid_credentials(&era.stage.sign_in_refusal(by_id(&open), PASSWORD).await);
    let history = tenant.history(&ending).await;
    let ends = history.iter().filter(|event| event.kind == "user.unlocked");
    let ends: Vec<_> = ends.map(|event| (event.unlock_cause.as_deref(), &event.time)).collect();
    assert_eq!(ends, [(Some("UNLOCK_CAUSE_EXPIRED"), &until)]);
}

pub(super) async fn the_next_lock_lasts_longer_until_a_sign_in_succeeds(era: &Era<'_>) {
    let policy = LockoutPolicy {
        max_password_attempts: Some(2),
        max_lock_duration: Some("3000s".to_owned()),
        ..strict()
    };
    let tenant = Tenant::with_policy(era.stage, policy).await;
    let user_id = tenant.user().await;
    for spans in [vec![900, 1800, 3000, 3000], vec![900, 1800]] {
        for seconds in spans {
            tenant.guess(&user_id, 2).await;
            let lock = tenant.seen(&user_id).await.lock.expect("the user is locked");
            assert_eq!(lock.until, Some(moved(&lock.since, seconds * 1_000_000)));
            era.pass(Duration::from_secs(seconds.unsigned_abs()));
            assert_eq!(tenant.count(&user_id).await, (0, "USER_STATE_ACTIVE".to_owned()));
        }
        era.stage.signed_in(by_id(&user_id)).await;
    }
}

pub(super) async fn a_session_works_again_from_the_end_of_the_lock_on(era: &Era<'_>) {
    let stage = era.stage;
    let policy = LockoutPolicy {
        lock_ends_sessions: Some(true),
        ..strict()
    };
    let tenant = Tenant::with_policy(stage, policy).await;
    let user_id = tenant.user().await;
    let session = stage.signed_in(by_id(&user_id)).await;
    stage.read(&session.token, &user_id).await;
    for _ in 0..3 {
        stage.sign_in_refusal(by_id(&user_id), WRONG_PASSWORD).await;
    }
    let failure = stage.refusal(session.token.as_str(), get(&user_id)).await;
    assert_refused(&failure, UNAUTHENTICATED, "UNAUTHENTICATED", &[]);

    era.pass(15 * MINUTE);

    stage.read(&session.token, &user_id).await;
    stage.went_on(&session, SetSessionRequest::default()).await;
}

/// Those of the tenant who are found, in the order of their creation.
async fn listed(tenant: &Tenant<'_>, query: SearchQuery) -> Vec<User> {
    let request = ListUsersRequest {
        ascending: true,
        sorting_column: 2,
        queries: vec![SearchQuery::OrganizationId(tenant.id(), EQUALS), query],
        ..ListUsersRequest::default()
    };
    tenant.stage.list(&tenant.owner.token, request).await.users
}

/// Whether the user is found by all that tells of their lock, or by none of it.
async fn assert_found(tenant: &Tenant<'_>, locked: &User, is_locked: bool) {
    let lock = locked.lock.as_ref().expect("the user was locked");
    let around = |moment: &str| TimeRange {
        after: Some(moved(moment, -1)),
        before: Some(moved(moment, 1)),
    };
    let until = lock.until.as_ref().expect("the lock ends by itself");
    for (query, is_found) in [
        (SearchQuery::State(ACTIVE), !is_locked),
        (SearchQuery::State(LOCKED), is_locked),
        (SearchQuery::LockCause(2), is_locked),
        (SearchQuery::LockedSince(around(&lock.since)), is_locked),
        (SearchQuery::LockedUntil(around(until)), is_locked),
    ] {
        let told = format!("{query:?}");
        let found = listed(tenant, SearchQuery::And(vec![is(locked), query])).await;
        assert_eq!(!found.is_empty(), is_found, "{told}");
    }
}

fn is(user: &User) -> SearchQuery {
    SearchQuery::UserId(user.user_id.clone(), EQUALS)
}
