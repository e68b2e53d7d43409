//! `UserStore::find_by_identity`: who is meant by what somebody types.

use unlockd_application::ports::NewUser;
use unlockd_domain::{Actor, LoginIdentity, User, UserProfile, UsernameScope};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

async fn find(stores: &Stores, identity: &LoginIdentity) -> Option<(User, UserProfile)> {
    stores.users.find_by_identity(identity).await.expect("an answer")
}

/// Who is found by this name; nobody: none.
async fn named(stores: &Stores, name: &str) -> Option<String> {
    let found = find(stores, &fixtures::login_name(name)).await;
    found.map(|(user, _)| user.id().as_str().to_owned())
}

async fn assert_named(stores: &Stores, cases: &[(&str, Option<&str>)]) {
    for (name, expected) in cases {
        assert_eq!(named(stores, name).await.as_deref(), *expected, "{name:?}");
    }
}

/// A user with a name that is specific to their organization.
fn narrow(id: &str, organization: &str, name: &str) -> NewUser {
    let mut new = fixtures::new_user(id, organization);
    new.profile.usernames = vec![fixtures::username(name, UsernameScope::Organization)];
    new
}

/// By their id, byte by byte, in whatever state they are; who is deleted is found as they are, without a profile.
pub async fn a_user_is_found_by_their_id(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let new = fixtures::named_user("u", arrange::ACME, &["name"]);
    arrange::write(&stores, &new).await;
    arrange::user(&stores, "name").await;
    let by_id = |id: &str| LoginIdentity::UserId(fixtures::user_id(id));
    let mut user = new.change.user().clone();
    for change in [arrange::locked, arrange::toggled, arrange::deactivated] {
        assert_eq!(
            find(&stores, &by_id("u")).await,
            Some((user.clone(), new.profile.clone()))
        );
        user = arrange::commit(&stores, &change(&user)).await;
    }
    for unknown in ["U", "u ", "nobody"] {
        assert_eq!(find(&stores, &by_id(unknown)).await, None);
    }
    let deleted = arrange::commit(&stores, &arrange::deleted(&user)).await;
    assert_eq!(
        find(&stores, &by_id("u")).await,
        Some((deleted, UserProfile::default()))
    );
}

/// By any of their names, whatever its case, composition or width, with the whole profile; no character has a meaning.
pub async fn a_user_is_found_by_a_name_of_the_instance(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut new = fixtures::named_user("u", arrange::ACME, &["Ren\u{e9}e", "stra\u{df}e", "a@b"]);
    new.profile.data = Some(fixtures::data("{\"a\":1}"));
    arrange::write(&stores, &new).await;
    arrange::write(
        &stores,
        &fixtures::named_user("wild", arrange::ACME, &["%", "_", "'", "鍵"]),
    )
    .await;
    let found = find(&stores, &fixtures::login_name("rene\u{301}E")).await;
    assert_eq!(found, Some((new.change.user().clone(), new.profile)));
    let cases = [
        ("Ren\u{e9}e", Some("u")),
        ("RENE\u{301}E", Some("u")),
        ("STRAẞE", Some("u")),
        ("strasse", None),
        ("A@B", Some("u")),
        (" \u{FEFF}a@b\u{200B}\r\n", Some("u")),
        ("Ａ＠Ｂ", Some("u")),
        ("\u{1F511}", None),
        (" ", None),
        ("Renee", None),
        ("u", None),
        ("Ren\u{e9}", None),
        ("%", Some("wild")),
        ("_", Some("wild")),
        ("'", Some("wild")),
        ("鍵", Some("wild")),
        ("鑰", None),
        ("*", None),
    ];
    assert_named(&stores, &cases).await;
}

/// By `<name>@<organization id>`, both in the form in which names are compared, and by neither alone.
pub async fn a_user_is_found_by_a_name_that_is_specific_to_their_organization(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    for id in ["acme", "Other \u{2603}", "אבג"] {
        arrange::organization(&stores, id).await;
    }
    arrange::write(&stores, &narrow("small", "acme", "alice")).await;
    arrange::write(&stores, &narrow("large", "Other \u{2603}", "ALICE")).await;
    // As a name of the instance it would break the Bidi Rule.
    arrange::write(&stores, &narrow("hebrew", "אבג", "alice")).await;
    arrange::write(&stores, &narrow("with a sign", "acme", "bob@home")).await;
    arrange::write(&stores, &fixtures::named_user("wide", "acme", &["carol"])).await;
    let cases = [
        ("Alice@acme", Some("small")),
        ("alice@ACME", Some("small")),
        (" ａｌｉｃｅ＠ａｃｍｅ", Some("small")),
        ("Alice@OTHER \u{2603}", Some("large")),
        ("alice@אבג", Some("hebrew")),
        ("alice@other", None),
        ("alice@nowhere", None),
        ("alice", None),
        ("@acme", None),
        ("alice@", None),
        ("BOB@HOME@acme", Some("with a sign")),
        ("bob@home", None),
        ("carol", Some("wide")),
        ("carol@acme", None),
    ];
    assert_named(&stores, &cases).await;
}

/// Nobody has a name that was taken away, that of a deleted user, or one that was never given; whoever gets it is meant.
pub async fn nobody_is_found_by_a_name_that_nobody_has(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    assert_eq!(named(&stores, "name").await, None);
    let new = fixtures::named_user("u", arrange::ACME, &["first", "second"]);
    arrange::write(&stores, &new).await;
    let first = new.profile.usernames[0].id().clone();
    let removal = new
        .change
        .user()
        .remove_username(&new.profile, first, Actor::System, fixtures::now())
        .expect("a name of theirs");
    let user = arrange::commit(&stores, &removal).await;
    assert_named(&stores, &[("first", None), ("second", Some("u"))]).await;
    arrange::commit(&stores, &arrange::deleted(&user)).await;
    assert_named(&stores, &[("first", None), ("second", None)]).await;
    let heir = fixtures::named_user("heir", arrange::ACME, &["SECOND"]);
    arrange::write(&stores, &heir).await;
    assert_named(&stores, &[("second", Some("heir"))]).await;
}
