//! Prints the description of the API: `cargo run -p unlockd-http --example openapi > docs/openapi.json`.

use std::io::{Write, stdout};

fn main() -> std::io::Result<()> {
    stdout().write_all(unlockd_http::openapi_json().as_bytes())
}
