//! unlockd over gRPC and gRPC-Web: `zitadel.user.v3alpha.UserService`, `grpc.health.v1.Health` and server reflection.
//!
//! [`Grpc`] is one tower service for all of them. A request passes, in this order: `service` (which wire is it, and is
//! that wire on), `destination` (which RPC is at this path), `exchange` (deadline, token, message), then the RPC. Errors
//! become statuses in `status` and nowhere else.

mod deadline;
mod destination;
mod exchange;
mod health;
mod media_type;
mod message;
mod reflection;
mod rpc;
mod service;
mod status;
mod streams;
mod users;

pub use service::{Grpc, GrpcOptions, GrpcServices};
