//! `zitadel.user.v3alpha`: passwords, hashes and codes.

use std::fmt;

use super::Redacted;
use crate::zitadel::user::v3alpha::set_password::Type;
use crate::zitadel::user::v3alpha::set_password_request::Verification;
use crate::zitadel::user::v3alpha::{
    CreateUserResponse, RequestPasswordResetResponse, SetPassword, SetPasswordRequest, UpdateUserResponse,
};

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
            .field("email_code", &Redacted::if_set(self.email_code.as_ref()))
            .field("phone_code", &Redacted::if_set(self.phone_code.as_ref()))
            .finish()
    }
}

impl fmt::Debug for UpdateUserResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpdateUserResponse")
            .field("details", &self.details)
            .field("email_code", &Redacted::if_set(self.email_code.as_ref()))
            .field("phone_code", &Redacted::if_set(self.phone_code.as_ref()))
            .finish()
    }
}

impl fmt::Debug for RequestPasswordResetResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestPasswordResetResponse")
            .field("details", &self.details)
            .field("verification_code", &Redacted::if_set(self.verification_code.as_ref()))
            .finish()
    }
}
