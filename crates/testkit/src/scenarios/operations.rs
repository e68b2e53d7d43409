use unlockd_domain::Permission;

use super::request::{
    CreateUserRequest, ListEventsRequest, ListUsersRequest, PasswordRequest, Request, SearchQuery, SetPasswordRequest,
    UpdateUserRequest, WatchEventsRequest,
};

/// What an operation is done to.
#[derive(Debug, Clone, Default)]
pub struct Subject {
    /// The organization that gets a user.
    pub organization_id: String,
    /// Who it is about.
    pub user_id: String,
    /// Which name is taken away.
    pub username_id: String,
    /// Which name is added.
    pub new_username: String,
}

/// What a caller has to reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaching {
    /// The user whom the request names.
    User,
    /// The organization that the request names.
    Organization,
    /// Something: whatever is out of reach does not show in the answer.
    Anything,
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
        "POST" "/v3alpha/users/{user_id}/unlock", UserWrite on User;
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
    /// Reads the history.
    ListEvents = "unlockd.event.v1.EventService/ListEvents", "GET" "/v1/events", UserRead on Anything;
    /// Watches what happens.
    WatchEvents = "unlockd.event.v1.EventService/WatchEvents", "GET" "/v1/events:watch", UserRead on Anything;
}

impl Operation {
    /// Further paths that lead to the same, as the API documents them.
    #[must_use]
    pub fn aliases(self) -> &'static [&'static str] {
        if self == Self::SetPassword {
            &["/v2beta/users/{user_id}/password"]
        } else {
            &[]
        }
    }

    /// Whether a key makes it safe to repeat.
    #[must_use]
    pub fn takes_a_key(self) -> bool {
        self.state_before().is_some() || matches!(self, Self::CreateUser | Self::DeleteUser)
    }

    /// Whether it changes a user.
    #[must_use]
    pub fn is_change(self) -> bool {
        self.permission() != Permission::UserRead
    }

    /// The state that the user must be in, where that matters.
    #[must_use]
    pub fn state_before(self) -> Option<&'static str> {
        match self {
            Self::DeactivateUser | Self::LockUser => Some("USER_STATE_ACTIVE"),
            Self::ReactivateUser => Some("USER_STATE_INACTIVE"),
            Self::UnlockUser => Some("USER_STATE_LOCKED"),
            Self::CreateUser
            | Self::ListUsers
            | Self::GetUserById
            | Self::UpdateUser
            | Self::DeleteUser
            | Self::AddUsername
            | Self::RemoveUsername
            | Self::SetPassword
            | Self::ListEvents
            | Self::WatchEvents => None,
        }
    }

    /// The path of the field that names the user.
    #[must_use]
    pub fn field_of_the_user(self) -> &'static str {
        if self == Self::ListUsers {
            "queries[0].user_id_query.id"
        } else {
            "user_id"
        }
    }

    /// A request that is well formed if the subject is.
    #[must_use]
    pub fn request(self, subject: &Subject) -> Request {
        let user_id = subject.user_id.clone();
        let reason = None;
        match self {
            Self::CreateUser => Request::CreateUser(CreateUserRequest {
                user_id: Some(user_id),
                organization_id: Some(subject.organization_id.clone()),
                ..CreateUserRequest::default()
            }),
            Self::ListUsers => Request::ListUsers(ListUsersRequest {
                queries: vec![SearchQuery::UserId(user_id, 0)],
                ..ListUsersRequest::default()
            }),
            Self::GetUserById => Request::GetUserById { user_id },
            Self::UpdateUser => Request::UpdateUser(UpdateUserRequest {
                user_id,
                data: Some("{}".to_owned()),
                ..UpdateUserRequest::default()
            }),
            Self::DeactivateUser => Request::DeactivateUser { user_id, reason },
            Self::ReactivateUser => Request::ReactivateUser { user_id, reason },
            Self::LockUser => Request::LockUser {
                user_id,
                reason,
                locked_until: None,
            },
            Self::UnlockUser => Request::UnlockUser { user_id, reason },
            Self::DeleteUser => Request::DeleteUser { user_id },
            Self::AddUsername => Request::AddUsername {
                user_id,
                username: Some((subject.new_username.clone(), false)),
            },
            Self::RemoveUsername => Request::RemoveUsername {
                user_id,
                username_id: subject.username_id.clone(),
            },
            Self::SetPassword => Request::SetPassword(SetPasswordRequest {
                user_id,
                new_password: Some(PasswordRequest::Plain {
                    password: "correct horse battery staple".to_owned(),
                    change_required: false,
                }),
                verification: None,
            }),
            Self::ListEvents => Request::ListEvents(ListEventsRequest {
                user_id: Some(user_id),
                ..ListEventsRequest::default()
            }),
            Self::WatchEvents => Request::WatchEvents(WatchEventsRequest {
                user_id: Some(user_id),
                ..WatchEventsRequest::default()
            }),
        }
    }
}
