//! What unlockd does, said once for every transport and every store.
//!
//! Transports call the traits of [`services`]; the use cases behind them ask for what they need through the [`ports`].
//! Authorization is part of each use case, so no entry point can forget it.

pub mod administration;
pub mod authentication;
mod duration_form;
pub mod error;
pub mod events;
pub mod housekeeping;
pub mod idempotency;
pub mod lockout_policies;
mod page;
pub mod ports;
pub mod request_context;
pub mod services;
pub mod sessions;
pub mod sign_in;
mod store_readiness;
pub mod text_forms;
pub mod users;

pub use authentication::{Authentication, Caller, LiveCaller};
pub use duration_form::{DurationForm, MalformedDuration, duration_from_parts, duration_from_text, duration_text};
pub use error::{Code, Error, ErrorDescription, ErrorReason, FieldViolation};
pub use events::Events;
pub use housekeeping::{EventRetention, Housekeeping};
pub use lockout_policies::LockoutPolicies;
pub use request_context::RequestContext;
pub use services::{
    Authenticator, EventService, EventWatch, LockoutPolicyService, Readiness, SessionService, UserService,
};
pub use sessions::Sessions;
pub use sign_in::{SignIn, SignInBlock, SignInPorts};
pub use store_readiness::{STORE_READINESS_LIFETIME, StoreReadiness};
pub use users::Users;
