use utoipa::Modify;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::{OpenApi, RefOr};

use super::operations;

/// A path that is served as another one is.
struct Alias {
    path: &'static str,
    of: &'static str,
    /// What tells its operations from those of the other path.
    suffix: &'static str,
    description: &'static str,
}

const ALIASES: [Alias; 3] = [
    Alias {
        path: "/v2beta/users/{user_id}/password",
        of: "/v3alpha/users/{user_id}/password",
        suffix: "v2beta",
        description: "The same as at `/v3alpha/users/{user_id}/password`.",
    },
    Alias {
        path: "/v2beta/users/{user_id}/password/reset",
        of: "/v3alpha/users/{user_id}/password/reset",
        suffix: "v2beta",
        description: "The same as at `/v3alpha/users/{user_id}/password/reset`.",
    },
    Alias {
        path: "/v1/lockout-policy",
        of: "/v1/organizations/{organization_id}/lockout-policy",
        suffix: "of_instance",
        description: "The policy of the instance, which holds where an organization has none of its own; where it is not set, \
                      the default holds.",
    },
];

fn is_in_path(parameter: &RefOr<Parameter>) -> bool {
    matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Path)
}

/// Describes the paths that are served as others are. Comes last, when those are described in full.
pub(super) struct Aliases;

impl Modify for Aliases {
    fn modify(&self, document: &mut OpenApi) {
        let paths = &mut document.paths.paths;
        for alias in &ALIASES {
            let Some(mut item) = paths.get(alias.of).cloned() else {
                continue;
            };
            for operation in operations(&mut item) {
                let name = operation.operation_id.take().unwrap_or_default();
                operation.operation_id = Some(format!("{name}_{}", alias.suffix));
                operation.description = Some(alias.description.to_owned());
                if !alias.path.contains('{') {
                    // Nothing is named in the path, so that nothing that is named can be missing.
                    let others = operation
                        .parameters
                        .take()
                        .into_iter()
                        .flatten()
                        .filter(|it| !is_in_path(it));
                    operation.parameters = Some(others.collect()).filter(|others: &Vec<_>| !others.is_empty());
                    operation.responses.responses.remove("404");
                }
            }
            paths.insert(alias.path.to_owned(), item);
        }
    }
}
