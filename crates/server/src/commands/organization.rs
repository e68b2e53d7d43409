use unlockd_application::administration::Administration;
use unlockd_domain::{OrganizationId, OrganizationName};

use super::{invalid, table};
use crate::CommandError;
use crate::command_line::Organization;
use crate::output::say;

pub(super) async fn run(command: Organization, administration: Administration) -> Result<(), CommandError> {
    match command {
        Organization::Create { name, id } => {
            let id = id
                .map(|id| OrganizationId::choose(id).map_err(|error| invalid("organization id", error)))
                .transpose()?;
            let name = OrganizationName::new(name).map_err(|error| invalid("name", error))?;
            let organization = administration.create_organization(id, name).await?;
            say(format_args!("{}", organization.id))?;
        }
        Organization::List => {
            let organizations = administration.list_organizations().await?;
            let rows: Vec<_> = organizations
                .into_iter()
                .map(|organization| {
                    [
                        organization.id.to_string(),
                        organization.name.as_str().to_owned(),
                        organization.created_at.to_string(),
                    ]
                })
                .collect();
            table::print(["ORGANIZATION ID", "NAME", "CREATED"], &rows)?;
        }
    }
    Ok(())
}
