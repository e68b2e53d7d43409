//! The RPCs without sockets: the clock of the runtime jumps ahead when there is nothing else to do, which sockets do not
//! bear.

use bytes::{Buf, Bytes, BytesMut};
use http::{HeaderMap, Request, Response, Version};
use http_body_util::{BodyExt, Full};
use prost::Message;
use tonic::Status;
use tonic::body::Body;
use tower::ServiceExt;
use unlockd_grpc::{Grpc, GrpcServices};
use unlockd_proto::unlockd::event::v1::{WatchEventsRequest, WatchEventsResponse};
use unlockd_proto::zitadel::user::v3alpha::{LockUserRequest, UnlockUserRequest};
use unlockd_testkit::scenarios::World;
use unlockd_testkit::{MemoryStore, Services};

use crate::raw_client::{USER_SERVICE, framed};
use crate::stage::{options, real};
use crate::web_frames::WebFrames;

pub(crate) const WATCH_EVENTS: &str = "/unlockd.event.v1.EventService/WatchEvents";

/// The ways to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Grpc,
    Web,
    WebText,
}

impl Form {
    pub(crate) const ALL: [Self; 3] = [Self::Grpc, Self::Web, Self::WebText];
}

/// The whole, on a store of its own.
pub(crate) struct InProcess {
    pub(crate) grpc: Grpc,
    pub(crate) world: World,
    pub(crate) store: MemoryStore,
}

impl InProcess {
    pub(crate) async fn new() -> Self {
        Self::with(|services| services).await
    }

    /// With a double in the place of a service.
    pub(crate) async fn with(replace: impl FnOnce(GrpcServices) -> GrpcServices) -> Self {
        let (services, _clock, store) = Services::in_memory();
        Self {
            world: World::build(&services.administration).await,
            grpc: Grpc::new(replace(real(&services)), options()),
            store,
        }
    }

    /// The answer in gRPC's form, whichever way it was asked for.
    pub(crate) async fn call(&self, form: Form, path: &str, headers: &HeaderMap, message: Bytes) -> Response<Body> {
        use base64::Engine;
        let (content_type, body) = match form {
            Form::Grpc => ("application/grpc", message),
            Form::Web => ("application/grpc-web+proto", message),
            Form::WebText => (
                "application/grpc-web-text",
                base64::prelude::BASE64_STANDARD.encode(message).into(),
            ),
        };
        let mut request = Request::post(path)
            .version(Version::HTTP_2)
            .header("content-type", content_type)
            .body(Full::new(body))
            .unwrap();
        request.headers_mut().extend(headers.clone());
        let response = self.grpc.clone().oneshot(request).await.unwrap();
        if form == Form::Grpc {
            return response;
        }
        let frames = WebFrames::new(response.headers());
        response.map(|body| frames.into_grpc(body))
    }

    /// A watch that has begun.
    pub(crate) async fn watch(&self, form: Form, token: &str, request: &WatchEventsRequest) -> Watch {
        let answer = self.call(form, WATCH_EVENTS, &bearer(token), framed(request)).await;
        Watch::begun(answer)
    }

    /// Locks a user, as the manager of the instance.
    pub(crate) async fn lock(&self, user_id: &str, reason: &str) {
        let message = LockUserRequest {
            user_id: user_id.to_owned(),
            reason: reason.to_owned(),
            ..LockUserRequest::default()
        };
        self.change("LockUser", framed(&message)).await;
    }

    /// Unlocks a user, as the manager of the instance.
    pub(crate) async fn unlock(&self, user_id: &str) {
        let message = UnlockUserRequest {
            user_id: user_id.to_owned(),
            ..UnlockUserRequest::default()
        };
        self.change("UnlockUser", framed(&message)).await;
    }

    async fn change(&self, rpc: &str, message: Bytes) {
        let headers = bearer(&self.world.instance_manager.token);
        let path = format!("{USER_SERVICE}/{rpc}");
        let answer = self.call(Form::Grpc, &path, &headers, message).await;
        let body = answer.into_body().collect().await.unwrap();
        assert_eq!(body.trailers().expect("no refusal")["grpc-status"], "0");
    }
}

/// The header that shows a token.
pub(crate) fn bearer(token: &str) -> HeaderMap {
    with_header("authorization", &format!("Bearer {token}"))
}

pub(crate) fn with_header(name: &'static str, value: &str) -> HeaderMap {
    HeaderMap::from_iter([(http::HeaderName::from_static(name), value.parse().unwrap())])
}

/// The answer to a watch, read message by message.
#[derive(Debug)]
pub(crate) struct Watch {
    body: Body,
    read: BytesMut,
}

impl Watch {
    /// An answer that is no refusal.
    pub(crate) fn begun(answer: Response<Body>) -> Self {
        assert!(!answer.headers().contains_key("grpc-status"), "{:?}", answer.headers());
        Self {
            body: answer.into_body(),
            read: BytesMut::new(),
        }
    }

    /// The next message.
    pub(crate) async fn next(&mut self) -> WatchEventsResponse {
        match self.message_or_end().await {
            Ok(message) => message,
            Err(status) => panic!("the watch has ended: {status:?}"),
        }
    }

    /// Where the watch begins: what the first message says.
    pub(crate) async fn beginning(&mut self) -> u64 {
        let first = self.next().await;
        assert_eq!(first.event, None);
        first.position
    }

    /// What the watch ends with, whatever it tells before.
    pub(crate) async fn end(mut self) -> Status {
        for _ in 0..100 {
            if let Err(status) = self.message_or_end().await {
                return status;
            }
        }
        panic!("the watch does not end");
    }

    async fn message_or_end(&mut self) -> Result<WatchEventsResponse, Status> {
        loop {
            if let Some(message) = self.whole_message() {
                return Ok(WatchEventsResponse::decode(message).expect("a message"));
            }
            let frame = self.body.frame().await.expect("trailers at the end").unwrap();
            match frame.into_data() {
                Ok(data) => self.read.extend_from_slice(&data),
                Err(trailers) => {
                    assert!(self.read.is_empty(), "half a message was sent");
                    let trailers = trailers.into_trailers().unwrap();
                    return Err(Status::from_header_map(&trailers).expect("a status"));
                }
            }
        }
    }

    fn whole_message(&mut self) -> Option<Bytes> {
        let length = u32::from_be_bytes(self.read.get(1..5)?.try_into().unwrap());
        let length = usize::try_from(length).unwrap();
        if self.read.len() < 5 + length {
            return None;
        }
        assert_eq!(self.read[0], 0, "the message is not compressed");
        self.read.advance(5);
        Some(self.read.split_to(length).freeze())
    }
}
