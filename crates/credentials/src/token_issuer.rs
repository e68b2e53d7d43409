use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use unlockd_application::ports::{SecretToken, TokenIssuer};
use unlockd_domain::TokenDigest;
use zeroize::Zeroizing;

use crate::randomness::fill_with_randomness;

/// What generated access tokens begin with, so that people and secret scanners know them when they see them.
pub const TOKEN_PREFIX: &str = "unlockd_pat_";

const SECRET_BYTES: usize = 32;
/// 6 bits a character, without padding (RFC 4648, section 5).
const SECRET_CHARACTERS: usize = (SECRET_BYTES * 8).div_ceil(6);

/// Bearer tokens of 256 random bits. They cannot be guessed, so that a fast digest is enough to keep them by.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomTokenIssuer;

impl TokenIssuer for RandomTokenIssuer {
    fn issue(&self) -> SecretToken {
        random_token(TOKEN_PREFIX)
    }

    fn issue_session_token(&self) -> SecretToken {
        random_token(SecretToken::SESSION_PREFIX)
    }

    fn digest(&self, token: &SecretToken) -> TokenDigest {
        TokenDigest(Sha256::digest(token.expose()).into())
    }
}

#[expect(
    clippy::expect_used,
    reason = "nothing safe can be issued by a machine without randomness"
)]
fn random_token(prefix: &str) -> SecretToken {
    let mut secret = Zeroizing::new([0; SECRET_BYTES]);
    fill_with_randomness(secret.as_mut_slice()).expect("the operating system has randomness");
    // Sized at once: growing would leave copies of the secret behind.
    let mut token = String::with_capacity(prefix.len() + SECRET_CHARACTERS);
    token.push_str(prefix);
    URL_SAFE_NO_PAD.encode_string(secret.as_slice(), &mut token);
    SecretToken::new(token)
}
