use unlockd_application::users::{Details, Outcome, Safeguards};
use unlockd_application::{Caller, Error, UserService, Users};

use crate::stage::{Stage, add_username, deactivate, delete, lock, manager, reactivate, set_password, unlock, update};

/// The changes that are safe to repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Lock,
    Unlock,
    Deactivate,
    Reactivate,
    Delete,
    Update,
    AddUsername,
    SetPassword,
}

impl Change {
    pub(crate) const ALL: [Self; 8] = [
        Self::Lock,
        Self::Unlock,
        Self::Deactivate,
        Self::Reactivate,
        Self::Delete,
        Self::Update,
        Self::AddUsername,
        Self::SetPassword,
    ];

    /// Brings the user of `here` into a state in which the change is legal.
    pub(crate) async fn prepare(self, stage: &Stage) {
        match self {
            Self::Unlock => drop(stage.services.users.lock_user(&manager(), lock("here")).await.unwrap()),
            Self::Reactivate => drop(
                stage
                    .services
                    .users
                    .deactivate_user(&manager(), deactivate("here"))
                    .await
                    .unwrap(),
            ),
            Self::Lock | Self::Deactivate | Self::Delete | Self::Update | Self::AddUsername | Self::SetPassword => {}
        }
    }

    pub(crate) async fn perform(
        self,
        users: &Users,
        caller: &Caller,
        id: &str,
        safeguards: Safeguards,
    ) -> Result<Outcome<Details>, Error> {
        macro_rules! guarded {
            ($command:expr) => {{
                let mut command = $command;
                command.safeguards = safeguards;
                command
            }};
        }
        match self {
            Self::Lock => users.lock_user(caller, guarded!(lock(id))).await,
            Self::Unlock => users.unlock_user(caller, guarded!(unlock(id))).await,
            Self::Deactivate => users.deactivate_user(caller, guarded!(deactivate(id))).await,
            Self::Reactivate => users.reactivate_user(caller, guarded!(reactivate(id))).await,
            Self::Delete => users.delete_user(caller, guarded!(delete(id))).await,
            Self::Update => users.update_user(caller, guarded!(update(id, "{}"))).await,
            Self::AddUsername => {
                let added = users.add_username(caller, guarded!(add_username(id, "ada"))).await;
                added.map(|added| added.map(|added| added.details))
            }
            Self::SetPassword => {
                users
                    .set_password(caller, guarded!(set_password(id, "another sesame")))
                    .await
            }
        }
    }
}
