//! What proxies write into a request about who is in front of them. Each header gives the hops that it names, the nearest
//! first; a hop without an address that can be read is `None`. Clients can write these headers too, so any byte can be there.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::header::FORWARDED;
use http::{HeaderMap, HeaderName};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

pub(super) fn has_forwarding_headers(headers: &HeaderMap) -> bool {
    headers.contains_key(FORWARDED) || headers.contains_key(X_FORWARDED_FOR)
}

/// The hops of all lines of `X-Forwarded-For`, which are one list (RFC 9110, section 5.3).
pub(super) fn x_forwarded_for(headers: &HeaderMap) -> impl Iterator<Item = Option<IpAddr>> {
    let lines = headers.get_all(X_FORWARDED_FOR).iter().rev();
    lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b',').map(node_address))
}

/// The hops of all lines of `Forwarded` (RFC 7239).
pub(super) fn forwarded(headers: &HeaderMap) -> impl Iterator<Item = Option<IpAddr>> {
    let lines = headers.get_all(FORWARDED).iter().rev();
    lines.flat_map(|line| match split_outside_quotes(line.as_bytes(), b',') {
        Some(elements) => elements.into_iter().rev().map(element_address).collect(),
        // A quote that a client leaves open would swallow what the proxy has added to its line. Then nothing in the line can be
        // told from an invention; the lines after it, which are nearer, can.
        None => vec![None],
    })
}

/// The address in the one `for` of an element.
fn element_address(element: &[u8]) -> Option<IpAddr> {
    let pairs = split_outside_quotes(element, b';')?;
    let mut nodes = pairs.into_iter().filter_map(|pair| {
        let equals = pair.iter().position(|byte| *byte == b'=')?;
        let (name, value) = (&pair[..equals], &pair[equals + 1..]);
        name.trim_ascii()
            .eq_ignore_ascii_case(b"for")
            .then(|| value.trim_ascii())
    });
    match (nodes.next(), nodes.next()) {
        (Some(node), None) => node_address(&unquoted(node)?),
        (None, _) | (Some(_), Some(_)) => None,
    }
}

/// The parts between the separators that are not in a quoted string; none if a quoted string does not end.
fn split_outside_quotes(bytes: &[u8], separator: u8) -> Option<Vec<&[u8]>> {
    let mut parts = Vec::new();
    let mut begin = 0;
    let mut quoted = false;
    let mut escaped = false;
    for (at, byte) in bytes.iter().enumerate() {
        if escaped {
            escaped = false;
        } else if *byte == b'"' {
            quoted = !quoted;
        } else if quoted {
            escaped = *byte == b'\\';
        } else if *byte == separator {
            parts.push(&bytes[begin..at]);
            begin = at + 1;
        }
    }
    parts.push(&bytes[begin..]);
    (!quoted).then_some(parts)
}

/// The content of a quoted string (RFC 9110, section 5.6.4), if it is one from its first byte to its last; anything that does
/// not begin with a quote is its own content.
fn unquoted(value: &[u8]) -> Option<Cow<'_, [u8]>> {
    let Some(rest) = value.strip_prefix(b"\"") else {
        return Some(Cow::Borrowed(value));
    };
    let mut content = Vec::new();
    let mut bytes = rest.iter();
    loop {
        match bytes.next()? {
            b'"' => return bytes.as_slice().is_empty().then_some(Cow::Owned(content)),
            b'\\' => content.push(*bytes.next()?),
            byte => content.push(*byte),
        }
    }
}

/// The address of a node (RFC 7239, section 6): IPv4, or IPv6 in brackets, each with or without a port; `X-Forwarded-For` has
/// IPv6 without brackets too.
fn node_address(node: &[u8]) -> Option<IpAddr> {
    let node = str::from_utf8(node.trim_ascii()).ok()?;
    if let Ok(address) = node.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    if let Some(rest) = node.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        let address: Ipv6Addr = address.parse().ok()?;
        (port.is_empty() || port.strip_prefix(':').is_some_and(is_port)).then(|| address.to_canonical())
    } else {
        let (address, port) = node.split_once(':')?;
        let address: Ipv4Addr = address.parse().ok()?;
        is_port(port).then_some(IpAddr::V4(address))
    }
}

/// The number of a port, or an obfuscated one such as `_p7`.
fn is_port(text: &str) -> bool {
    match text.strip_prefix('_') {
        Some(name) => {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        }
        None => (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()),
    }
}
