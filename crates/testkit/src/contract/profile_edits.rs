//! `UserStore::commit` of changes that edit the profile.

use std::sync::Arc;

use unlockd_application::ports::{CommitError, NewUser};
use unlockd_domain::{
    Actor, PasswordHash, StoredPassword, User, UserChange, UserData, UserProfile, Username, UsernameScope,
};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

/// A user with something of everything.
async fn furnished(stores: &Stores, id: &str, organization: &str, names: &[&str]) -> User {
    let mut new = fixtures::named_user(id, organization, names);
    new.profile.data = Some(fixtures::data("{\"before\": true}"));
    new.profile.password = Some(StoredPassword {
        hash: PasswordHash::trusted("$argon2id$before".to_owned()),
        changed_at: fixtures::now(),
        change_required: true,
    });
    arrange::write(stores, &new).await;
    new.change.user().clone()
}

fn adding(user: &User, profile: &UserProfile, username: Username) -> UserChange {
    user.add_username(profile, username, Actor::System, fixtures::now())
        .expect("a name that the user does not have")
}

fn removing(user: &User, profile: &UserProfile, name: &str) -> UserChange {
    let username = profile.usernames.iter().find(|username| username.name() == name);
    let id = username.expect("a name of theirs").id().clone();
    user.remove_username(profile, id, Actor::System, fixtures::now())
        .expect("a name that the user has")
}

fn updating(user: &User, data: UserData) -> UserChange {
    user.update(data, Actor::System, fixtures::now())
        .expect("a user who is not deleted")
}

fn replacing_the_password(user: &User, hash: &str, change_required: bool) -> UserChange {
    let hash = PasswordHash::trusted(hash.to_owned());
    let later = fixtures::timestamp("2025-01-01T00:00:00.000001Z");
    user.set_password(hash, change_required, Actor::System, later)
        .expect("a user who is not deleted")
}

type Edit = fn(&User, &UserProfile) -> UserChange;

/// What can be done to a profile, short of erasing it.
const EDITS: [Edit; 4] = [
    |user, _| updating(user, fixtures::data("{\"after\":1}")),
    |user, _| replacing_the_password(user, "$argon2id$after", false),
    |user, profile| adding(user, profile, fixtures::username("added", UsernameScope::Organization)),
    |user, profile| removing(user, profile, profile.usernames[0].name()),
];

async fn names(stores: &Stores, id: &str) -> Vec<String> {
    let profile = arrange::profile(stores, id).await;
    profile
        .usernames
        .iter()
        .map(|username| username.name().to_owned())
        .collect()
}

/// In whatever state the user is; the rest of the profile stays as it was.
pub async fn each_edit_is_written_with_its_event_and_state(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let states: [fn(&User) -> UserChange; 2] = [arrange::locked, arrange::deactivated];
    for (state, put) in [None].into_iter().chain(states.map(Some)).enumerate() {
        for (number, edit) in EDITS.into_iter().enumerate() {
            let id = format!("user {state} {number}");
            let organization = format!("organization {state} {number}");
            arrange::organization(&stores, &organization).await;
            let names = [format!("first of {id}"), format!("second of {id}")];
            let mut user = furnished(&stores, &id, &organization, &[&names[0], &names[1]]).await;
            if let Some(put) = put {
                user = arrange::commit(&stores, &put(&user)).await;
            }
            let profile = arrange::profile(&stores, &id).await;
            let change = edit(&user, &profile);
            let expected = change.profile_edit().expect("an edit").applied_to(profile);

            let user = arrange::commit(&stores, &change).await;

            let found = stores.users.find_with_profile(user.id()).await.expect("an answer");
            assert_eq!(found, Some((user.clone(), expected)));
            assert_eq!(arrange::assert_state_is_its_history(&stores, &id).await, user);
            let history = stores.users.history(user.id()).await.expect("an answer");
            assert_eq!(history.last(), Some(change.event()));
        }
    }
}

/// One user's profile is nobody else's.
pub async fn an_edit_touches_one_profile_only(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let other = furnished(&stores, "other", arrange::ACME, &["other"]).await;
    let before = arrange::known(&stores, other.id()).await;
    let mut user = furnished(&stores, "user", arrange::ACME, &["first"]).await;
    for edit in EDITS {
        let profile = arrange::profile(&stores, "user").await;
        user = arrange::commit(&stores, &edit(&user, &profile)).await;
    }
    assert_eq!(arrange::known(&stores, other.id()).await, before);
}

