//! `AccessTokenStore`.

use std::slice;
use std::sync::Arc;

use unlockd_application::ports::{AddTokenError, TokenHolder};
use unlockd_domain::{AccessToken, AccessTokenId, Grant, GrantScope, Grants, Role, TokenDigest};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

const DIGEST: TokenDigest = TokenDigest([0xa5; 32]);
const OTHER_DIGEST: TokenDigest = TokenDigest([0; 32]);

async fn holder(stores: &Stores, digest: &TokenDigest) -> Option<TokenHolder> {
    stores.access_tokens.find_holder(digest).await.expect("an answer")
}

async fn listed(stores: &Stores) -> Vec<AccessToken> {
    stores.access_tokens.list(None).await.expect("an answer")
}

/// Nobody holds a token that was never made.
pub async fn an_unknown_digest_has_no_holder(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::user(&stores, "u").await;
    let added = stores
        .access_tokens
        .add(&fixtures::access_token("t", "u"), &DIGEST, None)
        .await;
    added.expect("the token is written");
    assert_eq!(holder(&stores, &OTHER_DIGEST).await, None);
    let mut nearly = DIGEST;
    nearly.0[31] ^= 1;
    assert_eq!(holder(&stores, &nearly).await, None);
}

/// The holder is who they are at this moment: locked, unlocked, granted; an expired token is found too.
pub async fn a_holder_is_found_in_any_state_with_all_grants(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::owner(&stores, "other").await;
    let user = arrange::user(&stores, "u").await;
    let token = AccessToken {
        created_at: fixtures::timestamp("2020-01-02T03:04:05.060708Z"),
        expires_at: Some(fixtures::timestamp("2020-01-02T03:04:05.060709Z")),
        ..fixtures::access_token("t", "u")
    };
    stores.access_tokens.add(&token, &DIGEST, None).await.expect("written");
    let mut expected = TokenHolder {
        token,
        user: user.clone(),
        grants: Grants::default(),
    };
    assert_eq!(holder(&stores, &DIGEST).await.as_ref(), Some(&expected));

    expected.user = arrange::commit(&stores, &arrange::locked(&user)).await;
    assert_eq!(holder(&stores, &DIGEST).await.as_ref(), Some(&expected));

    let scope = GrantScope::Organization(fixtures::organization_id(arrange::ACME));
    let organization_owner = Grant::new(Role::OrgOwner, scope).expect("an organization role");
    for grant in [Grant::instance_owner(), organization_owner.clone()] {
        expected.user = arrange::grant(&stores, &user, &grant).await;
    }
    expected.grants = [Grant::instance_owner(), organization_owner].into_iter().collect();
    expected.user = arrange::commit(&stores, &arrange::toggled(&expected.user)).await;
    let mut found = holder(&stores, &DIGEST).await.expect("the holder");
    // What a holder is granted has no order.
    let mut grants: Vec<_> = found.grants.iter().cloned().collect();
    grants.sort();
    found.grants = grants.into_iter().collect();
    assert_eq!(found, expected);
}

/// Nobody is nobody's holder.
pub async fn a_token_of_an_absent_user_is_refused_and_nothing_is_written(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let token = fixtures::access_token("t", "u");
    let refused = stores.access_tokens.add(&token, &DIGEST, None).await;
    assert!(matches!(refused, Err(AddTokenError::UserNotFound)), "{refused:?}");
    assert_eq!(listed(&stores).await, Vec::new());
    arrange::user(&stores, "u").await;
    assert_eq!(holder(&stores, &DIGEST).await, None);
    stores.access_tokens.add(&token, &DIGEST, None).await.expect("written");
}

/// Neither a used id nor a used digest makes a second token, also for another user.
pub async fn an_id_or_digest_in_use_is_refused_and_nothing_is_written(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::user(&stores, "u").await;
    arrange::user(&stores, "v").await;
    let first = fixtures::access_token("t", "u");
    stores.access_tokens.add(&first, &DIGEST, None).await.expect("written");
    for (id, digest) in [("t", OTHER_DIGEST), ("another", DIGEST), ("t", DIGEST)] {
        for user in ["u", "v"] {
            let token = fixtures::access_token(id, user);
            let refused = stores.access_tokens.add(&token, &digest, None).await;
            assert!(matches!(refused, Err(AddTokenError::TokenTaken)), "{refused:?}");
        }
    }
    assert_eq!(listed(&stores).await, slice::from_ref(&first));
    assert_eq!(holder(&stores, &OTHER_DIGEST).await, None);
    assert_eq!(holder(&stores, &DIGEST).await.map(|holder| holder.token), Some(first));
}

/// A user may hold several tokens; ids are in the order of their bytes.
pub async fn tokens_are_listed_by_time_then_by_id(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::user(&stores, "u").await;
    arrange::user(&stores, "v").await;
    let early = fixtures::timestamp("2020-01-01T00:00:00.000001Z");
    let late = fixtures::timestamp("2020-01-01T00:00:00.000002Z");
    let tokens =
        [("z", "v", early), ("B", "u", late), ("a", "v", late), ("ä", "u", late)].map(|(id, user, time)| AccessToken {
            created_at: time,
            ..fixtures::access_token(id, user)
        });
    for (index, number) in [(2, 2_u8), (3, 3), (0, 0), (1, 1)] {
        let added = stores
            .access_tokens
            .add(&tokens[index], &TokenDigest([number; 32]), None)
            .await;
        added.expect("the token is written");
    }
    assert_eq!(listed(&stores).await, tokens);
    let of_u = stores.access_tokens.list(Some(&fixtures::user_id("u"))).await;
    assert_eq!(of_u.expect("an answer"), [tokens[1].clone(), tokens[3].clone()]);
    let of_nobody = stores.access_tokens.list(Some(&fixtures::user_id("U"))).await;
    assert_eq!(of_nobody.expect("an answer"), Vec::new());
}

/// A revoked token is gone for good, the others are not.
pub async fn a_revoked_token_has_no_holder(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::user(&stores, "u").await;
    let (one, other) = (fixtures::access_token("one", "u"), fixtures::access_token("other", "u"));
    stores.access_tokens.add(&one, &DIGEST, None).await.expect("written");
    stores
        .access_tokens
        .add(&other, &OTHER_DIGEST, None)
        .await
        .expect("written");
    assert!(stores.access_tokens.revoke(&one.id, None).await.expect("an answer"));
    assert_eq!(holder(&stores, &DIGEST).await, None);
    assert!(holder(&stores, &OTHER_DIGEST).await.is_some());
    assert_eq!(listed(&stores).await, [other]);
}

/// There was nothing to revoke, or not any more; of parallel revocations one finds the token.
pub async fn revoking_answers_whether_there_was_a_token(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::user(&stores, "u").await;
    let id = AccessTokenId::new("t").expect("a token id");
    assert!(!stores.access_tokens.revoke(&id, None).await.expect("an answer"));
    let added = stores
        .access_tokens
        .add(&fixtures::access_token("t", "u"), &DIGEST, None)
        .await;
    added.expect("the token is written");
    let tasks = (0..8).map(|_| {
        let (tokens, id) = (Arc::clone(&stores.access_tokens), id.clone());
        async move { tokens.revoke(&id, None).await.expect("an answer") }
    });
    let found = arrange::in_parallel(tasks).await;
    assert_eq!(found.into_iter().filter(|found| *found).count(), 1);
    assert!(!stores.access_tokens.revoke(&id, None).await.expect("an answer"));
}
