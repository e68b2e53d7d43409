//! `zitadel.session.v2`: passwords, codes, tokens, and what the callers note or see of the users' agents, which may hold any.

use std::collections::HashMap;
use std::fmt;

use super::Redacted;
use crate::zitadel::session::v2::user_agent::HeaderValues;
use crate::zitadel::session::v2::{
    CheckIdpIntent, CheckOtp, CheckPassword, CheckTotp, CreateSessionRequest, CreateSessionResponse,
    DeleteSessionRequest, GetSessionRequest, Session, SetSessionRequest, SetSessionResponse,
};

/// What somebody notes, without what they note.
struct Keys<'a>(&'a HashMap<String, Vec<u8>>);

impl fmt::Debug for Keys<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.0.keys().map(|key| (key, Redacted));
        f.debug_map().entries(entries).finish()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.id)
            .field("creation_date", &self.creation_date)
            .field("change_date", &self.change_date)
            .field("sequence", &self.sequence)
            .field("factors", &self.factors)
            .field("metadata", &Keys(&self.metadata))
            .field("user_agent", &self.user_agent)
            .field("expiration_date", &self.expiration_date)
            .finish()
    }
}

impl fmt::Debug for HeaderValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeaderValues").field("values", &Redacted).finish()
    }
}

impl fmt::Debug for CreateSessionRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateSessionRequest")
            .field("checks", &self.checks)
            .field("metadata", &Keys(&self.metadata))
            .field("challenges", &self.challenges)
            .field("user_agent", &self.user_agent)
            .field("lifetime", &self.lifetime)
            .finish()
    }
}

impl fmt::Debug for CreateSessionResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateSessionResponse")
            .field("details", &self.details)
            .field("session_id", &self.session_id)
            .field("session_token", &Redacted)
            .field("challenges", &self.challenges)
            .field("password_change_required", &self.password_change_required)
            .finish()
    }
}

impl fmt::Debug for GetSessionRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetSessionRequest")
            .field("session_id", &self.session_id)
            .field("session_token", &Redacted::if_set(self.session_token.as_ref()))
            .finish()
    }
}

impl fmt::Debug for SetSessionRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetSessionRequest")
            .field("session_id", &self.session_id)
            .field("session_token", &Redacted)
            .field("checks", &self.checks)
            .field("metadata", &Keys(&self.metadata))
            .field("challenges", &self.challenges)
            .field("lifetime", &self.lifetime)
            .finish()
    }
}

impl fmt::Debug for SetSessionResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetSessionResponse")
            .field("details", &self.details)
            .field("session_token", &Redacted)
            .field("challenges", &self.challenges)
            .field("password_change_required", &self.password_change_required)
            .finish()
    }
}

impl fmt::Debug for DeleteSessionRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeleteSessionRequest")
            .field("session_id", &self.session_id)
            .field("session_token", &Redacted::if_set(self.session_token.as_ref()))
            .finish()
    }
}

impl fmt::Debug for CheckPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckPassword").field("password", &Redacted).finish()
    }
}

impl fmt::Debug for CheckIdpIntent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckIdpIntent")
            .field("idp_intent_id", &self.idp_intent_id)
            .field("idp_intent_token", &Redacted)
            .finish()
    }
}

impl fmt::Debug for CheckTotp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckTotp").field("code", &Redacted).finish()
    }
}

impl fmt::Debug for CheckOtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckOtp").field("code", &Redacted).finish()
    }
}
