use std::fmt;

use async_trait::async_trait;

use crate::CommandError;

/// Somebody who calls: a name to show instead of the token, and the token.
#[derive(Debug, Clone, Copy)]
pub(super) struct Speaker<'a> {
    pub(super) name: &'a str,
    pub(super) token: Option<&'a str>,
}

/// A call of the tour.
#[derive(Debug, Clone, Copy)]
pub(super) enum Call<'a> {
    Get { user_id: &'a str },
    Lock { user_id: &'a str, reason: &'a str },
    Unlock { user_id: &'a str },
}

/// What went over the wire, readably, and what it means.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) request: String,
    pub(super) answer: String,
    pub(super) outcome: Outcome,
}

/// What a call came to, the same on every wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The user changed; their history now ends with this sequence.
    Changed { sequence: u64 },
    /// The call was done before; this is the answer from then.
    Replayed { sequence: u64 },
    /// Somebody has signed in.
    SignedIn,
    /// What has happened, by the names of the events.
    Happened { kinds: Vec<String> },
    /// The user was read.
    Found { state: String, lock_reason: Option<String> },
    /// The call was refused.
    Refused { code: i32, reason: String },
}

impl Outcome {
    pub(super) fn refused(code: i32, reason: &str) -> Self {
        Self::Refused {
            code,
            reason: reason.to_owned(),
        }
    }

    pub(super) fn found(state: &str, lock_reason: Option<&str>) -> Self {
        Self::Found {
            state: state.to_owned(),
            lock_reason: lock_reason.map(ToOwned::to_owned),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { sequence } => write!(f, "a change with sequence {sequence}"),
            Self::Replayed { sequence } => write!(f, "the first answer again, with sequence {sequence}"),
            Self::SignedIn => f.write_str("a session"),
            Self::Happened { kinds } => write!(f, "{}", kinds.join(", ")),
            Self::Found {
                state,
                lock_reason: Some(reason),
            } => write!(f, "{state}, locked for {reason:?}"),
            Self::Found {
                state,
                lock_reason: None,
            } => write!(f, "{state}"),
            Self::Refused { code, reason } => write!(f, "code {code} with {reason}"),
        }
    }
}

/// A client of one wire.
#[async_trait]
pub(super) trait Wire: Send {
    /// What the wire is called.
    fn name(&self) -> &'static str;

    /// Calls over a real socket. Fails only when there is no answer at all.
    async fn call(&mut self, speaker: Speaker<'_>, call: Call<'_>) -> Result<Exchange, CommandError>;
}
