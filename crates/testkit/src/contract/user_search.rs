//! `UserDirectory::search`: who is seen, in which order, and which part of them.

use unlockd_application::ports::{
    NewUser, SortDirection, TextMethod, UserFilter, UserOrder, UserPage, UserQuery, Visibility,
};
use unlockd_domain::{Actor, PasswordHash, StoredPassword, User, UserChange, UserProfile, UserState, UsernameScope};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

fn everybody() -> UserQuery {
    fixtures::user_query(UserFilter::And(Vec::new()))
}

async fn search(stores: &Stores, query: &UserQuery) -> UserPage {
    stores.directory.search(query).await.expect("an answer")
}

fn ids(page: &UserPage) -> Vec<&str> {
    page.users.iter().map(|(user, _)| user.id().as_str()).collect()
}

/// State with each part of a lock, names in their order, password and data; beside users who have none of it.
pub async fn users_are_found_whole(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::user(&stores, "bare").await;
    let mut full = fixtures::named_user("full", arrange::ACME, &["m", "zebra", "Ärger"]);
    full.profile
        .usernames
        .push(fixtures::username("apple", UsernameScope::Organization));
    full.profile.data = Some(fixtures::data("{ \"z\":1,  \"a\":\"\\u0000\" }"));
    full.profile.password = Some(StoredPassword {
        hash: PasswordHash::trusted("$argon2id$hash".to_owned()),
        changed_at: fixtures::timestamp("2011-12-13T14:15:16.171819Z"),
        change_required: true,
    });
    arrange::write(&stores, &full).await;
    let mut order = fixtures::lock_order();
    order.reason = Some(fixtures::reason("why"));
    order.until = Some(fixtures::timestamp("2030-01-01T00:00:00.000001Z"));
    let by = Actor::User(fixtures::user_id("somebody"));
    let lock = full
        .change
        .user()
        .lock(order, by, fixtures::now())
        .expect("an active user");
    arrange::commit(&stores, &lock).await;
    arrange::write(&stores, &fixtures::named_user("named", arrange::ACME, &["b", "a"])).await;

    let page = search(&stores, &everybody()).await;
    assert_eq!(ids(&page), ["bare", "full", "named"]);
    for (user, profile) in page.users {
        let found = stores.users.find_with_profile(user.id()).await.expect("an answer");
        assert_eq!(found, Some((user, profile)));
    }
}

/// Nothing is there yet.
pub async fn an_empty_store_has_nobody_to_find(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let nobody = UserPage {
        total: 0,
        users: Vec::new(),
    };
    assert_eq!(search(&stores, &everybody()).await, nobody);
    arrange::organization(&stores, arrange::ACME).await;
    assert_eq!(search(&stores, &everybody()).await, nobody);
}

/// Neither found nor counted, whatever is asked.
pub async fn deleted_users_are_not_found(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::user(&stores, "kept").await;
    let named = fixtures::named_user("gone", arrange::ACME, &["gone"]);
    arrange::write(&stores, &named).await;
    arrange::commit(&stores, &arrange::deleted(named.change.user())).await;
    let not = |filter| UserFilter::Not(Box::new(filter));
    for filter in [
        UserFilter::And(Vec::new()),
        not(UserFilter::Or(Vec::new())),
        not(UserFilter::Locked),
        not(UserFilter::Deleted),
        UserFilter::Or(vec![UserFilter::Deleted, UserFilter::Active]),
    ] {
        let page = search(&stores, &fixtures::user_query(filter.clone())).await;
        assert_eq!((ids(&page), page.total), (vec!["kept"], 1), "{filter:?}");
    }
    let page = search(&stores, &fixtures::user_query(UserFilter::Deleted)).await;
    assert_eq!((page.users.len(), page.total), (0, 0));
}

