//! A session as messages.

use unlockd_domain::{self as domain, LoginIdentity, PasswordProof, SessionUser, UserId};
use unlockd_proto::zitadel::session::v2::{Factors, PasswordFactor, Session, UserFactor};

use super::user_agent;
use crate::timestamp::to_proto;

/// `zitadel.session.v2.Session`.
pub(super) fn session(session: domain::Session) -> Session {
    let metadata = session.metadata.entries().clone();
    Session {
        id: session.id.to_string(),
        creation_date: Some(to_proto(session.created_at)),
        change_date: Some(to_proto(session.changed_at)),
        sequence: session.sequence.get(),
        factors: session.user.as_ref().map(factors),
        metadata: metadata.into_iter().collect(),
        user_agent: session
            .user_agent
            .map(|agent| user_agent::to_proto(agent.fields().clone())),
        expiration_date: session.expires_at.map(to_proto),
    }
}

fn factors(user: &SessionUser) -> Factors {
    let password = user.proof.as_ref().map(|proof| PasswordFactor {
        verified_at: Some(to_proto(proof.checked_at)),
    });
    Factors {
        user: Some(user_factor(user)),
        password,
    }
}

/// Until the password was shown it is what was typed, and nothing more.
fn user_factor(user: &SessionUser) -> UserFactor {
    let typed_id = match &user.identity {
        LoginIdentity::UserId(id) => Some(id),
        LoginIdentity::LoginName(_) => None,
    };
    let proof: Option<&PasswordProof> = user.proof.as_ref();
    let id: Option<&UserId> = proof.map(|proof| &proof.user_id).or(typed_id);
    let organization = proof.map(|proof| proof.organization.to_string());
    UserFactor {
        verified_at: Some(to_proto(user.named_at)),
        id: id.map(ToString::to_string).unwrap_or_default(),
        login_name: user
            .login_name()
            .map(|name| name.as_str().to_owned())
            .unwrap_or_default(),
        display_name: String::new(),
        organization_id: organization.unwrap_or_default(),
    }
}
