use unlockd_domain as domain;
use unlockd_proto::zitadel::user::v3alpha::{LockCause, LockScope};

/// What brought a lock about, for a message.
pub(crate) fn to_proto(cause: domain::LockCause) -> LockCause {
    match cause {
        domain::LockCause::Operator => LockCause::Operator,
        domain::LockCause::Policy => LockCause::Policy,
    }
}

/// The uses that a lock bars, for a message.
pub(crate) fn scope_to_proto(scope: domain::LockScope) -> LockScope {
    match scope {
        domain::LockScope::SignIn => LockScope::SignIn,
        domain::LockScope::AllUse => LockScope::AllUse,
    }
}
