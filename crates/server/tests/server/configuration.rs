//! Settings that are decided before anything starts.

use std::num::NonZeroU16;
use std::path::Path;
use std::time::Duration;

use clap::{CommandFactory, FromArgMatches};
use tempfile::TempDir;
use unlockd_server::command_line::CommandLine;
use unlockd_server::configuration::{PasswordSettings, SessionSettings, Settings};

use crate::program::{complaint, run, unlockd};

/// The settings of a file, in front of which stand others.
fn with_file(folder: &Path, text: &str, settings: Settings) -> Settings {
    let file = folder.join("unlockd.toml");
    std::fs::write(&file, text).unwrap();
    Settings {
        config: Some(file),
        ..settings
    }
}

const DAY: Duration = Duration::from_hours(24);

const PASSWORDS: &str = "password_min_length = 12\npassword_hash_memory = 65536\npassword_hash_iterations = 3\n\
                         password_hash_parallelism = 4\npassword_hash_threads = 5\npassword_hash_queue = 6\n";

const SESSIONS: &str = "session_lifetime = \"12h\"\nsession_max_lifetime = \"7d\"\n";

#[test]
fn passwords_are_hashed_as_owasp_has_it_unless_something_else_is_said() {
    let passwords = Settings::default().load().unwrap().passwords;
    assert_eq!((passwords.min_length, passwords.hash_queue), (8, 64));
    assert_eq!(
        (
            passwords.hash_memory,
            passwords.hash_iterations,
            passwords.hash_parallelism
        ),
        (19_456, 2, 1)
    );
    let cores = std::thread::available_parallelism().unwrap().get();
    assert_eq!(usize::from(passwords.hash_threads.get()), (cores - 1).max(1));
}

#[test]
fn lifetimes_of_sessions_come_from_the_command_line_the_file_or_the_defaults() {
    let folder = TempDir::new().unwrap();
    let lifetimes = |settings: Settings| settings.load().unwrap().session_lifetimes;
    let in_file = |text: &str, settings| with_file(folder.path(), text, settings);
    let defaults = lifetimes(Settings::default());
    assert_eq!((defaults.default, defaults.max), (DAY * 30, DAY * 365));
    let from_file = lifetimes(in_file(SESSIONS, Settings::default()));
    assert_eq!((from_file.default, from_file.max), (DAY / 2, DAY * 7));
    let flags = Settings {
        sessions: SessionSettings {
            lifetime: Some("90s".parse().unwrap()),
            max_lifetime: None,
        },
        ..Settings::default()
    };
    let mixed = lifetimes(in_file(SESSIONS, flags));
    assert_eq!((mixed.default, mixed.max), (Duration::from_secs(90), DAY * 7));
    let short = lifetimes(in_file("session_max_lifetime = \"1d\"\n", Settings::default()));
    assert_eq!((short.default, short.max), (DAY, DAY));

    for (text, complaint) in [
        (
            "session_lifetime = \"8d\"\nsession_max_lifetime = \"7d\"\n",
            "longer than",
        ),
        ("session_lifetime = \"0d\"\n", "line 1: must be a number and a unit"),
        (
            "session_max_lifetime = \"7 days\"\n",
            "line 1: must be a number and a unit",
        ),
    ] {
        let error = in_file(text, Settings::default()).load().unwrap_err().to_string();
        assert!(error.contains(complaint), "{error}");
    }
}

#[test]
fn the_file_says_what_nothing_in_front_of_it_says() {
    let folder = TempDir::new().unwrap();
    let passwords = with_file(folder.path(), PASSWORDS, Settings::default())
        .load()
        .unwrap()
        .passwords;
    assert_eq!(
        (passwords.min_length, passwords.hash_memory, passwords.hash_iterations),
        (12, 65_536, 3)
    );
    assert_eq!(
        (
            passwords.hash_parallelism,
            passwords.hash_threads.get(),
            passwords.hash_queue
        ),
        (4, 5, 6)
    );
    let settings = Settings {
        passwords: PasswordSettings {
            min_length: Some(20),
            hash_memory: Some(1_024),
            hash_iterations: Some(7),
            hash_parallelism: Some(2),
            hash_threads: NonZeroU16::new(9),
            hash_queue: Some(0),
        },
        ..Settings::default()
    };
    let passwords = with_file(folder.path(), PASSWORDS, settings).load().unwrap().passwords;
    assert_eq!(
        (passwords.min_length, passwords.hash_memory, passwords.hash_iterations),
        (20, 1_024, 7)
    );
    assert_eq!(
        (
            passwords.hash_parallelism,
            passwords.hash_threads.get(),
            passwords.hash_queue
        ),
        (2, 9, 0)
    );
}

