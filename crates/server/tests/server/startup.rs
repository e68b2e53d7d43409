//! What `serve` says when it cannot, and what it does on the first start.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use crate::program::{Program, answer, complaint, read, run, unlockd};

#[test]
fn a_taken_port_is_said_in_one_line() {
    let folder = TempDir::new().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let line = complaint(&run(folder.path(), &["serve", "--listen", &address]));
    assert!(
        line.starts_with(&format!("unlockd: cannot listen on {address}: ")),
        "{line}"
    );
}

#[test]
fn an_unreachable_database_is_said_in_one_line_without_its_password() {
    let folder = TempDir::new().unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("postgres://somebody:hunter2hunter2@{closed}/nowhere");
    let line = complaint(&run(folder.path(), &["serve", "--database-url", &url]));
    assert!(
        line.starts_with("unlockd: cannot open the PostgreSQL database: ") && line.contains("Connection refused"),
        "{line}"
    );
    assert!(!line.contains("hunter2"), "{line}");
}

#[test]
fn a_database_that_is_newer_than_the_program_is_left_alone() {
    let folder = TempDir::new().unwrap();
    answer(folder.path(), &["migrate"]);
    crate::running::apply_migration_from_the_future(&folder.path().join("unlockd.db"));
    let line = complaint(&run(folder.path(), &["serve"]));
    assert!(line.contains("newer"), "{line}");
}

#[test]
fn an_unknown_key_in_the_file_is_named() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("unlockd.toml");
    std::fs::write(&file, "listen = \"127.0.0.1:0\"\nlisten_adress = \"127.0.0.1:0\"\n").unwrap();
    let line = complaint(&run(folder.path(), &["serve", "--config", file.to_str().unwrap()]));
    assert!(line.contains("line 2") && line.contains("listen_adress"), "{line}");
}

#[test]
fn a_bootstrap_token_that_is_too_short_is_refused() {
    let folder = TempDir::new().unwrap();
    let output = unlockd(folder.path())
        .arg("serve")
        .env("UNLOCKD_BOOTSTRAP_TOKEN", "a".repeat(31))
        .output()
        .unwrap();
    let line = complaint(&output);
    assert!(
        line.contains("at least 32 characters") && !line.contains("aaaa"),
        "{line}"
    );
}

#[test]
fn settings_of_the_environment_win_over_the_file_and_flags_over_both() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("unlockd.toml");
    std::fs::write(&file, "database_url = \"sqlite://from-file.db\"\n").unwrap();
    let migrate = |environment: Option<&str>, flags: &[&str]| {
        let mut command = unlockd(folder.path());
        command.args(["migrate", "--config"]).arg(&file).args(flags);
        if let Some(url) = environment {
            command.env("UNLOCKD_DATABASE_URL", url);
        }
        assert!(command.output().unwrap().status.success());
    };
    let exists = |name: &str| folder.path().join(name).exists();
    migrate(None, &[]);
    assert!(exists("from-file.db"));
    migrate(Some("sqlite://from-environment.db"), &[]);
    assert!(exists("from-environment.db"));
    migrate(
        Some("sqlite://from-environment-too.db"),
        &["--database-url", "sqlite://from-flag.db"],
    );
    assert!(exists("from-flag.db") && !exists("from-environment-too.db"));
}

#[test]
fn the_first_start_writes_a_token_for_its_owner_alone_and_later_starts_change_nothing() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("admin.token");
    drop(Program::serve(unlockd(folder.path())));
    let token = read(&file);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(
        token.starts_with("unlockd_pat_") && token.trim_end().len() == "unlockd_pat_".len() + 43,
        "{token}"
    );
    drop(Program::serve(unlockd(folder.path())));
    assert_eq!(read(&file), token);
    assert_eq!(answer(folder.path(), &["token", "list"]).lines().count(), 2);
    assert_eq!(answer(folder.path(), &["organization", "list"]).lines().count(), 2);
}

#[test]
fn a_token_that_is_handed_in_is_not_written_down() {
    let folder = TempDir::new().unwrap();
    let mut command = unlockd(folder.path());
    command.env("UNLOCKD_BOOTSTRAP_TOKEN", "t".repeat(32));
    drop(Program::serve(command));
    assert!(!folder.path().join("admin.token").exists());
}

#[test]
fn the_token_can_be_handed_in_as_a_file() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, format!("{}\n", "s".repeat(40))).unwrap();
    let mut command = unlockd(folder.path());
    command.env("UNLOCKD_BOOTSTRAP_TOKEN_FILE", &file);
    let program = Program::serve(command);
    let response = crate::running::get(program.address, "/v3alpha/users/nobody", Some(&"s".repeat(40)));
    assert_eq!(response.status, 404, "{}", response.body);
    assert_eq!(read(&file).trim_end(), "s".repeat(40));
}

