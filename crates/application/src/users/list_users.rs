use unlockd_domain::{Permission, Timestamp};

use super::{UserView, Users};
use crate::authentication::Caller;
use crate::error::Error;
use crate::page;
use crate::ports::{SortDirection, UserFilter, UserOrder, UserQuery, Visibility};

/// Finds users by what they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListUsers {
    /// What they must be.
    pub filter: UserFilter,
    /// What they are ordered by.
    pub order: UserOrder,
    /// In which direction.
    pub direction: SortDirection,
    /// How many to leave out at the beginning.
    pub offset: u64,
    /// How many at most: 1 to [`ListUsers::MAX_LIMIT`].
    pub limit: u32,
}

/// The outcome of [`ListUsers`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserList {
    /// How many users there are that fit and that the caller may see.
    pub total: u64,
    /// When they were read.
    pub read_at: Timestamp,
    /// What they are ordered by.
    pub order: UserOrder,
    /// Those within limit and offset.
    pub users: Vec<UserView>,
}

impl ListUsers {
    /// How many are listed when no number is given.
    pub const DEFAULT_LIMIT: u32 = page::DEFAULT_LIMIT;
    /// The largest number that may be asked for.
    pub const MAX_LIMIT: u32 = page::MAX_LIMIT;

    #[tracing::instrument(level = "debug", name = "application.list_users", skip_all)]
    pub(super) async fn execute(self, users: &Users, caller: &Caller) -> Result<UserList, Error> {
        let visibility = Visibility::from(&caller.require(Permission::UserRead)?);
        let read_at = users.clock.now();
        let page = users
            .directory
            .search(&UserQuery {
                visibility,
                filter: self.filter,
                now: read_at,
                order: self.order,
                direction: self.direction,
                offset: self.offset,
                limit: self.limit,
            })
            .await?;
        let views = page.users.into_iter().map(|(user, profile)| UserView {
            user,
            profile,
            sign_in_blocks: Vec::new(),
            read_at,
        });
        Ok(UserList {
            total: page.total,
            read_at,
            order: self.order,
            users: views.collect(),
        })
    }
}
