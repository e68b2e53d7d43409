use unlockd_application::Error;
use unlockd_application::authentication::bearer_token;

/// The token in the header's value, in the open.
fn parsed(header: &str) -> Result<Option<String>, Error> {
    let token = bearer_token(Some(header.as_bytes()))?;
    Ok(token.map(|token| token.expose().to_owned()))
}

#[test]
fn the_scheme_is_matched_in_any_case_and_the_token_as_it_is() {
    for header in [
        "Bearer aB-._~+/9==",
        "bearer aB-._~+/9==",
        "BEARER aB-._~+/9==",
        "bEaReR   aB-._~+/9==  ",
        "  Bearer aB-._~+/9==",
    ] {
        assert_eq!(parsed(header).unwrap().as_deref(), Some("aB-._~+/9=="), "{header:?}");
    }
}

#[test]
fn no_header_is_no_token() {
    assert_eq!(bearer_token(None).unwrap(), None);
}

#[test]
fn another_scheme_brings_no_token() {
    for header in [
        "",
        "Basic dXNlcjpwYXNz",
        "Token abc",
        "Bearerabc",
        "Bearer\tabc",
        "DPoP abc",
        "abc",
    ] {
        let error = parsed(header).unwrap_err();
        assert!(matches!(error, Error::TokenMissing), "{header:?}: {error:?}");
    }
}

#[test]
fn what_cannot_be_a_token_is_refused() {
    for header in [
        "Bearer",
        "Bearer ",
        "Bearer a b",
        "Bearer a,Bearer b",
        "Bearer a\tb",
        "Bearer %41",
        "Bearer \"a\"",
        "Bearer é",
    ] {
        let error = parsed(header).unwrap_err();
        assert!(matches!(error, Error::TokenRefused), "{header:?}: {error:?}");
    }
    for header in [&b"Bearer \xFF"[..], b"\xC3\x28 abc", b"Bearer a\0b"] {
        let error = bearer_token(Some(header)).unwrap_err();
        assert!(matches!(error, Error::TokenRefused), "{header:?}: {error:?}");
    }
}

#[test]
fn a_token_is_not_printed() {
    let token = bearer_token([b"Bearer open-sesame".as_slice()]).unwrap();
    assert!(!format!("{token:?}").contains("sesame"));
}

#[test]
fn of_several_headers_none_counts() {
    let header = b"Bearer open-sesame".as_slice();
    assert!(matches!(bearer_token([header, header]), Err(Error::TokenRefused)));
}
