use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use axum::body::Bytes;
use http::{StatusCode, Uri};
use http_body_util::Empty;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

use crate::CommandError;
use crate::configuration::Configuration;
use crate::output::say;

/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks the server that listens where the settings say.
pub(super) async fn run(configuration: &Configuration) -> Result<(), CommandError> {
    let address = reachable(configuration.listen_address());
    let uri: Uri = format!("http://{address}/healthz")
        .parse()
        .map_err(|error: http::uri::InvalidUri| CommandError::caused(format!("no URL for {address}"), &error))?;
    let client: Client<_, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    match tokio::time::timeout(PATIENCE, client.get(uri)).await {
        Ok(Ok(response)) if response.status() == StatusCode::OK => say(format_args!("The server on {address} is up.")),
        Ok(Ok(response)) => Err(CommandError::new(format!(
            "the server on {address} is not well: it answers {}",
            response.status()
        ))),
        Ok(Err(error)) => Err(CommandError::caused(format!("no server on {address}"), &error)),
        Err(_) => Err(CommandError::new(format!("the server on {address} does not answer"))),
    }
}

/// A server that listens on every address is asked on the loopback one.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
    };
    SocketAddr::new(ip, listen.port())
}
