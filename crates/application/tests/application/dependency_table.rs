//! Dependencies point inwards: transports and stores know the application, the application knows the domain, the domain
//! knows nobody. Every direct dependency of every crate is in one table, so a new one is a decision somebody sees.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// A crate of the workspace and all that it may depend on, when it is built and when it runs. Tests may use anything.
const TABLE: &[(&str, &[&str])] = &[
    (
        "unlockd-application",
        &[
            "async-trait",
            "percent-encoding",
            "quick_cache",
            "serde",
            "serde_json",
            "sha2",
            "thiserror",
            "tokio",
            "tracing",
            "unlockd-domain",
        ],
    ),
    (
        "unlockd-bench",
        &[
            "argon2",
            "bytes",
            "clap",
            "comfy-table",
            "hdrhistogram",
            "http",
            "http-body-util",
            "hyper",
            "hyper-util",
            "procfs",
            "prost",
            "rustix",
            "serde",
            "serde_json",
            "sqlx",
            "tempfile",
            "time",
            "tokio",
            "unlockd-proto",
            "unlockd-testkit",
        ],
    ),
    ("unlockd-batching", &["thiserror", "tokio"]),
    (
        "unlockd-credentials",
        &[
            "aes",
            "argon2",
            "async-trait",
            "base64",
            "bcrypt",
            "ctr",
            "getrandom",
            "md-5",
            "pbkdf2",
            "scrypt",
            "sha-crypt",
            "sha1",
            "sha2",
            "subtle",
            "thiserror",
            "tokio",
            "tracing",
            "unlockd-application",
            "unlockd-domain",
            "uuid",
            "yescrypt",
            "zeroize",
        ],
    ),
    (
        "unlockd-domain",
        &[
            "icu_casemap",
            "icu_locale_core",
            "icu_normalizer",
            "icu_properties",
            "serde_json",
            "thiserror",
            "time",
        ],
    ),
    (
        "unlockd-grpc",
        &[
            "bytes",
            "futures-util",
            "http",
            "http-body",
            "http-body-util",
            "prost-types",
            "serde_json",
            "thiserror",
            "tokio",
            "tonic",
            "tonic-health",
            "tonic-reflection",
            "tonic-types",
            "tonic-web",
            "tower",
            "tracing",
            "unlockd-application",
            "unlockd-domain",
            "unlockd-proto",
        ],
    ),
    (
        "unlockd-http",
        &[
            "axum",
            "base64",
            "futures-util",
            "http-body-util",
            "serde",
            "serde_json",
            "serde_path_to_error",
            "tokio",
            "tracing",
            "unlockd-application",
            "unlockd-domain",
            "utoipa",
        ],
    ),
    (
        "unlockd-postgres",
        &[
            "async-trait",
            "sqlx",
            "thiserror",
            "time",
            "tokio",
            "tracing",
            "unlockd-application",
            "unlockd-batching",
            "unlockd-domain",
        ],
    ),
    (
        "unlockd-proto",
        &[
            "prost",
            "prost-types",
            "protox",
            "tonic",
            "tonic-prost",
            "tonic-prost-build",
        ],
    ),
    (
        "unlockd-server",
        &[
            "async-trait",
            "axum",
            "clap",
            "futures-util",
            "http",
            "http-body-util",
            "hyper",
            "hyper-util",
            "ipnet",
            "mimalloc",
            "rustix",
            "serde",
            "serde_json",
            "tempfile",
            "time",
            "tokio",
            "toml",
            "tonic",
            "tonic-types",
            "tonic-web",
            "tower",
            "tower-http",
            "tracing",
            "tracing-subscriber",
            "unlockd-application",
            "unlockd-credentials",
            "unlockd-domain",
            "unlockd-grpc",
            "unlockd-http",
            "unlockd-postgres",
            "unlockd-proto",
            "unlockd-sqlite",
        ],
    ),
    (
        "unlockd-sqlite",
        &[
            "async-trait",
            "serde_json",
            "sqlx",
            "thiserror",
            "tokio",
            "tracing",
            "unlockd-application",
            "unlockd-batching",
            "unlockd-domain",
        ],
    ),
    (
        "unlockd-testkit",
        &[
            "async-trait",
            "base64",
            "bytes",
            "futures-util",
            "http",
            "http-body",
            "http-body-util",
            "percent-encoding",
            "prost-types",
            "serde_json",
            "sha2",
            "sqlx",
            "testcontainers",
            "tokio",
            "tonic",
            "tonic-types",
            "tower",
            "unlockd-application",
            "unlockd-credentials",
            "unlockd-domain",
            "unlockd-proto",
        ],
    ),
];

