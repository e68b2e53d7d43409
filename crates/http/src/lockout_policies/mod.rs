//! `unlockd.policy.v1.LockoutPolicyService`, one handler a file: hand over the fields, call, map, return.

pub(crate) mod get_lockout_policy;
mod lockout_policy;
mod policy_owner;
pub(crate) mod reset_lockout_policy;
pub(crate) mod set_lockout_policy;

pub(crate) use get_lockout_policy::get_lockout_policy;
pub(crate) use lockout_policy::LockoutPolicy;
pub(crate) use reset_lockout_policy::reset_lockout_policy;
pub(crate) use set_lockout_policy::set_lockout_policy;
