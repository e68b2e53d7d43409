//! The wire contract of unlockd, generated from the `.proto` files: messages, client and server stubs, descriptors.
//!
//! The modules are named like the packages: `zitadel.user.v3alpha.UserService` is served through
//! [`zitadel::user::v3alpha::user_service_server`] and called through [`zitadel::user::v3alpha::user_service_client`].
//! The documentation of the messages is that of the `.proto` files.

mod redacted;

#[expect(
    missing_docs,
    unused_qualifications,
    clippy::allow_attributes,
    clippy::all,
    clippy::pedantic,
    reason = "generated code answers to its generators"
)]
mod contract {
    include!(concat!(env!("OUT_DIR"), "/contract.rs"));
}

pub use contract::{unlockd, zitadel};

/// The contract and all that it imports, as an encoded `google.protobuf.FileDescriptorSet`: for server reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/contract.bin"));
