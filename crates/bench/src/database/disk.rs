use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use procfs::process::Process;
use tokio::task::spawn_blocking;

use crate::Failure;

/// What is free in the file system of a folder.
pub(crate) fn free_bytes(folder: &Path) -> Result<u64, Failure> {
    let status = rustix::fs::statvfs(folder)?;
    Ok(status.f_bavail.saturating_mul(status.f_frsize))
}

/// Has all that the system still holds back written to the disks: it would do that half a minute later, in one go, and whoever
/// flushes something meanwhile waits for seconds.
pub(super) async fn write_out() -> Result<(), Failure> {
    Ok(spawn_blocking(rustix::fs::sync).await?)
}

/// Refuses a folder in memory: nothing there is durable.
pub(crate) fn require_disk(folder: &Path) -> Result<(), Failure> {
    let file_system = file_system(folder)?;
    if ["tmpfs", "ramfs"].contains(&file_system.as_str()) {
        return Err(format!(
            "{} is in memory ({file_system}), so that nothing in it is durable: let TMPDIR name a folder on a disk",
            folder.display()
        )
        .into());
    }
    Ok(())
}

/// The kind of file system that a folder is in.
pub(crate) fn file_system(folder: &Path) -> Result<String, Failure> {
    let folder = folder.canonicalize()?;
    let mounts = Process::myself()?.mountinfo()?;
    mounts
        .into_iter()
        .filter(|mount| folder.starts_with(&mount.mount_point))
        // Of two on the same point the later one is seen.
        .max_by_key(|mount| mount.mount_point.components().count())
        .map(|mount| mount.fs_type)
        .ok_or_else(|| format!("{} is in no file system", folder.display()).into())
}

/// How long it takes until 8 KiB that were written are on disk: the median of some.
pub(crate) fn flush_time(folder: &Path) -> Result<Duration, Failure> {
    const BLOCK: [u8; 8192] = [7; 8192];
    const BLOCKS: u32 = 64;
    const TIMES: usize = 100;
    let mut file: File = tempfile::tempfile_in(folder)?;
    // As logs are: the file has its length already.
    for _ in 0..BLOCKS {
        file.write_all(&BLOCK)?;
    }
    file.sync_all()?;
    let mut times = Vec::with_capacity(TIMES);
    for block in (0..BLOCKS).cycle().take(TIMES) {
        file.seek(SeekFrom::Start(u64::from(block) * 8192))?;
        file.write_all(&BLOCK)?;
        let began = Instant::now();
        file.sync_data()?;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    Ok(times[TIMES / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_in_memory_is_refused() {
        let shared_memory = Path::new("/dev/shm");
        if shared_memory.is_dir() {
            assert!(require_disk(shared_memory).unwrap_err().to_string().contains("TMPDIR"));
        }
        assert!(require_disk(Path::new("/proc/nowhere")).is_err());
    }
}
