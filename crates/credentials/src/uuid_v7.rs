use unlockd_application::ports::IdGenerator;
use uuid::Uuid;

/// UUIDs of version 7 (RFC 9562, section 5.7): random enough to be unique among replicas, and rising with time within one
/// process, so that new rows go to the end of an index.
#[derive(Debug, Clone, Copy, Default)]
pub struct UuidV7Generator;

impl IdGenerator for UuidV7Generator {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the adapter that owns the time and randomness of ids"
    )]
    fn generate(&self) -> String {
        Uuid::now_v7().to_string()
    }
}
