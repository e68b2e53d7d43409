use std::time::Duration;

use tokio::time::sleep;

use super::bench::Bench;
use crate::Failure;
use crate::clients::{Wire, Work};
use crate::cpu::resident_bytes;
use crate::report::Memory;

/// How long a server is left alone before it counts as idle.
const REST: Duration = Duration::from_secs(1);

/// Resident memory of a server of its own: before anybody has asked anything, and behind a crowd.
pub(super) async fn measure(bench: &mut Bench<'_>) -> Result<Memory, Failure> {
    let server = bench.serve().await?;
    sleep(REST).await;
    let (idle, _) = resident_bytes(server.pid())?;
    let crowd = bench.plan.crowd;
    bench.closed(&server, &Work::Changes(Wire::Json), crowd).await?;
    let (_, busy) = resident_bytes(server.pid())?;
    server.stop().await?;
    Ok(Memory {
        connections: crowd,
        idle_bytes: idle,
        busy_bytes: busy,
    })
}
