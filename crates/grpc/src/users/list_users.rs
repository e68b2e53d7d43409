use unlockd_application::ports::UserOrder;
use unlockd_application::users::{ListUsersForm, UserList};
use unlockd_application::{Error, UserService};
use unlockd_proto::zitadel::object::v2beta::ListDetails;
use unlockd_proto::zitadel::user::v3alpha::{FieldName, ListUsersRequest, ListUsersResponse};

use super::search_query;
use super::user::user;
use crate::call::Call;
use crate::timestamp;

/// Finds users by what they are.
#[tracing::instrument(level = "debug", name = "grpc.users.list", skip_all)]
pub(super) async fn list_users(
    users: &dyn UserService,
    call: Call<ListUsersRequest>,
) -> Result<ListUsersResponse, Error> {
    let query = form(call.message).parse()?;
    let list = users.list_users(call.live.caller(), query).await?;
    response(list)
}

fn form(message: ListUsersRequest) -> ListUsersForm {
    let part = message.query.unwrap_or_default();
    ListUsersForm {
        offset: part.offset,
        limit: part.limit,
        ascending: part.asc,
        sorting_column: message.sorting_column,
        queries: message.queries.into_iter().map(search_query::form).collect(),
    }
}

fn response(list: UserList) -> Result<ListUsersResponse, Error> {
    Ok(ListUsersResponse {
        details: Some(ListDetails {
            total_result: list.total,
            processed_sequence: 0,
            timestamp: Some(timestamp::to_proto(list.read_at)),
        }),
        sorting_column: sorting_column(list.order).into(),
        result: list.users.into_iter().map(user).collect::<Result<_, _>>()?,
    })
}

fn sorting_column(order: UserOrder) -> FieldName {
    match order {
        UserOrder::Id => FieldName::Id,
        UserOrder::CreationDate => FieldName::CreationDate,
        UserOrder::ChangeDate => FieldName::ChangeDate,
        UserOrder::State => FieldName::State,
    }
}