/// Those of the given organizations, byte by byte, are found and counted, and no others.
pub async fn only_users_who_may_be_seen_are_found_and_counted(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    for organization in ["acme", "Acme", "acme ", "umbrella"] {
        arrange::organization(&stores, organization).await;
        for number in 0..3 {
            let id = format!("{organization} {number}");
            arrange::write(&stores, &fixtures::new_user(&id, organization)).await;
        }
    }
    let many: Vec<String> = (0..300).map(|number| format!("organization {number}")).collect();
    let mut many: Vec<&str> = many.iter().map(String::as_str).collect();
    many.push("umbrella");
    let cases: [(&[&str], &[&str]); 6] = [
        (&[], &[]),
        (&["nowhere"], &[]),
        (&["acme"], &["acme 0", "acme 1", "acme 2"]),
        (
            &["umbrella", "nowhere", "umbrella"],
            &["umbrella 0", "umbrella 1", "umbrella 2"],
        ),
        (
            &["umbrella", "Acme"],
            &["Acme 0", "Acme 1", "Acme 2", "umbrella 0", "umbrella 1", "umbrella 2"],
        ),
        (&many, &["umbrella 0", "umbrella 1", "umbrella 2"]),
    ];
    for (organizations, expected) in cases {
        let organizations: Vec<_> = organizations.iter().map(|id| fixtures::organization_id(id)).collect();
        for limit in [1, 1_000] {
            let query = UserQuery {
                visibility: Visibility::Organizations(organizations.clone()),
                limit,
                ..everybody()
            };
            let page = search(&stores, &query).await;
            let shown = expected.len().min(limit as usize);
            assert_eq!(ids(&page), expected[..shown], "{query:?}");
            assert_eq!(page.total, expected.len() as u64, "{query:?}");
            // What is asked for cannot widen what may be seen.
            let all = UserFilter::Or(vec![UserFilter::And(Vec::new()), UserFilter::Active]);
            assert_eq!(
                search(
                    &stores,
                    &UserQuery {
                        filter: all,
                        ..query.clone()
                    }
                )
                .await,
                page
            );
        }
    }
    assert_eq!(search(&stores, &everybody()).await.total, 12);
}

/// Users whose every order is another one, some of them equal in each.
async fn of_all_sorts(stores: &Stores) -> Vec<User> {
    let at = |day: u8| fixtures::timestamp(&format!("2024-01-0{day}T00:00:00.00000{day}Z"));
    let mut users = Vec::new();
    for (id, created, changed, put) in [
        ("b", 3, 5, Some(0)),
        ("B", 1, 4, Some(1)),
        ("a", 2, 2, None),
        ("ä", 1, 9, Some(0)),
        ("Z", 2, 5, Some(1)),
        ("z", 3, 3, None),
        ("a ", 1, 4, Some(0)),
        ("\u{FFFD}", 2, 2, None),
        ("\u{10000}", 1, 1, None),
    ] {
        let organization = fixtures::organization_id(arrange::ACME);
        let new = NewUser {
            change: User::create(fixtures::user_id(id), organization, Actor::System, at(created)),
            ..fixtures::new_user(id, arrange::ACME)
        };
        arrange::write(stores, &new).await;
        let user = new.change.user();
        let change: Option<UserChange> = put.map(|kind| match kind {
            0 => user
                .lock(fixtures::lock_order(), Actor::System, at(changed))
                .expect("an active user"),
            _ => user
                .deactivate(None, Actor::System, at(changed))
                .expect("an active user"),
        });
        users.push(match change {
            Some(change) => arrange::commit(stores, &change).await,
            None => user.clone(),
        });
    }
    users
}

fn state_number(user: &User) -> u8 {
    match user.state(fixtures::now()) {
        UserState::Active => 1,
        UserState::Inactive => 2,
        UserState::Deleted => 3,
        UserState::Locked(_) => 4,
    }
}

