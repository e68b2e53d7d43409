use std::future::Future;
use std::sync::Arc;

use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::{Request, Response, Status};
use unlockd_application::users::{IDEMPOTENCY_KEY, IF_MATCH, IdForm, Outcome, SafeguardsForm};
use unlockd_application::{Error, LiveCaller, RequestContext};

use crate::destination::UserInPath;
use crate::status;

/// The metadata of an answer that was given before.
const IDEMPOTENCY_REPLAYED: &str = "idempotency-replayed";

/// A request whose caller is known.
pub(crate) struct Call<M> {
    /// Who calls.
    pub(crate) live: LiveCaller,
    /// The user in the path, when the request came by a path of the REST API.
    pub(crate) user_in_path: Option<UserInPath>,
    /// Each value of the metadata `idempotency-key`.
    pub(crate) idempotency_keys: Vec<Vec<u8>>,
    /// Each value of the metadata `if-match`, which no RPC knows.
    pub(crate) if_match: Vec<Vec<u8>>,
    /// What is known of the request, for what goes wrong after the answer has begun.
    pub(crate) context: Option<Arc<RequestContext>>,
    /// What the request says.
    pub(crate) message: M,
}

/// Runs an RPC; its error becomes a status here.
pub(crate) async fn answer<M, R, F>(request: Request<M>, rpc: impl FnOnce(Call<M>) -> F) -> Result<Response<R>, Status>
where
    F: Future<Output = Result<R, Error>>,
{
    run(request, rpc).await.map(Response::new)
}

/// The same for an RPC that is done once for each idempotency key: the answer says so when it was given before.
pub(crate) async fn answer_once<M, R, F>(
    request: Request<M>,
    rpc: impl FnOnce(Call<M>) -> F,
) -> Result<Response<R>, Status>
where
    F: Future<Output = Result<Outcome<R>, Error>>,
{
    let Outcome { answer, replayed } = run(request, rpc).await?;
    let mut response = Response::new(answer);
    if replayed {
        let told = MetadataValue::from_static("true");
        response.metadata_mut().insert(IDEMPOTENCY_REPLAYED, told);
    }
    Ok(response)
}

async fn run<M, R, F>(request: Request<M>, rpc: impl FnOnce(Call<M>) -> F) -> Result<R, Status>
where
    F: Future<Output = Result<R, Error>>,
{
    let (metadata, mut extensions, message) = request.into_parts();
    let context: Option<Arc<RequestContext>> = extensions.remove();
    let outcome = match extensions.remove() {
        Some(live) => {
            rpc(Call {
                live,
                user_in_path: extensions.remove(),
                idempotency_keys: values(&metadata, IDEMPOTENCY_KEY),
                if_match: values(&metadata, IF_MATCH),
                context: context.clone(),
                message,
            })
            .await
        }
        None => Err(Error::TokenMissing),
    };
    outcome.map_err(|error| status::refuse(&error, context.as_deref()))
}

fn values(metadata: &MetadataMap, name: &'static str) -> Vec<Vec<u8>> {
    let values = metadata.get_all(name).iter();
    values.map(|value| value.as_encoded_bytes().to_vec()).collect()
}

/// Where the request names its user.
pub(crate) fn user_id(in_message: String, in_path: Option<UserInPath>) -> IdForm {
    IdForm {
        in_path: in_path.map(|UserInPath(id)| Ok(id)),
        in_message,
    }
}

/// What makes the request safe to send twice; the message says in a field what `If-Match` says over HTTP.
pub(crate) fn safeguards(idempotency_keys: Vec<Vec<u8>>, if_sequence: Option<u64>) -> SafeguardsForm {
    SafeguardsForm {
        idempotency_keys,
        if_match: Vec::new(),
        if_sequence,
    }
}

/// What was to make a request safe to send twice that knows none of it.
pub(crate) fn unknown_safeguards(idempotency_keys: Vec<Vec<u8>>, if_match: Vec<Vec<u8>>) -> SafeguardsForm {
    SafeguardsForm {
        idempotency_keys,
        if_match,
        if_sequence: None,
    }
}
