//! Bearer tokens, without their secrets.

use unlockd_domain::{AccessToken, AccessTokenId, TokenDigest};

use crate::{at, user_id};

#[test]
fn a_token_works_until_the_moment_it_expires() {
    let token = |expires_at| AccessToken {
        id: AccessTokenId::new("t").unwrap(),
        user_id: user_id("u"),
        created_at: at("2024-01-01T00:00:00Z"),
        name: None,
        expires_at,
        last_used_at: None,
    };
    let expiring = token(Some(at("2024-06-25T13:35:39Z")));
    assert!(!expiring.is_expired(at("2024-06-25T13:35:38.999999Z")));
    assert!(expiring.is_expired(at("2024-06-25T13:35:39Z")));
    assert!(expiring.is_expired(at("9999-12-31T23:59:59Z")));
    assert!(!token(None).is_expired(at("9999-12-31T23:59:59.999999Z")));
}

#[test]
fn a_digest_is_not_printed() {
    assert_eq!(format!("{:?}", TokenDigest([7; 32])), "TokenDigest(..)");
}

#[test]
fn a_use_is_recorded_at_first_and_then_every_five_minutes() {
    let used = |last: Option<&str>| AccessToken {
        id: AccessTokenId::new("t").unwrap(),
        user_id: user_id("u"),
        name: None,
        created_at: at("2024-06-25T13:00:00Z"),
        expires_at: None,
        last_used_at: last.map(at),
    };
    let now = at("2024-06-25T13:35:00Z");
    assert!(used(None).needs_use_recorded(now));
    assert!(used(Some("2024-06-25T13:30:00Z")).needs_use_recorded(now));
    for recent in ["2024-06-25T13:30:00.000001Z", "2024-06-25T13:36:00Z"] {
        assert!(!used(Some(recent)).needs_use_recorded(now), "{recent}");
    }
}
