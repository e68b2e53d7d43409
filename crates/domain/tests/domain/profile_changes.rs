//! What happens to a user's names, password and data: from every state.

use std::time::Duration;

use unlockd_domain::{
    Actor, AddUsernameRefusal, Lock, LockCause, LockScope, PasswordHash, PasswordReset, ProfileEdit,
    RemoveUsernameRefusal, SessionId, StoredPassword, User, UserData, UserDeleted, UserEventKind, UserProfile,
    UserRecord, UserState, Username, UsernameError, UsernameId, UsernameScope,
};

use crate::{at, user_id};

const BEGIN: &str = "2024-06-25T13:35:39.148123Z";
const LATER: &str = "2024-06-25T13:36:00Z";
const BEHIND: &str = "1999-12-31T23:59:59Z";

fn in_state(state: UserState) -> User {
    crate::in_state(BEGIN, state)
}

/// A user in each state in which there is a profile to be changed.
fn living() -> [User; 3] {
    let lock = Lock {
        since: at(BEGIN),
        cause: LockCause::Policy,
        by: Actor::System,
        reason: None,
        until: None,
        scope: LockScope::AllUse,
    };
    [UserState::Active, UserState::Inactive, UserState::Locked(lock)].map(in_state)
}

fn deleted() -> User {
    in_state(UserState::Deleted)
}

fn somebody() -> Actor {
    Actor::User(user_id("somebody"))
}

fn data(text: &str) -> UserData {
    UserData::from_json(text).unwrap()
}

fn hash() -> PasswordHash {
    PasswordHash::trusted("a hash".to_owned())
}

fn name_id(id: &str) -> UsernameId {
    UsernameId::new(id).unwrap()
}

fn name(id: &str, name: &str, scope: UsernameScope) -> Username {
    Username::new(name_id(id), name, scope).unwrap()
}

fn named(names: &[&str]) -> UserProfile {
    UserProfile {
        usernames: names
            .iter()
            .map(|text| name(text, text, UsernameScope::Instance))
            .collect(),
        ..UserProfile::default()
    }
}

/// A change of the profile moves the history on and nothing else of the user.
#[track_caller]
fn assert_only_history_moved(before: &User, change: &unlockd_domain::UserChange, kind: &UserEventKind) {
    let expected = UserRecord {
        sequence: before.sequence().next(),
        changed_at: at(LATER),
        ..before.record().clone()
    };
    assert_eq!(*change.user().record(), expected);
    assert_eq!(change.event().kind, *kind);
    assert_eq!((&change.event().actor, change.event().time), (&somebody(), at(LATER)));
    assert_eq!(change.expected_sequence(), Some(before.sequence()));
    assert!(!change.ends_activity());
}

#[test]
fn data_is_replaced_in_every_state_but_the_last() {
    for user in living() {
        let change = user.update(data("{\"floor\":3}"), somebody(), at(LATER)).unwrap();
        assert_only_history_moved(&user, &change, &UserEventKind::Updated);
        let edit = ProfileEdit::ReplaceData(data("{\"floor\":3}"));
        assert_eq!(change.profile_edit(), Some(&edit));
    }
    assert_eq!(deleted().update(data("{}"), somebody(), at(LATER)), Err(UserDeleted));
}

#[test]
fn a_password_is_replaced_in_every_state_but_the_last() {
    for user in living() {
        for change_required in [false, true] {
            let change = user
                .set_password(hash(), change_required, somebody(), at(LATER))
                .unwrap();
            let expected = UserRecord {
                sequence: user.sequence().next(),
                changed_at: at(LATER),
                password_failures: Vec::new(),
                failures_forgotten_at: Some(at(LATER)),
                ..user.record().clone()
            };
            assert_eq!(*change.user().record(), expected);
            assert_eq!(change.event().kind, UserEventKind::PasswordChanged);
            let password = StoredPassword {
                hash: hash(),
                changed_at: at(LATER),
                change_required,
            };
            let edit = ProfileEdit::ReplacePassword {
                password,
                kept_session: None,
            };
            assert_eq!(change.profile_edit(), Some(&edit));
            assert!(change.replaces_password());
        }
    }
    let refused = deleted().set_password(hash(), false, somebody(), at(LATER));
    assert_eq!(refused, Err(UserDeleted));
}

#[test]
fn a_password_is_dated_after_all_that_happened_before_it_by_any_clock() {
    let [user, ..] = living();
    let next = at(BEGIN).saturating_add(Duration::from_micros(1));
    for now in [at(BEHIND), at(BEGIN)] {
        for change in [
            user.set_password(hash(), false, somebody(), now).unwrap(),
            user.reset_password(hash(), false, somebody(), now).unwrap(),
        ] {
            let Some(ProfileEdit::ReplacePassword { password, .. }) = change.profile_edit() else {
                panic!("the password is not replaced: {change:?}");
            };
            assert_eq!((password.changed_at, change.event().time), (next, next));
        }
    }
}

#[test]
fn a_new_password_can_keep_one_session_and_other_changes_keep_none() {
    let [user, ..] = living();
    let session = Some(SessionId::new("s").unwrap());
    let change = user.set_password(hash(), false, somebody(), at(LATER)).unwrap();
    let kept = change.keeping_session(session.clone());
    let Some(ProfileEdit::ReplacePassword { kept_session, .. }) = kept.profile_edit() else {
        panic!("the password is not replaced: {kept:?}");
    };
    assert_eq!(*kept_session, session);
    let other = user.update(data("{}"), somebody(), at(LATER)).unwrap();
    assert_eq!(other.clone().keeping_session(session), other);
    assert!(!other.replaces_password());
}

