use unlockd_application::users::{CreateUserForm, OrganizationForm, Outcome, SafeguardsForm};
use unlockd_application::{Error, UserService};
use unlockd_proto::zitadel::object::v2beta::{Organization, organization::Org};
use unlockd_proto::zitadel::user::v3alpha::{CreateUserRequest, CreateUserResponse};

use super::user::details;
use super::{authenticators, struct_data};
use crate::call::{Call, safeguards};

/// Creates an active user.
#[tracing::instrument(level = "debug", name = "grpc.users.create", skip_all)]
pub(super) async fn create_user(
    users: &dyn UserService,
    call: Call<CreateUserRequest>,
) -> Result<Outcome<CreateUserResponse>, Error> {
    let safeguards = safeguards(call.idempotency_keys, call.message.if_sequence);
    let command = form(call.message, safeguards).parse()?;
    let Outcome { answer, replayed } = users.create_user(call.live.caller(), command).await?;
    let answer = CreateUserResponse {
        user_id: answer.user_id.to_string(),
        details: Some(details(&answer.details)),
        email_code: None,
        phone_code: None,
    };
    Ok(Outcome { answer, replayed })
}

fn form(message: CreateUserRequest, safeguards: SafeguardsForm) -> CreateUserForm {
    let authenticators = message.authenticators.unwrap_or_default();
    CreateUserForm {
        user_id: message.user_id,
        organization: message.organization.map(organization),
        usernames: authenticators
            .usernames
            .into_iter()
            .map(authenticators::username)
            .collect(),
        password: authenticators.password.map(authenticators::password),
        has_contact: message.contact.is_some(),
        schema_id: message.schema_id,
        data: message.data.map(struct_data::to_user_data),
        safeguards,
    }
}

fn organization(Organization { org }: Organization) -> OrganizationForm {
    match org {
        Some(Org::OrgId(org_id)) => OrganizationForm {
            org_id,
            has_domain: false,
        },
        Some(Org::OrgDomain(_)) => OrganizationForm {
            has_domain: true,
            ..OrganizationForm::default()
        },
        None => OrganizationForm::default(),
    }
}
