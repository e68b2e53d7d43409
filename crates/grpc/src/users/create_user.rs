use prost_types::Struct;
use unlockd_application::users::{CreateUser, NewPassword, NewPasswordSecret, NewUsername};
use unlockd_application::{Error, UserService, Violations};
use unlockd_domain::{OrganizationId, PasswordHash, PlainPassword, UserData, UserId, UsernameScope};
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
    let command = parse(call.message)?;
    let created = users.create_user(&call.caller, command).await?;
    Ok(CreateUserResponse {
        user_id: created.user_id.to_string(),
        details: Some(details(&created.details)),
        email_code: None,
        phone_code: None,
    })
}

fn parse(message: CreateUserRequest) -> Result<CreateUser, Error> {
    refuse_what_is_not_done(&message)?;
    let mut violations = Violations::default();
    let user_id = message
        .user_id
        .and_then(|id| violations.keep("user_id", UserId::new(id)));
    let organization = organization_of(message.organization, &mut violations);
    let authenticators = message.authenticators.unwrap_or_default();
    let usernames = usernames_of(authenticators.usernames, &mut violations);
    let password = authenticators
        .password
        .and_then(|password| password_of(password, &mut violations));
    let data = message.data.and_then(|data| data_of(data, &mut violations));
    violations.finish(organization.map(|organization| CreateUser {
        user_id,
        organization,
        usernames,
        password,
        data,
    }))
}

fn refuse_what_is_not_done(message: &CreateUserRequest) -> Result<(), Error> {
    let organization = message
        .organization
        .as_ref()
        .and_then(|organization| organization.org.as_ref());
    let not_done = [
        (
            matches!(organization, Some(Org::OrgDomain(_))),
            "organization.org_domain",
        ),
        (message.contact.is_some(), "contact"),
        (!message.schema_id.is_empty(), "schema_id"),
    ];
    match not_done.into_iter().find(|(given, _)| *given) {
        Some((_, field)) => Err(Error::Unimplemented {
            field: field.to_owned(),
        }),
        None => Ok(()),
    }
}

fn organization_of(organization: Option<Organization>, violations: &mut Violations) -> Option<OrganizationId> {
    let Some(organization) = organization else {
        violations.note("organization", "must be given");
        return None;
    };
    let id = match organization.org {
        Some(Org::OrgId(id)) => id,
        Some(Org::OrgDomain(_)) | None => String::new(),
    };
    violations.keep("organization.org_id", OrganizationId::new(id))
}

fn usernames_of(usernames: Vec<SetUsername>, violations: &mut Violations) -> Vec<NewUsername> {
    let mut kept = Vec::with_capacity(usernames.len());
    for (
        index,
        SetUsername {
            username,
            is_organization_specific,
        },
    ) in usernames.into_iter().enumerate()
    {
        let scope = if is_organization_specific {
            UsernameScope::Organization
        } else {
            UsernameScope::Instance
        };
        let field = format!("authenticators.usernames[{index}].username");
        kept.extend(violations.keep(field, NewUsername::new(username, scope)));
    }
    kept
}

fn password_of(password: SetPassword, violations: &mut Violations) -> Option<NewPassword> {
    let secret = match password.r#type? {
        Type::Password(password) => violations
            .keep("authenticators.password.password", PlainPassword::new(password))
            .map(NewPasswordSecret::Plain),
        Type::Hash(hash) => violations
            .keep("authenticators.password.hash", PasswordHash::import(hash))
            .map(NewPasswordSecret::Imported),
    };
    secret.map(|secret| NewPassword {
        secret,
        change_required: password.change_required,
    })
}

fn data_of(data: Struct, violations: &mut Violations) -> Option<UserData> {
    let json = violations.keep("data", struct_data::to_json(data))?;
    violations.keep("data", UserData::from_json(json))
}
