/// Everything that can be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rpc {
    CreateUser,
    GetUserById,
    LockUser,
    UnlockUser,
    CheckHealth,
    WatchHealth,
    Reflect,
    ReflectV1Alpha,
}

/// Who answers an RPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Users,
    Health,
    Reflection,
    ReflectionV1Alpha,
}

impl Rpc {
    const ALL: [Self; 8] = [
        Self::CreateUser,
        Self::GetUserById,
        Self::LockUser,
        Self::UnlockUser,
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
            Self::CreateUser => "/zitadel.user.v3alpha.UserService/CreateUser",
            Self::GetUserById => "/zitadel.user.v3alpha.UserService/GetUserByID",
            Self::LockUser => "/zitadel.user.v3alpha.UserService/LockUser",
            Self::UnlockUser => "/zitadel.user.v3alpha.UserService/UnlockUser",
            Self::CheckHealth => "/grpc.health.v1.Health/Check",
            Self::WatchHealth => "/grpc.health.v1.Health/Watch",
            Self::Reflect => "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
            Self::ReflectV1Alpha => "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        }
    }

    /// Who answers it.
    pub(crate) fn service(self) -> Service {
        match self {
            Self::CreateUser | Self::GetUserById | Self::LockUser | Self::UnlockUser => Service::Users,
            Self::CheckHealth | Self::WatchHealth => Service::Health,
            Self::Reflect => Service::Reflection,
            Self::ReflectV1Alpha => Service::ReflectionV1Alpha,
        }
    }

    /// Whether it may stay open after it has begun to answer.
    pub(crate) fn is_stream(self) -> bool {
        match self {
            Self::CreateUser | Self::GetUserById | Self::LockUser | Self::UnlockUser | Self::CheckHealth => false,
            Self::WatchHealth | Self::Reflect | Self::ReflectV1Alpha => true,
        }
    }
}