/// Ids go byte by byte, and settle what is equal in the order's own value, in the same direction.
pub async fn each_order_runs_in_both_directions_with_ties_by_id(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let users = of_all_sorts(&stores).await;
    for order in [
        UserOrder::Id,
        UserOrder::CreationDate,
        UserOrder::ChangeDate,
        UserOrder::State,
    ] {
        let mut expected = users.clone();
        expected.sort_by_key(|user| user.id().clone());
        match order {
            UserOrder::Id => {}
            UserOrder::CreationDate => expected.sort_by_key(User::created_at),
            UserOrder::ChangeDate => expected.sort_by_key(User::changed_at),
            UserOrder::State => expected.sort_by_key(state_number),
        }
        for direction in [SortDirection::Ascending, SortDirection::Descending] {
            let query = UserQuery {
                order,
                direction,
                ..everybody()
            };
            let page = search(&stores, &query).await;
            let found: Vec<_> = page.users.into_iter().map(|(user, _)| user).collect();
            assert_eq!(found, expected, "{order:?} {direction:?}");
            expected.reverse();
        }
    }
}

/// Page by page everybody comes once; the total is that of all pages, also of one behind the last.
pub async fn limit_and_offset_cut_pages_out_of_the_whole(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    of_all_sorts(&stores).await;
    for order in [
        UserOrder::Id,
        UserOrder::CreationDate,
        UserOrder::ChangeDate,
        UserOrder::State,
    ] {
        for direction in [SortDirection::Ascending, SortDirection::Descending] {
            let whole = UserQuery {
                order,
                direction,
                ..everybody()
            };
            let all = search(&stores, &whole).await;
            assert_eq!(all.total, 9);
            for limit in 1..=10 {
                for offset in 0..=10_u32 {
                    let query = UserQuery {
                        offset: u64::from(offset),
                        limit,
                        ..whole.clone()
                    };
                    let page = search(&stores, &query).await;
                    let expected = all.users.iter().skip(offset as usize).take(limit as usize);
                    assert!(page.users.iter().eq(expected), "{query:?}: {:?}", ids(&page));
                    assert_eq!(page.total, 9, "{query:?}");
                }
            }
        }
    }
}

/// The wire's largest number is no reason to fail.
pub async fn the_largest_offset_is_behind_everybody(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::user(&stores, "u").await;
    for offset in [u64::MAX, u64::MAX / 2 + 1, u64::MAX / 2, u64::from(u32::MAX) + 1] {
        let page = search(&stores, &UserQuery { offset, ..everybody() }).await;
        assert_eq!((page.users.len(), page.total), (0, 1), "{offset}");
    }
}

/// Who is found, what is said of them and how many there are belong together while others write.
pub async fn a_page_shows_one_moment(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let writers = (0..4).map(|number| {
        let stores = stores.clone();
        async move { change_names(&stores, &format!("u {number}")).await }
    });
    let writers: Vec<_> = writers.collect();
    let writing = tokio::spawn(arrange::in_parallel(writers));
    let query = fixtures::user_query(fixtures::username_filter(TextMethod::StartsWith, "name"));
    while !writing.is_finished() {
        let page = search(&stores, &query).await;
        assert_eq!(page.total, page.users.len() as u64);
        for (user, UserProfile { usernames, .. }) in &page.users {
            // The creation is the first event; the name comes with each second one.
            assert_eq!((user.sequence().get() % 2, usernames.len()), (0, 1), "{user:?}");
        }
        tokio::task::yield_now().await;
    }
    writing.await.expect("a task that ends well");
}

/// Gives a new user a name and takes it away, again and again.
async fn change_names(stores: &Stores, id: &str) {
    let mut user = arrange::user(stores, id).await;
    let mut profile = UserProfile::default();
    for _ in 0..16 {
        let name = fixtures::username(&format!("name of {id}"), UsernameScope::Instance);
        let change = if let Some(username) = profile.usernames.first() {
            let removed = user.remove_username(&profile, username.id().clone(), Actor::System, fixtures::now());
            removed.expect("a name of theirs")
        } else {
            let added = user.add_username(&profile, name, Actor::System, fixtures::now());
            added.expect("a new name")
        };
        user = arrange::commit(stores, &change).await;
        profile = change.profile_edit().expect("an edit").applied_to(profile);
    }
}
