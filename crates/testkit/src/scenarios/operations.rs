use unlockd_domain::Permission;

use super::request::Request;

/// What an operation is done to.
#[derive(Debug, Clone, Default)]
pub struct Subject {
    /// The organization that gets a user, or whose policy it is about.
    pub organization_id: String,
    /// Who it is about.
    pub user_id: String,
    /// Which name is taken away.
    pub username_id: String,
    /// Which name is added.
    pub new_username: String,
    /// Which session it is about.
    pub session_id: String,
}

/// What a caller has to reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaching {
    /// The user whom the request names.
    User,
    /// The organization that the request names.
    Organization,
    /// The whole instance.
    Instance,
    /// The user who has shown their password in the session that the request names.
    Session,
    /// Something: whatever is out of reach does not show in the answer.
    Anything,
    /// Nothing: everybody may ask, and whatever is out of reach does not show in the answer.
    Nothing,
}

macro_rules! operations {
    ($($(#[$docs:meta])* $name:ident = $rpc:literal, $method:literal $route:literal, $permission:ident on $reaching:ident;)*) => {
        /// Everything that can be asked of unlockd with a token: the one list that the clients of the wires and the scenarios
        /// of authorization are made from. So an operation that is on it has a denied case, and tests of the wires compare
        /// it with what they serve, so that none is missing.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Operation {
            $($(#[$docs])* $name,)*
        }

        impl Operation {
            /// Every operation.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The RPC: `zitadel.user.v3alpha.UserService/LockUser`.
            #[must_use]
            pub fn rpc(self) -> &'static str {
                match self { $(Self::$name => $rpc,)* }
            }

            /// Method and template of the route: `("POST", "/v3alpha/users/{user_id}/lock")`.
            #[must_use]
            pub fn route(self) -> (&'static str, &'static str) {
                match self { $(Self::$name => ($method, $route),)* }
            }

            /// What the caller needs.
            #[must_use]
            pub fn permission(self) -> Permission {
                match self { $(Self::$name => Permission::$permission,)* }
            }

            /// Where the caller needs it.
            #[must_use]
            pub fn reaching(self) -> Reaching {
                match self { $(Self::$name => Reaching::$reaching,)* }
            }
        }

        impl Request {
            /// The operation that is asked for.
            #[must_use]
            pub fn operation(&self) -> Operation {
                match self { $(Self::$name { .. } => Operation::$name,)* }
            }
        }
    };
}

operations! {
    /// Creates a user.
    CreateUser = "zitadel.user.v3alpha.UserService/CreateUser", "POST" "/v3alpha/users", UserWrite on Organization;
    /// Finds users.
    ListUsers = "zitadel.user.v3alpha.UserService/ListUsers", "POST" "/v3alpha/users/search", UserRead on Anything;
    /// Reads a user.
    GetUserById = "zitadel.user.v3alpha.UserService/GetUserByID", "GET" "/v3alpha/users/{user_id}", UserRead on User;
    /// Replaces a user's data.
    UpdateUser = "zitadel.user.v3alpha.UserService/UpdateUser", "PUT" "/v3alpha/users/{user_id}", UserWrite on User;
    /// Puts a user aside.
    DeactivateUser = "zitadel.user.v3alpha.UserService/DeactivateUser",
        "POST" "/v3alpha/users/{user_id}/deactivate", UserWrite on User;
    /// Takes a user back.
    ReactivateUser = "zitadel.user.v3alpha.UserService/ReactivateUser",
        "POST" "/v3alpha/users/{user_id}/reactivate", UserWrite on User;
    /// Locks a user.
    LockUser = "zitadel.user.v3alpha.UserService/LockUser", "POST" "/v3alpha/users/{user_id}/lock", UserWrite on User;
    /// Unlocks a user.
    UnlockUser = "zitadel.user.v3alpha.UserService/UnlockUser",
        "POST" "/v3alpha/users/{user_id}/unlock", UserUnlock on User;
    /// Deletes a user.
    DeleteUser = "zitadel.user.v3alpha.UserService/DeleteUser",
        "DELETE" "/v3alpha/users/{user_id}", UserDelete on User;
    /// Gives a user a name.
    AddUsername = "zitadel.user.v3alpha.UserService/AddUsername",
        "POST" "/v3alpha/users/{user_id}/username", UserWrite on User;
    /// Takes a name away from a user.
    RemoveUsername = "zitadel.user.v3alpha.UserService/RemoveUsername",
        "DELETE" "/v3alpha/users/{user_id}/username/{username_id}", UserWrite on User;
    /// Replaces a user's password.
    SetPassword = "zitadel.user.v3alpha.UserService/SetPassword",
        "POST" "/v3alpha/users/{user_id}/password", UserWrite on User;
    /// Makes a code by which a user's password can be replaced.
    RequestPasswordReset = "zitadel.user.v3alpha.UserService/RequestPasswordReset",
        "POST" "/v3alpha/users/{user_id}/password/reset", UserWrite on User;
    /// Reads the history.
    ListEvents = "unlockd.event.v1.EventService/ListEvents", "GET" "/v1/events", UserRead on Anything;
    /// Watches what happens.
    WatchEvents = "unlockd.event.v1.EventService/WatchEvents", "GET" "/v1/events:watch", UserRead on Anything;
    /// Begins a session.
    CreateSession = "zitadel.session.v2.SessionService/CreateSession", "POST" "/v2/sessions", SessionWrite on Instance;
    /// Reads a session.
    GetSession = "zitadel.session.v2.SessionService/GetSession",
        "GET" "/v2/sessions/{session_id}", SessionRead on Session;
    /// Goes on with a session.
    SetSession = "zitadel.session.v2.SessionService/SetSession",
        "PATCH" "/v2/sessions/{session_id}", SessionWrite on Session;
    /// Ends a session.
    DeleteSession = "zitadel.session.v2.SessionService/DeleteSession",
        "DELETE" "/v2/sessions/{session_id}", SessionDelete on Session;
    /// Finds sessions.
    ListSessions = "zitadel.session.v2.SessionService/ListSessions",
        "POST" "/v2/sessions/search", SessionRead on Nothing;
    /// Reads what locks users.
    GetLockoutPolicy = "unlockd.policy.v1.LockoutPolicyService/GetLockoutPolicy",
        "GET" "/v1/organizations/{organization_id}/lockout-policy", PolicyRead on Organization;
    /// Sets what locks users.
    SetLockoutPolicy = "unlockd.policy.v1.LockoutPolicyService/SetLockoutPolicy",
        "PUT" "/v1/organizations/{organization_id}/lockout-policy", PolicyWrite on Organization;
    /// Goes back to what locks users otherwise.
    ResetLockoutPolicy = "unlockd.policy.v1.LockoutPolicyService/ResetLockoutPolicy",
        "DELETE" "/v1/organizations/{organization_id}/lockout-policy", PolicyWrite on Organization;
    /// Reads what locks users, as far as ZITADEL knows it.
    GetLockoutSettings = "zitadel.settings.v2.SettingsService/GetLockoutSettings",
        "GET" "/v2/settings/lockout", PolicyRead on Organization;
}

impl Operation {
    /// Further paths that lead to the same, as the API documents them; to a policy, the one for that of the instance.
    #[must_use]
    pub fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::SetPassword => &["/v2beta/users/{user_id}/password"],
            Self::RequestPasswordReset => &["/v2beta/users/{user_id}/password/reset"],
            Self::GetLockoutPolicy | Self::SetLockoutPolicy | Self::ResetLockoutPolicy => &["/v1/lockout-policy"],
            Self::CreateUser
            | Self::ListUsers
            | Self::GetUserById
            | Self::UpdateUser
            | Self::DeactivateUser
            | Self::ReactivateUser
            | Self::LockUser
            | Self::UnlockUser
            | Self::DeleteUser
            | Self::AddUsername
            | Self::RemoveUsername
            | Self::ListEvents
            | Self::WatchEvents
            | Self::CreateSession
            | Self::GetSession
            | Self::SetSession
            | Self::DeleteSession
            | Self::ListSessions
            | Self::GetLockoutSettings => &[],
        }
    }

    /// Whether a repetition under its idempotency key gets the first answer again. The other changes accept a key, too:
    /// their answers have secrets, which cannot be given again.
    #[must_use]
    pub fn is_replayed(self) -> bool {
        self.is_change_of_a_user() && self != Self::RequestPasswordReset
    }

    /// Whether it changes something.
    #[must_use]
    pub fn is_change(self) -> bool {
        match self.permission() {
            Permission::UserRead | Permission::PolicyRead | Permission::SessionRead => false,
            Permission::UserWrite
            | Permission::UserUnlock
            | Permission::UserDelete
            | Permission::PolicyWrite
            | Permission::SessionWrite
            | Permission::SessionDelete => true,
        }
    }

    /// Whether it changes a user.
    #[must_use]
    pub fn is_change_of_a_user(self) -> bool {
        matches!(
            self.permission(),
            Permission::UserWrite | Permission::UserUnlock | Permission::UserDelete
        )
    }

    /// The state that the user must be in, where that matters.
    #[must_use]
    pub fn state_before(self) -> Option<&'static str> {
        if matches!(self, Self::DeactivateUser | Self::LockUser) {
            Some("USER_STATE_ACTIVE")
        } else if self == Self::ReactivateUser {
            Some("USER_STATE_INACTIVE")
        } else if self == Self::UnlockUser {
            Some("USER_STATE_LOCKED")
        } else {
            None
        }
    }

    /// The path of the field that names what it is done to.
    #[must_use]
    pub fn field_of_the_subject(self) -> &'static str {
        if self == Self::GetLockoutSettings {
            return "ctx.org_id";
        }
        match (self.reaching(), self) {
            (Reaching::Instance, _) => "checks.user.user_id",
            (Reaching::Session, _) => "session_id",
            (Reaching::Nothing, _) | (_, Self::ListUsers) => "queries[0].user_id_query.id",
            (Reaching::Organization, other) if other != Self::CreateUser => "organization_id",
            (Reaching::User | Reaching::Organization | Reaching::Anything, _) => "user_id",
        }
    }
}
