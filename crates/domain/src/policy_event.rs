use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::actor::Actor;
use crate::id::OrganizationId;
use crate::lockout_policy::LockoutPolicy;
use crate::sequence::Sequence;
use crate::source::Source;
use crate::timestamp::Timestamp;

/// The lockout policy of the instance or of an organization, with where its history stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedPolicy {
    /// Whose policy it is; none: the instance's.
    pub organization: Option<OrganizationId>,
    /// What was set; none once it has been reset.
    pub policy: Option<LockoutPolicy>,
    /// The sequence of the last event.
    pub sequence: Sequence,
    /// The time of the last event.
    pub changed_at: Timestamp,
}

/// One fact in the history of a lockout policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyEvent {
    /// Whose policy it is; none: the instance's.
    pub organization: Option<OrganizationId>,
    /// The place in the history of that policy.
    pub sequence: Sequence,
    /// What was set; none: it was reset.
    pub policy: Option<LockoutPolicy>,
    /// Who did it.
    pub actor: Actor,
    /// When it was decided; never before the event in front of it.
    pub time: Timestamp,
    /// Where the request came from.
    pub source: Option<Source>,
}

/// The name of what can happen to a lockout policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyEventName {
    /// `lockout_policy.set`
    Set,
    /// `lockout_policy.reset`
    Reset,
}

/// The text names nothing that can happen to a lockout policy.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("names nothing that can happen to a lockout policy")]
pub struct UnknownPolicyEventName;

/// A decided change of a lockout policy: the event, and the policy after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyChange {
    after: OwnedPolicy,
    event: PolicyEvent,
}

impl PolicyChange {
    /// Sets the policy of the instance or of an organization, or resets it, behind what is there.
    #[must_use]
    pub fn new(
        organization: Option<OrganizationId>,
        before: Option<&OwnedPolicy>,
        policy: Option<LockoutPolicy>,
        actor: Actor,
        now: Timestamp,
    ) -> Self {
        let sequence = before.map_or(Sequence::FIRST, |before| before.sequence.next());
        let time = before.map_or(now, |before| before.changed_at.max(now));
        Self {
            after: OwnedPolicy {
                organization: organization.clone(),
                policy,
                sequence,
                changed_at: time,
            },
            event: PolicyEvent {
                organization,
                sequence,
                policy,
                actor,
                time,
                source: None,
            },
        }
    }

    /// The same change, brought about by a request from there.
    #[must_use]
    pub fn from_source(mut self, source: Option<&Source>) -> Self {
        self.event.source = source.cloned();
        self
    }

    /// The policy after the change.
    #[must_use]
    pub fn policy(&self) -> &OwnedPolicy {
        &self.after
    }

    /// What is to be appended to the history.
    #[must_use]
    pub fn event(&self) -> &PolicyEvent {
        &self.event
    }

    /// The sequence the stored policy must still have for the change to apply; none for one that was never set.
    #[must_use]
    pub fn expected_sequence(&self) -> Option<Sequence> {
        self.event.sequence.previous()
    }
}

impl PolicyEvent {
    /// What it is called.
    #[must_use]
    pub fn name(&self) -> PolicyEventName {
        if self.policy.is_some() {
            PolicyEventName::Set
        } else {
            PolicyEventName::Reset
        }
    }
}

impl PolicyEventName {
    /// Every name.
    pub const ALL: [Self; 2] = [Self::Set, Self::Reset];

    /// The name as it is stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Set => "lockout_policy.set",
            Self::Reset => "lockout_policy.reset",
        }
    }
}

impl fmt::Display for PolicyEventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for PolicyEventName {
    type Err = UnknownPolicyEventName;

    fn from_str(text: &str) -> Result<Self, UnknownPolicyEventName> {
        Self::ALL
            .into_iter()
            .find(|name| name.as_str() == text)
            .ok_or(UnknownPolicyEventName)
    }
}