#[test]
fn several_replicas_may_start_on_one_empty_database() {
    let Some(database) = crate::running::postgres() else {
        return;
    };
    let folders: Vec<_> = (0..3).map(|_| TempDir::new().unwrap()).collect();
    let programs: Vec<_> = std::thread::scope(|scope| {
        let starting: Vec<_> = folders
            .iter()
            .map(|folder| {
                let mut command = unlockd(folder.path());
                command.env("UNLOCKD_DATABASE_URL", database.url());
                scope.spawn(move || Program::serve(command))
            })
            .collect();
        starting.into_iter().map(|start| start.join().unwrap()).collect()
    });
    let with_token = folders
        .iter()
        .filter(|folder| folder.path().join("admin.token").exists())
        .count();
    assert_eq!((programs.len(), with_token), (3, 1));
}

#[test]
fn a_database_url_of_an_unknown_kind_is_not_repeated() {
    let folder = TempDir::new().unwrap();
    let mut command = unlockd(folder.path());
    command.arg("migrate").env(
        "UNLOCKD_DATABASE_URL",
        "postgress://somebody:hunter2hunter2@localhost/unlockd",
    );
    let line = complaint(&command.output().unwrap());
    assert_eq!(line, "unlockd: database URL: must begin with sqlite:// or postgres://");
}

#[test]
fn servers_that_start_at_once_with_one_token_file_agree_on_the_token() {
    for _ in 0..10 {
        let Some(database) = crate::running::postgres() else {
            return;
        };
        let folder = TempDir::new().unwrap();
        let start = || {
            let mut command = unlockd(folder.path());
            command.env("UNLOCKD_DATABASE_URL", database.url());
            command
        };
        let mut programs = [
            Program::start(start()),
            Program::start(start()),
            Program::start(start()),
        ];
        for program in &mut programs {
            program.wait_for_line("listening");
        }
        let tokens = answer(folder.path(), &["token", "list", "--database-url", &database.url()]);
        assert_eq!(tokens.lines().count(), 2, "{tokens}");
        let program = Program::serve(start());
        let token = crate::running::admin_token(folder.path());
        assert_eq!(
            crate::running::get(program.address, "/v3alpha/users/nobody", Some(&token)).status,
            404
        );
    }
}

#[test]
fn a_start_that_takes_long_can_be_stopped() {
    let folder = TempDir::new().unwrap();
    // A database server that takes connections and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut command = unlockd(folder.path());
    command.env(
        "UNLOCKD_DATABASE_URL",
        format!("postgres://{}/unlockd", silent.local_addr().unwrap()),
    );
    command.env("UNLOCKD_LOG", "debug");
    let mut program = Program::start(command);
    program.wait_for_line("starting");
    program.signal("TERM");
    program.wait_for_line("stopped before the start was over");
    assert_eq!(program.wait().0.code(), Some(0));
}

#[test]
fn a_variable_that_is_set_to_nothing_says_nothing() {
    let folder = TempDir::new().unwrap();
    let mut command = unlockd(folder.path());
    for name in [
        "CONFIG",
        "DATABASE_URL",
        "TRANSPORTS",
        "CORS_ORIGIN",
        "REQUEST_TIMEOUT",
        "LOG",
        "BOOTSTRAP_TOKEN",
    ] {
        command.env(format!("UNLOCKD_{name}"), "");
    }
    let program = Program::serve(command);
    assert_eq!(crate::running::get(program.address, "/readyz", None).status, 200);
    assert!(folder.path().join("admin.token").exists());
}

#[test]
fn the_first_user_is_called_admin_and_so_is_their_id() {
    let folder = TempDir::new().unwrap();
    let program = Program::serve(unlockd(folder.path()));
    let token = crate::running::admin_token(folder.path());
    let user = crate::running::get(program.address, "/v3alpha/users/admin", Some(&token));
    assert!(
        user.status == 200 && user.body.contains(r#""username":"admin""#),
        "{}",
        user.body
    );
}

#[test]
fn a_listener_that_other_machines_can_reach_is_warned_of() {
    let warnings = |listen: &str| {
        let folder = TempDir::new().unwrap();
        let mut command = unlockd(folder.path());
        command.args(["--listen", listen]);
        let program = Program::serve(command);
        program.signal("TERM");
        let (_, log) = program.wait();
        let warnings = log.into_iter().filter(|line| line["level"] == "WARN");
        let messages = warnings.map(|line| line["message"].to_string());
        messages.filter(|message| message.contains("no TLS")).count()
    };
    assert_eq!(warnings("127.0.0.1:0"), 0);
    assert_eq!(warnings("0.0.0.0:0"), 1);
}
