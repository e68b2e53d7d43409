//! A store that cannot be reached, or does not answer in time, is unavailable: every operation says so, and soon.

use std::fmt::Debug;
use std::time::Duration;

use unlockd_application::ports::{
    AddGrantError, AddTokenError, AttemptOrigin, Bootstrap, CommitError, CommitPolicyError, CountedAttempt,
    CreateOrganizationError, CreateUserError, EventFilter, EventOrder, EventRange, IdentityDigest, RemoveGrantError,
    SessionQuery, SessionVisibility, SortDirection, StoreError, UserFilter, Visibility, WriteSessionError,
};
use unlockd_domain::{Actor, Grant, LockoutPolicy, PolicyChange, Position, Timestamp, TokenDigest, User};

use super::{Outage, StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

/// Harnesses configure far less; whoever exceeds this has no time limit at all.
const SOON: Duration = Duration::from_secs(30);

/// Nothing is there any more.
pub async fn without_connections_every_operation_is_unavailable(harness: &dyn StoreHarness) {
    every_operation_is_unavailable(harness, Outage::ConnectionsLost).await;
}

/// The worse case: nothing says that nothing is there.
pub async fn without_an_answer_every_operation_is_unavailable(harness: &dyn StoreHarness) {
    every_operation_is_unavailable(harness, Outage::Silent).await;
}

async fn every_operation_is_unavailable(harness: &dyn StoreHarness, outage: Outage) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let user = arrange::owner(&stores, "u").await;
    stores
        .instance
        .ping()
        .await
        .expect("the store answers before the outage");
    harness.suffer(outage).await;
    tokio::join!(
        users_are_unavailable(&stores, &user),
        searches_and_events_are_unavailable(&stores),
        organizations_and_grants_are_unavailable(&stores, &user),
        tokens_are_unavailable(&stores, &user),
        sessions_are_unavailable(&stores, &user),
        policies_and_failures_are_unavailable(&stores),
        the_instance_is_unavailable(&stores),
    );
}

async fn assert_unavailable<T, E: Debug>(
    operation: &str,
    call: impl Future<Output = Result<T, E>>,
    is_unavailable: impl FnOnce(&E) -> bool,
) {
    let answer = tokio::time::timeout(SOON, call).await;
    let failure = answer.map(Result::err);
    assert!(
        matches!(&failure, Ok(Some(error)) if is_unavailable(error)),
        "{operation} answered {failure:?}"
    );
}

fn unavailable(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable(_))
}

async fn users_are_unavailable(stores: &Stores, user: &User) {
    let users = &stores.users;
    assert_unavailable("find a user", users.find(user.id()), unavailable).await;
    assert_unavailable("find a profile", users.find_with_profile(user.id()), unavailable).await;
    assert_unavailable("read a history", users.history(user.id()), unavailable).await;
    let key = fixtures::idempotency_key("key");
    let request = users.find_request(user.id(), &key);
    assert_unavailable("find a request", request, unavailable).await;
    let identity = fixtures::login_name("u");
    let named = users.find_by_identity(&identity);
    assert_unavailable("find by a name", named, unavailable).await;
    let lifted = users.lift_expired_locks(fixtures::now(), 10);
    assert_unavailable("lift locks", lifted, unavailable).await;
    let new = fixtures::new_user("new", arrange::ACME);
    assert_unavailable("create a user", users.create(&new), |error| {
        matches!(error, CreateUserError::Store(StoreError::Unavailable(_)))
    })
    .await;
    let change = arrange::locked(user);
    assert_unavailable("commit a change", users.commit(&change, None), |error| {
        matches!(error, CommitError::Store(StoreError::Unavailable(_)))
    })
    .await;
}

async fn searches_and_events_are_unavailable(stores: &Stores) {
    let query = fixtures::user_query(UserFilter::Active);
    assert_unavailable("search users", stores.directory.search(&query), unavailable).await;
    assert_unavailable("ask what is settled", stores.events.settled(), unavailable).await;
    let filter = EventFilter::all(Visibility::Instance);
    let range = EventRange {
        after: Position::START,
        up_to: Position::END,
        order: EventOrder::Forward,
        limit: 1,
    };
    assert_unavailable("select events", stores.events.select(&filter, &range), unavailable).await;
}

async fn organizations_and_grants_are_unavailable(stores: &Stores, user: &User) {
    let organizations = &stores.organizations;
    let id = fixtures::organization_id(arrange::ACME);
    assert_unavailable("find an organization", organizations.find(&id), unavailable).await;
    assert_unavailable("list organizations", organizations.list(), unavailable).await;
    let new = fixtures::organization("new");
    assert_unavailable("create an organization", organizations.create(&new, None), |error| {
        matches!(error, CreateOrganizationError::Store(StoreError::Unavailable(_)))
    })
    .await;
    let (grants, grant) = (&stores.grants, Grant::instance_owner());
    assert_unavailable("list grants", grants.list(None), unavailable).await;
    assert_unavailable("grant", grants.add(user.id(), &grant, fixtures::now()), |error| {
        matches!(error, AddGrantError::Store(StoreError::Unavailable(_)))
    })
    .await;
    assert_unavailable(
        "remove a grant",
        grants.remove(user.id(), &grant, fixtures::now()),
        |error| matches!(error, RemoveGrantError::Store(StoreError::Unavailable(_))),
    )
    .await;
}

