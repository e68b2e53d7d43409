//! Where the program comes from.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::Failure;

/// The program that is named, or the release build of the one beside this.
pub(crate) fn find_or_build(given: Option<&Path>) -> Result<PathBuf, Failure> {
    match given {
        Some(path) if path.is_file() => Ok(path.canonicalize()?),
        Some(path) => Err(format!("there is no program {}", path.display()).into()),
        None => build(),
    }
}

fn build() -> Result<PathBuf, Failure> {
    // Set by `cargo run`: the same toolchain.
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    eprintln!("building the server: cargo build --release -p unlockd-server");
    let output = Command::new(cargo)
        .args(["build", "--release", "--package", "unlockd-server", "--bin", "unlockd"])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err("the server cannot be built".into());
    }
    String::from_utf8(output.stdout)?
        .lines()
        .filter_map(executable)
        .next_back()
        .ok_or_else(|| "cargo does not say where the server is".into())
}

/// Where the program is, if the line of cargo's tells that of one.
fn executable(line: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    message.get("executable")?.as_str().map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_tells_where_the_program_is() {
        let line = r#"{"reason":"compiler-artifact","executable":"/target/release/unlockd","fresh":true}"#;

        assert_eq!(executable(line), Some(PathBuf::from("/target/release/unlockd")));
        assert_eq!(executable(r#"{"reason":"compiler-artifact","executable":null}"#), None);
        assert_eq!(executable("warning"), None);
    }
}
