//! unlockd over gRPC and gRPC-Web: `zitadel.user.v3alpha.UserService`, `zitadel.session.v2.SessionService`,
//! `zitadel.settings.v2.SettingsService`, `unlockd.policy.v1.LockoutPolicyService`, `unlockd.event.v1.EventService`,
//! `grpc.health.v1.Health` and server reflection.
//!
//! [`Grpc`] is one tower service for all of them. A request passes, in this order: `service` (which wire is it, and is
//! that wire on), `destination` (which RPC is at this path), `exchange` (deadline, token, message), then the RPC. Errors
//! become statuses in `status` and nowhere else.

mod call;
mod deadline;
mod destination;
mod duration;
mod events;
mod exchange;
mod health;
mod lock_cause;
mod lockout_policy;
mod media_type;
mod message;
mod object_details;
mod policies;
mod reflection;
mod rpc;
mod service;
mod sessions;
mod settings;
mod status;
mod streams;
mod timestamp;
mod users;

pub use service::{Grpc, GrpcOptions, GrpcServices};
