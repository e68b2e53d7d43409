//! unlockd over gRPC and gRPC-Web: `zitadel.user.v3alpha.UserService`, `unlockd.event.v1.EventService`,
//! `grpc.health.v1.Health` and server reflection.
//!
//! [`Grpc`] is one tower service for all of them. A request passes, in this order: `service` (which wire is it, and is
//! that wire on), `destination` (which RPC is at this path), `exchange` (deadline, token, message), then the RPC. Errors
//! become statuses in `status` and nowhere else.

mod call;
mod deadline;
mod destination;
mod events;
mod exchange;
mod health;
mod lock_cause;
mod media_type;
mod message;
mod reflection;
mod rpc;
mod service;
mod status;
mod streams;
mod timestamp;
mod users;

pub use service::{Grpc, GrpcOptions, GrpcServices};
