use std::collections::HashSet;

use unlockd_application::ports::{SecretToken, TokenIssuer};
use unlockd_credentials::{RandomTokenIssuer, TOKEN_PREFIX};

#[test]
fn a_token_is_the_prefix_and_43_base64url_characters() {
    let token = RandomTokenIssuer.issue();
    let secret = token
        .expose()
        .strip_prefix("unlockd_pat_")
        .expect("the prefix is there");
    assert_eq!(TOKEN_PREFIX, "unlockd_pat_");
    assert_eq!(secret.len(), 43);
    assert!(
        secret
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    );
}

#[test]
fn a_session_token_has_a_prefix_of_its_own_and_is_as_long() {
    let token = RandomTokenIssuer.issue_session_token();
    let secret = token.expose().strip_prefix("unlockd_session_");
    assert_eq!(secret.expect("the prefix is there").len(), 43);
    assert!(token.is_of_session());
    assert!(!RandomTokenIssuer.issue().is_of_session());
}

#[test]
fn tokens_differ() {
    let issue = [RandomTokenIssuer::issue, RandomTokenIssuer::issue_session_token];
    for issue in issue {
        let tokens: HashSet<_> = (0..1_000)
            .map(|_| issue(&RandomTokenIssuer).expose().to_owned())
            .collect();
        assert_eq!(tokens.len(), 1_000);
    }
}

/// FIPS 180-2, appendix B.1: the message `abc`.
#[test]
fn the_digest_is_the_sha_256_of_the_whole_token() {
    assert_eq!(
        RandomTokenIssuer.digest(&SecretToken::new("abc")).0,
        [
            0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03,
            0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
        ]
    );
}
