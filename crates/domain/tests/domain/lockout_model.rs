//! What becomes of a user by right and wrong passwords, said anew in seconds and lists: a model that shares nothing with the
//! rules that it judges.

/// A lockout policy in plain seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PolicyModel {
    /// How many wrong passwords lock; 0: any number does not.
    pub(crate) attempts: usize,
    pub(crate) window: u64,
    /// How long the first lock lasts; for ever without.
    pub(crate) lock: Option<u64>,
    pub(crate) factor: u64,
    pub(crate) longest: u64,
    pub(crate) lock_ends_sessions: bool,
}

/// What is done to the user.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Deed {
    RightPassword,
    WrongPassword {
        /// Whether they may be locked for it.
        can_be_spared: bool,
    },
    Unlock,
    /// An operator locks, for so many seconds or for ever.
    Lock {
        span: Option<u64>,
        /// Whether an operator's lock is replaced.
        replaces: bool,
    },
    ChangePassword,
    /// An operator sets another password.
    AssignPassword,
    ProveByReset,
    Deactivate,
    Reactivate,
    /// Something that has nothing to do with signing in.
    Update,
    /// The end of a lock is written down, if it has come.
    Lift,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    In,
    Aside,
    Out {
        by_policy: bool,
        until: Option<u64>,
        ends_use: bool,
    },
}

/// A user.
#[derive(Debug, Clone)]
pub(crate) struct UserModel {
    place: Place,
    /// When wrong passwords were shown, and for how long each counts.
    failures: Vec<(u64, u64)>,
    /// How many locks of the policy there were since the last success.
    locks: u32,
    /// When failures, also those counted elsewhere, were forgotten the last time.
    forgotten_at: Option<u64>,
}

impl PolicyModel {
    fn is_exhausted_by(&self, count: usize) -> bool {
        self.attempts > 0 && count >= self.attempts
    }

    fn end_of_lock(&self, now: u64, locks_before: u32) -> Option<u64> {
        let mut span = self.lock?.min(self.longest);
        for _ in 0..locks_before {
            span = (span * self.factor).min(self.longest);
        }
        Some(now + span)
    }
}

impl UserModel {
    pub(crate) fn new() -> Self {
        Self {
            place: Place::In,
            failures: Vec::new(),
            locks: 0,
            forgotten_at: None,
        }
    }

    /// Whether sessions and access tokens work at this moment.
    pub(crate) fn may_use_tokens(&self, now: u64) -> bool {
        match self.place {
            Place::In => true,
            Place::Aside => false,
            Place::Out { ends_use, .. } => !ends_use || self.is_over(now),
        }
    }

    /// When failures, also those counted elsewhere, were forgotten the last time, as seen at this moment.
    pub(crate) fn forgotten_at(&self, now: u64) -> Option<u64> {
        match self.place {
            Place::Out { until, .. } if self.is_over(now) => self.forgotten_at.max(until),
            Place::In | Place::Aside | Place::Out { .. } => self.forgotten_at,
        }
    }

    /// The state at this moment, and of a lock its end and whether the policy made it.
    pub(crate) fn state(&self, now: u64) -> (&'static str, Option<(bool, Option<u64>)>) {
        match self.place {
            Place::In => ("USER_STATE_ACTIVE", None),
            Place::Aside => ("USER_STATE_INACTIVE", None),
            Place::Out { .. } if self.is_over(now) => ("USER_STATE_ACTIVE", None),
            Place::Out { by_policy, until, .. } => ("USER_STATE_LOCKED", Some((by_policy, until))),
        }
    }

    /// How many wrong passwords count at this moment.
    pub(crate) fn count(&self, now: u64) -> usize {
        if self.is_over(now) {
            return 0;
        }
        let counting = self.failures.iter().filter(|(at, window)| now < at + window);
        counting.count()
    }

    fn is_over(&self, now: u64) -> bool {
        matches!(self.place, Place::Out { until: Some(until), .. } if until <= now)
    }

    /// The names of the events that the deed leads to; none when it is refused.
    pub(crate) fn undergo(&mut self, deed: Deed, policy: &PolicyModel, now: u64) -> Option<Vec<&'static str>> {
        let mut next = self.clone();
        let mut events = Vec::new();
        if next.is_over(now) {
            next.forgotten_at = next.forgotten_at(now);
            next.place = Place::In;
            next.failures.clear();
            events.push("user.unlocked expired");
        }
        if matches!(deed, Deed::Lift) {
            if events.is_empty() {
                return None;
            }
        } else {
            events.extend(next.act(deed, policy, now)?);
        }
        *self = next;
        Some(events)
    }

    fn act(&mut self, deed: Deed, policy: &PolicyModel, now: u64) -> Option<Vec<&'static str>> {
        let is_in = self.place == Place::In;
        match deed {
            Deed::RightPassword => {
                if !is_in || policy.is_exhausted_by(self.count(now)) {
                    return None;
                }
                self.failures.clear();
                self.locks = 0;
                Some(vec!["user.password.check.succeeded"])
            }
            Deed::WrongPassword { can_be_spared } => {
                if !is_in || policy.is_exhausted_by(self.count(now)) {
                    return None;
                }
                self.failures.push((now, policy.window));
                if !can_be_spared || !policy.is_exhausted_by(self.count(now)) {
                    return Some(vec!["user.password.check.failed"]);
                }
                self.place = Place::Out {
                    by_policy: true,
                    until: policy.end_of_lock(now, self.locks),
                    ends_use: policy.lock_ends_sessions,
                };
                self.locks += 1;
                Some(vec!["user.password.check.failed", "user.locked policy"])
            }
            Deed::Unlock => {
                matches!(self.place, Place::Out { .. }).then_some(())?;
                self.place = Place::In;
                self.failures.clear();
                self.forgotten_at = Some(now);
                Some(vec!["user.unlocked operator"])
            }
            Deed::Lock { span, replaces } => {
                let is_in_place = matches!(self.place, Place::Out { by_policy, .. } if by_policy || replaces);
                (is_in || is_in_place).then_some(())?;
                self.place = Place::Out {
                    by_policy: false,
                    until: span.map(|span| now + span),
                    ends_use: true,
                };
                Some(vec!["user.locked operator"])
            }
            Deed::ChangePassword => {
                self.failures.clear();
                self.forgotten_at = Some(now);
                Some(vec!["user.password.changed"])
            }
            Deed::ProveByReset | Deed::AssignPassword => {
                self.failures.clear();
                self.forgotten_at = Some(now);
                if !matches!(self.place, Place::Out { by_policy: true, .. }) {
                    return Some(vec!["user.password.changed"]);
                }
                self.place = Place::In;
                if matches!(deed, Deed::AssignPassword) {
                    return Some(vec!["user.unlocked password_changed", "user.password.changed"]);
                }
                self.locks = 0;
                Some(vec!["user.unlocked password_reset", "user.password.changed"])
            }
            Deed::Deactivate => {
                (self.place != Place::Aside).then_some(())?;
                self.place = Place::Aside;
                self.failures.clear();
                Some(vec!["user.deactivated"])
            }
            Deed::Reactivate => {
                (self.place == Place::Aside).then_some(())?;
                self.place = Place::In;
                self.forgotten_at = Some(now);
                Some(vec!["user.reactivated"])
            }
            Deed::Update | Deed::Lift => Some(vec!["user.updated"]),
        }
    }
}
