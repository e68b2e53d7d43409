use unlockd_application::users::{CreateUserForm, OrganizationForm, PasswordForm, UsernameForm};
use unlockd_application::{Error, UserService};
use unlockd_proto::zitadel::object::v2beta::{Organization, organization::Org};
use unlockd_proto::zitadel::user::v3alpha::set_password::Type;
use unlockd_proto::zitadel::user::v3alpha::{CreateUserRequest, CreateUserResponse, SetPassword, SetUsername};

use super::call::Call;
use super::struct_data;
use super::user::details;

/// Creates an active user.
#[tracing::instrument(name = "grpc.users.create", skip_all)]
pub(super) async fn create_user(
    users: &dyn UserService,
    call: Call<CreateUserRequest>,
) -> Result<CreateUserResponse, Error> {
    let command = form(call.message).parse()?;
    let created = users.create_user(&call.caller, command).await?;
    Ok(CreateUserResponse {
        user_id: created.user_id.to_string(),
        details: Some(details(&created.details)),
        email_code: None,
        phone_code: None,
    })
}

fn form(message: CreateUserRequest) -> CreateUserForm {
    let authenticators = message.authenticators.unwrap_or_default();
    CreateUserForm {
        user_id: message.user_id,
        organization: message.organization.map(organization),
        usernames: authenticators.usernames.into_iter().map(username).collect(),
        password: authenticators.password.map(password),
        has_contact: message.contact.is_some(),
        schema_id: message.schema_id,
        data: message.data.map(struct_data::to_user_data),
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

fn username(username: SetUsername) -> UsernameForm {
    UsernameForm {
        username: username.username,
        is_organization_specific: username.is_organization_specific,
    }
}

fn password(
    SetPassword {
        r#type,
        change_required,
    }: SetPassword,
) -> PasswordForm {
    let (password, hash) = match r#type {
        Some(Type::Password(password)) => (Some(password), None),
        Some(Type::Hash(hash)) => (None, Some(hash)),
        None => (None, None),
    };
    PasswordForm {
        password,
        hash,
        change_required,
    }
}
