use unlockd_application::administration::Administration;
use unlockd_domain as domain;
use unlockd_domain::{GrantScope, Role};

use super::{parse_organization_id, parse_user_id, table};
use crate::CommandError;
use crate::command_line::{Grant, GrantArguments};
use crate::output::say;

pub(super) async fn run(command: Grant, administration: Administration) -> Result<(), CommandError> {
    match command {
        Grant::Add(arguments) => {
            let (user, grant) = parse(arguments)?;
            administration.add_grant(&user, &grant).await?;
            say(format_args!("{user} holds {grant}."))?;
        }
        Grant::Remove(arguments) => {
            let (user, grant) = parse(arguments)?;
            administration.remove_grant(&user, &grant).await?;
            say(format_args!("{user} does not hold {grant} any more."))?;
        }
        Grant::List { user } => {
            let user = user.map(parse_user_id).transpose()?;
            let grants = administration.list_grants(user.as_ref()).await?;
            let rows: Vec<_> = grants
                .into_iter()
                .map(|(user, grant)| {
                    let organization = grant.organization().map(ToString::to_string).unwrap_or_default();
                    [user.to_string(), grant.role().to_string(), organization]
                })
                .collect();
            table::print(["USER ID", "ROLE", "ORGANIZATION ID"], &rows)?;
        }
    }
    Ok(())
}

fn parse(arguments: GrantArguments) -> Result<(domain::UserId, domain::Grant), CommandError> {
    let user = parse_user_id(arguments.user)?;
    let role: Role = arguments
        .role
        .parse()
        .map_err(|error| CommandError::new(format!("{error}")))?;
    let scope = match arguments.organization {
        Some(id) => GrantScope::Organization(parse_organization_id(id)?),
        None => GrantScope::Instance,
    };
    let grant = domain::Grant::new(role, scope).ok_or_else(|| {
        CommandError::new(if role.is_instance_role() {
            format!("{role} holds on the whole instance: leave --organization out")
        } else {
            format!("{role} holds on one organization: name it with --organization")
        })
    })?;
    Ok((user, grant))
}