#[test]
fn a_name_is_added_in_every_state_but_the_last() {
    let ada = name("1", "ada", UsernameScope::Organization);
    for user in living() {
        let change = user
            .add_username(&named(&["grace"]), ada.clone(), somebody(), at(LATER))
            .unwrap();
        assert_only_history_moved(&user, &change, &UserEventKind::UsernameAdded);
        assert_eq!(change.profile_edit(), Some(&ProfileEdit::AddUsername(ada.clone())));
    }
    let refused = deleted().add_username(&UserProfile::default(), ada, somebody(), at(LATER));
    assert_eq!(refused, Err(AddUsernameRefusal::Deleted(UserDeleted)));
}

#[test]
fn nobody_gets_a_login_name_twice() {
    let [user, ..] = living();
    let profile = named(&["Straße", "ada@ACME"]);
    for (text, scope) in [
        ("STRAẞE", UsernameScope::Instance),
        ("ADA", UsernameScope::Organization),
    ] {
        let refused = user.add_username(&profile, name("2", text, scope), somebody(), at(LATER));
        assert_eq!(refused, Err(AddUsernameRefusal::AlreadyTheirs));
    }
    let elsewhere = name("2", "STRAẞE", UsernameScope::Organization);
    assert!(user.add_username(&profile, elsewhere, somebody(), at(LATER)).is_ok());
}

#[test]
fn nobody_gets_a_name_that_cannot_be_typed_to_sign_in() {
    let [user, ..] = living();
    let long = name("1", &"a".repeat(200), UsernameScope::Organization);
    let refused = user.add_username(&UserProfile::default(), long, somebody(), at(LATER));
    let problem = UsernameError::LoginNameTooLong;
    assert_eq!(refused, Err(AddUsernameRefusal::LoginName(problem)));
}

#[test]
fn a_user_has_up_to_100_names() {
    let [user, ..] = living();
    let names: Vec<_> = (1..=100).map(|number| format!("name {number}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let add = |profile: &UserProfile, text| {
        let more = name("more", text, UsernameScope::Instance);
        user.add_username(profile, more, somebody(), at(LATER))
            .map(|change| change.profile_edit().is_some())
    };
    assert_eq!(add(&named(&names[..99]), "one more"), Ok(true));
    assert_eq!(add(&named(&names), "one more"), Err(AddUsernameRefusal::TooMany));
    assert_eq!(add(&named(&names), "NAME 7"), Err(AddUsernameRefusal::AlreadyTheirs));
}

#[test]
fn a_name_is_removed_by_its_id_in_every_state_but_the_last() {
    let profile = named(&["ada", "grace"]);
    for user in living() {
        let change = user
            .remove_username(&profile, name_id("ada"), somebody(), at(LATER))
            .unwrap();
        assert_only_history_moved(&user, &change, &UserEventKind::UsernameRemoved);
        assert_eq!(
            change.profile_edit(),
            Some(&ProfileEdit::RemoveUsername(name_id("ada")))
        );
        let refused = user.remove_username(&profile, name_id("joan"), somebody(), at(LATER));
        assert_eq!(refused, Err(RemoveUsernameRefusal::NotTheirs));
    }
    let refused = deleted().remove_username(&profile, name_id("ada"), somebody(), at(LATER));
    assert_eq!(refused, Err(RemoveUsernameRefusal::Deleted(UserDeleted)));
}

#[test]
fn an_edit_changes_its_part_of_the_profile_alone() {
    let password = StoredPassword {
        hash: hash(),
        changed_at: at(BEGIN),
        change_required: true,
    };
    let reset = PasswordReset {
        code_hash: hash(),
        expires_at: at(LATER),
        failed_attempts: 1,
    };
    let before = UserProfile {
        data: Some(data("{}")),
        password: Some(password.clone()),
        password_reset: Some(reset.clone()),
        ..named(&["ada", "grace"])
    };
    let joan = name("joan", "joan", UsernameScope::Instance);
    let other = StoredPassword {
        changed_at: at(LATER),
        ..password.clone()
    };
    let later_reset = PasswordReset {
        failed_attempts: 0,
        ..reset
    };
    let another_hash = PasswordHash::trusted("another hash".to_owned());
    let edits = [
        (
            ProfileEdit::ReplaceData(data("{\"a\":1}")),
            UserProfile {
                data: Some(data("{\"a\":1}")),
                ..before.clone()
            },
        ),
        (
            ProfileEdit::AddUsername(joan),
            UserProfile {
                usernames: named(&["ada", "grace", "joan"]).usernames,
                ..before.clone()
            },
        ),
        (
            ProfileEdit::RemoveUsername(name_id("ada")),
            UserProfile {
                usernames: named(&["grace"]).usernames,
                ..before.clone()
            },
        ),
        (
            ProfileEdit::ReplacePassword {
                password: other.clone(),
                kept_session: None,
            },
            UserProfile {
                password: Some(other),
                password_reset: None,
                ..before.clone()
            },
        ),
        (
            ProfileEdit::Rehash(another_hash.clone()),
            UserProfile {
                password: Some(StoredPassword {
                    hash: another_hash,
                    ..password
                }),
                ..before.clone()
            },
        ),
        (
            ProfileEdit::SetPasswordReset(Some(later_reset.clone())),
            UserProfile {
                password_reset: Some(later_reset),
                ..before.clone()
            },
        ),
        (
            ProfileEdit::SetPasswordReset(None),
            UserProfile {
                password_reset: None,
                ..before.clone()
            },
        ),
        (ProfileEdit::Erase, UserProfile::default()),
    ];
    for (edit, after) in edits {
        assert_eq!(edit.applied_to(before.clone()), after, "{edit:?}");
    }
    let rehashed = ProfileEdit::Rehash(hash()).applied_to(UserProfile::default());
    assert_eq!(rehashed, UserProfile::default());
}
