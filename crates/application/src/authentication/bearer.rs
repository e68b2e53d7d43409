use crate::error::Error;
use crate::ports::SecretToken;

/// The token in the values of a request's `Authorization` headers, or of gRPC metadata of that name: `Bearer <token>`, the
/// scheme in any case (RFC 9110, section 11.1), the token in the characters of RFC 6750's `b64token`.
///
/// # Errors
/// [`Error::TokenMissing`] for another scheme; [`Error::TokenRefused`] for what cannot be a token, and for several.
pub fn bearer_token<'a>(headers: impl IntoIterator<Item = &'a [u8]>) -> Result<Option<SecretToken>, Error> {
    let mut headers = headers.into_iter();
    let Some(header) = headers.next() else { return Ok(None) };
    if headers.next().is_some() {
        return Err(Error::TokenRefused);
    }
    let header = str::from_utf8(header).map_err(|_| Error::TokenRefused)?.trim_ascii();
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Error::TokenMissing);
    }
    let token = token.trim_ascii_start();
    let well_formed = !token.is_empty()
        && token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'='));
    if well_formed {
        Ok(Some(SecretToken::new(token)))
    } else {
        Err(Error::TokenRefused)
    }
}
