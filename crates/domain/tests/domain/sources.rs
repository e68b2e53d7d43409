//! What of an address is counted by.

use std::net::IpAddr;

use unlockd_domain::Source;

fn source(address: &str) -> String {
    Source::of(address.parse::<IpAddr>().unwrap()).to_string()
}

#[test]
fn an_ipv4_address_is_a_source_of_its_own() {
    for address in ["203.0.113.7", "0.0.0.0", "255.255.255.255", "127.0.0.1"] {
        assert_eq!(source(address), address);
    }
}

#[test]
fn an_ipv4_address_in_ipv6_dress_is_the_same_source() {
    assert_eq!(source("::ffff:203.0.113.7"), "203.0.113.7");
    assert_eq!(source("::ffff:cb00:7107"), "203.0.113.7");
}

#[test]
fn all_addresses_of_an_ipv6_network_of_64_bits_are_one_source() {
    let network = "2001:db8:1:2::/64";
    for address in [
        "2001:db8:1:2::",
        "2001:db8:1:2::1",
        "2001:0DB8:0001:0002:ffff:ffff:ffff:ffff",
        "2001:db8:1:2:3:4:5:6",
    ] {
        assert_eq!(source(address), network, "{address}");
    }
    for other in ["2001:db8:1:3::1", "2001:db8:1:1::1", "2001:db9:1:2::1"] {
        assert_ne!(source(other), network, "{other}");
    }
    assert_eq!(source("::1"), "::/64");
}

#[test]
fn an_address_that_only_begins_like_ipv4_in_ipv6_is_a_network() {
    // IPv4-compatible addresses (deprecated) and those of NAT64 are no dress of an IPv4 client.
    assert_eq!(source("::203.0.113.7"), "::/64");
    assert_eq!(source("64:ff9b::203.0.113.7"), "64:ff9b::/64");
}

#[test]
fn a_source_comes_back_from_a_store_as_it_went_in() {
    for address in ["203.0.113.7", "2001:db8:1:2::1"] {
        let source = Source::of(address.parse().unwrap());
        assert_eq!(Source::trusted(source.as_str().to_owned()), source);
    }
}
