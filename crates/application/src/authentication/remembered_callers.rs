use unlockd_domain::UserId;

/// Whoever remembers callers from one request to the next, and so has to be told when one of them is taken out of
/// service. An [`Authenticator`](crate::Authenticator) that asks anew each time remembers nobody: [`NobodyRemembered`].
pub trait RememberedCallers: Send + Sync {
    /// The user has just been taken out of service, or has a new password, or may have either: whatever is remembered of
    /// them, or was asked for before this moment, does not count any more.
    fn forget(&self, user_id: &UserId);

    /// The user may be taken out of service at any moment from now on, and nobody will tell: the store was left, or lost,
    /// in the middle of it. Nothing is to be remembered of them until that is over.
    fn doubt(&self, user_id: &UserId);
}

/// For a service that looks every caller up anew: there is nothing to forget.
#[derive(Debug, Clone, Copy, Default)]
pub struct NobodyRemembered;

impl RememberedCallers for NobodyRemembered {
    fn forget(&self, _: &UserId) {}

    fn doubt(&self, _: &UserId) {}
}
