use std::sync::atomic::{AtomicU64, Ordering};

use unlockd_application::ports::IdGenerator;

/// Shared by all instances: two sets of services on one store must not give out the same id.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// Ids that people can read: `<prefix>-<number>`, never the same one twice in a process.
#[derive(Debug, Clone)]
pub struct SequentialIds {
    prefix: String,
}

impl SequentialIds {
    /// Ids that begin with this prefix, ASCII and short.
    #[must_use]
    pub fn new(prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into() }
    }
}

impl IdGenerator for SequentialIds {
    fn generate(&self) -> String {
        format!("{}-{}", self.prefix, NEXT.fetch_add(1, Ordering::Relaxed))
    }
}
