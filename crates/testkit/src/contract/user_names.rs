//! Where usernames are unique.

use std::sync::Arc;

use unlockd_application::ports::{CreateUserError, NewUser};
use unlockd_domain::UsernameScope;

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

fn with_name(id: &str, organization: &str, name: &str, scope: UsernameScope) -> NewUser {
    let mut new = fixtures::new_user(id, organization);
    new.profile.usernames = vec![fixtures::username(name, scope)];
    new
}

async fn assert_taken(stores: &Stores, new: &NewUser, name: &str) {
    let refused = stores.users.create(new).await;
    assert!(
        matches!(&refused, Err(CreateUserError::UsernameTaken { username }) if username == name),
        "{name:?} was to be taken, the answer is {refused:?}"
    );
    let id = new.change.user().id();
    assert_eq!(stores.users.find(id).await.expect("an answer"), None);
    assert_eq!(stores.users.history(id).await.expect("an answer"), Vec::new());
}

/// Names are compared as PRECIS says (RFC 8265).
pub async fn a_name_of_the_instance_is_taken_in_whatever_form(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let same = [
        ("alice", "ALICE"),
        ("straße", "STRAẞE"),
        ("ΟΔΟΣ", "οδος"),
        ("Ｇｒａｃｅ", "grace"),
        ("mary ann", "Mary  Ann"),
        ("e\u{301}tude", "Étude"),
        ("\u{10400}", "\u{10428}"),
        ("Ꭰ", "ꭰ"),
    ];
    for (index, (first, second)) in same.into_iter().enumerate() {
        let new = with_name(&format!("first {index}"), arrange::ACME, first, UsernameScope::Instance);
        arrange::write(&stores, &new).await;
        for (way, name) in [first, second].into_iter().enumerate() {
            let id = format!("second {index} {way}");
            let new = with_name(&id, arrange::ACME, name, UsernameScope::Instance);
            assert_taken(&stores, &new, name).await;
        }
    }
}

/// The instance is all organizations.
pub async fn a_name_of_the_instance_is_taken_in_every_organization(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::organization(&stores, "umbrella").await;
    let first = with_name("first", arrange::ACME, "alice", UsernameScope::Instance);
    arrange::write(&stores, &first).await;
    let second = with_name("second", "umbrella", "Alice", UsernameScope::Instance);
    assert_taken(&stores, &second, "Alice").await;
}

/// Names of an organization are unique there, ignoring case.
pub async fn a_name_of_an_organization_is_taken_within_it(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let first = with_name("first", arrange::ACME, "straße", UsernameScope::Organization);
    arrange::write(&stores, &first).await;
    let second = with_name("second", arrange::ACME, "STRAẞE", UsernameScope::Organization);
    assert_taken(&stores, &second, "STRAẞE").await;
}

/// The same name in two organizations is two names.
pub async fn a_name_of_an_organization_is_free_in_another_one(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    for organization in [arrange::ACME, "umbrella"] {
        arrange::organization(&stores, organization).await;
        let new = with_name(organization, organization, "alice", UsernameScope::Organization);
        arrange::write(&stores, &new).await;
        let found = stores.users.find_with_profile(new.change.user().id()).await;
        assert_eq!(found.expect("an answer").map(|(_, profile)| profile), Some(new.profile));
    }
}

/// The login name of an organization's names ends with its id.
pub async fn a_name_of_the_instance_and_the_same_one_of_an_organization_are_two_names(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let (wide, narrow) = (UsernameScope::Instance, UsernameScope::Organization);
    arrange::write(&stores, &with_name("a", arrange::ACME, "alice", wide)).await;
    arrange::write(&stores, &with_name("b", arrange::ACME, "alice", narrow)).await;
    arrange::write(&stores, &with_name("c", arrange::ACME, "bob", narrow)).await;
    arrange::write(&stores, &with_name("d", arrange::ACME, "bob", wide)).await;
    let mut both = with_name("e", arrange::ACME, "carol", wide);
    both.profile.usernames.push(fixtures::username("carol", narrow));
    arrange::write(&stores, &both).await;
}

