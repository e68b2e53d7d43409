//! Compiles the contract without `protoc`.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use prost::Message;

const ROOT: &str = "proto";

/// The rest is reached by its imports.
const ENTRY: &str = "zitadel/user/v3alpha/user_service.proto";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={ROOT}");
    let contract = protox::compile([ENTRY], [ROOT])?;
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    fs::write(out.join("contract.bin"), contract.encode_to_vec())?;
    tonic_prost_build::configure()
        .build_transport(false)
        .skip_debug([".zitadel.user.v3alpha.SetPassword"])
        .include_file("contract.rs")
        .compile_fds(contract)?;
    Ok(())
}
