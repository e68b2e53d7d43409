//! A user as messages.

use unlockd_application::users::{Details, UserView};
use unlockd_application::{self as application, Error};
use unlockd_domain::{self as domain, UserProfile, UserState, UsernameScope};
use unlockd_proto::zitadel::object::v2beta;
use unlockd_proto::zitadel::user::v3alpha::{Authenticators, Lock, Password, SignInBlock, State, User, Username};

use super::struct_data;
use crate::lock_cause;
use crate::timestamp::to_proto;

/// `zitadel.user.v3alpha.User`.
///
/// # Errors
/// [`Error::Internal`] when the stored data is no JSON object.
pub(super) fn user(view: UserView) -> Result<User, Error> {
    let state = state(view.state());
    let lock = lock(view.state());
    let failed_password_attempts = view.failed_password_attempts();
    let sign_in_blocks = view.sign_in_blocks.iter().map(sign_in_block).collect();
    let UserView { user, profile, .. } = view;
    let data = profile.data.as_ref().map(|data| struct_data::to_proto(data.as_json()));
    Ok(User {
        user_id: user.id().to_string(),
        details: Some(details(&Details::from(&user))),
        authenticators: authenticators(profile),
        contact: None,
        state: state.into(),
        schema: None,
        data: data.transpose().map_err(Error::internal)?,
        lock,
        failed_password_attempts,
        sign_in_blocks,
    })
}

/// `zitadel.object.v2beta.Details`.
pub(super) fn details(details: &Details) -> v2beta::Details {
    v2beta::Details {
        sequence: details.sequence.get(),
        change_date: Some(to_proto(details.change_date)),
        resource_owner: details.resource_owner.to_string(),
    }
}

fn state(state: &UserState) -> State {
    match state {
        UserState::Active => State::UserStateActive,
        UserState::Inactive => State::UserStateInactive,
        UserState::Locked(_) => State::UserStateLocked,
        UserState::Deleted => State::UserStateDeleted,
    }
}

fn lock(state: &UserState) -> Option<Lock> {
    match state {
        UserState::Locked(lock) => Some(Lock {
            since: Some(to_proto(lock.since)),
            cause: lock_cause::to_proto(lock.cause).into(),
            locked_by: lock.by.user_id().map(ToString::to_string).unwrap_or_default(),
            reason: lock.reason.as_ref().map(ToString::to_string).unwrap_or_default(),
            until: lock.until.map(to_proto),
            scope: lock_cause::scope_to_proto(lock.scope).into(),
        }),
        UserState::Active | UserState::Inactive | UserState::Deleted => None,
    }
}

fn sign_in_block(block: &application::SignInBlock) -> SignInBlock {
    SignInBlock {
        source: block.source.as_ref().map(ToString::to_string).unwrap_or_default(),
        failures: block.failures,
        until: Some(to_proto(block.until)),
    }
}

fn authenticators(profile: UserProfile) -> Option<Authenticators> {
    let usernames: Vec<_> = profile.usernames.iter().map(username).collect();
    let password = profile.password.map(|password| Password {
        last_changed: Some(to_proto(password.changed_at)),
        change_required: password.change_required,
    });
    (!usernames.is_empty() || password.is_some()).then_some(Authenticators { usernames, password })
}

fn username(username: &domain::Username) -> Username {
    Username {
        username_id: username.id().to_string(),
        username: username.name().to_owned(),
        is_organization_specific: username.scope() == UsernameScope::Organization,
    }
}