/// A name of the instance and a name of an organization that are typed alike exclude each other, in both orders, within one
/// user, and also when the name is there before the organization.
pub async fn a_login_name_means_one_user(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let (wide, narrow) = (UsernameScope::Instance, UsernameScope::Organization);
    arrange::organization(&stores, arrange::ACME).await;
    arrange::write(&stores, &with_name("wide", arrange::ACME, "Alice@ACME.com", wide)).await;
    arrange::organization(&stores, "acme.com").await;
    assert_taken(&stores, &with_name("narrow", "acme.com", "alice", narrow), "alice").await;
    arrange::write(&stores, &with_name("narrow", "acme.com", "Bob", narrow)).await;
    assert_taken(
        &stores,
        &with_name("other", arrange::ACME, "BOB@acme.com", wide),
        "BOB@acme.com",
    )
    .await;
    let mut both = with_name("both", "acme.com", "carol", narrow);
    both.profile.usernames.push(fixtures::username("carol@acme.com", wide));
    assert_taken(&stores, &both, "carol@acme.com").await;
}

/// Their login names are typed alike.
pub async fn organizations_whose_ids_differ_in_case_share_their_names(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    for id in ["umbrella", "Umbrella"] {
        arrange::organization(&stores, id).await;
    }
    let first = with_name("first", "umbrella", "alice", UsernameScope::Organization);
    arrange::write(&stores, &first).await;
    let second = with_name("second", "Umbrella", "alice", UsernameScope::Organization);
    assert_taken(&stores, &second, "alice").await;
}

/// A user cannot have one name twice.
pub async fn a_name_that_is_given_twice_is_refused(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    for scope in [UsernameScope::Instance, UsernameScope::Organization] {
        let mut new = with_name("twice", arrange::ACME, "alice", scope);
        new.profile.usernames.push(fixtures::username("ALICE", scope));
        assert_taken(&stores, &new, "ALICE").await;
    }
}

/// When one name is refused, the others stay free, those before it and those after it.
pub async fn the_other_names_of_a_refused_user_stay_free(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::write(&stores, &fixtures::named_user("first", arrange::ACME, &["taken"])).await;
    let refused = fixtures::named_user("second", arrange::ACME, &["before", "Taken", "after"]);
    assert_taken(&stores, &refused, "Taken").await;
    let again = fixtures::named_user("second", arrange::ACME, &["before", "after"]);
    arrange::write(&stores, &again).await;
    let found = stores.users.find_with_profile(again.change.user().id()).await;
    assert_eq!(
        found.expect("an answer").map(|(_, profile)| profile),
        Some(again.profile)
    );
}

/// Of parallel creations with one name exactly one is written.
pub async fn of_parallel_creations_with_one_name_exactly_one_is_written(harness: &dyn StoreHarness) {
    let names = [("straße", UsernameScope::Instance), ("STRAẞE", UsernameScope::Instance)];
    assert_one_is_written(harness, names).await;
}

/// The same for a name of the instance and a name of an organization that are typed alike.
pub async fn of_parallel_creations_with_one_login_name_exactly_one_is_written(harness: &dyn StoreHarness) {
    let names = [
        ("straße@ACME", UsernameScope::Instance),
        ("STRAẞE", UsernameScope::Organization),
    ];
    assert_one_is_written(harness, names).await;
}

async fn assert_one_is_written(harness: &dyn StoreHarness, names: [(&str, UsernameScope); 2]) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let tasks = (0..16).map(|number| {
        let users = Arc::clone(&stores.users);
        let (name, scope) = names[number % 2];
        let new = with_name(&format!("user {number}"), arrange::ACME, name, scope);
        async move { (users.create(&new).await, new) }
    });
    let mut written = 0;
    for (result, new) in arrange::in_parallel(tasks).await {
        let id = new.change.user().id();
        let found = stores.users.find(id).await.expect("an answer");
        assert_eq!(found.is_some(), result.is_ok(), "{id}: {result:?}");
        match result {
            Ok(()) => written += 1,
            Err(error) => assert!(matches!(error, CreateUserError::UsernameTaken { .. }), "{error:?}"),
        }
    }
    assert_eq!(written, 1, "one creation succeeds");
}