async fn tokens_are_unavailable(stores: &Stores, user: &User) {
    let (tokens, digest) = (&stores.access_tokens, TokenDigest([1; 32]));
    let token = fixtures::access_token("t", user.id().as_str());
    assert_unavailable("add a token", tokens.add(&token, &digest, None), |error| {
        matches!(error, AddTokenError::Store(StoreError::Unavailable(_)))
    })
    .await;
    assert_unavailable("find a holder", tokens.find_holder(&digest), unavailable).await;
    assert_unavailable("list tokens", tokens.list(None), unavailable).await;
    assert_unavailable("revoke a token", tokens.revoke(&token.id, None), unavailable).await;
}

async fn sessions_are_unavailable(stores: &Stores, user: &User) {
    let (sessions, digest) = (&stores.sessions, TokenDigest([1; 32]));
    let session = fixtures::proven_session("s", user.id().as_str(), arrange::ACME);
    let is_unavailable =
        |error: &WriteSessionError| matches!(error, WriteSessionError::Store(StoreError::Unavailable(_)));
    assert_unavailable(
        "create a session",
        sessions.create(&session, &digest, None),
        is_unavailable,
    )
    .await;
    let replaced = sessions.replace(&session, &digest, session.sequence, None);
    assert_unavailable("replace a session", replaced, is_unavailable).await;
    assert_unavailable("find a session", sessions.find(&session.id), unavailable).await;
    assert_unavailable("find who signed in", sessions.find_holder(&digest), unavailable).await;
    assert_unavailable("end a session", sessions.delete(&session.id, None), unavailable).await;
    let pruned = sessions.prune(Timestamp::MAX, 10);
    assert_unavailable("prune sessions", pruned, unavailable).await;
    let query = SessionQuery {
        visibility: SessionVisibility::Instance,
        ids: None,
        user_id: None,
        now: fixtures::now(),
        direction: SortDirection::Ascending,
        offset: 0,
        limit: 10,
    };
    assert_unavailable("list sessions", sessions.list(&query), unavailable).await;
}

async fn policies_and_failures_are_unavailable(stores: &Stores) {
    let (policies, failures) = (&stores.policies, &stores.failures);
    assert_unavailable("find a policy", policies.find(None), unavailable).await;
    assert_unavailable("find what holds", policies.find_effective(None), unavailable).await;
    let policy = Some(LockoutPolicy::DEFAULT);
    let change = PolicyChange::new(None, None, policy, Actor::System, fixtures::now());
    assert_unavailable("set a policy", policies.commit(&change, None), |error| {
        matches!(error, CommitPolicyError::Store(StoreError::Unavailable(_)))
    })
    .await;
    let attempt = CountedAttempt {
        origin: AttemptOrigin {
            identity: IdentityDigest([1; 32]),
            source: None,
        },
        policy: LockoutPolicy::DEFAULT,
        instance_policy: None,
        forgotten_at: None,
        now: fixtures::now(),
    };
    assert_unavailable("count a failure", failures.count(&attempt), unavailable).await;
    let taken_back = failures.take_back(&attempt.origin, attempt.now);
    assert_unavailable("take a failure back", taken_back, unavailable).await;
    let noted = failures.note_refusal(&attempt.origin, attempt.now);
    assert_unavailable("note a refusal", noted, unavailable).await;
    assert_unavailable("forget failures", failures.forget(&attempt.origin), unavailable).await;
    let identities = [attempt.origin.identity];
    let blocked = failures.find_blocked(&identities, attempt.now);
    assert_unavailable("find blocked sources", blocked, unavailable).await;
    let pruned = failures.prune(Timestamp::MAX, 10);
    assert_unavailable("prune failures", pruned, unavailable).await;
}

async fn the_instance_is_unavailable(stores: &Stores) {
    let instance = &stores.instance;
    assert_unavailable("ping", instance.ping(), unavailable).await;
    assert_unavailable("ask whether the store is empty", instance.is_empty(), unavailable).await;
    let bootstrap = Bootstrap {
        organization: fixtures::organization("first"),
        user: fixtures::new_user("first", "first"),
        grant: Grant::instance_owner(),
        token: fixtures::access_token("first", "first"),
        digest: TokenDigest([2; 32]),
        events: Vec::new(),
    };
    assert_unavailable("bootstrap", instance.bootstrap(&bootstrap), unavailable).await;
}
