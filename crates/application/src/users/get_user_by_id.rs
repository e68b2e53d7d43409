use unlockd_domain::{Permission, Reach, Timestamp, User, UserId, UserProfile, UserState};

use super::Users;
use super::reach::within_reach;
use crate::authentication::Caller;
use crate::error::Error;
use crate::sign_in::SignInBlock;

/// Reads a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetUserById {
    /// Who is to be read.
    pub user_id: UserId,
}

/// What a reader sees of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserView {
    /// State and history's end.
    pub user: User,
    /// Names, password and data. Transports show of the password only when it was set.
    pub profile: UserProfile,
    /// The sources that are blocked for the user; empty in lists.
    pub sign_in_blocks: Vec<SignInBlock>,
    /// When it was read: what the user is depends on the time.
    pub read_at: Timestamp,
}

impl UserView {
    /// Where in their life the user was when they were read.
    #[must_use]
    pub fn state(&self) -> &UserState {
        self.user.state(self.read_at)
    }

    /// How many wrong passwords counted when the user was read.
    #[must_use]
    pub fn failed_password_attempts(&self) -> u32 {
        self.user.failed_password_attempts(self.read_at)
    }
}

impl GetUserById {
    #[tracing::instrument(level = "debug", name = "application.get_user_by_id", skip_all, fields(user.id = %self.user_id))]
    pub(super) async fn execute(self, users: &Users, caller: &Caller) -> Result<UserView, Error> {
        caller.require_unrestricted()?;
        let reach = if *caller.user_id() == self.user_id {
            Reach::Organizations(vec![caller.organization()])
        } else {
            caller.require(Permission::UserRead)?
        };
        let found = users.store.find_with_profile(&self.user_id).await?;
        let (user, profile) = found.map_or((None, UserProfile::default()), |(user, profile)| (Some(user), profile));
        let user = within_reach(user, &self.user_id, &reach)?;
        let read_at = users.clock.now();
        Ok(UserView {
            sign_in_blocks: users.sign_in.blocks(&user, &profile, read_at).await?,
            user,
            profile,
            read_at,
        })
    }
}
