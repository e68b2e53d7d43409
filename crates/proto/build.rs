//! Compiles the contract without `protoc`.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use prost::Message;

const ROOT: &str = "proto";

/// The rest is reached by its imports.
const ENTRIES: [&str; 5] = [
    "zitadel/user/v3alpha/user_service.proto",
    "zitadel/session/v2/session_service.proto",
    "zitadel/settings/v2/settings_service.proto",
    "unlockd/event/v1/event_service.proto",
    "unlockd/policy/v1/lockout_policy_service.proto",
];

/// Messages with passwords, codes or tokens in them, which `src/redacted` prints without. Their `oneof`s go with them.
const WITH_SECRETS: [&str; 17] = [
    ".zitadel.session.v2.CheckIDPIntent",
    ".zitadel.session.v2.CheckOTP",
    ".zitadel.session.v2.CheckPassword",
    ".zitadel.session.v2.CheckTOTP",
    ".zitadel.session.v2.CreateSessionRequest",
    ".zitadel.session.v2.CreateSessionResponse",
    ".zitadel.session.v2.DeleteSessionRequest",
    ".zitadel.session.v2.GetSessionRequest",
    ".zitadel.session.v2.Session",
    ".zitadel.session.v2.SetSessionRequest",
    ".zitadel.session.v2.SetSessionResponse",
    ".zitadel.session.v2.UserAgent.HeaderValues",
    ".zitadel.user.v3alpha.CreateUserResponse",
    ".zitadel.user.v3alpha.RequestPasswordResetResponse",
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
