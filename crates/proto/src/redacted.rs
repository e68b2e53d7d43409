//! What the generator would print of a secret, and must not.

use std::fmt;

use crate::zitadel::user::v3alpha::set_password::Type;
use crate::zitadel::user::v3alpha::set_password_request::Verification;
use crate::zitadel::user::v3alpha::{CreateUserResponse, SetPassword, SetPasswordRequest, UpdateUserResponse};

/// Says that there is something, and not what.
struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

impl fmt::Debug for SetPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetPassword")
            .field("r#type", &self.r#type)
            .field("change_required", &self.change_required)
            .finish()
    }
}

impl fmt::Debug for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Password(_) => "Password",
            Self::Hash(_) => "Hash",
        };
        f.debug_tuple(name).field(&Redacted).finish()
    }
}

impl fmt::Debug for SetPasswordRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetPasswordRequest")
            .field("user_id", &self.user_id)
            .field("new_password", &self.new_password)
            .field("if_sequence", &self.if_sequence)
            .field("verification", &self.verification)
            .finish()
    }
}

impl fmt::Debug for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::CurrentPassword(_) => "CurrentPassword",
            Self::VerificationCode(_) => "VerificationCode",
        };
        f.debug_tuple(name).field(&Redacted).finish()
    }
}

impl fmt::Debug for CreateUserResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateUserResponse")
            .field("user_id", &self.user_id)
            .field("details", &self.details)
            .field("email_code", &self.email_code.as_ref().map(|_| Redacted))
            .field("phone_code", &self.phone_code.as_ref().map(|_| Redacted))
            .finish()
    }
}

impl fmt::Debug for UpdateUserResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpdateUserResponse")
            .field("details", &self.details)
            .field("email_code", &self.email_code.as_ref().map(|_| Redacted))
            .field("phone_code", &self.phone_code.as_ref().map(|_| Redacted))
            .finish()
    }
}
