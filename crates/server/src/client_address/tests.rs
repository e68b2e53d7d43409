use http::header::FORWARDED;
use http::{HeaderName, HeaderValue};
use proptest::prelude::*;
use proptest::test_runner::Config;

use super::*;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
fn header() -> impl Strategy<Value = HeaderName> {
    prop::sample::select(vec![FORWARDED, X_FORWARDED_FOR])
}

const STRANGER: &str = "198.51.100.1";
const PROXY: &str = "10.0.0.1";
const CLIENT: &str = "192.0.2.7";
const FORGED: &str = "203.0.113.66";

fn trusting(list: &[&str]) -> TrustedProxies {
    let list: Vec<_> = list.iter().map(ToString::to_string).collect();
    TrustedProxies::parse(&list).unwrap()
}

/// Where a request with these lines comes from, over a connection from `peer` to a server that trusts 10.0.0.0/8 and
/// `2001:db8:10::/48`.
fn client(peer: &str, lines: &[(HeaderName, &str)]) -> String {
    let mut headers = HeaderMap::new();
    for (name, line) in lines {
        headers.append(name, HeaderValue::from_str(line).unwrap());
    }
    trusting(&["10.0.0.0/8", "2001:db8:10::/48"])
        .client_address(peer.parse().unwrap(), &headers)
        .to_string()
}

/// The same, behind a proxy that sends one header.
fn behind_proxy(name: &HeaderName, lines: &[&str]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| (name.clone(), *line)).collect();
    client(PROXY, &lines)
}

#[test]
fn a_peer_that_is_no_trusted_proxy_is_the_client_whatever_it_says() {
    let lines = [(FORWARDED, "for=203.0.113.66"), (X_FORWARDED_FOR, FORGED)];
    assert_eq!(client(STRANGER, &lines), STRANGER);
    let peer = STRANGER.parse().unwrap();
    let headers = HeaderMap::from_iter([(X_FORWARDED_FOR, HeaderValue::from_static(FORGED))]);
    assert_eq!(TrustedProxies::default().client_address(peer, &headers), peer);
}

#[test]
fn a_trusted_proxy_that_says_nothing_counts_itself() {
    assert_eq!(client(PROXY, &[]), PROXY);
}

