//! Clients of the wires, for the scenarios to run through.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed expectation is how a test fails"
)]

mod grpc;
mod json;

pub use grpc::GrpcWire;
pub use json::JsonWire;
