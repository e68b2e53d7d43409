use unlockd_testkit::{MemoryStore, contract_tests};

#[expect(
    clippy::unused_async,
    reason = "the databases have to be waited for, this one does not"
)]
async fn harness() -> Option<MemoryStore> {
    Some(MemoryStore::new())
}

contract_tests!(harness());
