//! Compiles the contract without `protoc`.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use prost::Message;

const ROOT: &str = "proto";

/// The rest is reached by its imports.
const ENTRIES: [&str; 2] = [
    "zitadel/user/v3alpha/user_service.proto",
    "unlockd/event/v1/event_service.proto",
];

/// Messages with passwords or codes in them, which `src/redacted.rs` prints without. Their `oneof`s go with them.
const WITH_SECRETS: [&str; 4] = [
    ".zitadel.user.v3alpha.CreateUserResponse",
    ".zitadel.user.v3alpha.SetPassword",
    ".zitadel.user.v3alpha.SetPasswordRequest",
    ".zitadel.user.v3alpha.UpdateUserResponse",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={ROOT}");
    let contract = protox::compile(ENTRIES, [ROOT])?;
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    fs::write(out.join("contract.bin"), contract.encode_to_vec())?;
    tonic_prost_build::configure()
        .build_transport(false)
        .skip_debug(WITH_SECRETS)
        .include_file("contract.rs")
        .compile_fds(contract)?;
    Ok(())
}
