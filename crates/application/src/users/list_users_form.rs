use super::ListUsers;
use super::search_query_form::SearchQueryForm;
use crate::error::{Error, Violations};
use crate::page::Page;
use crate::ports::{UserFilter, UserOrder};

/// A request to list users as a wire brings it: the fields of `zitadel.user.v3alpha.ListUsersRequest`, none of them looked at
/// yet. Values of enums are the wire's numbers.
#[derive(Debug, Default)]
pub struct ListUsersForm {
    /// `query.offset`.
    pub offset: u64,
    /// `query.limit`; 0 when it is not set.
    pub limit: u32,
    /// `query.asc`.
    pub ascending: bool,
    /// `sorting_column`.
    pub sorting_column: i32,
    /// `queries`, all of which have to be fulfilled.
    pub queries: Vec<SearchQueryForm>,
}

impl ListUsersForm {
    /// The command.
    ///
    /// # Errors
    /// [`Error::Unimplemented`] when something is asked for that unlockd does not keep; else [`Error::InvalidArgument`] with
    /// all that is wrong.
    pub fn parse(self) -> Result<ListUsers, Error> {
        let mut violations = Violations::default();
        let page = Page::parse(self.offset, self.limit, self.ascending, &mut violations);
        let order = sorting_column(self.sorting_column, &mut violations)?;
        let filter = SearchQueryForm::parse_all(self.queries, &mut violations)?;
        violations.finish(order.map(|order| ListUsers {
            filter: UserFilter::And(filter),
            order,
            direction: page.direction,
            offset: page.offset,
            limit: page.limit,
        }))
    }
}

/// `zitadel.user.v3alpha.FieldName`.
fn sorting_column(number: i32, violations: &mut Violations) -> Result<Option<UserOrder>, Error> {
    let not_kept = match number {
        0 | 1 => return Ok(Some(UserOrder::Id)),
        2 => return Ok(Some(UserOrder::CreationDate)),
        3 => return Ok(Some(UserOrder::ChangeDate)),
        6 => return Ok(Some(UserOrder::State)),
        4 => "FIELD_NAME_EMAIL",
        5 => "FIELD_NAME_PHONE",
        7 => "FIELD_NAME_SCHEMA_ID",
        8 => "FIELD_NAME_SCHEMA_TYPE",
        _ => {
            violations.note("sorting_column", "must be one of the values that are defined");
            return Ok(None);
        }
    };
    Err(Error::Unimplemented {
        field: format!("sorting_column {not_kept}"),
    })
}
