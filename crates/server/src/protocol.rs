//! Which protocol does a new connection speak? Its first bytes tell; until they are here, it costs next to nothing, and
//! it does not get long.

use std::io::{self, Cursor};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::TcpStream;

use crate::idle_connections::{Activity, ObservedReader};

/// What every HTTP/2 connection begins with (RFC 9113, section 3.4).
const HTTP2_PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A protocol that is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    Http1,
    Http2,
}

/// Waits for the bytes that tell, and gives back the connection as if nobody had read from it, and its activity.
pub(crate) async fn recognize(
    mut stream: TcpStream,
) -> io::Result<(Protocol, Activity, impl AsyncRead + AsyncWrite + Unpin + Send + 'static)> {
    let mut first = [0; HTTP2_PREFACE.len()];
    let mut length = 0;
    let protocol = loop {
        let read = stream.read(&mut first[length..]).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        length += read;
        if first[..length] != HTTP2_PREFACE[..length] {
            break Protocol::Http1;
        }
        if length == first.len() {
            break Protocol::Http2;
        }
    };
    let (reader, writer) = stream.into_split();
    let begun = Cursor::new(first[..length].to_vec());
    let (activity, observer) = match protocol {
        Protocol::Http1 => {
            let activity = Activity::begun();
            (activity.clone(), Some(activity))
        }
        Protocol::Http2 => (Activity::idle(), None),
    };
    let reader = ObservedReader {
        reader: begun.chain(reader),
        activity: observer,
    };
    Ok((protocol, activity, tokio::io::join(reader, writer)))
}
