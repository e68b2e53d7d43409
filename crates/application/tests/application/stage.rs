//! Organizations `here` and `there`, an application on them, and callers.

use std::sync::Arc;

use unlockd_application::idempotency::IdempotencyKey;
use unlockd_application::ports::{OrganizationStore, PasswordHasher, UserStore};
use unlockd_application::users::{
    AddUsername, CreateUser, DeactivateUser, DeleteUser, Details, GetUserById, LockUser, NewPassword,
    NewPasswordSecret, NewUsername, PasswordAuthority, ReactivateUser, RemoveUsername, Safeguards, SetPassword,
    UnlockUser, UpdateUser,
};
use unlockd_application::{Caller, Error, UserService, Users};
use unlockd_domain::{
    Grant, GrantScope, Grants, PlainPassword, Role, User, UserData, UserEvent, UserProfile, UsernameId, UsernameScope,
};
use unlockd_testkit::{FixedClock, InsecureTestHasher, MemoryStore, Services, fixtures};

use crate::user_store_double::UserStoreDouble;

/// The application on a store with the organizations `here` and `there`, each of which owns a user of its name.
pub(crate) struct Stage {
    pub(crate) services: Services,
    pub(crate) users: Users,
    pub(crate) clock: FixedClock,
    pub(crate) store: MemoryStore,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::with_hasher(Arc::new(InsecureTestHasher)).await
    }

    /// The same with this hasher.
    pub(crate) async fn with_hasher(passwords: Arc<dyn PasswordHasher>) -> Self {
        let (services, clock, store) = Services::in_memory_with(passwords);
        for id in ["here", "there"] {
            OrganizationStore::create(&store, &fixtures::organization(id), None)
                .await
                .expect("an organization");
            UserStore::create(&store, &fixtures::new_user(id, id))
                .await
                .expect("a user");
        }
        Self {
            users: services.users.clone(),
            services,
            clock,
            store,
        }
    }

    /// The same with something between the use cases and the users' store.
    pub(crate) async fn with_users(
        double: impl FnOnce(Arc<dyn UserStore>) -> UserStoreDouble,
    ) -> (Self, Arc<UserStoreDouble>) {
        let mut stage = Self::new().await;
        let double = Arc::new(double(Arc::clone(&stage.users.store)));
        stage.users.store = Arc::<UserStoreDouble>::clone(&double);
        (stage, double)
    }

    /// Locks the user of `here`, also an owner.
    pub(crate) async fn lock_here(&self) -> Details {
        let locked = self.users.lock_user(&instance_owner(), lock("here")).await;
        locked.expect("a lock").answer
    }

    /// Deactivates the user of `here`, also an owner.
    pub(crate) async fn deactivate_here(&self) -> Details {
        let deactivated = self.users.deactivate_user(&instance_owner(), deactivate("here")).await;
        deactivated.expect("a deactivation").answer
    }

    /// Deletes the user of `here`, also an owner.
    pub(crate) async fn delete_here(&self) -> Details {
        let deleted = self.users.delete_user(&instance_owner(), delete("here")).await;
        deleted.expect("a deletion").answer
    }

    /// Gives `IAM_OWNER` to the users of `here` and of `there`.
    pub(crate) async fn make_owners(&self) {
        for id in ["here", "there"] {
            let granted = self
                .services
                .administration
                .add_grant(&fixtures::user_id(id), &Grant::instance_owner())
                .await;
            granted.expect("a grant");
        }
    }

    /// What is stored of a user's profile, straight from the store.
    pub(crate) async fn profile(&self, id: &str) -> UserProfile {
        let found = self.store.find_with_profile(&fixtures::user_id(id)).await;
        found.expect("an answer").expect("a user").1
    }

    /// A user's last event, straight from the store.
    pub(crate) async fn last_event(&self, id: &str) -> UserEvent {
        let history = self.store.history(&fixtures::user_id(id)).await;
        history.expect("an answer").pop().expect("an event")
    }

    /// What is stored of a user, straight from the store.
    pub(crate) async fn stored(&self, id: &str) -> User {
        UserStore::find(&self.store, &fixtures::user_id(id))
            .await
            .expect("an answer")
            .expect("a user")
    }

    /// The number of events in a user's history, straight from the store.
    pub(crate) async fn events(&self, id: &str) -> usize {
        self.store
            .history(&fixtures::user_id(id))
            .await
            .expect("an answer")
            .len()
    }
}

