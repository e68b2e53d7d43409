use sqlx::{Postgres, QueryBuilder};
use unlockd_application::ports::Visibility;
use unlockd_domain::OrganizationId;

/// What may be seen of a table with a column `organization_id`. One organization is compared with `=`: only that leaves an
/// index in its order.
pub(crate) fn push_visibility(sql: &mut QueryBuilder<Postgres>, visibility: &Visibility) {
    match visibility {
        Visibility::Instance => sql.push("true"),
        Visibility::Organizations(organizations) => match organizations.as_slice() {
            [] => sql.push("false"),
            [organization] => sql.push("organization_id = ").push_bind(organization.as_str()),
            organizations => {
                let ids: Vec<_> = organizations.iter().map(OrganizationId::as_str).collect();
                sql.push("organization_id = ANY(").push_bind(ids).push(")")
            }
        },
    };
}
