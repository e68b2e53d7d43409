//! What the generator would print of a secret, and must not.

use std::fmt;

use crate::zitadel::user::v3alpha::SetPassword;
use crate::zitadel::user::v3alpha::set_password::Type;

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
        match self {
            Self::Password(_) => f.write_str("Password(..)"),
            Self::Hash(_) => f.write_str("Hash(..)"),
        }
    }
}
