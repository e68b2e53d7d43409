//! What can be done, by whom, and lives made of that.

use std::time::Duration;

use proptest::prelude::*;
use unlockd_domain::Timestamp;
use unlockd_testkit::fixtures;

pub(crate) const USERS: [&str; 4] = ["ada", "grace", "joan", "mary"];

/// Somebody who does something; always the same user, with other roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    InstanceOwner,
    InstanceViewer,
    ManagerOf(&'static str),
    ViewerOf(&'static str),
    Nobody,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Create {
        who: Who,
        user: &'static str,
        organization: &'static str,
        key: Option<&'static str>,
        if_sequence: Option<u64>,
    },
    Change {
        who: Who,
        user: &'static str,
        change: Change,
        key: Option<&'static str>,
        if_sequence: Option<u64>,
    },
    Read {
        who: Who,
        user: &'static str,
    },
    SetClock(Timestamp),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    Lock(Option<Timestamp>),
    Unlock,
    Deactivate,
    Reactivate,
    Delete,
    Update(&'static str),
    SetPassword,
    AddUsername(&'static str),
    RemoveUsername(&'static str),
}

impl Who {
    pub(crate) fn writes_in(self, organization: &str) -> bool {
        match self {
            Self::InstanceOwner => true,
            Self::ManagerOf(own) => own == organization,
            Self::InstanceViewer | Self::ViewerOf(_) | Self::Nobody => false,
        }
    }

    pub(crate) fn reads_in(self, organization: &str) -> bool {
        match self {
            Self::InstanceOwner | Self::InstanceViewer => true,
            Self::ManagerOf(own) | Self::ViewerOf(own) => own == organization,
            Self::Nobody => false,
        }
    }
}

impl Change {
    /// Whether it is sent with a key. A removal names an id that is found anew for each step, so that it never asks for
    /// the same twice.
    fn is_sent_with_a_key(&self) -> bool {
        !matches!(self, Self::RemoveUsername(_))
    }
}

impl Step {
    /// The key of a step, and the user whom it is about.
    pub(crate) fn key(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Create { key, user, .. } => key.map(|key| (key, *user)),
            Self::Change { key, user, change, .. } => {
                key.filter(|_| change.is_sent_with_a_key()).map(|key| (key, *user))
            }
            Self::Read { .. } | Self::SetClock(_) => None,
        }
    }

    /// By whomever.
    pub(crate) fn asks_for_the_same_as(&self, other: &Self) -> bool {
        let anonymous = |step: &Self| {
            let mut step = step.clone();
            if let Self::Create { who, .. } | Self::Change { who, .. } = &mut step {
                *who = Who::Nobody;
            }
            step
        };
        anonymous(self) == anonymous(other)
    }

    /// As far as that can be told of a user who is deleted.
    pub(crate) fn looks_like(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Create { user, organization, .. },
                Self::Create {
                    user: other,
                    organization: place,
                    ..
                },
            ) => (user, organization) == (other, place),
            (
                Self::Change { user, change, .. },
                Self::Change {
                    user: other,
                    change: others,
                    ..
                },
            ) => user == other && std::mem::discriminant(change) == std::mem::discriminant(others),
            _ => false,
        }
    }
}

fn any_organization() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("here"), Just("there")]
}

fn anybody() -> impl Strategy<Value = Who> {
    prop_oneof![
        6 => Just(Who::InstanceOwner),
        1 => Just(Who::InstanceViewer),
        2 => any_organization().prop_map(Who::ManagerOf),
        1 => any_organization().prop_map(Who::ViewerOf),
        1 => Just(Who::Nobody),
    ]
}

fn any_change() -> impl Strategy<Value = Change> {
    let end = prop_oneof![3 => Just(None), 1 => Just(Some(Timestamp::MAX)), 1 => Just(Some(fixtures::earliest()))];
    let name = || prop::sample::select(vec!["x", "y", "z"]);
    let data = prop::sample::select(vec!["{}", "{\"a\":1}"]);
    prop_oneof![
        4 => end.prop_map(Change::Lock),
        4 => Just(Change::Unlock),
        2 => Just(Change::Deactivate),
        3 => Just(Change::Reactivate),
        1 => Just(Change::Delete),
        1 => data.prop_map(Change::Update),
        1 => Just(Change::SetPassword),
        2 => name().prop_map(Change::AddUsername),
        2 => name().prop_map(Change::RemoveUsername),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    let user = || prop::sample::select(&USERS);
    let key = || prop_oneof![1 => Just(None), 1 => prop::sample::select(vec!["k1", "k2", "k3"]).prop_map(Some)];
    let if_sequence = || prop_oneof![4 => Just(None), 1 => (0..5_u64).prop_map(Some)];
    let moment = (0..1_000_000_u64)
        .prop_map(|millis| Step::SetClock(fixtures::earliest().saturating_add(Duration::from_millis(millis))));
    let creation = (anybody(), user(), any_organization(), key(), if_sequence()).prop_map(
        |(who, user, organization, key, if_sequence)| Step::Create {
            who,
            user,
            organization,
            key,
            if_sequence,
        },
    );
    let change =
        (anybody(), user(), any_change(), key(), if_sequence()).prop_map(|(who, user, change, key, if_sequence)| {
            Step::Change {
                who,
                user,
                change,
                key,
                if_sequence,
            }
        });
    prop_oneof![
        3 => creation,
        12 => change,
        1 => (anybody(), user()).prop_map(|(who, user)| Step::Read { who, user }),
        1 => moment,
    ]
}

/// Steps, some of which come again later: nobody would repeat a request by chance.
pub(crate) fn any_steps() -> impl Strategy<Value = Vec<Step>> {
    let again = prop::collection::vec(
        (any::<prop::sample::Index>(), any::<prop::sample::Index>(), anybody()),
        0..20,
    );
    (prop::collection::vec(any_step(), 1..60), again).prop_map(|(mut steps, again)| {
        for (from, to, by) in again {
            let mut step = steps[from.index(steps.len())].clone();
            if let Step::Create { who, .. } | Step::Change { who, .. } = &mut step {
                *who = by;
            }
            let later = from.index(steps.len()).max(to.index(steps.len()));
            steps.insert(later + 1, step);
        }
        steps
    })
}
