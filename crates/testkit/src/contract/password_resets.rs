//! `UserStore::commit` of codes to replace a password by, and of what replaces it.

use unlockd_domain::{
    Actor, PasswordHash, PasswordReset, StoredPassword, Timestamp, User, UserChange, UserProfile, UserState,
};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

fn now() -> Timestamp {
    fixtures::timestamp("2025-01-01T00:00:00.000001Z")
}

/// A user with a name, data, and a password that has to be changed.
async fn furnished(stores: &Stores, id: &str) -> User {
    let mut new = fixtures::named_user(id, arrange::ACME, &[&format!("name of {id}")]);
    new.profile.data = Some(fixtures::data("{\"a\":1}"));
    new.profile.password = Some(StoredPassword {
        hash: arrange::hash("before"),
        changed_at: fixtures::now(),
        change_required: true,
    });
    arrange::write(stores, &new).await;
    new.change.user().clone()
}

fn requested(user: &User, reset: PasswordReset) -> UserChange {
    user.request_password_reset(reset, Actor::System, now())
        .expect("a user who is not deleted")
}

/// The change is written; of the profile, nothing else is touched by it.
async fn assert_edited(stores: &Stores, change: &UserChange, edit: impl FnOnce(&mut UserProfile)) -> User {
    let id = change.user().id().as_str();
    let mut expected = arrange::profile(stores, id).await;
    edit(&mut expected);
    let user = arrange::commit(stores, change).await;
    let found = stores.users.find_with_profile(user.id()).await.expect("an answer");
    assert_eq!(found, Some((user.clone(), expected)));
    assert_eq!(arrange::assert_state_is_its_history(stores, id).await, user);
    user
}

/// A code comes, another takes its place, wrong ones are counted, and the last of them uses it up.
pub async fn a_code_is_kept_until_it_is_used_up(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut user = furnished(&stores, "u").await;
    for code in ["first", "second"] {
        let reset = arrange::password_reset(code);
        user = assert_edited(&stores, &requested(&user, reset.clone()), |profile| {
            profile.password_reset = Some(reset);
        })
        .await;
    }
    for failures in 1..=PasswordReset::MAX_ATTEMPTS {
        let open = arrange::profile(&stores, "u").await.password_reset;
        let open = open.expect("an open code");
        let change = user.fail_password_reset(&open, Actor::System, now()).expect("a user");
        let is_last = failures == PasswordReset::MAX_ATTEMPTS;
        user = assert_edited(&stores, &change, |profile| {
            profile.password_reset = (!is_last).then_some(PasswordReset {
                failed_attempts: failures,
                ..open
            });
        })
        .await;
    }
}

/// The longest hash, and an end in the year 1 or 9999, to the microsecond.
pub async fn a_code_at_the_limits_of_its_type_comes_back(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut user = furnished(&stores, "u").await;
    for expires_at in [fixtures::earliest(), Timestamp::MAX] {
        let reset = PasswordReset {
            code_hash: PasswordHash::trusted("\u{1F511}".repeat(200)),
            expires_at,
            failed_attempts: 0,
        };
        user = assert_edited(&stores, &requested(&user, reset.clone()), |profile| {
            profile.password_reset = Some(reset);
        })
        .await;
    }
}

/// In whatever state the user is; a lock that has expired ends in the same commit.
pub async fn a_code_can_be_made_for_a_user_in_any_state(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let expired = arrange::locked_for_a_minute(&stores, "expired").await;
    let locked = furnished(&stores, "locked").await;
    let inactive = furnished(&stores, "inactive").await;
    let users = [
        expired,
        arrange::commit(&stores, &arrange::locked(&locked)).await,
        arrange::commit(&stores, &arrange::deactivated(&inactive)).await,
    ];
    for user in &users {
        let reset = arrange::password_reset("code");
        assert_edited(&stores, &requested(user, reset.clone()), |profile| {
            profile.password_reset = Some(reset);
        })
        .await;
    }
}

/// However it is replaced, by an operator or by the code; a lock of the policy ends with the code, an operator's stays.
pub async fn a_new_password_takes_the_code_away(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let policy = fixtures::lockout_policy(1);
    let other = furnished(&stores, "other").await;
    let other = arrange::commit(&stores, &requested(&other, arrange::password_reset("code"))).await;
    let before = arrange::known(&stores, other.id()).await;
    for (id, by_code, state) in [
        ("set", false, UserState::Active),
        ("reset", true, UserState::Active),
        ("guessed", true, UserState::Active),
        ("locked", true, UserState::Inactive),
    ] {
        let mut user = furnished(&stores, id).await;
        user = arrange::commit(&stores, &requested(&user, arrange::password_reset("code"))).await;
        let put = match id {
            "guessed" => user.fail_password_check(&policy, true, Actor::System, now()).ok(),
            "locked" => user.lock(fixtures::lock_order(), Actor::System, now()).ok(),
            _ => None,
        };
        if let Some(put) = put {
            user = arrange::commit(&stores, &put).await;
        }
        let hash = arrange::hash("after");
        let change = if by_code {
            user.reset_password(hash.clone(), false, Actor::System, now())
        } else {
            user.set_password(hash.clone(), false, Actor::System, now())
        };
        let change = change.expect("a user");
        let after = assert_edited(&stores, &change, |profile| {
            profile.password_reset = None;
            profile.password = Some(StoredPassword {
                hash,
                changed_at: change.event().time,
                change_required: false,
            });
        })
        .await;
        if state == UserState::Active {
            assert_eq!(after.record().state, state, "{id}");
        } else {
            assert_eq!(after.record().state, user.record().state, "{id}");
        }
    }
    assert_eq!(arrange::known(&stores, other.id()).await, before);
}

/// The hash is another one; when the password was set, whether it has to be changed, and an open code stay as they were.
pub async fn a_password_that_is_hashed_anew_stays_the_same_password(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut user = furnished(&stores, "u").await;
    user = arrange::commit(&stores, &requested(&user, arrange::password_reset("code"))).await;
    for hash in ["anew", "once more"].map(arrange::hash) {
        let policy = fixtures::lockout_policy(10);
        let passed = user.pass_password_check(&policy, Some(hash.clone()), Actor::System, now());
        let change = passed.expect("a password may be tried");
        user = assert_edited(&stores, &change, |profile| {
            profile.password.as_mut().expect("a password").hash = hash;
        })
        .await;
    }
}
