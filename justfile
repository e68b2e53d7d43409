# What developers and CI run. `just --list` shows this.

# A tour on a throw-away database.
demo:
    cargo run -- demo

# Everything that has to pass, as CI runs it.
ci:
    .ci/run

test:
    cargo test --workspace

# Formatting, lints, documentation: no warnings.
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- --deny warnings
    RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps

format:
    cargo fmt --all

# Write the checked-in SQL data anew, after a query or a migration has changed.
prepare-sql:
    .ci/prepare-sql

# Write the checked-in description of the API anew, after a route has changed.
openapi:
    cargo run --quiet --package unlockd-http --example openapi > docs/openapi.json

# Try every route with what its description allows, and with what it does not, on both databases.
fuzz-api:
    .ci/schemathesis

# Start the Docker stack, and assert what the documents say about it. Needs a running engine.
stack:
    .ci/stack

# Run the service on the embedded database.
serve:
    cargo run --release -- serve
