use unlockd_application::users::{MalformedSegment, decode_segment};

use crate::rpc::Rpc;

/// Where a request goes: to an RPC by its own path, or by the path that the RPC has in the REST API.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Destination {
    /// What is called.
    pub(crate) rpc: Rpc,
    /// The user that the REST path names, if it does.
    pub(crate) user_in_path: Option<Result<UserInPath, MalformedSegment>>,
    /// Whether the path says enough for a request without a message.
    pub(crate) is_rest: bool,
}

/// The id of a user, decoded from the path of the request. Not looked at yet: it may be too long or empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UserInPath(pub(crate) String);

impl Destination {
    /// What is at this path.
    pub(crate) fn at(path: &str) -> Option<Self> {
        if let Some(rpc) = Rpc::at(path) {
            return Some(Self {
                rpc,
                user_in_path: None,
                is_rest: false,
            });
        }
        let (rpc, user) = match path.split('/').collect::<Vec<_>>().as_slice() {
            ["", "v3alpha", "users"] => (Rpc::CreateUser, None),
            ["", "v3alpha", "users", "search"] => (Rpc::ListUsers, None),
            ["", "v3alpha", "users", user, action] => (to_one_user(action)?, Some(*user)),
            // The API documents the paths of passwords below v2beta as well.
            ["", "v2beta", "users", user, "password"] => (Rpc::SetPassword, Some(*user)),
            ["", "v3alpha" | "v2beta", "users", user, "password", "reset"] => (Rpc::RequestPasswordReset, Some(*user)),
            ["", "v2", "sessions"] => (Rpc::CreateSession, None),
            ["", "v2", "sessions", "search"] => (Rpc::ListSessions, None),
            _ => return None,
        };
        Some(Self {
            rpc,
            user_in_path: user.map(|user| decode_segment(user).map(UserInPath)),
            is_rest: true,
        })
    }
}

/// What is done to the user whose path this is the last segment of.
fn to_one_user(action: &str) -> Option<Rpc> {
    match action {
        "deactivate" => Some(Rpc::DeactivateUser),
        "reactivate" => Some(Rpc::ReactivateUser),
        "lock" => Some(Rpc::LockUser),
        "unlock" => Some(Rpc::UnlockUser),
        "username" => Some(Rpc::AddUsername),
        "password" => Some(Rpc::SetPassword),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user_at(path: &str) -> Option<Result<UserInPath, MalformedSegment>> {
        Destination::at(path)?.user_in_path
    }

    #[test]
    fn rest_paths_lead_to_their_rpcs() {
        let rpc = |path| Destination::at(path).map(|destination| destination.rpc);
        for (path, expected) in [
            ("/v3alpha/users", Rpc::CreateUser),
            ("/v3alpha/users/search", Rpc::ListUsers),
            ("/v3alpha/users/a/deactivate", Rpc::DeactivateUser),
            ("/v3alpha/users/a/reactivate", Rpc::ReactivateUser),
            ("/v3alpha/users/a/lock", Rpc::LockUser),
            ("/v3alpha/users/search/lock", Rpc::LockUser),
            ("/v3alpha/users/a/unlock", Rpc::UnlockUser),
            ("/v3alpha/users/a/username", Rpc::AddUsername),
            ("/v3alpha/users/a/password", Rpc::SetPassword),
            ("/v2beta/users/a/password", Rpc::SetPassword),
            ("/v3alpha/users/a/password/reset", Rpc::RequestPasswordReset),
            ("/v2beta/users/a/password/reset", Rpc::RequestPasswordReset),
            ("/v2/sessions", Rpc::CreateSession),
            ("/v2/sessions/search", Rpc::ListSessions),
        ] {
            assert_eq!(rpc(path), Some(expected), "{path}");
        }
        for nowhere in [
            "/v3alpha/users/",
            "/v3alpha/users/a",
            "/v3alpha/usersa/lock",
            "/v3alpha/users/a/b/lock",
            "/v3alpha/users/a/lock/",
            "/v3alpha/users/a/Lock",
            "/v3alpha/users/a/password/reset/",
            "/v3alpha/users/a/password/Reset",
            "/v3alpha/users/a/lock/reset",
            "/v3alpha/users/a/username/b",
            "/v2beta/users",
            "/v2beta/users/search",
            "/v2beta/users/a/lock",
            "v3alpha/users",
            "/v1/events",
            "/v1/lockout-policy",
            "/v2/sessions/",
            "/v2/sessions/a",
            "/v2/sessions/search/a",
            "/v2/settings/lockout",
        ] {
            assert_eq!(rpc(nowhere), None, "{nowhere}");
        }
    }

    #[test]
    fn the_user_in_the_path_is_decoded_once() {
        let decoded = |id: &str| Some(Ok(UserInPath(id.to_owned())));
        assert_eq!(user_at("/v3alpha/users/a%2Fb%20%C3%A9/lock"), decoded("a/b é"));
        assert_eq!(user_at("/v3alpha/users/%2541/lock"), decoded("%41"));
        assert_eq!(user_at("/v3alpha/users/a+b/lock"), decoded("a+b"));
        assert_eq!(user_at("/v3alpha/users//lock"), decoded(""));
        for malformed in ["%", "%4", "%zz", "a%%41", "%ff", "%C3"] {
            assert_eq!(
                user_at(&format!("/v3alpha/users/{malformed}/lock")),
                Some(Err(MalformedSegment)),
                "{malformed}"
            );
        }
    }
}
