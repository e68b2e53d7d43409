use std::error::Error;

/// What keeps the benchmark from going on, for people to read.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;
