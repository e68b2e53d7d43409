//! What requests under a key are told apart by.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use unlockd_application::idempotency::{IdempotencyKey, RequestDigest};
use unlockd_application::ports::{ImportedHashError, PasswordHasher, PasswordHasherError, UserStore, Verification};
use unlockd_application::users::{
    CreateUser, DeactivateUser, LockUser, NewPassword, NewPasswordSecret, NewUsername, ReactivateUser, Safeguards,
    UnlockUser,
};
use unlockd_application::{Caller, UserService};
use unlockd_domain::{PasswordHash, PlainPassword, Reason, Timestamp, UserData, UsernameScope};
use unlockd_testkit::{InsecureTestHasher, fixtures};

use crate::repeatable_change::Change;
use crate::stage::{Stage, create, deactivate, instance_manager, lock, manager, plain, reactivate, under, unlock};

const BCRYPT: &str = "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";

/// The digest that is kept of the request under `key`.
async fn digest(stage: &Stage) -> RequestDigest {
    let key = IdempotencyKey::new("key").unwrap();
    let found = stage.store.find_request(manager().user_id(), &key).await.unwrap();
    found.expect("a request").digest.expect("a digest")
}

async fn digest_of_creation(command: CreateUser) -> RequestDigest {
    let stage = Stage::new().await;
    let command = CreateUser {
        safeguards: Safeguards {
            idempotency_key: under("key").idempotency_key,
            ..command.safeguards
        },
        ..command
    };
    stage.users.create_user(&instance_manager(), command).await.unwrap();
    digest(&stage).await
}

/// Each is another one.
#[track_caller]
fn assert_distinct(digests: &[RequestDigest]) {
    for (index, digest) in digests.iter().enumerate() {
        let same: Vec<_> = digests
            .iter()
            .enumerate()
            .filter(|(_, other)| *other == digest)
            .collect();
        assert_eq!(same.len(), 1, "{index} looks like {same:?}");
    }
}

fn named(names: &[(&str, UsernameScope)]) -> CreateUser {
    CreateUser {
        usernames: names
            .iter()
            .map(|(name, scope)| NewUsername::new(*name, *scope).unwrap())
            .collect(),
        ..create("here")
    }
}

fn with_password(secret: NewPasswordSecret, change_required: bool) -> CreateUser {
    CreateUser {
        password: Some(NewPassword {
            secret,
            change_required,
        }),
        ..create("here")
    }
}

#[tokio::test]
async fn creations_that_differ_in_anything_never_look_alike() {
    let (instance, organization) = (UsernameScope::Instance, UsernameScope::Organization);
    let imported = |hash: &str| NewPasswordSecret::Imported(PasswordHash::new(hash).unwrap());
    let typed = |text: &str| NewPasswordSecret::Plain(PlainPassword::new(text).unwrap());
    let with_data = |text: &str| CreateUser {
        data: Some(UserData::from_json(text).unwrap()),
        ..create("here")
    };
    let commands = [
        create("here"),
        create("there"),
        CreateUser {
            user_id: Some(fixtures::user_id("ada")),
            ..create("here")
        },
        CreateUser {
            user_id: Some(fixtures::user_id("here")),
            ..create("there")
        },
        named(&[("a", instance)]),
        named(&[("a", organization)]),
        named(&[("A", instance)]),
        named(&[("ab", instance), ("c", instance)]),
        named(&[("a", instance), ("bc", instance)]),
        named(&[("c", instance), ("ab", instance)]),
        named(&[("abc", instance)]),
        named(&[("a", instance), ("a", organization)]),
        named(&[("a", organization), ("b", organization)]),
        named(&[("ab", organization)]),
        with_password(typed("open sesame"), false),
        with_password(typed("open sesame"), true),
        with_password(typed("open sesame "), false),
        with_password(typed(BCRYPT), false),
        with_password(imported(BCRYPT), false),
        with_password(imported(BCRYPT), true),
        with_data("{}"),
        with_data("{\"a\":1}"),
        CreateUser {
            safeguards: Safeguards {
                if_sequence: Some(0),
                ..Safeguards::default()
            },
            ..create("here")
        },
    ];
    let mut digests = Vec::new();
    for command in commands {
        // The user of `here` is in the way of a user of that name.
        let command = match &command.user_id {
            Some(id) if id.as_str() == "here" => CreateUser {
                user_id: Some(fixtures::user_id("here2")),
                ..command
            },
            _ => command,
        };
        digests.push(digest_of_creation(command).await);
    }
    assert_distinct(&digests);
}

#[tokio::test]
async fn a_creation_looks_like_itself_whatever_ids_and_times_were_made_for_it() {
    let mut command = named(&[("ada", UsernameScope::Instance)]);
    command.password = Some(plain("open sesame"));
    let first = digest_of_creation(command.clone()).await;
    assert_eq!(digest_of_creation(command).await, first);
}