type Dependencies = BTreeMap<String, BTreeSet<String>>;

/// What the workspace's manifests say.
fn actual() -> Dependencies {
    let metadata = MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .no_deps()
        .exec()
        .expect("the workspace is readable");
    metadata
        .workspace_packages()
        .into_iter()
        .map(|package| {
            let dependencies = package
                .dependencies
                .iter()
                .filter(|dependency| dependency.kind != DependencyKind::Development)
                .map(|dependency| dependency.name.clone());
            (package.name.to_string(), dependencies.collect())
        })
        .collect()
}

/// What of the dependencies the table does not allow, and what of the table nobody uses.
fn deviations(table: &[(&str, &[&str])], actual: &Dependencies) -> Vec<String> {
    let mut deviations = Vec::new();
    for (name, dependencies) in actual {
        let Some((_, allowed)) = table.iter().find(|(row, _)| row == name) else {
            deviations.push(format!("{name} is not in the table"));
            continue;
        };
        for dependency in dependencies
            .iter()
            .filter(|dependency| !allowed.contains(&dependency.as_str()))
        {
            deviations.push(format!("{name} must not depend on {dependency}"));
        }
        for unused in allowed.iter().filter(|allowed| !dependencies.contains(**allowed)) {
            deviations.push(format!("{name} does not depend on {unused} any more"));
        }
    }
    let gone = table.iter().filter(|(row, _)| !actual.contains_key(*row));
    deviations.extend(gone.map(|(row, _)| format!("{row} does not exist any more")));
    deviations
}

#[test]
fn every_crate_depends_on_what_the_table_allows() {
    let deviations = deviations(TABLE, &actual());

    assert!(deviations.is_empty(), "{deviations:#?}");
}

/// A workspace that is as the table wants it.
fn allowed() -> Dependencies {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    TABLE
        .iter()
        .map(|(row, allowed)| ((*row).to_owned(), owned(allowed)))
        .collect()
}

#[test]
fn a_database_driver_in_a_transport_is_refused() {
    let mut changed = allowed();
    changed
        .get_mut("unlockd-http")
        .expect("the crate exists")
        .insert("sqlx".to_owned());

    assert_eq!(deviations(TABLE, &changed), ["unlockd-http must not depend on sqlx"]);
}

#[test]
fn a_dependency_that_points_outwards_is_refused() {
    let mut changed = allowed();
    let inwards = changed.get_mut("unlockd-domain").expect("the crate exists");
    inwards.insert("unlockd-application".to_owned());

    assert_eq!(
        deviations(TABLE, &changed),
        ["unlockd-domain must not depend on unlockd-application"]
    );
}

#[test]
fn a_crate_that_the_table_does_not_know_is_refused() {
    let mut changed = allowed();
    changed.insert("unlockd-cache".to_owned(), BTreeSet::new());

    assert_eq!(deviations(TABLE, &changed), ["unlockd-cache is not in the table"]);
}

#[test]
fn what_the_table_allows_and_nobody_uses_is_refused() {
    let mut changed = allowed();
    changed
        .get_mut("unlockd-application")
        .expect("the crate exists")
        .remove("quick_cache");
    changed.remove("unlockd-sqlite");

    assert_eq!(
        deviations(TABLE, &changed),
        [
            "unlockd-application does not depend on quick_cache any more",
            "unlockd-sqlite does not exist any more",
        ]
    );
}
