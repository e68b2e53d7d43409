use unlockd_domain as domain;
use unlockd_proto::zitadel::user::v3alpha::LockCause;

/// What brought a lock about, for a message.
pub(crate) fn to_proto(cause: domain::LockCause) -> LockCause {
    match cause {
        domain::LockCause::Operator => LockCause::Operator,
        domain::LockCause::Policy => LockCause::Policy,
    }
}
