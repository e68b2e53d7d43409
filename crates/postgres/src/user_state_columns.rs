use time::OffsetDateTime;
use unlockd_domain::{Lock, LockCause, LockScope, Reason, Timestamp, UserId, UserState};

/// How a state is stored.
pub(crate) struct UserStateColumns<'a> {
    pub(crate) name: &'static str,
    lock: Option<&'a Lock>,
}

impl<'a> UserStateColumns<'a> {
    pub(crate) fn of(state: &'a UserState) -> Self {
        let (name, lock) = match state {
            UserState::Active => ("active", None),
            UserState::Inactive => ("inactive", None),
            UserState::Locked(lock) => ("locked", Some(lock)),
            UserState::Deleted => ("deleted", None),
        };
        Self { name, lock }
    }

    pub(crate) fn lock_since(&self) -> Option<OffsetDateTime> {
        self.lock.map(|lock| lock.since.date_time())
    }

    pub(crate) fn lock_cause(&self) -> Option<&'static str> {
        self.lock.map(|lock| LockCause::as_str(lock.cause))
    }

    pub(crate) fn lock_by(&self) -> Option<&'a str> {
        self.lock.and_then(|lock| lock.by.user_id()).map(UserId::as_str)
    }

    pub(crate) fn lock_reason(&self) -> Option<&'a str> {
        self.lock.and_then(|lock| lock.reason.as_ref()).map(Reason::as_str)
    }

    pub(crate) fn lock_scope(&self) -> Option<&'static str> {
        self.lock.map(|lock| LockScope::as_str(lock.scope))
    }

    pub(crate) fn lock_until(&self) -> Option<OffsetDateTime> {
        self.lock.and_then(|lock| lock.until).map(Timestamp::date_time)
    }
}
