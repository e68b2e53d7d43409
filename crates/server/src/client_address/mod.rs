//! Where a request comes from: the address on the other side of the connection or, behind proxies that are trusted, the one
//! that they name. Guesses of passwords are counted by it, so nobody may choose it for themselves.

mod forwarding_headers;

use std::net::IpAddr;
use std::sync::Arc;

use http::HeaderMap;
use ipnet::IpNet;

use crate::CommandError;
use forwarding_headers::{forwarded, has_forwarding_headers, x_forwarded_for};

/// The networks of the proxies whose word is taken on where a request comes from. None unless they are named.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Arc<[IpNet]>);

impl TrustedProxies {
    /// Takes over a list of addresses (`10.0.0.7`) and networks (`10.0.0.0/8`, `2001:db8::/32`).
    ///
    /// # Errors
    /// [`CommandError`] that quotes the first entry that is neither.
    pub fn parse(list: &[String]) -> Result<Self, CommandError> {
        list.iter()
            .map(|entry| {
                network(entry.trim()).ok_or_else(|| {
                    CommandError::new(format!(
                        "trusted proxy {entry:?}: must be an address or a network, such as 10.0.0.7 or 10.0.0.0/8"
                    ))
                })
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The address of the client that sent a request over a connection from `peer`. An IPv4 address in IPv6 dress comes out as
    /// an IPv4 address.
    ///
    /// The word of a peer that is no trusted proxy counts for nothing. Of the headers `Forwarded` (RFC 7239) and
    /// `X-Forwarded-For`, the one that the request has decides.
    #[must_use]
    pub fn client_address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.contain(peer) {
            return peer;
        }
        let by_forwarded = self.first_stranger(peer, forwarded(headers));
        let by_x_forwarded_for = self.first_stranger(peer, x_forwarded_for(headers));
        match (by_forwarded, by_x_forwarded_for) {
            (None, None) => peer,
            (Some(address), None) | (None, Some(address)) => address,
            // A proxy that writes one of them passes on what the client has put into the other. Which of them it writes is not
            // known here, so if they disagree, either may be the client's invention.
            (Some(address), Some(other)) => {
                if address == other {
                    address
                } else {
                    peer
                }
            }
        }
    }

    /// Whether the request has forwarding headers that do not count, because the peer is no trusted proxy.
    #[must_use]
    pub fn ignores_headers_of(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        has_forwarding_headers(headers) && !self.contain(peer.to_canonical())
    }

    /// Goes from one hop to the one before it, beginning at the peer, for as long as each is a trusted proxy and names an
    /// address. Where that ends is the client: everything further away is hearsay from someone who is not trusted. None
    /// without any hop.
    fn first_stranger(&self, peer: IpAddr, hops: impl Iterator<Item = Option<IpAddr>>) -> Option<IpAddr> {
        let mut hops = hops.peekable();
        hops.peek()?;
        let mut reached = peer;
        for hop in hops {
            let Some(address) = hop else { break };
            reached = address;
            if !self.contain(address) {
                break;
            }
        }
        Some(reached)
    }

    /// Whether an address, in its canonical form, is of a trusted proxy. Networks of IPv6 hold IPv4 addresses in IPv6 dress too.
    fn contain(&self, address: IpAddr) -> bool {
        let dressed = match address {
            IpAddr::V4(address) => IpAddr::V6(address.to_ipv6_mapped()),
            IpAddr::V6(_) => address,
        };
        let mut networks = self.0.iter();
        networks.any(|network| network.contains(&address) || network.contains(&dressed))
    }
}

/// The network of an address alone, or one in CIDR notation.
fn network(text: &str) -> Option<IpNet> {
    match text.parse::<IpAddr>() {
        Ok(address) => Some(address.into()),
        Err(_) => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests;
