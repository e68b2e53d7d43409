//! What gRPC-Web makes of gRPC's messages and trailers, read piece by piece.

use std::fmt::Debug;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use tonic::body::Body;

/// The flag of the frame that holds the trailers.
const TRAILERS: u8 = 0x80;

/// One frame of a body.
pub(crate) enum WebFrame {
    /// A message behind its length, as in gRPC.
    Message(Bytes),
    /// What HTTP/2 would have brought as trailers.
    Trailers(HeaderMap),
}

/// The frames of one body.
pub(crate) struct WebFrames {
    is_text: bool,
    /// Base64 that is not decoded yet: less than a group.
    text: BytesMut,
    bytes: BytesMut,
}

impl WebFrames {
    /// Of the answer with these headers.
    pub(crate) fn new(headers: &HeaderMap) -> Self {
        Self {
            is_text: headers["content-type"] == "application/grpc-web-text+proto",
            text: BytesMut::new(),
            bytes: BytesMut::new(),
        }
    }

    /// Takes over what has come. Each frame is encoded on its own, so padding may come in between.
    pub(crate) fn push(&mut self, data: &[u8]) {
        if !self.is_text {
            self.bytes.extend_from_slice(data);
            return;
        }
        self.text.extend_from_slice(data);
        while self.text.len() >= 4 {
            let group = BASE64_STANDARD.decode(self.text.split_to(4)).expect("Base64");
            self.bytes.extend_from_slice(&group);
        }
    }

    /// The next frame, if it has come whole.
    pub(crate) fn next(&mut self) -> Option<WebFrame> {
        let length = u32::from_be_bytes(self.bytes.get(1..5)?.try_into().unwrap());
        let length = 5 + usize::try_from(length).unwrap();
        if self.bytes.len() < length {
            return None;
        }
        let frame = self.bytes.split_to(length).freeze();
        Some(if frame[0] == TRAILERS {
            WebFrame::Trailers(trailers(&frame[5..]))
        } else {
            WebFrame::Message(frame)
        })
    }

    /// The same body in gRPC's form.
    pub(crate) fn into_grpc<B>(self, body: B) -> Body
    where
        B: http_body::Body<Data = Bytes, Error: Debug> + Send + Unpin + 'static,
    {
        let frames = stream::unfold((self, body), |(mut frames, mut body)| async {
            loop {
                match frames.next() {
                    Some(WebFrame::Message(message)) => return Some((Ok(Frame::data(message)), (frames, body))),
                    Some(WebFrame::Trailers(trailers)) => return Some((Ok(Frame::trailers(trailers)), (frames, body))),
                    None => {}
                }
                let frame = body.frame().await?.expect("a whole answer");
                frames.push(&frame.into_data().expect("no trailers, which browsers do not see"));
            }
        });
        Body::new(StreamBody::new(
            frames.map(|frame: Result<_, std::convert::Infallible>| frame),
        ))
    }
}

fn trailers(lines: &[u8]) -> HeaderMap {
    let lines = str::from_utf8(lines).unwrap().split_terminator("\r\n");
    let trailers = lines.map(|line| {
        let (name, value) = line.split_once(':').expect("a trailer");
        let name = HeaderName::try_from(name).unwrap();
        (name, HeaderValue::try_from(value.trim()).unwrap())
    });
    trailers.collect()
}
