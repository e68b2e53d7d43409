//! Whatever is done, by whomever, in whatever order, once or repeatedly: the rules hold.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use unlockd_application::ports::UserStore;
use unlockd_application::users::{CreateUser, Details, LockUser, Safeguards};
use unlockd_application::{Caller, Error, UserService};
use unlockd_domain::{Grant, GrantScope, Grants, Role, User, UserData, UserEvent, UserProfile, Username};
use unlockd_testkit::fixtures;

use crate::model::{Ending, Model};
use crate::stage::{
    Stage, add_username, create, deactivate, delete, get, lock, reactivate, remove_username, set_password, under,
    unlock, update,
};
use crate::steps::{Change, Step, USERS, Who, any_steps};

/// All that is stored about the users, in all forms.
type Stored = BTreeMap<&'static str, (User, UserProfile, Vec<UserEvent>)>;

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
}

impl Step {
    fn safeguards(&self) -> Safeguards {
        let if_sequence = match self {
            Self::Create { if_sequence, .. } | Self::Change { if_sequence, .. } => *if_sequence,
            Self::Read { .. } | Self::SetClock(_) => None,
        };
        Safeguards {
            if_sequence,
            ..self.key().map_or_else(Safeguards::default, |(key, _)| under(key))
        }
    }

    /// The answer, and whether it is an earlier one.
    async fn perform(&self, stage: &Stage) -> Result<Option<(Details, bool)>, Error> {
        match self {
            Self::SetClock(moment) => stage.clock.set(*moment),
            Self::Read { who, user } => drop(stage.users.get_user_by_id(&who.caller(), get(user)).await?),
            Self::Create {
                who,
                user,
                organization,
                ..
            } => {
                let command = CreateUser {
                    user_id: Some(fixtures::user_id(user)),
                    safeguards: self.safeguards(),
                    ..create(organization)
                };
                let created = stage.users.create_user(&who.caller(), command).await?;
                assert_eq!(created.answer.user_id.as_str(), *user);
                return Ok(Some((created.answer.details, created.replayed)));
            }
            Self::Change { who, user, change, .. } => {
                return self.perform_change(stage, &who.caller(), user, change).await.map(Some);
            }
        }
        Ok(None)
    }

    async fn perform_change(
        &self,
        stage: &Stage,
        caller: &Caller,
        user: &str,
        change: &Change,
    ) -> Result<(Details, bool), Error> {
        let users = &stage.users;
        macro_rules! guarded {
            ($command:expr) => {{
                let mut command = $command;
                command.safeguards = self.safeguards();
                command
            }};
        }
        let outcome = match change {
            Change::Lock(end) => {
                let command = LockUser {
                    until: *end,
                    ..lock(user)
                };
                users.lock_user(caller, guarded!(command)).await?
            }
            Change::Unlock => users.unlock_user(caller, guarded!(unlock(user))).await?,
            Change::Deactivate => users.deactivate_user(caller, guarded!(deactivate(user))).await?,
            Change::Reactivate => users.reactivate_user(caller, guarded!(reactivate(user))).await?,
            Change::Delete => users.delete_user(caller, guarded!(delete(user))).await?,
            Change::Update(data) => users.update_user(caller, guarded!(update(user, data))).await?,
            Change::SetPassword => {
                let command = guarded!(set_password(user, "open sesame"));
                users.set_password(caller, command).await?
            }
            Change::AddUsername(name) => {
                let added = users.add_username(caller, guarded!(add_username(user, name))).await?;
                added.map(|added| added.details)
            }
            Change::RemoveUsername(name) => {
                let id = username_id(stage, user, name).await;
                let command = guarded!(remove_username(user, &id));
                users.remove_username(caller, command).await?
            }
        };
        Ok((outcome.answer, outcome.replayed))
    }
}

/// The id of the user's name, or one that nothing has.
async fn username_id(stage: &Stage, user: &str, name: &str) -> String {
    let found = stage.store.find_with_profile(&fixtures::user_id(user)).await;
    let names = found
        .expect("an answer")
        .map_or_else(Vec::new, |(_, profile)| profile.usernames);
    let found = names.iter().find(|username| username.name() == name);
    found.map_or_else(|| "nothing".to_owned(), |username| username.id().to_string())
}

async fn stored(stage: &Stage) -> Stored {
    let mut all = Stored::new();
    for name in USERS {
        let id = fixtures::user_id(name);
        let found = stage.store.find_with_profile(&id).await.expect("an answer");
        if let Some((user, profile)) = found {
            let history = stage.store.history(&id).await.expect("an answer");
            all.insert(name, (user, profile, history));
        }
    }
    all
}

/// State, profile and history agree with each other and with the model, and time does not run backwards.
fn check(stored: &Stored, model: &Model) -> Result<(), TestCaseError> {
    prop_assert!(stored.keys().eq(model.users.keys()));
    for (name, (user, profile, history)) in stored {
        // A lock's reason is in the state; none is said here, so that nothing is erased from what is replayed.
        let replayed = User::replay(history);
        prop_assert_eq!(replayed.as_ref(), Ok(user));
        let sequences = history.iter().map(|event| event.sequence.get());
        prop_assert!(sequences.eq(1..=history.len() as u64), "a gap: {:?}", history);
        prop_assert!(
            history.is_sorted_by_key(|event| event.time),
            "time runs backwards: {:?}",
            history
        );
        let expected = &model.users[name];
        prop_assert_eq!(user.organization().as_str(), expected.organization);
        prop_assert_eq!(user.sequence().get(), expected.sequence);
        prop_assert_eq!(
            user.record().state.wire_name(),
            format!("USER_STATE_{}", expected.state)
        );
        let names = profile.usernames.iter().map(Username::name);
        prop_assert!(names.eq(expected.names.iter().copied()));
        prop_assert_eq!(profile.data.as_ref().map(UserData::as_json), expected.data);
        prop_assert_eq!(profile.password.is_some(), expected.has_password);
    }
    Ok(())
}

async fn play(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let stage = Stage::new().await;
    let mut model = Model::default();
    let mut before = stored(&stage).await;
    for step in steps {
        let foreseen = model.foresee(&step);
        let outcome = step.perform(&stage).await;
        let after = stored(&stage).await;
        let ending = match &outcome {
            Err(error) => Ending::Refused(error.reason().as_str()),
            Ok(None) => Ending::Read,
            Ok(Some((answer, true))) => Ending::Replayed(answer.clone()),
            Ok(Some((answer, false))) => {
                model.answered(&step, answer);
                let changed = after.values().filter(|(user, ..)| Details::from(user) == *answer);
                prop_assert!(changed.count() >= 1, "{:?} is nowhere: {:?}", answer, &step);
                Ending::Changed(answer.sequence.get())
            }
        };
        prop_assert_eq!(&ending, &foreseen, "{:?}", &step);
        check(&after, &model)?;
        let events = |stored: &Stored| stored.values().map(|(.., history)| history.len()).sum::<usize>();
        if matches!(ending, Ending::Changed(_)) {
            prop_assert_eq!(events(&after), events(&before) + 1, "{:?}", &step);
        } else {
            prop_assert_eq!(&after, &before, "{:?} changed something", &step);
        }
        before = after;
    }
    Ok(())
}

proptest! {
    #[test]
    fn every_sequence_of_operations_ends_as_the_rules_say(steps in any_steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(play(steps))?;
    }
}
