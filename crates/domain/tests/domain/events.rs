//! What can happen to a user: its names, and how it is stored.

use unlockd_domain::{LockCause, Reason, Timestamp, UserEventKind, UserEventName};

/// One of each kind, with all that it can say.
pub(crate) fn every_kind() -> [UserEventKind; 10] {
    let reason = || Reason::parse("lost phone").unwrap();
    [
        UserEventKind::Created,
        UserEventKind::Updated,
        UserEventKind::Locked {
            cause: LockCause::Policy,
            reason: reason(),
            until: Some(Timestamp::MAX),
        },
        UserEventKind::Unlocked { reason: reason() },
        UserEventKind::Deactivated { reason: reason() },
        UserEventKind::Reactivated { reason: reason() },
        UserEventKind::Deleted,
        UserEventKind::UsernameAdded,
        UserEventKind::UsernameRemoved,
        UserEventKind::PasswordChanged,
    ]
}

fn restored(kind: &UserEventKind) -> Option<UserEventKind> {
    let name = kind.name().as_str();
    UserEventKind::restore(name, kind.reason().cloned(), kind.lock_cause(), kind.lock_until()).ok()
}

#[test]
fn events_have_the_names_that_are_stored_and_shown() {
    let names = [
        "user.created",
        "user.updated",
        "user.locked",
        "user.unlocked",
        "user.deactivated",
        "user.reactivated",
        "user.deleted",
        "user.username.added",
        "user.username.removed",
        "user.password.changed",
    ];
    assert_eq!(every_kind().map(|kind| kind.name().as_str()), names);
    assert_eq!(every_kind().map(|kind| kind.name()), UserEventName::ALL);
    for name in UserEventName::ALL {
        assert_eq!(name.to_string(), name.as_str());
        assert_eq!(name.as_str().parse(), Ok(name));
    }
}

#[test]
fn a_name_that_nothing_has_is_refused_with_all_that_there_are() {
    for unknown in ["", "user.vanished", "user.locked ", "User.Locked", "user", "locked"] {
        let refused = unknown.parse::<UserEventName>().unwrap_err().to_string();
        for name in UserEventName::ALL {
            assert!(refused.contains(name.as_str()), "{refused}");
        }
    }
}

#[test]
fn a_stored_event_is_restored_from_its_name_and_details() {
    for kind in every_kind() {
        assert_eq!(restored(&kind), Some(kind.clone()));
        let bare = kind.without_reason();
        assert_eq!(restored(&bare), Some(bare));
    }
}

#[test]
fn a_stored_event_that_does_not_fit_together_is_refused() {
    let cause = Some(LockCause::Operator);
    for name in ["user.vanished", "user.locked"] {
        let refused = UserEventKind::restore(name, None, None, None);
        assert_eq!(refused.map_err(|unknown| unknown.name), Err(name.to_owned()));
    }
    for name in UserEventName::ALL
        .into_iter()
        .filter(|name| *name != UserEventName::Locked)
    {
        assert!(
            UserEventKind::restore(name.as_str(), None, cause, None).is_err(),
            "{name}"
        );
    }
}

#[test]
fn without_its_reason_an_event_says_all_else() {
    for kind in every_kind() {
        let bare = kind.clone().without_reason();
        assert_eq!(bare.reason(), None);
        let facts = |kind: &UserEventKind| (kind.name(), kind.lock_cause(), kind.lock_until());
        assert_eq!(facts(&bare), facts(&kind));
    }
}

#[test]
fn a_lock_a_deactivation_and_a_deletion_take_a_user_out_of_service() {
    let ending = every_kind().into_iter().filter(UserEventKind::ends_activity);
    let names = ending.map(|kind| kind.name());
    assert!(names.eq([
        UserEventName::Locked,
        UserEventName::Deactivated,
        UserEventName::Deleted
    ]));
}
