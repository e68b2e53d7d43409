//! Whatever is done, by whomever, in whatever order: the rules hold.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use unlockd_application::ports::UserStore;
use unlockd_application::users::{CreateUser, LockUser};
use unlockd_application::{Caller, Error, UserService};
use unlockd_domain::{Grant, GrantScope, Grants, Role, Timestamp, User, UserEvent, UserState};
use unlockd_testkit::fixtures;

use crate::stage::{Stage, create, get, lock, unlock};

const USERS: [&str; 4] = ["ada", "grace", "joan", "mary"];

/// Somebody who does something.
#[derive(Debug, Clone, Copy)]
enum Who {
    InstanceOwner,
    InstanceViewer,
    ManagerOf(&'static str),
    ViewerOf(&'static str),
    Nobody,
}

#[derive(Debug, Clone)]
enum Step {
    Create {
        who: Who,
        user: &'static str,
        organization: &'static str,
    },
    Lock {
        who: Who,
        user: &'static str,
        end: Option<Timestamp>,
    },
    Unlock {
        who: Who,
        user: &'static str,
    },
    Read {
        who: Who,
        user: &'static str,
    },
    SetClock(Timestamp),
}

/// What is expected of a user: who owns them, and whether they are locked.
#[derive(Debug, Clone, Copy)]
struct Expected {
    organization: &'static str,
    locked: bool,
}

type Model = BTreeMap<&'static str, Expected>;

/// All that is stored about the users, in both forms.
type Stored = BTreeMap<&'static str, (User, Vec<UserEvent>)>;

impl Who {
    fn caller(self) -> Caller {
        let on = |organization| GrantScope::Organization(fixtures::organization_id(organization));
        let grant = match self {
            Self::InstanceOwner => Some(Grant::instance_owner()),
            Self::InstanceViewer => Grant::new(Role::IamOwnerViewer, GrantScope::Instance),
            Self::ManagerOf(organization) => Grant::new(Role::OrgUserManager, on(organization)),
            Self::ViewerOf(organization) => Grant::new(Role::OrgOwnerViewer, on(organization)),
            Self::Nobody => None,
        };
        Caller::new(
            fixtures::new_user("caller", "here").change.user(),
            grant.into_iter().collect::<Grants>(),
        )
    }

    fn writes_in(self, organization: &str) -> bool {
        match self {
            Self::InstanceOwner => true,
            Self::ManagerOf(own) => own == organization,
            Self::InstanceViewer | Self::ViewerOf(_) | Self::Nobody => false,
        }
    }

    fn reads_in(self, organization: &str) -> bool {
        match self {
            Self::InstanceOwner | Self::InstanceViewer => true,
            Self::ManagerOf(own) | Self::ViewerOf(own) => own == organization,
            Self::Nobody => false,
        }
    }
}

/// Who the user is, or the reason for which a caller who reaches what `reaches` says is not told.
fn sought(model: &Model, user: &str, reaches: impl Fn(&str) -> bool) -> Result<Expected, &'static str> {
    match model.get(user) {
        Some(expected) if reaches(expected.organization) => Ok(*expected),
        None if reaches("here") && reaches("there") => Err("USER_NOT_FOUND"),
        Some(_) | None => Err("PERMISSION_DENIED"),
    }
}

impl Step {
    /// How the step must end; on success the model has gone along.
    fn foresee(&self, model: &mut Model) -> Result<(), &'static str> {
        match *self {
            Self::SetClock(_) => Ok(()),
            Self::Read { who, user } => sought(model, user, |organization| who.reads_in(organization)).map(drop),
            Self::Create { who, organization, .. } if !who.writes_in(organization) => Err("PERMISSION_DENIED"),
            Self::Create { user, .. } if model.contains_key(user) => Err("USER_ID_TAKEN"),
            Self::Create { user, organization, .. } => {
                let locked = false;
                model.insert(user, Expected { organization, locked });
                Ok(())
            }
            Self::Lock { who, user, end } => {
                let found = sought(model, user, |organization| who.writes_in(organization))?;
                if found.locked {
                    return Err("USER_ALREADY_LOCKED");
                }
                if end == Some(fixtures::earliest()) {
                    return Err("INVALID_ARGUMENT");
                }
                model.insert(user, Expected { locked: true, ..found });
                Ok(())
            }
            Self::Unlock { who, user } => {
                let found = sought(model, user, |organization| who.writes_in(organization))?;
                if !found.locked {
                    return Err("USER_NOT_LOCKED");
                }
                model.insert(user, Expected { locked: false, ..found });
                Ok(())
            }
        }
    }

