//! `InstanceStore`.

use std::slice;
use std::sync::Arc;

use unlockd_application::ports::{Bootstrap, EventFilter, Visibility};
use unlockd_domain::{AccessToken, ActivityEvent, ActivityKind, Actor, Event, Grant, Organization, TokenDigest};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

/// What one of several processes would begin the store with.
fn bootstrap(number: u8) -> Bootstrap {
    let organization = format!("organization {number}");
    let user = format!("user {number}");
    Bootstrap {
        organization: fixtures::organization(&organization),
        user: fixtures::named_user(&user, &organization, &[&format!("admin {number}")]),
        grant: Grant::instance_owner(),
        token: fixtures::access_token(&format!("token {number}"), &user),
        digest: TokenDigest([number; 32]),
        events: vec![ActivityEvent {
            kind: ActivityKind::OrganizationCreated,
            user_id: None,
            organization: Some(fixtures::organization_id(&organization)),
            actor: Actor::System,
            time: fixtures::now(),
            source: None,
        }],
    }
}

/// The store holds this bootstrap and nothing else.
async fn assert_holds_only(stores: &Stores, bootstrap: &Bootstrap) {
    let Bootstrap {
        organization,
        user,
        grant,
        token,
        digest,
        events,
    } = bootstrap;
    let organizations: Vec<Organization> = stores.organizations.list().await.expect("an answer");
    assert_eq!(organizations, slice::from_ref(organization));
    let id = user.change.user().id();
    let written: Vec<_> = arrange::select(stores, &EventFilter::all(Visibility::Instance)).await;
    let created = &user.change;
    let granted = created
        .user()
        .grant_role(grant.clone(), Actor::System, created.event().time);
    let granted = granted.expect("a user");
    let mut expected = vec![
        Event::User(created.event().clone()),
        Event::User(granted.event().clone()),
    ];
    expected.extend(events.iter().cloned().map(Event::Activity));
    let written: Vec<_> = written.into_iter().map(|recorded| recorded.event).collect();
    assert_eq!(written, expected);
    let grants = stores.grants.list(None).await.expect("an answer");
    assert_eq!(grants, [(id.clone(), grant.clone())]);
    let tokens: Vec<AccessToken> = stores.access_tokens.list(None).await.expect("an answer");
    assert_eq!(tokens, slice::from_ref(token));
    let found = stores.users.find_with_profile(id).await.expect("an answer");
    assert_eq!(found, Some((granted.user().clone(), user.profile.clone())));
    let history = stores.users.history(id).await.expect("an answer");
    assert_eq!(history, [created.event().clone(), granted.event().clone()]);
    let holder = stores.access_tokens.find_holder(digest).await.expect("an answer");
    assert_eq!(holder.map(|holder| holder.user), Some(granted.user().clone()));
}

/// Readiness asks this.
pub async fn a_store_that_can_be_read_answers_a_ping(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    stores.instance.ping().await.expect("an empty store answers");
    arrange::organization(&stores, arrange::ACME).await;
    stores.instance.ping().await.expect("a store in use answers");
}

/// The store is empty until there is an organization.
pub async fn a_store_is_empty_until_an_organization_is_written(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    assert!(stores.instance.is_empty().await.expect("an answer"));
    arrange::organization(&stores, arrange::ACME).await;
    assert!(!stores.instance.is_empty().await.expect("an answer"));
}

/// An empty store begins with all that was given, once.
pub async fn a_bootstrap_is_written_whole_and_once(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let first = bootstrap(1);
    assert!(stores.instance.bootstrap(&first).await.expect("an answer"));
    assert_holds_only(&stores, &first).await;
    assert!(!stores.instance.is_empty().await.expect("an answer"));
    for again in [first.clone(), bootstrap(2)] {
        assert!(!stores.instance.bootstrap(&again).await.expect("an answer"));
        assert_holds_only(&stores, &first).await;
    }
    let second = stores.users.find(&fixtures::user_id("user 2")).await;
    assert_eq!(second.expect("an answer"), None);
}

/// A store that somebody else began is left alone.
pub async fn a_store_that_is_not_empty_is_not_bootstrapped(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let late = bootstrap(1);
    assert!(!stores.instance.bootstrap(&late).await.expect("an answer"));
    let organizations = stores.organizations.list().await.expect("an answer");
    assert_eq!(organizations, [fixtures::organization(arrange::ACME)]);
    assert_eq!(
        stores
            .users
            .find(late.user.change.user().id())
            .await
            .expect("an answer"),
        None
    );
    assert_eq!(stores.grants.list(None).await.expect("an answer"), Vec::new());
    assert_eq!(stores.access_tokens.list(None).await.expect("an answer"), Vec::new());
}

/// Several replicas start at the same moment on one empty store.
pub async fn of_16_parallel_bootstraps_exactly_one_is_written(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let tasks = (0..16).map(|number| {
        let instance = Arc::clone(&stores.instance);
        async move { instance.bootstrap(&bootstrap(number)).await.expect("an answer") }
    });
    let written = arrange::in_parallel(tasks).await;
    let winners: Vec<u8> = (0..)
        .zip(written)
        .filter_map(|(number, won)| won.then_some(number))
        .collect();
    assert_eq!(winners.len(), 1, "one bootstrap is written");
    assert_holds_only(&stores, &bootstrap(winners[0])).await;
}