#[tokio::test]
async fn changes_that_differ_in_anything_never_look_alike() {
    let said = |text: &str| Reason::parse(text).unwrap();
    let guard = || under("key");
    let locks = [
        LockUser {
            safeguards: guard(),
            ..lock("here")
        },
        LockUser {
            safeguards: guard(),
            ..lock("there")
        },
        LockUser {
            safeguards: guard(),
            reason: said("a"),
            ..lock("here")
        },
        LockUser {
            safeguards: guard(),
            reason: said("ab"),
            ..lock("here")
        },
        LockUser {
            safeguards: guard(),
            until: Some(Timestamp::MAX),
            ..lock("here")
        },
        LockUser {
            safeguards: guard(),
            replaces: true,
            ..lock("here")
        },
        LockUser {
            safeguards: guard(),
            reason: said("a"),
            until: Some(Timestamp::MAX),
            ..lock("here")
        },
        LockUser {
            safeguards: Safeguards {
                if_sequence: Some(1),
                ..guard()
            },
            ..lock("here")
        },
    ];
    let mut digests = Vec::new();
    for command in locks {
        let stage = Stage::new().await;
        stage.users.lock_user(&instance_manager(), command).await.unwrap();
        digests.push(digest(&stage).await);
    }
    for reason in [None, said("a")] {
        let stage = Stage::new().await;
        Change::Unlock.prepare(&stage).await;
        let command = UnlockUser {
            safeguards: guard(),
            reason: reason.clone(),
            ..unlock("here")
        };
        stage.users.unlock_user(&instance_manager(), command).await.unwrap();
        digests.push(digest(&stage).await);

        let stage = Stage::new().await;
        let command = DeactivateUser {
            safeguards: guard(),
            reason: reason.clone(),
            ..deactivate("here")
        };
        stage.users.deactivate_user(&instance_manager(), command).await.unwrap();
        digests.push(digest(&stage).await);

        let stage = Stage::new().await;
        Change::Reactivate.prepare(&stage).await;
        let command = ReactivateUser {
            safeguards: guard(),
            reason,
            ..reactivate("here")
        };
        stage.users.reactivate_user(&instance_manager(), command).await.unwrap();
        digests.push(digest(&stage).await);
    }
    assert_distinct(&digests);
}

#[tokio::test]
async fn nothing_is_left_of_a_deleted_users_requests_to_guess_from() {
    let stage = Stage::new().await;
    let users = &stage.users;
    Change::Lock
        .perform(users, &manager(), "here", under("key"))
        .await
        .unwrap();
    Change::Delete
        .perform(users, &manager(), "here", under("last key"))
        .await
        .unwrap();
    for key in ["key", "last key"] {
        let key = IdempotencyKey::new(key).unwrap();
        let found = stage.store.find_request(manager().user_id(), &key).await.unwrap();
        assert_eq!(found.unwrap().digest, None);
    }
}

/// Notes the salts that fingerprints are taken with.
#[derive(Default)]
struct Noting(Mutex<Vec<[u8; 32]>>);

#[async_trait]
impl PasswordHasher for Noting {
    async fn hash(&self, password: PlainPassword) -> Result<PasswordHash, PasswordHasherError> {
        InsecureTestHasher.hash(password).await
    }

    fn check_import(&self, hash: &PasswordHash) -> Result<(), ImportedHashError> {
        InsecureTestHasher.check_import(hash)
    }

    async fn verify(
        &self,
        password: PlainPassword,
        hash: Option<PasswordHash>,
    ) -> Result<Verification, PasswordHasherError> {
        InsecureTestHasher.verify(password, hash).await
    }

    async fn fingerprint(&self, password: PlainPassword, salt: [u8; 32]) -> Result<[u8; 32], PasswordHasherError> {
        self.0.lock().unwrap().push(salt);
        InsecureTestHasher.fingerprint(password, salt).await
    }
}

#[tokio::test]
async fn equal_passwords_of_different_requests_have_different_salts() {
    let mut stage = Stage::new().await;
    let hasher = Arc::new(Noting::default());
    stage.users.passwords = Arc::<Noting>::clone(&hasher);
    let by = |id: &str| {
        Caller::new(
            fixtures::new_user(id, "here").change.user(),
            manager().grants().iter().cloned().collect(),
        )
    };
    for (who, key) in [
        ("ada", "key"),
        ("ada", "key 2"),
        ("grace", "key"),
        ("adak", "ey"),
        ("ada", "key"),
    ] {
        let command = CreateUser {
            password: Some(plain("open sesame")),
            safeguards: under(key),
            ..create("here")
        };
        stage.users.create_user(&by(who), command).await.unwrap();
    }
    let salts = hasher.0.lock().unwrap().clone();
    assert_eq!((salts.len(), salts[4]), (5, salts[0]));
    for (index, salt) in salts[..4].iter().enumerate() {
        assert!(!salts[..index].contains(salt), "{index}");
    }
}

#[tokio::test]
async fn without_a_key_no_fingerprint_is_taken() {
    let mut stage = Stage::new().await;
    let hasher = Arc::new(Noting::default());
    stage.users.passwords = Arc::<Noting>::clone(&hasher);
    let command = CreateUser {
        password: Some(plain("open sesame")),
        ..create("here")
    };
    stage.users.create_user(&manager(), command).await.unwrap();
    assert!(hasher.0.lock().unwrap().is_empty());
}
