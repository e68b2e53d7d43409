use prost_types::Timestamp;
use unlockd_proto::unlockd::event::v1 as event;
use unlockd_proto::zitadel::object::v2beta::{Organization, organization::Org};
use unlockd_proto::zitadel::user::v3alpha as proto;
use unlockd_proto::zitadel::user::v3alpha::set_password::Type;
use unlockd_proto::zitadel::user::v3alpha::{request_password_reset_request, set_password_request};

use super::struct_value;
use crate::scenarios::{
    CreateUserRequest, ListEventsRequest, PasswordRequest, ResetMedium, SetPasswordRequest, UpdateUserRequest,
    Verification, WatchEventsRequest,
};

pub(super) fn create_user(request: CreateUserRequest, if_sequence: Option<u64>) -> proto::CreateUserRequest {
    proto::CreateUserRequest {
        user_id: request.user_id,
        organization: request.organization_id.map(|id| Organization {
            org: Some(Org::OrgId(id)),
        }),
        authenticators: Some(proto::SetAuthenticators {
            usernames: request.usernames.into_iter().map(username).collect(),
            password: request.password.map(password),
        }),
        contact: request.contact_email.map(contact),
        schema_id: request.schema_id.unwrap_or_default(),
        data: request.data.map(|text| struct_value::parse(&text)),
        if_sequence,
    }
}

pub(super) fn update_user(request: UpdateUserRequest, if_sequence: Option<u64>) -> proto::UpdateUserRequest {
    proto::UpdateUserRequest {
        user_id: request.user_id,
        contact: request.contact_email.map(contact),
        schema_id: request.schema_id,
        data: request.data.map(|text| struct_value::parse(&text)),
        if_sequence,
    }
}

pub(super) fn set_password(request: SetPasswordRequest, if_sequence: Option<u64>) -> proto::SetPasswordRequest {
    use set_password_request::Verification as Field;
    proto::SetPasswordRequest {
        user_id: request.user_id,
        new_password: request.new_password.map(password),
        verification: request.verification.map(|verification| match verification {
            Verification::CurrentPassword(current) => Field::CurrentPassword(current),
            Verification::Code(code) => Field::VerificationCode(code),
        }),
        if_sequence,
    }
}

pub(super) fn request_password_reset(
    user_id: String,
    medium: Option<ResetMedium>,
    if_sequence: Option<u64>,
) -> proto::RequestPasswordResetRequest {
    use request_password_reset_request::Medium as Field;
    proto::RequestPasswordResetRequest {
        user_id,
        medium: medium.map(|medium| match medium {
            ResetMedium::SendEmail => Field::SendEmail(proto::SendPasswordResetEmail::default()),
            ResetMedium::SendSms => Field::SendSms(proto::SendPasswordResetSms {}),
            ResetMedium::ReturnCode => Field::ReturnCode(proto::ReturnPasswordResetCode {}),
        }),
        if_sequence,
    }
}

pub(super) fn username((username, is_organization_specific): (String, bool)) -> proto::SetUsername {
    proto::SetUsername {
        username,
        is_organization_specific,
    }
}

fn password(password: PasswordRequest) -> proto::SetPassword {
    let (r#type, change_required) = match password {
        PasswordRequest::Plain {
            password,
            change_required,
        } => (Type::Password(password), change_required),
        PasswordRequest::Hash { hash, change_required } => (Type::Hash(hash), change_required),
    };
    proto::SetPassword {
        r#type: Some(r#type),
        change_required,
    }
}

fn contact(address: String) -> proto::SetContact {
    proto::SetContact {
        email: Some(proto::SetEmail {
            address,
            verification: None,
        }),
        phone: None,
    }
}

pub(super) fn list_events(request: ListEventsRequest) -> event::ListEventsRequest {
    event::ListEventsRequest {
        user_id: request.user_id.unwrap_or_default(),
        organization_id: request.organization_id.unwrap_or_default(),
        actor_id: request.actor_id.unwrap_or_default(),
        kinds: request.kinds,
        after: time(request.after),
        before: time(request.before),
        order: request.order,
        page_size: request.page_size,
        page_token: request.page_token.unwrap_or_default(),
    }
}

pub(super) fn watch_events(request: WatchEventsRequest) -> event::WatchEventsRequest {
    event::WatchEventsRequest {
        user_id: request.user_id.unwrap_or_default(),
        organization_id: request.organization_id.unwrap_or_default(),
        actor_id: request.actor_id.unwrap_or_default(),
        kinds: request.kinds,
        after_position: request.after_position,
    }
}

pub(super) fn time(text: Option<String>) -> Option<Timestamp> {
    text.map(|text| text.parse().expect("RFC 3339"))
}
