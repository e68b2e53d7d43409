//! What the changes of a user's state have in common: whom they are about, and what is said about them.

use unlockd_domain::{Reason, UserId};

use super::IdForm;
use super::safeguards::{Safeguards, SafeguardsForm};
use crate::error::{Error, Violations};
use crate::idempotency::RequestDigester;

/// The fields, from what a wire brings: a reason that is empty when it is not set.
///
/// # Errors
/// [`Error::InvalidArgument`] with all that is wrong, in the order of the proto's fields.
pub(super) fn parse(
    user_id: IdForm,
    reason: String,
    safeguards: SafeguardsForm,
) -> Result<(UserId, Option<Reason>, Safeguards), Error> {
    let mut violations = Violations::default();
    let user_id = violations.keep("user_id", user_id.user_id());
    let reason = violations.keep("reason", Reason::parse(reason)).flatten();
    let safeguards = safeguards.parse(&mut violations);
    violations.finish(user_id.map(|user_id| (user_id, reason, safeguards)))
}

/// What is asked for, put into digest.
pub(super) fn digester(operation: &str, user_id: &UserId, reason: Option<&Reason>) -> RequestDigester {
    RequestDigester::new(operation)
        .field(user_id.as_str())
        .optional(reason.map(Reason::as_str))
}
