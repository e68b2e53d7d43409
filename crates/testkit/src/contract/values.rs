//! Every value that the domain accepts comes back as it was given.

use unlockd_application::ports::NewUser;
use unlockd_domain::{
    AccessToken, AccessTokenId, Actor, LockCause, LockOrder, Organization, OrganizationId, OrganizationName,
    PasswordHash, PlainPassword, Reason, StoredPassword, TextError, Timestamp, TokenDigest, TokenName, User, UserData,
    UserId, Username, UsernameError, UsernameId, UsernameKey, UsernameScope,
};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

/// Writes the text everywhere a text can be, and reads it back.
async fn assert_kept(stores: &Stores, text: &str, reason: &str, digest: u8) {
    let organization = Organization {
        id: OrganizationId::new(text).expect("an organization id"),
        name: OrganizationName::new(text).expect("an organization name"),
        created_at: fixtures::now(),
    };
    stores.organizations.create(&organization, None).await.expect("written");
    let found = stores.organizations.find(&organization.id).await.expect("an answer");
    assert_eq!(found.as_ref(), Some(&organization));

    let id = UserId::new(text).expect("a user id");
    let actor = Actor::User(id.clone());
    let usernames = [UsernameScope::Instance, UsernameScope::Organization].map(|scope| {
        // The ids of names differ as well: the last character is given up for the scope.
        let mut username_id: String = text.chars().skip(1).collect();
        username_id.push(if scope == UsernameScope::Instance { 'i' } else { 'o' });
        let username_id = UsernameId::new(username_id).expect("a username id");
        // Stores keep names that were valid under another rule.
        Username::restore(username_id, text.to_owned(), UsernameKey::of(text), scope)
    });
    let mut new = NewUser {
        change: User::create(id.clone(), organization.id.clone(), actor.clone(), fixtures::now()),
        profile: unlockd_domain::UserProfile::default(),
        request: None,
    };
    new.profile.usernames = usernames.to_vec();
    arrange::write(stores, &new).await;
    let found = stores.users.find_with_profile(&id).await.expect("an answer");
    assert_eq!(found, Some((new.change.user().clone(), new.profile.clone())));

    let order = LockOrder {
        cause: LockCause::Operator,
        reason: Some(fixtures::reason(reason)),
        until: None,
    };
    let lock = new.change.user().lock(order, actor.clone(), fixtures::now());
    let locked = arrange::commit(stores, &lock.expect("an active user")).await;
    assert_eq!(arrange::assert_state_is_its_history(stores, text).await, locked);
    let unlock = locked.unlock(Some(fixtures::reason(reason)), actor, fixtures::now());
    let unlock = unlock.expect("a locked user");
    arrange::commit(stores, &unlock).await;
    let history = stores.users.history(&id).await.expect("an answer");
    assert_eq!(history.last(), Some(unlock.event()));

    let token = fixtures::access_token(text, text);
    let added = stores.access_tokens.add(&token, &TokenDigest([digest; 32]), None).await;
    added.expect("the token is written");
    let tokens = stores.access_tokens.list(Some(&id)).await.expect("an answer");
    assert_eq!(tokens, [token]);
}

/// 200 characters of four bytes each in ids and names, 500 in a reason, 16 KiB of data, a hash of 512 characters.
pub async fn text_up_to_its_limit_comes_back(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    // The last text grows to twice its length when its case is mapped.
    for (digest, character) in (0..).zip(["\u{1F511}", "\u{10FFFF}", "İ"]) {
        assert_kept(&stores, &character.repeat(200), &character.repeat(500), digest).await;
    }
    let mut new = fixtures::new_user("u", &"\u{1F511}".repeat(200));
    let filling = "é".repeat((UserData::MAX_BYTES - 8) / 2);
    let data = UserData::from_json(format!("{{\"a\":\"{filling}\"}}")).expect("an object");
    assert_eq!(data.as_json().len(), UserData::MAX_BYTES);
    let hash = "$argon2id$v=19$m=65536,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$";
    let hash = format!("{hash}{}", "h".repeat(512 - hash.len()));
    new.profile.data = Some(data);
    new.profile.password = Some(StoredPassword {
        hash: PasswordHash::new(hash).expect("a hash"),
        changed_at: fixtures::now(),
        change_required: false,
    });
    arrange::write(&stores, &new).await;
    let found = stores.users.find_with_profile(new.change.user().id()).await;
    assert_eq!(found.expect("an answer").map(|(_, profile)| profile), Some(new.profile));
}

