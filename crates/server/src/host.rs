//! Check of the `Host` header (RFC 9112, section 3.2): a server must refuse a request that a proxy in front of it may take
//! for one to another host.

use http::header::HOST;
use http::uri::Authority;
use http::{Request, Version};
use unlockd_application::Error;

/// Refuses a request that has several `Host` headers, one that is malformed, or none over HTTP/1.1.
pub(crate) fn check_host<B>(request: &Request<B>) -> Result<(), Error> {
    let mut hosts = request.headers().get_all(HOST).iter();
    let problem = match (hosts.next(), hosts.next()) {
        (None, _) if request.version() == Version::HTTP_11 => "must be given",
        (Some(host), None) if !is_well_formed(host.as_bytes()) => "must be one host, with or without a port",
        (Some(_), Some(_)) => "must not be given twice",
        (None | Some(_), None) | (None, Some(_)) => return Ok(()),
    };
    Err(Error::invalid("host", problem))
}

/// A host may be empty; user information is no part of it.
fn is_well_formed(host: &[u8]) -> bool {
    host.is_empty() || (Authority::try_from(host).is_ok() && !host.contains(&b'@'))
}
