//! What a user is to sign in with, from messages.

use unlockd_application::users::{PasswordForm, UsernameForm};
use unlockd_proto::zitadel::user::v3alpha::set_password::Type;
use unlockd_proto::zitadel::user::v3alpha::{SetPassword, SetUsername};

/// `zitadel.user.v3alpha.SetUsername`.
pub(super) fn username(username: SetUsername) -> UsernameForm {
    UsernameForm {
        username: username.username,
        is_organization_specific: username.is_organization_specific,
    }
}

/// `zitadel.user.v3alpha.SetPassword`.
pub(super) fn password(
    SetPassword {
        r#type,
        change_required,
    }: SetPassword,
) -> PasswordForm {
    let (password, hash) = match r#type {
        Some(Type::Password(password)) => (Some(password), None),
        Some(Type::Hash(hash)) => (None, Some(hash)),
        None => (None, None),
    };
    PasswordForm {
        password,
        hash,
        change_required,
    }
}
