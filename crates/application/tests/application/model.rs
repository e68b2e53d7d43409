//! What must come of each step, by a model that knows the rules and nothing of how they are kept.

use std::collections::BTreeMap;

use unlockd_application::users::Details;
use unlockd_testkit::fixtures;

use crate::steps::{Change, Step, Who};

/// What is expected of a user.
#[derive(Debug, Clone)]
pub(crate) struct Expected {
    pub(crate) organization: &'static str,
    /// `ACTIVE`, `LOCKED`, `INACTIVE`, `DELETED`.
    pub(crate) state: &'static str,
    pub(crate) sequence: u64,
    pub(crate) names: Vec<&'static str>,
    pub(crate) data: Option<&'static str>,
    pub(crate) has_password: bool,
}

/// A request that was done under a key.
#[derive(Debug, Clone)]
struct Remembered {
    step: Step,
    user: &'static str,
    organization: &'static str,
    answer: Details,
}

/// How a step must end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Nothing to say.
    Read,
    /// One more event, with this sequence.
    Changed(u64),
    /// The first answer again, and no event.
    Replayed(Details),
    Refused(&'static str),
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Model {
    pub(crate) users: BTreeMap<&'static str, Expected>,
    keys: BTreeMap<&'static str, Remembered>,
}

impl Model {
    /// How the step must end. On success the model has gone along.
    pub(crate) fn foresee(&mut self, step: &Step) -> Ending {
        match self.judge(step) {
            Ok(ending) => ending,
            Err(reason) => Ending::Refused(reason),
        }
    }

    /// Takes note of the answer to a step that was done.
    pub(crate) fn answered(&mut self, step: &Step, answer: &Details) {
        let Some((key, user)) = step.key() else { return };
        let remembered = Remembered {
            step: step.clone(),
            user,
            organization: self.users[user].organization,
            answer: answer.clone(),
        };
        self.keys.insert(key, remembered);
    }

    fn judge(&mut self, step: &Step) -> Result<Ending, &'static str> {
        match step {
            Step::SetClock(_) => Ok(Ending::Read),
            Step::Read { who, user } => self.sought(user, |place| who.reads_in(place)).map(|_| Ending::Read),
            Step::Create { who, organization, .. } if !who.writes_in(organization) => Err("PERMISSION_DENIED"),
            Step::Create {
                who,
                user,
                organization,
                if_sequence,
                ..
            } => {
                if let Some(ending) = self.repeated(step, *who)? {
                    return Ok(ending);
                }
                if if_sequence.is_some_and(|sequence| sequence > 0) {
                    return Err("SEQUENCE_MISMATCH");
                }
                if self.users.contains_key(user) {
                    return Err("USER_ID_TAKEN");
                }
                let expected = Expected {
                    organization,
                    state: "ACTIVE",
                    sequence: 1,
                    names: Vec::new(),
                    data: None,
                    has_password: false,
                };
                self.users.insert(user, expected);
                Ok(Ending::Changed(1))
            }
            Step::Change {
                who,
                user,
                change,
                if_sequence,
                ..
            } => {
                if !["here", "there"].into_iter().any(|place| who.writes_in(place)) {
                    return Err("PERMISSION_DENIED");
                }
                if let Some(ending) = self.repeated(step, *who)? {
                    return Ok(ending);
                }
                let mut found = self.sought(user, |place| who.writes_in(place))?;
                if if_sequence.is_some_and(|sequence| sequence != found.sequence) {
                    return Err("SEQUENCE_MISMATCH");
                }
                self.apply(change, &mut found)?;
                found.sequence += 1;
                let sequence = found.sequence;
                self.users.insert(user, found);
                Ok(Ending::Changed(sequence))
            }
        }
    }

    /// What becomes of a step whose key was used before.
    fn repeated(&self, step: &Step, who: Who) -> Result<Option<Ending>, &'static str> {
        let Some(first) = step.key().and_then(|(key, _)| self.keys.get(key)) else {
            return Ok(None);
        };
        let same = if self.users[first.user].state == "DELETED" {
            first.step.looks_like(step)
        } else {
            first.step.asks_for_the_same_as(step)
        };
        if !same {
            return Err("IDEMPOTENCY_KEY_REUSED");
        }
        if !who.writes_in(first.organization) {
            return Err("PERMISSION_DENIED");
        }
        Ok(Some(Ending::Replayed(first.answer.clone())))
    }

    /// Who the user is, or the reason for which a caller who reaches what `reaches` says is not told.
    fn sought(&self, user: &str, reaches: impl Fn(&str) -> bool) -> Result<Expected, &'static str> {
        let everywhere = reaches("here") && reaches("there");
        match self.users.get(user) {
            Some(found) if found.state != "DELETED" && reaches(found.organization) => Ok(found.clone()),
            Some(found) if !reaches(found.organization) => Err("PERMISSION_DENIED"),
            Some(_) | None if everywhere => Err("USER_NOT_FOUND"),
            Some(_) | None => Err("PERMISSION_DENIED"),
        }
    }

    fn apply(&self, change: &Change, user: &mut Expected) -> Result<(), &'static str> {
        user.state = match (change, user.state) {
            (Change::Lock(_), "LOCKED") => return Err("USER_ALREADY_LOCKED"),
            (Change::Lock(_), "INACTIVE") => return Err("USER_NOT_ACTIVE"),
            (Change::Lock(Some(end)), _) if *end == fixtures::earliest() => return Err("INVALID_ARGUMENT"),
            (Change::Lock(_), _) => "LOCKED",
            (Change::Unlock, "LOCKED") | (Change::Reactivate, "INACTIVE") => "ACTIVE",
            (Change::Unlock, _) => return Err("USER_NOT_LOCKED"),
            (Change::Reactivate, _) => return Err("USER_NOT_INACTIVE"),
            (Change::Deactivate, "INACTIVE") => return Err("USER_ALREADY_INACTIVE"),
            (Change::Deactivate, _) => "INACTIVE",
            (Change::Delete, _) => {
                user.names.clear();
                (user.data, user.has_password) = (None, false);
                "DELETED"
            }
            (Change::Update(data), state) => {
                user.data = Some(data);
                state
            }
            (Change::SetPassword, state) => {
                user.has_password = true;
                state
            }
            (Change::AddUsername(name), _) if self.has_somebody(name) => return Err("USERNAME_TAKEN"),
            (Change::AddUsername(name), state) => {
                user.names.push(name);
                state
            }
            (Change::RemoveUsername(name), _) if !user.names.contains(name) => return Err("USERNAME_NOT_FOUND"),
            (Change::RemoveUsername(name), state) => {
                user.names.retain(|other| other != name);
                state
            }
        };
        Ok(())
    }

    fn has_somebody(&self, name: &&'static str) -> bool {
        self.users.values().any(|user| user.names.contains(name))
    }
}