#[test]
fn the_client_is_the_first_address_from_the_right_that_is_no_trusted_proxy() {
    for (lines, expected) in [
        (&["192.0.2.7"][..], CLIENT),
        (&["203.0.113.66, 192.0.2.7"], CLIENT),
        (&["203.0.113.66, 192.0.2.7, 10.0.0.9,10.2.3.4"], CLIENT),
        (&["203.0.113.66", "192.0.2.7", "10.0.0.9"], CLIENT),
        (&["203.0.113.66, 192.0.2.7", "10.0.0.9"], CLIENT),
        (&["2001:db8:20::7, 2001:db8:10::2"], "2001:db8:20::7"),
        (&["192.0.2.7:49152, [2001:db8:10::2]:443"], CLIENT),
    ] {
        assert_eq!(behind_proxy(&X_FORWARDED_FOR, lines), expected, "{lines:?}");
    }
    for (lines, expected) in [
        (&["for=192.0.2.7"][..], CLIENT),
        (&["for=203.0.113.66, for=192.0.2.7"], CLIENT),
        (
            &["for=203.0.113.66;host=a, for=192.0.2.7;proto=https;by=10.0.0.9, for=10.0.0.9"],
            CLIENT,
        ),
        (&["for=203.0.113.66", "For=192.0.2.7", "FOR=10.0.0.9"], CLIENT),
        (&[r#"by=_b;for="192.0.2.7:49152""#], CLIENT),
        (
            &[r#"host="a,b;for=203.0.113.66" ; for="[2001:db8:20::7]:443" , for="[2001:db8:10::2]""#],
            "2001:db8:20::7",
        ),
        (&[r#"for="\[2001:db8:20::7\]:_port""#], "2001:db8:20::7"),
        (&[r#"host="a\"b";for=192.0.2.7"#], CLIENT),
    ] {
        assert_eq!(behind_proxy(&FORWARDED, lines), expected, "{lines:?}");
    }
}

#[test]
fn the_furthest_counts_when_all_are_trusted_proxies() {
    assert_eq!(behind_proxy(&X_FORWARDED_FOR, &["10.0.0.3, 10.0.0.2"]), "10.0.0.3");
    assert_eq!(behind_proxy(&FORWARDED, &["for=10.0.0.3, for=10.0.0.2"]), "10.0.0.3");
}

#[test]
fn what_is_no_address_ends_the_way_at_the_hop_before_it() {
    for entry in [
        "unknown",
        "_hidden",
        "",
        "192.0.2.256",
        "192.0.2.7:",
        "192.0.2.7:x",
        "192.0.2.7:123456",
        "192.0.2.7:_",
        "192.0.2.07",
        "192.0.2",
        "[192.0.2.7]",
        "[2001:db8:20::7",
        "[2001:db8:20::7]443",
        "2001:db8:20::7%eth0",
        "192.0.2.7 10.0.0.3",
    ] {
        assert_eq!(behind_proxy(&X_FORWARDED_FOR, &[entry]), PROXY, "{entry}");
        let line = format!("{FORGED}, {entry}, 10.0.0.2");
        assert_eq!(behind_proxy(&X_FORWARDED_FOR, &[&line]), "10.0.0.2", "{line}");
    }
    for element in [
        "for=unknown",
        "for=_hidden",
        "for=\"unknown:80\"",
        "",
        "for",
        "for=",
        "by=192.0.2.7",
        "for=192.0.2.7;for=192.0.2.7",
        "for=\"192.0.2.7\"x",
        "for=x\"192.0.2.7\"",
    ] {
        assert_eq!(behind_proxy(&FORWARDED, &[element]), PROXY, "{element}");
        let line = format!("for={FORGED}, {element}, for=10.0.0.2");
        assert_eq!(behind_proxy(&FORWARDED, &[&line]), "10.0.0.2", "{line}");
    }
}

#[test]
fn a_quote_that_a_client_leaves_open_hides_nothing_that_a_proxy_adds() {
    assert_eq!(behind_proxy(&FORWARDED, &["for=\"", "for=192.0.2.7"]), CLIENT);
    for line in [
        r#"for=203.0.113.66;x=", for=192.0.2.7"#,
        r#"for=203.0.113.66;x=", for="[2001:db8:20::7]:443""#,
        r#"for=203.0.113.66;x="\, for="[2001:db8:20::7]:443""#,
        r#"x=", for=192.0.2.7, for="[2001:db8:10::2]";by="[2001:db8:10::1]""#,
    ] {
        assert_eq!(behind_proxy(&FORWARDED, &[line]), PROXY, "{line}");
    }
}

#[test]
fn headers_that_disagree_count_the_proxy() {
    let both =
        |forwarded, x_forwarded_for| client(PROXY, &[(FORWARDED, forwarded), (X_FORWARDED_FOR, x_forwarded_for)]);
    assert_eq!(both("for=192.0.2.7", "203.0.113.66, 192.0.2.7"), CLIENT);
    assert_eq!(both("for=192.0.2.7", "::ffff:192.0.2.7"), CLIENT);
    assert_eq!(both("for=203.0.113.66", "192.0.2.7"), PROXY);
    assert_eq!(both("for=192.0.2.7", "203.0.113.66"), PROXY);
    assert_eq!(both("for=unknown", "192.0.2.7"), PROXY);
}

#[test]
fn an_ipv4_address_in_ipv6_dress_is_an_ipv4_address() {
    assert_eq!(client("::ffff:10.0.0.1", &[(X_FORWARDED_FOR, CLIENT)]), CLIENT);
    assert_eq!(client("::ffff:198.51.100.1", &[(X_FORWARDED_FOR, CLIENT)]), STRANGER);
    assert_eq!(
        behind_proxy(&X_FORWARDED_FOR, &["203.0.113.66, ::ffff:192.0.2.7, ::ffff:10.0.0.2"]),
        CLIENT
    );
    for network in ["::ffff:10.0.0.0/104", "::ffff:10.0.0.1", "10.0.0.1", "10.0.0.1/8"] {
        let headers = HeaderMap::from_iter([(X_FORWARDED_FOR, HeaderValue::from_static(CLIENT))]);
        let client = trusting(&[network]).client_address(PROXY.parse().unwrap(), &headers);
        assert_eq!(client.to_string(), CLIENT, "{network}");
    }
}

#[test]
fn an_entry_that_is_neither_address_nor_network_is_quoted() {
    assert!(TrustedProxies::parse(&[]).is_ok());
    assert!(TrustedProxies::parse(&[" 10.0.0.7 ".to_owned()]).is_ok());
    for entry in [
        "",
        "proxy",
        "10.0.0.0/33",
        "10.0.0",
        "10.0.0.1:80",
        "*",
        "10.0.0.1 10.0.0.2",
    ] {
        let error = TrustedProxies::parse(&["10.0.0.7".to_owned(), entry.to_owned()]).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with(&format!("trusted proxy {entry:?}: must be ")),
            "{error}"
        );
    }
}

/// Bytes that a header can hold, most of them pieces of what is read here.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::sample::select(
            &[
                "for=",
                "by=",
                "\"",
                "\\",
                ",",
                ";",
                "=",
                ":",
                "[",
                "]",
                " ",
                "_",
                "%",
                FORGED,
                PROXY,
                "unknown",
                "[2001:db8:20::66]",
                "for=203.0.113.66",
                "for=\"[2001:db8:20::66]:80\"",
                "for=10.0.0.3",
                "\\\"",
            ][..]
        )
        .prop_map(|piece| piece.as_bytes().to_vec()),
        any::<u8>()
            .prop_filter("a control character", |byte| HeaderValue::from_bytes(&[*byte]).is_ok())
            .prop_map(|byte| vec![byte]),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn hostile_lines() -> impl Strategy<Value = Vec<(HeaderName, Vec<u8>)>> {
    prop::collection::vec((header(), hostile()), 0..5)
}

fn append(headers: &mut HeaderMap, lines: &[(HeaderName, Vec<u8>)]) {
    for (name, line) in lines {
        headers.append(name, HeaderValue::from_bytes(line).unwrap());
    }
}

/// What trusted proxies add behind the client: nothing, or more trusted proxies.
fn trusted_hops() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(&["10.0.0.2", "[2001:db8:10::2]:443"][..]), 0..3)
}

fn as_entry(name: &HeaderName, node: &str) -> String {
    if *name == FORWARDED {
        format!("for=\"{node}\";proto=https")
    } else {
        node.to_owned()
    }
}

proptest! {
    #![proptest_config(Config { cases: 2048, failure_persistence: None, ..Config::default() })]

    #[test]
    fn no_header_overrules_a_peer_that_is_no_trusted_proxy(lines in hostile_lines(), peer: IpAddr) {
        let mut headers = HeaderMap::new();
        append(&mut headers, &lines);
        let trusted = trusting(&["10.0.0.0/8"]);
        prop_assume!(!trusted.contain(peer.to_canonical()));
        prop_assert_eq!(trusted.client_address(peer, &headers), peer.to_canonical());
    }

    #[test]
    fn no_bytes_make_a_client_of_what_the_proxies_have_not_said(
        forged in hostile_lines(),
        begin in hostile(),
        name in header(),
        hops in trusted_hops(),
        own_line: bool,
    ) {
        let mut headers = HeaderMap::new();
        append(&mut headers, &forged);
        let said: Vec<_> = [&[CLIENT], hops.as_slice()].concat().iter().map(|node| as_entry(&name, node)).collect();
        let said = said.join(", ").into_bytes();
        if own_line {
            append(&mut headers, &[(name.clone(), said)]);
        } else {
            append(&mut headers, &[(name.clone(), [begin, said].join(&b", "[..]))]);
        }
        let client = trusting(&["10.0.0.0/8", "2001:db8:10::/48"]).client_address(PROXY.parse().unwrap(), &headers);
        let is_alone = forged.iter().all(|(other, _)| *other == name);
        // In a line of its own, or in a list without quotes, what the proxies have said is always understood.
        if is_alone && (own_line || name == X_FORWARDED_FOR) {
            prop_assert_eq!(client.to_string(), CLIENT);
        } else {
            prop_assert!([CLIENT, PROXY].contains(&client.to_string().as_str()), "{}", client);
        }
    }
}
