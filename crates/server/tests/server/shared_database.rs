//! Who may do what with one database at the same time.

use tempfile::TempDir;

use crate::program::{Program, answer, complaint, run, unlockd};

const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

#[test]
fn a_second_server_on_one_sqlite_file_is_refused_until_the_first_has_ended() {
    let folder = TempDir::new().unwrap();
    let first = Program::serve(unlockd(folder.path()));
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink(folder.path().join("unlockd.db"), &link).unwrap();
    let link = format!("sqlite://{}", link.display());
    for other_name in [&[][..], &["--database-url", &link]] {
        let refusal = complaint(&run(folder.path(), &[&SERVE, other_name].concat()));
        assert!(
            refusal.starts_with("unlockd: cannot open the SQLite file ")
                && refusal.contains(": another server uses it, "),
            "{refusal}"
        );
    }
    assert_eq!(answer(folder.path(), &["token", "list"]).lines().count(), 2);
    assert!(answer(folder.path(), &["migrate"]).ends_with("is up to date."));
    first.signal("KILL");
    drop(first);
    drop(Program::serve(unlockd(folder.path())));
}

#[test]
fn commands_refuse_an_older_or_newer_database_and_change_nothing() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("unlockd.db");
    drop(Program::serve(unlockd(folder.path())));
    let commands = [&["token", "list"][..], &["grant", "list"], &["organization", "list"]];

    crate::running::apply_migration_from_the_future(&file);
    for command in commands {
        let line = complaint(&run(folder.path(), command));
        assert!(
            line.contains("newer than this program")
                && line.ends_with("; run the command of the program that serves it"),
            "{line}"
        );
    }

    crate::running::forget_migrations(&file);
    for command in commands.iter().chain(&commands) {
        let line = complaint(&run(folder.path(), command));
        assert!(
            line.contains("older than this program")
                && line.ends_with("; stop its servers and run `unlockd migrate`, or start `unlockd serve`"),
            "{line}"
        );
    }
}
