use std::future::Future;
use std::sync::Arc;

use tonic::{Request, Response, Status};
use unlockd_application::users::UserIdForm;
use unlockd_application::{Caller, Error, RequestContext};

use crate::destination::UserInPath;
use crate::status;

/// A request whose caller is known.
pub(super) struct Call<M> {
    /// Who calls.
    pub(super) caller: Caller,
    /// The user in the path, when the request came by a path of the REST API.
    pub(super) user_in_path: Option<UserInPath>,
    /// What the request says.
    pub(super) message: M,
}

/// Runs an RPC; its error becomes a status here.
pub(super) async fn answer<M, R, F>(request: Request<M>, rpc: impl FnOnce(Call<M>) -> F) -> Result<Response<R>, Status>
where
    F: Future<Output = Result<R, Error>>,
{
    let (_, mut extensions, message) = request.into_parts();
    let context: Option<Arc<RequestContext>> = extensions.remove();
    let user_in_path = extensions.remove();
    let outcome = match extensions.remove() {
        Some(caller) => {
            rpc(Call {
                caller,
                user_in_path,
                message,
            })
            .await
        }
        None => Err(Error::TokenMissing),
    };
    outcome
        .map(Response::new)
        .map_err(|error| status::refuse(&error, context.as_deref()))
}

/// Where the request names its user.
pub(super) fn user_id(in_message: String, in_path: Option<UserInPath>) -> UserIdForm {
    UserIdForm {
        in_path: in_path.map(|UserInPath(id)| Ok(id)),
        in_message,
    }
}
