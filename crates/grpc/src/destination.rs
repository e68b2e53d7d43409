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
        let (rpc, user) = match path
            .strip_prefix("/v3alpha/users")?
            .split('/')
            .collect::<Vec<_>>()
            .as_slice()
        {
            [""] => (Rpc::CreateUser, None),
            ["", user, "lock"] => (Rpc::LockUser, Some(*user)),
            ["", user, "unlock"] => (Rpc::UnlockUser, Some(*user)),
            _ => return None,
        };
        Some(Self {
            rpc,
            user_in_path: user.map(|user| decode_segment(user).map(UserInPath)),
            is_rest: true,
        })
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
        assert_eq!(rpc("/v3alpha/users"), Some(Rpc::CreateUser));
        assert_eq!(rpc("/v3alpha/users/a/lock"), Some(Rpc::LockUser));
        assert_eq!(rpc("/v3alpha/users/a/unlock"), Some(Rpc::UnlockUser));
        for nowhere in [
            "/v3alpha/users/",
            "/v3alpha/users/a",
            "/v3alpha/usersa/lock",
            "/v3alpha/users/a/b/lock",
            "/v3alpha/users/a/lock/",
            "/v3alpha/users/a/Lock",
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
