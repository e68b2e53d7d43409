use std::num::NonZeroU16;
use std::thread::available_parallelism;

use clap::Args;

use crate::CommandError;

/// The fewest characters of a password, unless something else is said (NIST SP 800-63B, section 5.1.1.2).
const MIN_LENGTH: u16 = 8;

/// The most that may be asked for as the fewest: no password is longer.
const MAX_MIN_LENGTH: u16 = 200;

/// Argon2id's parameters from OWASP's Password Storage Cheat Sheet: memory in KiB, passes over it, lanes of it.
const HASH_MEMORY: u32 = 19_456;
const HASH_ITERATIONS: u32 = 2;
const HASH_PARALLELISM: u32 = 1;

/// Passwords that may wait: one takes some hundredths of a second, so that even the last is soon done.
const HASH_QUEUE: u16 = 64;

/// What is said about passwords in one place: the command line and the environment, or the file.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct PasswordSettings {
    /// Refuse new passwords of fewer characters, 1 to 200 [default: 8]
    #[arg(
        long = "password-min-length",
        global = true,
        value_name = "N",
        env = "UNLOCKD_PASSWORD_MIN_LENGTH"
    )]
    pub min_length: Option<u16>,
    /// Fill this much memory for each hash of a password, in KiB [default: 19456]
    #[arg(
        long = "password-hash-memory",
        global = true,
        value_name = "KIB",
        env = "UNLOCKD_PASSWORD_HASH_MEMORY"
    )]
    pub hash_memory: Option<u32>,
    /// Pass over that memory so many times [default: 2]
    #[arg(
        long = "password-hash-iterations",
        global = true,
        value_name = "N",
        env = "UNLOCKD_PASSWORD_HASH_ITERATIONS"
    )]
    pub hash_iterations: Option<u32>,
    /// Divide that memory into so many lanes [default: 1]
    #[arg(
        long = "password-hash-parallelism",
        global = true,
        value_name = "N",
        env = "UNLOCKD_PASSWORD_HASH_PARALLELISM"
    )]
    pub hash_parallelism: Option<u32>,
    /// Hash so many passwords at a time [default: all cores but one]
    #[arg(
        long = "password-hash-threads",
        global = true,
        value_name = "N",
        env = "UNLOCKD_PASSWORD_HASH_THREADS"
    )]
    pub hash_threads: Option<NonZeroU16>,
    /// Let so many more passwords wait, and refuse others [default: 64]
    #[arg(
        long = "password-hash-queue",
        global = true,
        value_name = "N",
        env = "UNLOCKD_PASSWORD_HASH_QUEUE"
    )]
    pub hash_queue: Option<u16>,
}

/// What is asked of passwords and of their hashes, decided.
#[derive(Debug, Clone)]
pub struct Passwords {
    /// The fewest characters of a new password, 1 to 200.
    pub min_length: u16,
    /// Memory that Argon2id fills for one hash, in KiB; like the two after it, looked at by whoever hashes.
    pub hash_memory: u32,
    /// Passes over that memory.
    pub hash_iterations: u32,
    /// Lanes of that memory.
    pub hash_parallelism: u32,
    /// Passwords that are hashed at the same time.
    pub hash_threads: NonZeroU16,
    /// Passwords that may wait for their turn.
    pub hash_queue: u16,
}

impl PasswordSettings {
    /// These settings and, where they say nothing, the others.
    pub(super) fn or(self, others: Self) -> Self {
        Self {
            min_length: self.min_length.or(others.min_length),
            hash_memory: self.hash_memory.or(others.hash_memory),
            hash_iterations: self.hash_iterations.or(others.hash_iterations),
            hash_parallelism: self.hash_parallelism.or(others.hash_parallelism),
            hash_threads: self.hash_threads.or(others.hash_threads),
            hash_queue: self.hash_queue.or(others.hash_queue),
        }
    }

    /// Fills in the defaults.
    ///
    /// # Errors
    /// [`CommandError`] for a minimum length that no password could have, or that is none.
    pub(super) fn decide(self) -> Result<Passwords, CommandError> {
        let min_length = self.min_length.unwrap_or(MIN_LENGTH);
        if !(1..=MAX_MIN_LENGTH).contains(&min_length) {
            return Err(CommandError::new(format!(
                "password minimum length: must be 1 to {MAX_MIN_LENGTH} characters"
            )));
        }
        Ok(Passwords {
            min_length,
            hash_memory: self.hash_memory.unwrap_or(HASH_MEMORY),
            hash_iterations: self.hash_iterations.unwrap_or(HASH_ITERATIONS),
            hash_parallelism: self.hash_parallelism.unwrap_or(HASH_PARALLELISM),
            hash_threads: self.hash_threads.unwrap_or_else(all_cores_but_one),
            hash_queue: self.hash_queue.unwrap_or(HASH_QUEUE),
        })
    }
}

/// One core stays free for everything else, if there are several.
fn all_cores_but_one() -> NonZeroU16 {
    let cores = available_parallelism().map_or(1, usize::from);
    let threads = u16::try_from(cores - 1).ok().and_then(NonZeroU16::new);
    threads.unwrap_or(NonZeroU16::MIN)
}