/// Nothing of what was there remains: data are no patch, and they come back byte by byte.
pub async fn data_and_password_are_replaced_whole(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let bare = arrange::user(&stores, "bare").await;
    let full = furnished(&stores, "full", arrange::ACME, &["name"]).await;
    for mut user in [bare, full] {
        let id = user.id().as_str().to_owned();
        let filling = "é".repeat((UserData::MAX_BYTES - 8) / 2);
        for json in [
            "{ \"z\":1,  \"a\" :[ 1.50, 1e+2, -0 ],\n\t\"a\":\"\\u0000\" }",
            &format!("{{\"a\":\"{filling}\"}}"),
            "{}",
        ] {
            user = arrange::commit(&stores, &updating(&user, fixtures::data(json))).await;
            let data = arrange::profile(&stores, &id).await.data;
            assert_eq!(data.as_ref().map(UserData::as_json), Some(json));
        }
        for (hash, change_required) in [("$argon2id$one", true), ("$argon2id$other", false)] {
            let change = replacing_the_password(&user, hash, change_required);
            user = arrange::commit(&stores, &change).await;
            let password = arrange::profile(&stores, &id).await.password.expect("a password");
            assert_eq!(
                (password.hash.expose(), password.change_required),
                (hash, change_required)
            );
            assert_eq!(password.changed_at, change.event().time);
        }
    }
}

/// Neither the names' order nor that of their ids: the order in which they were given.
pub async fn names_keep_their_order_and_a_new_one_comes_last(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut user = furnished(&stores, "u", arrange::ACME, &["m", "z", "b"]).await;
    let steps: [(&str, bool, &[&str]); 7] = [
        ("a", true, &["m", "z", "b", "a"]),
        ("z", false, &["m", "b", "a"]),
        ("y", true, &["m", "b", "a", "y"]),
        ("z", true, &["m", "b", "a", "y", "z"]),
        ("z", false, &["m", "b", "a", "y"]),
        ("m", false, &["b", "a", "y"]),
        ("m", true, &["b", "a", "y", "m"]),
    ];
    for (name, is_added, expected) in steps {
        let profile = arrange::profile(&stores, "u").await;
        let change = if is_added {
            adding(&user, &profile, fixtures::username(name, UsernameScope::Instance))
        } else {
            removing(&user, &profile, name)
        };
        user = arrange::commit(&stores, &change).await;
        assert_eq!(names(&stores, "u").await, expected);
    }
}

/// As many as a user may have, and none at all.
pub async fn a_user_can_have_a_hundred_names_and_lose_them_all(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut user = arrange::user(&stores, "u").await;
    let mut profile = UserProfile::default();
    for number in 0..UserProfile::MAX_USERNAMES {
        let scope = [UsernameScope::Instance, UsernameScope::Organization][number % 2];
        let change = adding(&user, &profile, fixtures::username(&format!("name {number}"), scope));
        profile = change.profile_edit().expect("an edit").applied_to(profile);
        user = arrange::commit(&stores, &change).await;
    }
    assert_eq!(arrange::profile(&stores, "u").await, profile);
    while let Some(username) = profile.usernames.first().cloned() {
        let change = removing(&user, &profile, username.name());
        profile = change.profile_edit().expect("an edit").applied_to(profile);
        user = arrange::commit(&stores, &change).await;
    }
    assert_eq!(arrange::profile(&stores, "u").await, profile);
    arrange::assert_state_is_its_history(&stores, "u").await;
}

/// For others, and for the one who had it.
pub async fn a_removed_name_is_free_again(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    for scope in [UsernameScope::Instance, UsernameScope::Organization] {
        let with_name = |id: &str, name: &str| NewUser {
            profile: UserProfile {
                usernames: vec![fixtures::username(name, scope)],
                ..UserProfile::default()
            },
            ..fixtures::new_user(&format!("{id} {scope:?}"), arrange::ACME)
        };
        let first = with_name("first", "straße");
        arrange::write(&stores, &first).await;
        let lost = removing(first.change.user(), &first.profile, "straße");
        arrange::commit(&stores, &lost).await;

        let second = with_name("second", "STRAẞE");
        arrange::write(&stores, &second).await;
        let nameless = UserProfile::default();
        let back = adding(lost.user(), &nameless, fixtures::username("straße", scope));
        assert_taken(&stores, &back, "straße").await;

        arrange::commit(&stores, &removing(second.change.user(), &second.profile, "STRAẞE")).await;
        arrange::commit(&stores, &back).await;
    }
}

