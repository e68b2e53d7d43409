//! What unlockd does, said once for every transport and every store.
//!
//! Transports call the traits of [`services`]; the use cases behind them ask for what they need through the [`ports`].
//! Authorization is part of each use case, so no entry point can forget it.

pub mod administration;
pub mod authentication;
pub mod error;
pub mod events;
pub mod idempotency;
pub mod ports;
pub mod request_context;
pub mod services;
mod store_readiness;
pub mod users;

pub use authentication::{Authentication, Caller, LiveCaller};
pub use error::{Code, Error, ErrorDescription, ErrorReason, FieldViolation};
pub use events::Events;
pub use request_context::RequestContext;
pub use services::{Authenticator, EventService, EventWatch, Readiness, UserService};
pub use store_readiness::{STORE_READINESS_LIFETIME, StoreReadiness};
pub use users::Users;
