//! What can happen to a user: its names, and how it is stored.

use unlockd_domain::{
    Grant, GrantScope, LockCause, LockScope, Reason, Role, Source, StoredEventDetails, Timestamp, UnlockCause,
    UserEvent, UserEventKind, UserEventName,
};

use crate::{created, organization_id};

/// One of each kind, with all that it can say.
pub(crate) fn every_kind() -> [UserEventKind; 16] {
    let reason = || Reason::parse("lost phone").unwrap();
    [
        UserEventKind::Created,
        UserEventKind::Updated,
        UserEventKind::Locked {
            cause: LockCause::Policy,
            reason: reason(),
            until: Some(Timestamp::MAX),
            scope: LockScope::SignIn,
        },
        UserEventKind::Unlocked {
            cause: UnlockCause::Operator,
            reason: reason(),
        },
        UserEventKind::Deactivated { reason: reason() },
        UserEventKind::Reactivated { reason: reason() },
        UserEventKind::Deleted,
        UserEventKind::UsernameAdded,
        UserEventKind::UsernameRemoved,
        UserEventKind::PasswordChanged,
        UserEventKind::PasswordCheckSucceeded,
        UserEventKind::PasswordCheckFailed {
            counts_until: Timestamp::MAX,
        },
        UserEventKind::PasswordResetRequested,
        UserEventKind::PasswordResetFailed,
        UserEventKind::RoleGranted {
            grant: Grant::instance_owner(),
        },
        UserEventKind::RoleRemoved {
            grant: on_organization(),
        },
    ]
}

/// Puts one more detail in.
type Adding = fn(StoredEventDetails) -> StoredEventDetails;

/// All that a store keeps of a kind, beside its name.
fn details(kind: &UserEventKind) -> StoredEventDetails {
    StoredEventDetails {
        reason: kind.reason().cloned(),
        lock_cause: kind.lock_cause(),
        lock_scope: kind.lock_scope(),
        lock_until: kind.lock_until(),
        unlock_cause: kind.unlock_cause(),
        counts_until: kind.counts_until(),
        grant: kind.grant().cloned(),
    }
}

fn on_organization() -> Grant {
    let scope = GrantScope::Organization(organization_id("acme"));
    Grant::new(Role::OrgOwner, scope).unwrap()
}

fn restored(kind: &UserEventKind) -> Option<UserEventKind> {
    UserEventKind::restore(kind.name().as_str(), details(kind)).ok()
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
        "user.password.check.succeeded",
        "user.password.check.failed",
        "user.password.reset.requested",
        "user.password.reset.failed",
        "user.role.granted",
        "user.role.removed",
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
    for cause in [UnlockCause::Expired, UnlockCause::PasswordReset] {
        let unlocked = UserEventKind::Unlocked { cause, reason: None };
        assert_eq!(restored(&unlocked), Some(unlocked));
    }
}

#[test]
fn a_stored_event_that_does_not_fit_together_is_refused() {
    for name in [
        "user.vanished",
        "user.locked",
        "user.password.check.failed",
        "user.role.granted",
        "user.role.removed",
        "lockout_policy.set",
    ] {
        let refused = UserEventKind::restore(name, StoredEventDetails::default());
        assert_eq!(refused.map_err(|unknown| unknown.name), Err(name.to_owned()));
    }
    let one_too_many: [(UserEventName, Adding); 3] = [
        (UserEventName::Locked, |details| StoredEventDetails {
            lock_cause: Some(LockCause::Operator),
            ..details
        }),
        (UserEventName::Unlocked, |details| StoredEventDetails {
            unlock_cause: Some(UnlockCause::Operator),
            ..details
        }),
        (UserEventName::PasswordCheckFailed, |details| StoredEventDetails {
            counts_until: Some(Timestamp::UNIX_EPOCH),
            ..details
        }),
    ];
    for (fitting, add) in one_too_many {
        for kind in every_kind() {
            let restored = UserEventKind::restore(kind.name().as_str(), add(details(&kind)));
            assert_eq!(restored.is_ok(), kind.name() == fitting, "{kind:?}");
        }
    }
}

#[test]
fn without_its_reason_an_event_says_all_else() {
    for kind in every_kind() {
        let bare = kind.clone().without_reason();
        assert_eq!(bare.reason(), None);
        let facts = |kind: &UserEventKind| {
            let all = StoredEventDetails {
                reason: None,
                ..details(kind)
            };
            (kind.name(), all)
        };
        assert_eq!(facts(&bare), facts(&kind));
    }
}

#[test]
fn what_is_left_of_an_event_of_a_deleted_user_says_neither_why_nor_from_where() {
    let creation = created("2024-06-25T13:35:39Z");
    for kind in every_kind() {
        let event = UserEvent {
            kind: kind.clone(),
            source: Some(Source::trusted("203.0.113.7".to_owned())),
            ..creation.event().clone()
        };
        let expected = UserEvent {
            kind: kind.without_reason(),
            source: None,
            ..event.clone()
        };
        assert_eq!(event.erased(), expected);
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
