use unlockd_domain::Timestamp;

/// The time of day.
pub trait Clock: Send + Sync {
    /// The present moment. It may jump, also backwards.
    fn now(&self) -> Timestamp;
}
