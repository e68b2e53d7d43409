//! Secrets and ids: the adapters that own the machine's randomness.

mod password_hasher;
mod randomness;
mod token_issuer;
mod uuid_v7;

pub use password_hasher::{ARGON2ID_ITERATIONS, ARGON2ID_MEMORY_KIBIBYTES, ARGON2ID_PARALLELISM, Argon2idHasher};
pub use token_issuer::{RandomTokenIssuer, TOKEN_PREFIX};
pub use uuid_v7::UuidV7Generator;
