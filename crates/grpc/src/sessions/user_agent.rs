//! What somebody signs in with, as a message and from one.

use unlockd_domain::UserAgentFields;
use unlockd_proto::zitadel::session::v2::UserAgent;
use unlockd_proto::zitadel::session::v2::user_agent::HeaderValues;

/// `zitadel.session.v2.UserAgent` as it came.
pub(super) fn fields(agent: UserAgent) -> UserAgentFields {
    let headers = agent.header.into_iter().map(|(name, header)| (name, header.values));
    UserAgentFields {
        fingerprint_id: agent.fingerprint_id,
        ip: agent.ip,
        description: agent.description,
        headers: headers.collect(),
    }
}

/// `zitadel.session.v2.UserAgent` to be sent.
pub(super) fn to_proto(fields: UserAgentFields) -> UserAgent {
    let header = fields
        .headers
        .into_iter()
        .map(|(name, values)| (name, HeaderValues { values }));
    UserAgent {
        fingerprint_id: fields.fingerprint_id,
        ip: fields.ip,
        description: fields.description,
        header: header.collect(),
    }
}
