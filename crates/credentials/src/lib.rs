//! Secrets and ids: the adapters that own the machine's randomness, and what verifies passwords.

mod argon2id_parameters;
mod cost;
mod digests;
mod hash_format;
mod hash_function;
mod password_hasher;
mod randomness;
mod stored_hash;
mod token_issuer;
mod uuid_v7;
mod verification_code_generator;

pub use argon2id_parameters::{
    ARGON2ID_ITERATIONS, ARGON2ID_MEMORY_KIBIBYTES, ARGON2ID_PARALLELISM, Argon2idParameters, Argon2idParametersError,
};
pub use password_hasher::Argon2idHasher;
pub use token_issuer::{RandomTokenIssuer, TOKEN_PREFIX};
pub use uuid_v7::UuidV7Generator;
pub use verification_code_generator::RandomVerificationCodeGenerator;
