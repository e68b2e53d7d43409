use std::collections::BTreeMap;
use std::fmt::Debug;
use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use http_body::Body;
use http_body_util::BodyExt;
use serde_json::Value;

use super::incoming;
use crate::scenarios::{Failure, Update, Watch};

/// A stream of server-sent events, as far as unlockd's need it: HTML, section 9.2.
pub(super) struct EventStream<B> {
    body: Pin<Box<B>>,
    /// What has come of the next block.
    received: Vec<u8>,
}

impl<B> EventStream<B> {
    pub(super) fn new(body: B) -> Self {
        Self {
            body: Box::pin(body),
            received: Vec::new(),
        }
    }

    /// The lines up to the next empty one.
    async fn block(&mut self) -> String
    where
        B: Body<Data = Bytes, Error: Debug>,
    {
        loop {
            if let Some(end) = self.received.windows(2).position(|pair| pair == b"\n\n") {
                let block = self.received.drain(..end + 2).collect();
                return String::from_utf8(block).expect("UTF-8");
            }
            let frame = self
                .body
                .frame()
                .await
                .expect("the stream goes on")
                .expect("the stream is whole");
            self.received.extend(frame.into_data().expect("the stream goes on"));
        }
    }
}

#[async_trait]
impl<B> Watch for EventStream<B>
where
    B: Body<Data = Bytes, Error: Debug> + Send,
{
    async fn next(&mut self) -> Result<Update, Failure> {
        let block = self.block().await;
        let field = |name| {
            let mut values = block
                .lines()
                .filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            let value = values.next();
            assert_eq!(values.next(), None, "{block:?} has {name} twice");
            value
        };
        let data: Option<Value> = field("data").map(|data| serde_json::from_str(data).expect("JSON"));
        if field("event") == Some("error") {
            return Err(incoming::failure(&data.expect("a status"), BTreeMap::new()));
        }
        let position = field("id")
            .expect("every block tells a position")
            .parse()
            .expect("a number");
        let event = data.as_ref().map(incoming::event);
        let told = event.as_ref().map(|event| (event.kind.as_str(), event.position));
        assert_eq!(told, field("event").map(|kind| (kind, position)), "{block:?}");
        Ok(Update { event, position })
    }
}
