use serde::Deserialize;
use unlockd_application::users::{PasswordForm, UsernameForm};
use utoipa::ToSchema;

/// A name to sign in with. No other user signs in with it, in whatever case or width.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SetUsername {
    /// Letters, digits and ASCII punctuation, with blanks between them (RFC 8265).
    #[schema(min_length = 1, max_length = 200)]
    username: Option<String>,
    /// True if the user signs in with `<username>@<organization id>`, of at most 200 characters in all.
    #[serde(alias = "is_organization_specific")]
    is_organization_specific: Option<bool>,
}

/// A password, or the hash that another system made of it.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SetPassword {
    /// As many characters at least as the operators ask for: 8, unless they say otherwise. Not one of the most common
    /// passwords, not blanks only, and not one of the user's own usernames.
    #[schema(min_length = 1, max_length = 200)]
    password: Option<String>,
    /// Argon2, bcrypt, scrypt, PBKDF2, SHA-crypt, yescrypt, phpass, or a form of Django, Werkzeug, Firebase, LDAP or ASP.NET
    /// Core Identity, within limits of cost.
    #[schema(min_length = 1, max_length = 512)]
    hash: Option<String>,
    /// Whether the user must choose another one: a session of the user can do nothing else before that.
    #[serde(alias = "change_required")]
    change_required: Option<bool>,
}

impl From<SetUsername> for UsernameForm {
    fn from(username: SetUsername) -> Self {
        Self {
            username: username.username.unwrap_or_default(),
            is_organization_specific: username.is_organization_specific.unwrap_or_default(),
        }
    }
}

impl From<SetPassword> for PasswordForm {
    fn from(password: SetPassword) -> Self {
        Self {
            password: password.password,
            hash: password.hash,
            change_required: password.change_required.unwrap_or_default(),
        }
    }
}
