use crate::Failure;
use crate::load::Region;

/// How many users are written in one transaction.
const CHUNK: u32 = 100_000;

/// What a user with their history takes up with all indexes, generously, and what write-ahead logs may take beside that.
const BYTES_A_USER: u64 = 1_500;
const BYTES_OF_LOGS: u64 = 10_000_000_000;

const GIGABYTE: u64 = 1_000_000_000;

/// The users in parts.
pub(super) fn chunks(users: u32) -> impl Iterator<Item = Region> {
    let starts = (1..=users).step_by(usize::try_from(CHUNK).unwrap_or(usize::MAX));
    starts.map(move |start| start..=users.min(start.saturating_add(CHUNK - 1)))
}

/// Refuses more users than there is room for.
pub(super) fn room_needed(users: u64, free: u64) -> Result<(), Failure> {
    let needed = users * BYTES_A_USER + BYTES_OF_LOGS;
    if needed <= free {
        return Ok(());
    }
    Err(format!(
        "{users} users need {} GB of disk, and {} GB are free: take fewer, or let TMPDIR name a folder with more room",
        needed / GIGABYTE,
        free / GIGABYTE
    )
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_hold_each_user_once() {
        let chunks: Vec<_> = chunks(250_000).collect();

        assert_eq!(chunks, [1..=100_000, 100_001..=200_000, 200_001..=250_000]);
    }

    #[test]
    fn more_users_than_the_disk_has_room_for_are_refused() {
        assert!(room_needed(1_000_000, 12_000_000_000).is_ok());
        let refusal = room_needed(10_000_000, 10_000_000_000).unwrap_err().to_string();
        assert!(
            refusal.contains("need 25 GB") && refusal.contains("10 GB are free"),
            "{refusal}"
        );
    }
}
