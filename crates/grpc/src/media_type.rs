use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};

const GRPC_WEB: &str = "application/grpc-web+proto";
const GRPC_WEB_TEXT: &str = "application/grpc-web-text+proto";

/// The wires of this crate, as content types name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MediaType {
    /// gRPC over HTTP/2.
    Grpc,
    /// gRPC-Web: the trailers come at the end of the body.
    GrpcWeb,
    /// gRPC-Web in Base64, for browsers that read text only.
    GrpcWebText,
}

impl MediaType {
    /// The media type of a request's body; none for the types of other wires. Parameters do not matter.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        Self::named(headers, &CONTENT_TYPE)
    }

    /// Writes the names the way `tonic-web` looks for them: in full, in lower case, without parameters. A client that does
    /// not say what it accepts gets what it sent.
    pub(crate) fn normalise(self, headers: &mut HeaderMap) {
        let accepted = Self::named(headers, &ACCEPT).filter(|accepted| *accepted != Self::Grpc);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.name()));
        headers.insert(ACCEPT, HeaderValue::from_static(accepted.unwrap_or(self).name()));
    }

    fn named(headers: &HeaderMap, header: &HeaderName) -> Option<Self> {
        let essence = headers
            .get(header)?
            .to_str()
            .ok()?
            .split(';')
            .next()?
            .trim()
            .to_ascii_lowercase();
        match essence.as_str() {
            "application/grpc" | "application/grpc+proto" => Some(Self::Grpc),
            "application/grpc-web" | GRPC_WEB => Some(Self::GrpcWeb),
            "application/grpc-web-text" | GRPC_WEB_TEXT => Some(Self::GrpcWebText),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Grpc => "application/grpc",
            Self::GrpcWeb => GRPC_WEB,
            Self::GrpcWebText => GRPC_WEB_TEXT,
        }
    }
}
