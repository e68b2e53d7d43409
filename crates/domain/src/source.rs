use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// How many leading bits of an IPv6 address name a network: the rest is for a single client to choose (RFC 6177, RFC 8981).
const NETWORK_BITS: u32 = 64;

/// Where a request comes from, as far as it matters for counting: an IPv4 address, or the /64 network of an IPv6 address,
/// since whoever has one address of it has all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source(String);

impl Source {
    /// The source that an address belongs to. An IPv4 address in IPv6 dress is an IPv4 address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(address.to_string()),
            IpAddr::V6(address) => {
                let network = Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << (128 - NETWORK_BITS)));
                Self(format!("{network}/{NETWORK_BITS}"))
            }
        }
    }

    /// Takes over a source from a store, which vouches for its form.
    #[must_use]
    pub fn trusted(text: String) -> Self {
        Self(text)
    }

    /// `203.0.113.7`, or `2001:db8:1:2::/64`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
