use std::convert::Infallible;

use http::{Request, Response};
use tonic::body::Body;
use tonic_reflection::server::Builder;
use tower::util::BoxCloneSyncService;

/// Server reflection, whichever version of it.
pub(crate) type Reflection = BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>;

/// `grpc.reflection.v1.ServerReflection`.
#[expect(
    clippy::expect_used,
    reason = "the descriptors are part of the program: they fit, or no test passes"
)]
pub(crate) fn v1(max_request_bytes: usize) -> Reflection {
    let service = contracts().build_v1().expect("the descriptors fit together");
    Reflection::new(service.max_decoding_message_size(max_request_bytes))
}

/// `grpc.reflection.v1alpha.ServerReflection`, for clients that have not heard of v1.
#[expect(
    clippy::expect_used,
    reason = "the descriptors are part of the program: they fit, or no test passes"
)]
pub(crate) fn v1alpha(max_request_bytes: usize) -> Reflection {
    let service = contracts().build_v1alpha().expect("the descriptors fit together");
    Reflection::new(service.max_decoding_message_size(max_request_bytes))
}

fn contracts() -> Builder<'static> {
    Builder::configure()
        .register_encoded_file_descriptor_set(unlockd_proto::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        // What is in the details of a status, so that clients can show it.
        .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
}
