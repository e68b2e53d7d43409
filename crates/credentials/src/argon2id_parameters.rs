use argon2::Params;
use thiserror::Error;

/// Memory that one hash fills by default, in KiB: Argon2id's first line in OWASP's Password Storage Cheat Sheet (m=19456,
/// t=2, p=1).
pub const ARGON2ID_MEMORY_KIBIBYTES: u32 = 19_456;
/// Passes over that memory, from the same line.
pub const ARGON2ID_ITERATIONS: u32 = 2;
/// Lanes of that memory, from the same line.
pub const ARGON2ID_PARALLELISM: u32 = 1;

/// More memory than this, in KiB, is surely a slip: 1 GiB.
pub(crate) const MAX_MEMORY_KIBIBYTES: u32 = 1024 * 1024;
/// RFC 9106, section 3.1: memory is at least 8 KiB a lane.
const LEAST_KIBIBYTES_A_LANE: u32 = 8;
/// What is made here; 256 bits.
pub(crate) const OUTPUT_BYTES: usize = 32;

/// How dear a hash is, to those who sign in and to those who guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argon2idParameters {
    memory_kibibytes: u32,
    iterations: u32,
    parallelism: u32,
}

/// Why parameters of Argon2id cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Argon2idParametersError {
    /// Less than 8 KiB a lane, or more than 1 GiB.
    #[error("the memory must be at least 8 KiB for each lane and at most {MAX_MEMORY_KIBIBYTES} KiB")]
    Memory,
    /// No pass over the memory.
    #[error("there must be at least one iteration")]
    Iterations,
    /// No lane.
    #[error("the parallelism must be at least 1")]
    Parallelism,
}

impl Argon2idParameters {
    /// Takes over the memory that a hash fills (m, in KiB), the passes over it (t), and the lanes it is cut into (p). Lanes are
    /// filled one after the other.
    ///
    /// # Errors
    /// [`Argon2idParametersError`] for what RFC 9106 (section 3.1) does not allow, and for more memory than 1 GiB.
    pub fn new(memory_kibibytes: u32, iterations: u32, parallelism: u32) -> Result<Self, Argon2idParametersError> {
        if parallelism == 0 {
            return Err(Argon2idParametersError::Parallelism);
        }
        let least = parallelism.saturating_mul(LEAST_KIBIBYTES_A_LANE);
        if !(least..=MAX_MEMORY_KIBIBYTES).contains(&memory_kibibytes) {
            return Err(Argon2idParametersError::Memory);
        }
        if iterations == 0 {
            return Err(Argon2idParametersError::Iterations);
        }
        Ok(Self {
            memory_kibibytes,
            iterations,
            parallelism,
        })
    }

    /// The same for the hash function, with the length of what it puts out.
    pub(crate) fn params(self, output_bytes: usize) -> Result<Params, argon2::Error> {
        Params::new(
            self.memory_kibibytes,
            self.iterations,
            self.parallelism,
            Some(output_bytes),
        )
    }
}

/// [`ARGON2ID_MEMORY_KIBIBYTES`], [`ARGON2ID_ITERATIONS`] and [`ARGON2ID_PARALLELISM`].
impl Default for Argon2idParameters {
    fn default() -> Self {
        Self {
            memory_kibibytes: ARGON2ID_MEMORY_KIBIBYTES,
            iterations: ARGON2ID_ITERATIONS,
            parallelism: ARGON2ID_PARALLELISM,
        }
    }
}
