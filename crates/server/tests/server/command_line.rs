//! The commands beside a server, on the same database.

use tempfile::TempDir;

use crate::program::{Program, answer, complaint, run, unlockd};

/// A folder whose database has begun, and the id of its first user.
fn begun() -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    drop(Program::serve(unlockd(folder.path())));
    let grants = answer(folder.path(), &["grant", "list"]);
    let owner = grants
        .lines()
        .nth(1)
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap()
        .to_owned();
    (folder, owner)
}

#[test]
fn the_version_is_that_of_the_package() {
    let folder = TempDir::new().unwrap();
    assert_eq!(
        answer(folder.path(), &["--version"]),
        format!("unlockd {}", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn help_names_every_command_and_setting() {
    let folder = TempDir::new().unwrap();
    let help = answer(folder.path(), &["--help"]);
    for word in [
        "serve",
        "migrate",
        "demo",
        "health",
        "token",
        "organization",
        "grant",
        "--config",
        "--listen",
        "--data-dir",
        "--database-url",
        "--transports",
        "--cors-origin",
        "--trusted-proxies",
        "--request-timeout",
        "--idle-timeout",
        "--shutdown-grace",
        "--event-retention",
        "--log-format",
        "--bootstrap-token-file",
        "--password-min-length",
        "--password-hash-memory",
        "--password-hash-iterations",
        "--password-hash-parallelism",
        "--password-hash-threads",
        "--password-hash-queue",
    ] {
        assert!(help.contains(word), "{word} is missing in {help}");
    }
}

#[test]
fn organizations_are_made_and_listed() {
    let (folder, _) = begun();
    let id = answer(folder.path(), &["organization", "create", "Acme Ltd", "--id", "acme"]);
    assert_eq!(id, "acme");
    let list = answer(folder.path(), &["organization", "list"]);
    assert!(
        list.lines()
            .any(|line| line.starts_with("acme") && line.contains("Acme Ltd")),
        "{list}"
    );
    let line = complaint(&run(
        folder.path(),
        &["organization", "create", "Acme again", "--id", "acme"],
    ));
    assert_eq!(line, "unlockd: The organization id is taken.");
    for (id, problem) in [
        ("..", r#"must not be "." or "..""#),
        ("acme/../default", r#"must not contain "/", "\" or control characters"#),
    ] {
        let line = complaint(&run(folder.path(), &["organization", "create", "Acme", "--id", id]));
        assert_eq!(line, format!("unlockd: the organization id {problem}"));
    }
}

#[test]
fn roles_are_granted_listed_and_taken_away() {
    let (folder, owner) = begun();
    let grant = |verb, rest: &[&str]| run(folder.path(), &[&["grant", verb, "--user", &owner], rest].concat());
    assert!(
        grant("add", &["--role", "ORG_OWNER", "--organization", "default"])
            .status
            .success()
    );
    let list = answer(folder.path(), &["grant", "list", "--user", &owner]);
    assert!(list.lines().any(|line| line.ends_with("ORG_OWNER  default")), "{list}");
    assert!(
        grant("remove", &["--role", "ORG_OWNER", "--organization", "default"])
            .status
            .success()
    );
    let line = complaint(&grant("remove", &["--role", "ORG_OWNER", "--organization", "default"]));
    assert_eq!(line, "unlockd: The user does not hold this role.");
    let line = complaint(&grant("add", &["--role", "ORG_OWNER"]));
    assert_eq!(
        line,
        "unlockd: ORG_OWNER holds on one organization: name it with --organization"
    );
    let line = complaint(&grant("add", &["--role", "IAM_OWNER", "--organization", "default"]));
    assert_eq!(
        line,
        "unlockd: IAM_OWNER holds on the whole instance: leave --organization out"
    );
    let line = complaint(&grant("add", &["--role", "KING"]));
    assert!(
        line.starts_with("unlockd: unknown role \"KING\": the roles are IAM_OWNER, "),
        "{line}"
    );
}

#[test]
fn the_last_owner_keeps_the_role() {
    let (folder, owner) = begun();
    let line = complaint(&run(
        folder.path(),
        &["grant", "remove", "--user", &owner, "--role", "IAM_OWNER"],
    ));
    assert_eq!(
        line,
        "unlockd: The last active holder of IAM_OWNER has to stay in service."
    );
}

#[test]
fn tokens_are_made_listed_without_their_secrets_and_revoked() {
    let (folder, owner) = begun();
    let token = answer(
        folder.path(),
        &[
            "token",
            "create",
            "--user",
            &owner,
            "--expires-in",
            "90d",
            "--name",
            "help desk",
        ],
    );
    assert!(token.starts_with("unlockd_pat_"), "{token}");
    let list = answer(folder.path(), &["token", "list", "--user", &owner]);
    assert!(!list.contains("unlockd_pat_"), "{list}");
    let row = list.lines().find(|line| line.ends_with("help desk")).unwrap();
    let fields: Vec<_> = row.split_whitespace().collect();
    assert_eq!(fields[4], "never", "the token was not used: {row}");
    let id = fields[0];
    assert_eq!(
        answer(folder.path(), &["token", "revoke", id]),
        format!("The token {id} does not work any more.")
    );
    assert_eq!(
        complaint(&run(folder.path(), &["token", "revoke", id])),
        "unlockd: The access token does not exist."
    );
    let line = complaint(&run(folder.path(), &["token", "create", "--user", "nobody"]));
    assert_eq!(line, "unlockd: The user does not exist.");
}

#[test]
fn health_asks_the_server() {
    let folder = TempDir::new().unwrap();
    let program = Program::serve(unlockd(folder.path()));
    let address = program.address.to_string();
    let said = answer(folder.path(), &["health", "--listen", &address]);
    assert_eq!(said, format!("The server on {address} is up."));
    drop(program);
    let line = complaint(&run(folder.path(), &["health", "--listen", &address]));
    assert!(
        line.starts_with(&format!("unlockd: no server on {address}: ")),
        "{line}"
    );
}

#[test]
fn the_demo_ends_well_and_leaves_nothing_behind() {
    let folder = TempDir::new().unwrap();
    let temporary = TempDir::new().unwrap();
    let output = unlockd(folder.path())
        .arg("demo")
        .env("TMPDIR", temporary.path())
        .output()
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(told.trim_end().ends_with("answers were as documented."), "{told}");
    assert!(!told.contains("unlockd_pat_"), "a token is in the story");
    for left in [folder.path(), temporary.path()] {
        assert_eq!(
            std::fs::read_dir(left).unwrap().count(),
            0,
            "something is left in {}",
            left.display()
        );
    }
}

#[test]
fn the_demo_runs_on_postgres_too_also_twice() {
    let Some(database) = crate::running::postgres() else {
        return;
    };
    let folder = TempDir::new().unwrap();
    for _ in 0..2 {
        let told = answer(folder.path(), &["demo", "--database-url", &database.url()]);
        assert!(told.ends_with("answers were as documented."), "{told}");
    }
    let tokens = answer(folder.path(), &["token", "list", "--database-url", &database.url()]);
    assert_eq!(
        tokens.lines().count(),
        2,
        "only the first user's token is left: {tokens}"
    );
}

#[test]
fn a_command_in_the_wrong_folder_makes_nothing() {
    let folder = TempDir::new().unwrap();
    let data_dir = folder.path().join("nothing-here");
    let arguments = ["grant", "list", "--data-dir", data_dir.to_str().unwrap()];
    let line = complaint(&run(folder.path(), &arguments));
    assert!(line.ends_with("has not begun: run `unlockd serve` once"), "{line}");
    assert!(!data_dir.exists());
}

#[test]
fn a_token_that_nobody_can_have_seen_is_not_left_behind() {
    let (folder, owner) = begun();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let before = answer(folder.path(), &["token", "list"]);
    let output = unlockd(folder.path())
        .args(["token", "create", "--user", &owner])
        .stdout(full)
        .output()
        .unwrap();
    let line = complaint(&output);
    assert!(line.starts_with("unlockd: cannot write to standard output: "), "{line}");
    assert_eq!(answer(folder.path(), &["token", "list"]), before);
}