#[test]
fn every_flag_and_variable_sets_what_it_is_named_after() {
    let words = [
        "unlockd",
        "serve",
        "--password-min-length",
        "21",
        "--password-hash-memory",
        "22",
        "--password-hash-iterations",
        "23",
        "--password-hash-parallelism",
        "24",
        "--password-hash-threads",
        "25",
        "--password-hash-queue",
        "26",
    ];
    let matches = CommandLine::command().get_matches_from(words);
    let passwords = CommandLine::from_arg_matches(&matches).unwrap().settings.passwords;
    assert_eq!(
        (passwords.min_length, passwords.hash_memory, passwords.hash_iterations),
        (Some(21), Some(22), Some(23))
    );
    assert_eq!(
        (passwords.hash_parallelism, passwords.hash_threads, passwords.hash_queue),
        (Some(24), NonZeroU16::new(25), Some(26))
    );
    for argument in CommandLine::command().get_arguments() {
        let (Some(flag), Some(variable)) = (argument.get_long(), argument.get_env()) else {
            continue;
        };
        let expected = format!("UNLOCKD_{}", flag.to_uppercase().replace('-', "_"));
        assert_eq!(variable.to_str(), Some(expected.as_str()));
    }
}

#[test]
fn a_minimum_length_that_no_password_can_have_is_refused() {
    let folder = TempDir::new().unwrap();
    for length in ["0", "201"] {
        let line = complaint(&run(folder.path(), &["migrate", "--password-min-length", length]));
        assert_eq!(line, "unlockd: password minimum length: must be 1 to 200 characters");
    }
    for length in [1, 200] {
        let text = format!("password_min_length = {length}\n");
        let settings = with_file(folder.path(), &text, Settings::default());
        assert_eq!(settings.load().unwrap().passwords.min_length, length);
    }
}

#[test]
fn no_threads_for_passwords_are_refused_wherever_they_are_asked_for() {
    let folder = TempDir::new().unwrap();
    let output = run(folder.path(), &["migrate", "--password-hash-threads", "0"]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.code() == Some(2) && text.contains("--password-hash-threads"),
        "{text}"
    );
    let settings = with_file(folder.path(), "password_hash_threads = 0\n", Settings::default());
    let error = settings.load().unwrap_err().to_string();
    assert!(error.contains("line 1"), "{error}");
}

#[test]
fn events_are_kept_for_ever_or_for_the_time_that_is_set() {
    let folder = TempDir::new().unwrap();
    let retention = |text, settings| with_file(folder.path(), text, settings).load().unwrap().event_retention;
    assert_eq!(retention("", Settings::default()), None);
    assert_eq!(
        retention("event_retention = \"365d\"\n", Settings::default()),
        Some(DAY * 365)
    );
    let flag = Settings {
        event_retention: Some("1h".parse().unwrap()),
        ..Settings::default()
    };
    assert_eq!(
        retention("event_retention = \"365d\"\n", flag),
        Some(Duration::from_hours(1))
    );
    let line = complaint(&run(folder.path(), &["migrate", "--event-retention", "59m"]));
    assert_eq!(line, "unlockd: event retention: must be at least 1h");
}

#[test]
fn a_trusted_proxy_that_is_none_is_quoted_wherever_it_is_named() {
    let folder = TempDir::new().unwrap();
    let expected = |entry: &str| {
        format!("unlockd: trusted proxy {entry:?}: must be an address or a network, such as 10.0.0.7 or 10.0.0.0/8")
    };
    let line = complaint(&run(
        folder.path(),
        &["migrate", "--trusted-proxies", "10.0.0.7,10.0.0.0/33"],
    ));
    assert_eq!(line, expected("10.0.0.0/33"));
    let output = unlockd(folder.path())
        .arg("migrate")
        .env("UNLOCKD_TRUSTED_PROXIES", "proxy.example.com")
        .output()
        .unwrap();
    assert_eq!(complaint(&output), expected("proxy.example.com"));
    let settings = with_file(folder.path(), "trusted_proxies = [\"10.0.0\"]\n", Settings::default());
    let error = settings.load().unwrap_err().to_string();
    assert_eq!(format!("unlockd: {error}"), expected("10.0.0"));
}
