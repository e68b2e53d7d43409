/// Everything that can be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rpc {
    ListUsers,
    GetUserById,
    CreateUser,
    UpdateUser,
    DeactivateUser,
    ReactivateUser,
    LockUser,
    UnlockUser,
    DeleteUser,
    AddUsername,
    RemoveUsername,
    SetPassword,
    RequestPasswordReset,
    ListSessions,
    GetSession,
    CreateSession,
    SetSession,
    DeleteSession,
    GetLockoutSettings,
    GetLockoutPolicy,
    SetLockoutPolicy,
    ResetLockoutPolicy,
    ListEvents,
    WatchEvents,
    CheckHealth,
    WatchHealth,
    Reflect,
    ReflectV1Alpha,
}

/// Who answers an RPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Users,
    Sessions,
    Settings,
    Policies,
    Events,
    Health,
    Reflection,
    ReflectionV1Alpha,
}

impl Service {
    /// Whether it answers only those who show a token.
    pub(crate) fn needs_token(self) -> bool {
        match self {
            Self::Users | Self::Sessions | Self::Settings | Self::Policies | Self::Events => true,
            Self::Health | Self::Reflection | Self::ReflectionV1Alpha => false,
        }
    }
}

impl Rpc {
    const ALL: [Self; 28] = [
        Self::ListUsers,
        Self::GetUserById,
        Self::CreateUser,
        Self::UpdateUser,
        Self::DeactivateUser,
        Self::ReactivateUser,
        Self::LockUser,
        Self::UnlockUser,
        Self::DeleteUser,
        Self::AddUsername,
        Self::RemoveUsername,
        Self::SetPassword,
        Self::RequestPasswordReset,
        Self::ListSessions,
        Self::GetSession,
        Self::CreateSession,
        Self::SetSession,
        Self::DeleteSession,
        Self::GetLockoutSettings,
        Self::GetLockoutPolicy,
        Self::SetLockoutPolicy,
        Self::ResetLockoutPolicy,
        Self::ListEvents,
        Self::WatchEvents,
        Self::CheckHealth,
        Self::WatchHealth,
        Self::Reflect,
        Self::ReflectV1Alpha,
    ];

    /// The RPC at a path; the name of the method goes letter by letter.
    pub(crate) fn at(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rpc| rpc.path() == path)
    }

    /// Where gRPC finds it.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::ListUsers => "/zitadel.user.v3alpha.UserService/ListUsers",
            Self::GetUserById => "/zitadel.user.v3alpha.UserService/GetUserByID",
            Self::CreateUser => "/zitadel.user.v3alpha.UserService/CreateUser",
            Self::UpdateUser => "/zitadel.user.v3alpha.UserService/UpdateUser",
            Self::DeactivateUser => "/zitadel.user.v3alpha.UserService/DeactivateUser",
            Self::ReactivateUser => "/zitadel.user.v3alpha.UserService/ReactivateUser",
            Self::LockUser => "/zitadel.user.v3alpha.UserService/LockUser",
            Self::UnlockUser => "/zitadel.user.v3alpha.UserService/UnlockUser",
            Self::DeleteUser => "/zitadel.user.v3alpha.UserService/DeleteUser",
            Self::AddUsername => "/zitadel.user.v3alpha.UserService/AddUsername",
            Self::RemoveUsername => "/zitadel.user.v3alpha.UserService/RemoveUsername",
            Self::SetPassword => "/zitadel.user.v3alpha.UserService/SetPassword",
            Self::RequestPasswordReset => "/zitadel.user.v3alpha.UserService/RequestPasswordReset",
            Self::ListSessions => "/zitadel.session.v2.SessionService/ListSessions",
            Self::GetSession => "/zitadel.session.v2.SessionService/GetSession",
            Self::CreateSession => "/zitadel.session.v2.SessionService/CreateSession",
            Self::SetSession => "/zitadel.session.v2.SessionService/SetSession",
            Self::DeleteSession => "/zitadel.session.v2.SessionService/DeleteSession",
            Self::GetLockoutSettings => "/zitadel.settings.v2.SettingsService/GetLockoutSettings",
            Self::GetLockoutPolicy => "/unlockd.policy.v1.LockoutPolicyService/GetLockoutPolicy",
            Self::SetLockoutPolicy => "/unlockd.policy.v1.LockoutPolicyService/SetLockoutPolicy",
            Self::ResetLockoutPolicy => "/unlockd.policy.v1.LockoutPolicyService/ResetLockoutPolicy",
            Self::ListEvents => "/unlockd.event.v1.EventService/ListEvents",
            Self::WatchEvents => "/unlockd.event.v1.EventService/WatchEvents",
            Self::CheckHealth => "/grpc.health.v1.Health/Check",
            Self::WatchHealth => "/grpc.health.v1.Health/Watch",
            Self::Reflect => "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
            Self::ReflectV1Alpha => "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        }
    }

    /// Who answers it.
    pub(crate) fn service(self) -> Service {
        match self {
            Self::ListUsers
            | Self::GetUserById
            | Self::CreateUser
            | Self::UpdateUser
            | Self::DeactivateUser
            | Self::ReactivateUser
            | Self::LockUser
            | Self::UnlockUser
            | Self::DeleteUser
            | Self::AddUsername
            | Self::RemoveUsername
            | Self::SetPassword
            | Self::RequestPasswordReset => Service::Users,
            Self::ListSessions | Self::GetSession | Self::CreateSession | Self::SetSession | Self::DeleteSession => {
                Service::Sessions
            }
            Self::GetLockoutSettings => Service::Settings,
            Self::GetLockoutPolicy | Self::SetLockoutPolicy | Self::ResetLockoutPolicy => Service::Policies,
            Self::ListEvents | Self::WatchEvents => Service::Events,
            Self::CheckHealth | Self::WatchHealth => Service::Health,
            Self::Reflect => Service::Reflection,
            Self::ReflectV1Alpha => Service::ReflectionV1Alpha,
        }
    }

    /// Whether it may stay open after it has begun to answer.
    pub(crate) fn is_stream(self) -> bool {
        matches!(
            self,
            Self::WatchEvents | Self::WatchHealth | Self::Reflect | Self::ReflectV1Alpha
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use prost::Message;
    use prost_types::FileDescriptorSet;

    use super::*;

    /// The paths of all RPCs that a contract describes, and whether they answer in streams.
    fn described(contract: &[u8]) -> BTreeMap<String, bool> {
        let contract = FileDescriptorSet::decode(contract).unwrap();
        let mut described = BTreeMap::new();
        for file in contract.file {
            for service in &file.service {
                for method in &service.method {
                    let path = format!("/{}.{}/{}", file.package(), service.name(), method.name());
                    described.insert(path, method.server_streaming());
                }
            }
        }
        described
    }

    #[test]
    fn everything_that_the_contracts_describe_can_be_called_and_nothing_else() {
        let mut expected = described(unlockd_proto::FILE_DESCRIPTOR_SET);
        for contract in [
            tonic_health::pb::FILE_DESCRIPTOR_SET,
            tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
            tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
        ] {
            expected.extend(described(contract));
        }
        let known: BTreeMap<_, _> = Rpc::ALL.map(|rpc| (rpc.path().to_owned(), rpc.is_stream())).into();
        assert_eq!(known, expected);
    }

    #[test]
    fn our_own_services_are_for_those_who_show_a_token() {
        let ours = described(unlockd_proto::FILE_DESCRIPTOR_SET);
        for rpc in Rpc::ALL {
            assert_eq!(rpc.service().needs_token(), ours.contains_key(rpc.path()), "{rpc:?}");
        }
    }
}
