use thiserror::Error;

/// The cause of a failure, for the log only.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A store could not do what it was asked. Opaque on purpose: the variants are what a caller can act on.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The store could not be reached, or did not answer in time. A write may or may not have happened.
    #[error("the store is unavailable")]
    Unavailable(#[source] BoxError),
    /// The store has more to do than it can; nothing was written.
    #[error("the store is overloaded")]
    Overloaded(#[source] BoxError),
    /// The store answered something that cannot be right.
    #[error("the store failed")]
    Internal(#[source] BoxError),
}