/// A user of `here` who holds the role, if there is one, on the instance or on `here`.
pub(crate) fn caller(role: Option<Role>) -> Caller {
    let grants = role.map(|role| {
        let scope = if role.is_instance_role() {
            GrantScope::Instance
        } else {
            GrantScope::Organization(fixtures::organization_id("here"))
        };
        Grant::new(role, scope).expect("the role fits its scope")
    });
    Caller::new(
        fixtures::new_user("caller", "here").change.user(),
        grants.into_iter().collect(),
    )
}

/// Holds `ORG_USER_MANAGER` on `here`.
pub(crate) fn manager() -> Caller {
    caller(Some(Role::OrgUserManager))
}

/// Holds `IAM_OWNER` on the instance, under the same id as [`manager`].
pub(crate) fn instance_owner() -> Caller {
    caller(Some(Role::IamOwner))
}

/// Holds `IAM_USER_MANAGER` on the instance.
pub(crate) fn instance_manager() -> Caller {
    caller(Some(Role::IamUserManager))
}

/// The user of this id and organization, without a role.
pub(crate) fn oneself(id: &str, organization: &str) -> Caller {
    Caller::new(fixtures::new_user(id, organization).change.user(), Grants::default())
}

pub(crate) fn create(organization: &str) -> CreateUser {
    CreateUser {
        user_id: None,
        organization: fixtures::organization_id(organization),
        usernames: Vec::new(),
        password: None,
        data: None,
        safeguards: Safeguards::default(),
    }
}

pub(crate) fn get(id: &str) -> GetUserById {
    GetUserById {
        user_id: fixtures::user_id(id),
    }
}

pub(crate) fn lock(id: &str) -> LockUser {
    LockUser {
        user_id: fixtures::user_id(id),
        reason: None,
        until: None,
        replaces: false,
        safeguards: Safeguards::default(),
    }
}

pub(crate) fn unlock(id: &str) -> UnlockUser {
    UnlockUser {
        user_id: fixtures::user_id(id),
        reason: None,
        safeguards: Safeguards::default(),
    }
}

pub(crate) fn deactivate(id: &str) -> DeactivateUser {
    DeactivateUser {
        user_id: fixtures::user_id(id),
        reason: None,
        safeguards: Safeguards::default(),
    }
}

pub(crate) fn reactivate(id: &str) -> ReactivateUser {
    ReactivateUser {
        user_id: fixtures::user_id(id),
        reason: None,
        safeguards: Safeguards::default(),
    }
}

pub(crate) fn delete(id: &str) -> DeleteUser {
    DeleteUser {
        user_id: fixtures::user_id(id),
        safeguards: Safeguards::default(),
    }
}

pub(crate) fn update(id: &str, data: &str) -> UpdateUser {
    UpdateUser {
        user_id: fixtures::user_id(id),
        data: UserData::from_json(data).expect("an object"),
        safeguards: Safeguards::default(),
    }
}

pub(crate) fn set_password(id: &str, password: &str) -> SetPassword {
    SetPassword {
        user_id: fixtures::user_id(id),
        new_password: plain(password),
        authority: PasswordAuthority::Caller,
        safeguards: Safeguards::default(),
    }
}

pub(crate) fn add_username(id: &str, name: &str) -> AddUsername {
    AddUsername {
        user_id: fixtures::user_id(id),
        username: NewUsername::new(name, UsernameScope::Instance).expect("a username"),
        safeguards: Safeguards::default(),
    }
}

pub(crate) fn remove_username(id: &str, username_id: &str) -> RemoveUsername {
    RemoveUsername {
        user_id: fixtures::user_id(id),
        username_id: UsernameId::new(username_id).expect("a username id"),
        safeguards: Safeguards::default(),
    }
}

/// A password as typed, which need not be changed.
pub(crate) fn plain(password: &str) -> NewPassword {
    NewPassword {
        secret: NewPasswordSecret::Plain(PlainPassword::new(password).expect("a password")),
        change_required: false,
    }
}

/// Done once under this key.
pub(crate) fn under(key: &str) -> Safeguards {
    Safeguards {
        idempotency_key: Some(IdempotencyKey::new(key).expect("a key")),
        if_sequence: None,
    }
}

/// Done only while the user has this sequence.
pub(crate) fn only_at(sequence: u64) -> Safeguards {
    Safeguards {
        idempotency_key: None,
        if_sequence: Some(sequence),
    }
}

/// The reason on the wire of a request that was refused.
#[track_caller]
pub(crate) fn reason<T: std::fmt::Debug>(outcome: Result<T, Error>) -> &'static str {
    outcome.expect_err("a refusal").reason().as_str()
}