/// The last character of each plane, characters beside the surrogates, what combines, runs backwards or has a meaning in SQL.
pub async fn text_of_every_unicode_plane_comes_back(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let planes = (0..=16_u32).map(|plane| char::from_u32(plane << 16 | 0xFFFD).expect("a character").to_string());
    let special = [
        "\u{D7FF}\u{E000}",
        "\u{FFFE}\u{FFFF}\u{10FFFF}",
        "e\u{301}",
        "a\u{300}\u{316}\u{315}",
        "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}",
        "שלום עולם",
        "\u{202E}drawkcab\u{202C}",
        "\u{FEFF}bom",
        "ＭＩＸＥＤ漢字かな한글",
        "\u{1}\u{8}\u{1B}\u{7F}\u{85}",
        " \t\r\nspace ",
        "'; DROP TABLE users; --",
        "\\ \" ' % _ ? $1 :a {} NULL",
        "\\u0000 \\x00",
    ];
    for (digest, text) in (0..).zip(planes.chain(special.map(str::to_owned))) {
        assert_kept(&stores, &format!("x{text}"), &text, digest).await;
    }
}

/// Ids are compared byte by byte: neither case, nor spaces, nor composition makes two of them one.
pub async fn ids_that_differ_in_any_byte_are_different(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let ids = ["a", "A", "a ", " a", "é", "e\u{301}", "ss", "ß", "1", "01"];
    for id in ids {
        arrange::organization(&stores, id).await;
        let new = fixtures::new_user(id, id);
        arrange::write(&stores, &new).await;
    }
    for id in ids {
        let user = arrange::find(&stores, id).await;
        assert_eq!((user.id().as_str(), user.organization().as_str()), (id, id));
    }
    let absent = stores.users.find(&fixtures::user_id("SS")).await.expect("an answer");
    assert_eq!(absent, None);
}

/// Year 1 to year 9999, to the microsecond, wherever there is a time.
pub async fn times_at_the_limits_of_the_type_come_back(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let (first, last) = (fixtures::earliest(), Timestamp::MAX);
    let before_last = Timestamp::from_unix_microseconds(last.unix_microseconds() - 1).expect("a timestamp");
    let organization = Organization {
        created_at: first,
        ..fixtures::organization(arrange::ACME)
    };
    stores.organizations.create(&organization, None).await.expect("written");
    assert_eq!(stores.organizations.list().await.expect("an answer"), [organization]);

    let id = fixtures::user_id("u");
    let mut new = fixtures::new_user("u", arrange::ACME);
    new.change = User::create(
        id.clone(),
        fixtures::organization_id(arrange::ACME),
        Actor::System,
        first,
    );
    new.profile.password = Some(StoredPassword {
        hash: PasswordHash::trusted("$argon2id$hash".to_owned()),
        changed_at: last,
        change_required: false,
    });
    arrange::write(&stores, &new).await;
    let found = stores.users.find_with_profile(&id).await.expect("an answer");
    assert_eq!(found, Some((new.change.user().clone(), new.profile.clone())));

    let order = LockOrder {
        until: Some(last),
        ..fixtures::lock_order()
    };
    let lock = new
        .change
        .user()
        .lock(order, Actor::System, before_last)
        .expect("an active user");
    let locked = arrange::commit(&stores, &lock).await;
    assert_eq!(arrange::assert_state_is_its_history(&stores, "u").await, locked);

    let token = AccessToken {
        name: Some(TokenName::new("'; DROP TABLE access_tokens; -- \u{1f319}").expect("a name")),
        created_at: first,
        expires_at: Some(last),
        last_used_at: Some(first),
        ..fixtures::access_token("t", "u")
    };
    let added = stores.access_tokens.add(&token, &TokenDigest([1; 32]), None).await;
    added.expect("the token is written");
    assert_eq!(stores.access_tokens.list(None).await.expect("an answer"), [token]);
}

/// PostgreSQL has no U+0000 in a text, so no text that could hold it gets as far as SQL; written as a JSON escape it does,
/// and stays what it is.
pub async fn nul_is_refused_before_it_reaches_the_store(harness: &dyn StoreHarness) {
    let nul = "a\0b";
    let refused = Some(TextError::ContainsNul);
    assert_eq!(UserId::new(nul).err(), refused);
    assert_eq!(OrganizationId::new(nul).err(), refused);
    assert_eq!(UsernameId::new(nul).err(), refused);
    assert_eq!(AccessTokenId::new(nul).err(), refused);
    assert_eq!(OrganizationName::new(nul).err(), refused);
    assert_eq!(Reason::parse(nul).err(), refused);
    assert_eq!(PlainPassword::new(nul).err(), refused);
    let username_id = UsernameId::new("id").expect("a username id");
    let username = Username::new(username_id, nul, UsernameScope::Instance);
    assert_eq!(username.err(), Some(UsernameError::Text(TextError::ContainsNul)));
    assert!(PasswordHash::new(format!("$argon2id${nul}")).is_err());
    assert!(UserData::from_json(format!("{{\"a\":\"{nul}\"}}")).is_err());

    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut new = fixtures::new_user("u", arrange::ACME);
    new.profile.data = Some(UserData::from_json("{\"\\u0000\":\"\\u0000\"}").expect("an object"));
    arrange::write(&stores, &new).await;
    let found = stores.users.find_with_profile(new.change.user().id()).await;
    assert_eq!(found.expect("an answer").map(|(_, profile)| profile), Some(new.profile));
}