async fn assert_taken(stores: &Stores, change: &UserChange, name: &str) {
    let id = change.user().id();
    let before = arrange::known(stores, id).await;
    let refused = stores.users.commit(change, None).await;
    assert!(
        matches!(&refused, Err(CommitError::UsernameTaken { username }) if username == name),
        "{name:?} was to be taken, the answer is {refused:?}"
    );
    assert_eq!(arrange::known(stores, id).await, before);
}

/// Case is Unicode's, and a login name means one user: the rule of creations is that of additions.
pub async fn a_name_that_is_taken_is_not_added(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::organization(&stores, "umbrella").await;
    let (wide, narrow) = (UsernameScope::Instance, UsernameScope::Organization);
    let mut holder = fixtures::named_user("holder", arrange::ACME, &["straße"]);
    holder
        .profile
        .usernames
        .push(fixtures::username("E\u{301}tude", narrow));
    arrange::write(&stores, &holder).await;

    let nameless = UserProfile::default();
    let colleague = arrange::user(&stores, "colleague").await;
    let stranger = fixtures::new_user("stranger", "umbrella");
    arrange::write(&stores, &stranger).await;
    let stranger = stranger.change.user();
    for user in [&colleague, stranger] {
        for name in ["straße", "STRAẞE", "Straẞe"] {
            assert_taken(&stores, &adding(user, &nameless, fixtures::username(name, wide)), name).await;
        }
    }
    for name in ["étude", "E\u{301}TUDE"] {
        let change = adding(&colleague, &nameless, fixtures::username(name, narrow));
        assert_taken(&stores, &change, name).await;
    }
    assert_taken(
        &stores,
        &adding(stranger, &nameless, fixtures::username("ÉTUDE@Acme", wide)),
        "ÉTUDE@Acme",
    )
    .await;
    // The same names are free elsewhere.
    arrange::commit(
        &stores,
        &adding(&colleague, &nameless, fixtures::username("étude", wide)),
    )
    .await;
    arrange::commit(
        &stores,
        &adding(stranger, &nameless, fixtures::username("étude", narrow)),
    )
    .await;
    arrange::assert_state_is_its_history(&stores, "colleague").await;
    arrange::assert_state_is_its_history(&stores, "stranger").await;
}

/// Somebody else's change came first.
pub async fn a_stale_edit_is_a_conflict_and_writes_nothing(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let user = furnished(&stores, "u", arrange::ACME, &["first"]).await;
    let profile = arrange::profile(&stores, "u").await;
    let erasing = arrange::deleted(&user);
    let stale = EDITS.map(|edit| edit(&user, &profile));
    arrange::commit(&stores, &arrange::locked(&user)).await;
    let before = arrange::known(&stores, user.id()).await;
    for change in stale.iter().chain([&erasing]) {
        let refused = stores.users.commit(change, None).await;
        assert!(matches!(refused, Err(CommitError::Conflict)), "{refused:?}");
        assert_eq!(arrange::known(&stores, user.id()).await, before);
    }
    // The name that was not added is free.
    arrange::write(&stores, &fixtures::named_user("v", arrange::ACME, &["added"])).await;
}

/// Many users want one name.
pub async fn of_parallel_additions_of_one_name_exactly_one_is_written(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    for scope in [UsernameScope::Instance, UsernameScope::Organization] {
        let mut tasks = Vec::new();
        for number in 0..16 {
            let user = arrange::user(&stores, &format!("{scope:?} {number}")).await;
            let name = ["straße", "STRAẞE"][number % 2];
            let change = adding(&user, &UserProfile::default(), fixtures::username(name, scope));
            let users = Arc::clone(&stores.users);
            tasks.push(async move { (users.commit(&change, None).await, change) });
        }
        let mut winners = 0;
        for (result, change) in arrange::in_parallel(tasks).await {
            let id = change.user().id().as_str();
            assert_eq!(
                names(&stores, id).await.len(),
                usize::from(result.is_ok()),
                "{id}: {result:?}"
            );
            arrange::assert_state_is_its_history(&stores, id).await;
            match result {
                Ok(()) => winners += 1,
                Err(error) => assert!(matches!(error, CommitError::UsernameTaken { .. }), "{error:?}"),
            }
        }
        assert_eq!(winners, 1, "one addition succeeds");
    }
}
