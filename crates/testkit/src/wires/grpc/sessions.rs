use prost_types::Struct;
use unlockd_proto::zitadel::object::v2::ListQuery;
use unlockd_proto::zitadel::session::v2 as proto;
use unlockd_proto::zitadel::session::v2::check_user::Search;
use unlockd_proto::zitadel::session::v2::request_challenges as challenges;
use unlockd_proto::zitadel::session::v2::search_query::Query;

use super::incoming::{given, text};
use super::policies::{details, span};
use crate::scenarios::{
    Answer, Challenge, CheckUser, Checks, CreateSessionRequest, ListSessionsRequest, OtherCheck, Session, SessionList,
    SessionQuery, SessionUser, SetSessionRequest, UserAgent,
};

pub(super) fn create_session(request: CreateSessionRequest) -> proto::CreateSessionRequest {
    proto::CreateSessionRequest {
        checks: Some(checks(request.checks)),
        metadata: request.metadata.into_iter().collect(),
        challenges: request.challenge.map(challenge),
        user_agent: request.user_agent.map(agent_message),
        lifetime: span(request.lifetime),
    }
}

pub(super) fn set_session(request: SetSessionRequest) -> proto::SetSessionRequest {
    proto::SetSessionRequest {
        session_id: request.session_id,
        session_token: request.session_token.unwrap_or_default(),
        checks: Some(checks(request.checks)),
        metadata: request.metadata.into_iter().collect(),
        challenges: request.challenge.map(challenge),
        lifetime: span(request.lifetime),
    }
}

fn checks(checks: Checks) -> proto::Checks {
    let mut message = proto::Checks {
        user: checks.user.map(check_user),
        password: checks.password.map(|password| proto::CheckPassword { password }),
        ..proto::Checks::default()
    };
    let code = "123456".to_owned();
    match checks.other {
        Some(OtherCheck::WebAuthN) => {
            let credential_assertion_data = Some(Struct::default());
            message.web_auth_n = Some(proto::CheckWebAuthN {
                credential_assertion_data,
            });
        }
        Some(OtherCheck::IdpIntent) => {
            message.idp_intent = Some(proto::CheckIdpIntent {
                idp_intent_id: "intent".to_owned(),
                idp_intent_token: "token".to_owned(),
            });
        }
        Some(OtherCheck::Totp) => message.totp = Some(proto::CheckTotp { code }),
        Some(OtherCheck::OtpSms) => message.otp_sms = Some(proto::CheckOtp { code }),
        Some(OtherCheck::OtpEmail) => message.otp_email = Some(proto::CheckOtp { code }),
        None => {}
    }
    message
}

fn check_user(user: CheckUser) -> proto::CheckUser {
    let search = match user {
        CheckUser::Missing => None,
        CheckUser::UserId(id) => Some(Search::UserId(id)),
        CheckUser::LoginName(name) => Some(Search::LoginName(name)),
    };
    proto::CheckUser { search }
}

fn challenge(challenge: Challenge) -> proto::RequestChallenges {
    let mut message = proto::RequestChallenges::default();
    match challenge {
        Challenge::WebAuthN => message.web_auth_n = Some(challenges::WebAuthN {}),
        Challenge::OtpSms => message.otp_sms = Some(challenges::Otpsms {}),
        Challenge::OtpEmail => message.otp_email = Some(challenges::OtpEmail {}),
    }
    message
}

fn agent_message(user_agent: UserAgent) -> proto::UserAgent {
    let headers = user_agent.header.into_iter();
    proto::UserAgent {
        fingerprint_id: user_agent.fingerprint_id,
        ip: user_agent.ip,
        description: user_agent.description,
        header: headers
            .map(|(name, values)| (name, proto::user_agent::HeaderValues { values }))
            .collect(),
    }
}

pub(super) fn list_sessions(request: ListSessionsRequest) -> proto::ListSessionsRequest {
    proto::ListSessionsRequest {
        query: Some(ListQuery {
            offset: request.offset,
            limit: request.limit,
            asc: request.ascending,
        }),
        queries: request.queries.into_iter().map(query).collect(),
        sorting_column: request.sorting_column,
    }
}

fn query(of: SessionQuery) -> proto::SearchQuery {
    let query = match of {
        SessionQuery::Missing => None,
        SessionQuery::Ids(ids) => Some(Query::IdsQuery(proto::IDsQuery { ids })),
        SessionQuery::UserId(id) => Some(Query::UserIdQuery(proto::UserIdQuery { id })),
        SessionQuery::CreationDate => Some(Query::CreationDateQuery(proto::CreationDateQuery::default())),
        SessionQuery::Creator => Some(Query::CreatorQuery(proto::CreatorQuery::default())),
        SessionQuery::UserAgent => Some(Query::UserAgentQuery(proto::UserAgentQuery::default())),
        SessionQuery::ExpirationDate => Some(Query::ExpirationDateQuery(proto::ExpirationDateQuery::default())),
    };
    proto::SearchQuery { query }
}

pub(super) fn begun(answer: proto::CreateSessionResponse) -> Answer {
    assert_eq!(answer.challenges, None);
    Answer::SessionBegun {
        session_id: answer.session_id,
        session_token: answer.session_token,
        password_change_required: answer.password_change_required,
        details: details(answer.details.expect("details")),
    }
}

pub(super) fn changed(answer: proto::SetSessionResponse) -> Answer {
    assert_eq!(answer.challenges, None);
    Answer::SessionChanged {
        session_token: answer.session_token,
        password_change_required: answer.password_change_required,
        details: details(answer.details.expect("details")),
    }
}

pub(super) fn ended(answer: proto::DeleteSessionResponse) -> Answer {
    Answer::SessionEnded(details(answer.details.expect("details")))
}

pub(super) fn found(answer: proto::GetSessionResponse) -> Answer {
    Answer::Session(session(answer.session.expect("a session")))
}

pub(super) fn sessions(list: proto::ListSessionsResponse) -> Answer {
    let details = list.details.expect("details");
    Answer::Sessions(SessionList {
        total: details.total_result,
        read_at: text(details.timestamp),
        sessions: list.sessions.into_iter().map(session).collect(),
    })
}

fn session(session: proto::Session) -> Session {
    let factors = session.factors.unwrap_or_default();
    Session {
        id: session.id,
        creation_date: text(session.creation_date),
        change_date: text(session.change_date),
        sequence: session.sequence,
        user: factors.user.map(session_user),
        password_verified_at: factors.password.map(|password| text(password.verified_at)),
        metadata: session.metadata.into_iter().collect(),
        user_agent: session.user_agent.map(user_agent),
        expiration_date: session.expiration_date.map(|date| text(Some(date))),
    }
}

fn session_user(user: proto::UserFactor) -> SessionUser {
    SessionUser {
        verified_at: text(user.verified_at),
        id: given(user.id),
        login_name: given(user.login_name),
        organization_id: given(user.organization_id),
    }
}

fn user_agent(user_agent: proto::UserAgent) -> UserAgent {
    let headers = user_agent.header.into_iter();
    UserAgent {
        fingerprint_id: user_agent.fingerprint_id,
        ip: user_agent.ip,
        description: user_agent.description,
        header: headers.map(|(name, values)| (name, values.values)).collect(),
    }
}