    async fn perform(&self, stage: &Stage) -> Result<(), Error> {
        let users = &stage.users;
        match *self {
            Self::SetClock(moment) => stage.clock.set(moment),
            Self::Read { who, user } => drop(users.get_user_by_id(&who.caller(), get(user)).await?),
            Self::Create {
                who,
                user,
                organization,
            } => {
                let user_id = Some(fixtures::user_id(user));
                let command = CreateUser {
                    user_id,
                    ..create(organization)
                };
                drop(users.create_user(&who.caller(), command).await?);
            }
            Self::Lock { who, user, end } => {
                let command = LockUser {
                    until: end,
                    ..lock(user)
                };
                drop(users.lock_user(&who.caller(), command).await?);
            }
            Self::Unlock { who, user } => drop(users.unlock_user(&who.caller(), unlock(user)).await?),
        }
        Ok(())
    }

    fn changes(&self) -> bool {
        match self {
            Self::Create { .. } | Self::Lock { .. } | Self::Unlock { .. } => true,
            Self::Read { .. } | Self::SetClock(_) => false,
        }
    }
}

async fn stored(stage: &Stage) -> Stored {
    let mut all = Stored::new();
    for name in USERS {
        let id = fixtures::user_id(name);
        if let Some(user) = UserStore::find(&stage.store, &id).await.expect("an answer") {
            all.insert(name, (user, stage.store.history(&id).await.expect("an answer")));
        }
    }
    all
}

/// State and history agree with each other and with the model, and time does not run backwards.
fn check(stored: &Stored, model: &Model) -> Result<(), TestCaseError> {
    prop_assert!(stored.keys().eq(model.keys()));
    for (name, (user, history)) in stored {
        let replayed = User::replay(history);
        prop_assert_eq!(replayed.as_ref(), Ok(user));
        let sequences = history.iter().map(|event| event.sequence.get());
        prop_assert!(sequences.eq(1..=history.len() as u64), "a gap: {:?}", history);
        prop_assert!(
            history.is_sorted_by_key(|event| event.time),
            "time runs backwards: {:?}",
            history
        );
        let expected = model[name];
        prop_assert_eq!(user.organization().as_str(), expected.organization);
        prop_assert_eq!(matches!(user.state(), UserState::Locked(_)), expected.locked);
    }
    Ok(())
}

async fn play(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let stage = Stage::new().await;
    let mut model = Model::new();
    let mut before = stored(&stage).await;
    for step in steps {
        let foreseen = step.foresee(&mut model);
        let outcome = step.perform(&stage).await.map_err(|error| error.reason().as_str());
        prop_assert_eq!(outcome, foreseen, "{:?}", &step);
        let after = stored(&stage).await;
        check(&after, &model)?;
        let events = |stored: &Stored| stored.values().map(|(_, history)| history.len()).sum::<usize>();
        if outcome.is_ok() && step.changes() {
            prop_assert_eq!(events(&after), events(&before) + 1, "{:?}", &step);
        } else {
            prop_assert_eq!(&after, &before, "{:?} changed something", &step);
        }
        before = after;
    }
    Ok(())
}

fn any_organization() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("here"), Just("there")]
}

fn anybody() -> impl Strategy<Value = Who> {
    prop_oneof![
        4 => Just(Who::InstanceOwner),
        1 => Just(Who::InstanceViewer),
        2 => any_organization().prop_map(Who::ManagerOf),
        1 => any_organization().prop_map(Who::ViewerOf),
        1 => Just(Who::Nobody),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    let user = || prop::sample::select(&USERS);
    let end = prop_oneof![3 => Just(None), 1 => Just(Some(Timestamp::MAX)), 1 => Just(Some(fixtures::earliest()))];
    let moment = (0..1_000_000_u64)
        .prop_map(|millis| Step::SetClock(fixtures::earliest().saturating_add(Duration::from_millis(millis))));
    prop_oneof![
        3 => (anybody(), user(), any_organization())
            .prop_map(|(who, user, organization)| Step::Create { who, user, organization }),
        4 => (anybody(), user(), end).prop_map(|(who, user, end)| Step::Lock { who, user, end }),
        4 => (anybody(), user()).prop_map(|(who, user)| Step::Unlock { who, user }),
        1 => (anybody(), user()).prop_map(|(who, user)| Step::Read { who, user }),
        1 => moment,
    ]
}

proptest! {
    #[test]
    fn every_sequence_of_operations_ends_as_the_rules_say(steps in prop::collection::vec(any_step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(play(steps))?;
    }
}
