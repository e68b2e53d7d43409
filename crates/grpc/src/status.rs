//! Errors as gRPC statuses: the only place where one becomes the other.

use std::time::Duration;

use http::header::WWW_AUTHENTICATE;
use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::{Code as GrpcCode, Status};
use tonic_types::{BadRequest, ErrorDetail, ErrorInfo, FieldViolation, RetryInfo, StatusExt};
use unlockd_application::{Code, Error, RequestContext};

/// The domain of the reasons in `google.rpc.ErrorInfo`.
const DOMAIN: &str = "unlockd";

/// The header that names how a message is compressed.
pub(crate) const GRPC_ENCODING: &str = "grpc-encoding";

/// The status of an error: what the error says of itself, as `google.rpc.Status`. Tells the log and the request's context
/// about it too, so it is called once an error.
pub(crate) fn refuse(error: &Error, context: Option<&RequestContext>) -> Status {
    let request_id = context.and_then(RequestContext::request_id);
    error.log(request_id);
    let description = error.describe(request_id);
    if let Some(context) = context {
        context.set_error(description.reason);
    }
    let metadata = description
        .metadata
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
    let info = ErrorInfo {
        reason: description.reason.as_str().to_owned(),
        domain: DOMAIN.to_owned(),
        metadata,
    };
    let violations: Vec<_> = description
        .field_violations
        .into_iter()
        .map(|violation| FieldViolation::new(violation.field, violation.description))
        .collect();
    let bad_request = (!violations.is_empty()).then(|| ErrorDetail::from(BadRequest::new(violations)));
    let retry = description
        .retry_after
        .map(|span: Duration| ErrorDetail::from(RetryInfo::new(Some(span))));
    let details: Vec<_> = [Some(ErrorDetail::from(info)), bad_request, retry]
        .into_iter()
        .flatten()
        .collect();
    let code = grpc_code(description.reason.code());
    Status::with_error_details_vec_and_metadata(code, description.message, details, metadata_of(error))
}

/// The same code in tonic's words.
fn grpc_code(code: Code) -> GrpcCode {
    match code {
        Code::InvalidArgument => GrpcCode::InvalidArgument,
        Code::DeadlineExceeded => GrpcCode::DeadlineExceeded,
        Code::NotFound => GrpcCode::NotFound,
        Code::AlreadyExists => GrpcCode::AlreadyExists,
        Code::PermissionDenied => GrpcCode::PermissionDenied,
        Code::ResourceExhausted => GrpcCode::ResourceExhausted,
        Code::FailedPrecondition => GrpcCode::FailedPrecondition,
        Code::Aborted => GrpcCode::Aborted,
        Code::Unimplemented => GrpcCode::Unimplemented,
        Code::Internal => GrpcCode::Internal,
        Code::Unavailable => GrpcCode::Unavailable,
        Code::Unauthenticated => GrpcCode::Unauthenticated,
    }
}

/// What a client needs to know beside the status to get it right the next time.
fn metadata_of(error: &Error) -> MetadataMap {
    let mut metadata = MetadataMap::new();
    if let Some(challenge) = error.challenge() {
        metadata.insert(WWW_AUTHENTICATE.as_str(), MetadataValue::from_static(challenge));
    }
    if let Error::Unimplemented { field } = error
        && field == GRPC_ENCODING
    {
        metadata.insert("grpc-accept-encoding", MetadataValue::from_static("identity"));
    }
    metadata
}
