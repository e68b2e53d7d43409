//! `UserStore::create` and the reads of what it wrote.

use std::sync::Arc;

use unlockd_application::ports::CreateUserError;
use unlockd_domain::{Actor, PasswordHash, StoredPassword, User, UserData, UserId, UsernameScope};

use super::{StoreHarness, arrange};
use crate::fixtures;

/// An id that was never created is nowhere.
pub async fn an_absent_user_is_none_and_has_no_history(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::user(&stores, "somebody").await;
    let nobody = fixtures::user_id("nobody");
    assert_eq!(stores.users.find(&nobody).await.expect("an answer"), None);
    assert_eq!(stores.users.find_with_profile(&nobody).await.expect("an answer"), None);
    assert_eq!(stores.users.history(&nobody).await.expect("an answer"), Vec::new());
}

/// State, every field of the profile and the first event come back as they were given.
pub async fn a_created_user_is_read_back_whole(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut new = fixtures::new_user("whole", arrange::ACME);
    let maker = Actor::User(fixtures::user_id("maker"));
    let created_at = fixtures::timestamp("2001-02-03T04:05:06.000007Z");
    new.change = User::create(
        fixtures::user_id("whole"),
        fixtures::organization_id(arrange::ACME),
        maker,
        created_at,
    );
    // Neither the order of the names nor that of their ids.
    let names = [
        "m", "zebra", "Ärger", "apple", "Zebra2", "b", "a10", "a9", "k", "y", "c", "x",
    ];
    new.profile.usernames = names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let scopes = [UsernameScope::Instance, UsernameScope::Organization];
            fixtures::username(name, scopes[index % 2])
        })
        .collect();
    new.profile.password = Some(StoredPassword {
        hash: PasswordHash::trusted("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA".to_owned()),
        changed_at: fixtures::timestamp("2011-12-13T14:15:16.171819Z"),
        change_required: true,
    });
    // Neither the spaces, nor the order of the keys, nor the digits survive a JSON type.
    let data =
        "{ \"z\":1,  \"a\" :[ 1.50, 1e+2, 12345678901234567890123456789, -0 ],\n\t\"a\":\"\\u0000\\u00e9é/\\/\"}";
    new.profile.data = Some(UserData::from_json(data).expect("a JSON object"));
    arrange::write(&stores, &new).await;

    let id = new.change.user().id();
    let expected = (new.change.user().clone(), new.profile.clone());
    let (user, profile) = stores
        .users
        .find_with_profile(id)
        .await
        .expect("an answer")
        .expect("the user");
    assert_eq!(profile.data.as_ref().map(UserData::as_json), Some(data));
    assert_eq!((user, profile), expected);
    assert_eq!(arrange::find(&stores, "whole").await, expected.0);
    assert_eq!(
        stores.users.history(id).await.expect("an answer"),
        [new.change.event().clone()]
    );
}

/// A user without names, password and data has none afterwards, beside others who have.
pub async fn an_empty_profile_stays_empty(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::write(&stores, &fixtures::named_user("named", arrange::ACME, &["name"])).await;
    let new = fixtures::new_user("nameless", arrange::ACME);
    arrange::write(&stores, &new).await;
    let found = stores.users.find_with_profile(new.change.user().id()).await;
    assert_eq!(
        found.expect("an answer"),
        Some((new.change.user().clone(), new.profile))
    );
}

/// An id is given out once; the refused user leaves nothing behind.
pub async fn an_id_that_is_taken_is_refused_and_nothing_is_written(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let first = fixtures::named_user("one", arrange::ACME, &["first"]);
    arrange::write(&stores, &first).await;
    let second = fixtures::named_user("one", arrange::ACME, &["second"]);
    let refused = stores.users.create(&second).await;
    assert!(matches!(refused, Err(CreateUserError::UserIdTaken)), "{refused:?}");
    let id = fixtures::user_id("one");
    let found = stores.users.find_with_profile(&id).await.expect("an answer");
    assert_eq!(found, Some((first.change.user().clone(), first.profile)));
    assert_eq!(stores.users.history(&id).await.expect("an answer").len(), 1);
    arrange::write(&stores, &fixtures::named_user("two", arrange::ACME, &["second"])).await;
}

/// Without an organization there is no user.
pub async fn a_user_of_an_absent_organization_is_refused_and_nothing_is_written(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let new = fixtures::named_user("stray", "nowhere", &["stray"]);
    let refused = stores.users.create(&new).await;
    assert!(
        matches!(refused, Err(CreateUserError::OrganizationNotFound)),
        "{refused:?}"
    );
    assert_eq!(
        stores.users.find(new.change.user().id()).await.expect("an answer"),
        None
    );
    arrange::write(&stores, &fixtures::named_user("stray", arrange::ACME, &["stray"])).await;
}

/// Where several refusals apply, the first of these is given.
pub async fn the_organization_goes_before_the_id_and_the_id_before_the_usernames(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::write(&stores, &fixtures::named_user("one", arrange::ACME, &["name"])).await;
    let all_three = stores
        .users
        .create(&fixtures::named_user("one", "nowhere", &["name"]))
        .await;
    assert!(
        matches!(all_three, Err(CreateUserError::OrganizationNotFound)),
        "{all_three:?}"
    );
    let last_two = stores
        .users
        .create(&fixtures::named_user("one", arrange::ACME, &["name"]))
        .await;
    assert!(matches!(last_two, Err(CreateUserError::UserIdTaken)), "{last_two:?}");
}

/// Of parallel creations with one id exactly one is written, whole.
pub async fn of_parallel_creations_of_one_id_exactly_one_is_written(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let tasks = (0..16).map(|number| {
        let users = Arc::clone(&stores.users);
        let new = fixtures::named_user("one", arrange::ACME, &[&format!("name {number}")]);
        async move { (users.create(&new).await, new) }
    });
    let mut written = Vec::new();
    for (result, new) in arrange::in_parallel(tasks).await {
        match result {
            Ok(()) => written.push(new),
            Err(error) => assert!(matches!(error, CreateUserError::UserIdTaken), "{error:?}"),
        }
    }
    assert_eq!(written.len(), 1, "one creation succeeds");
    let id: UserId = fixtures::user_id("one");
    let (_, profile) = stores
        .users
        .find_with_profile(&id)
        .await
        .expect("an answer")
        .expect("the user");
    assert_eq!(profile, written[0].profile);
    arrange::assert_state_is_its_history(&stores, "one").await;
}
