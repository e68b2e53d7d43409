//! The server that runs as process 1, which is how containers run it.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::command_line::{Command, CommandLine};
use crate::configuration::Settings;

/// Settings of the server that runs as process 1. Without this the health check of a container would miss the flags that
/// the container's command has.
pub(crate) fn settings() -> Option<Settings> {
    parse(&fs::read("/proc/1/cmdline").ok()?)
}

/// Reads words that each end with a null byte.
fn parse(command_line: &[u8]) -> Option<Settings> {
    let words: Vec<_> = command_line
        .strip_suffix(&[0])?
        .split(|byte| *byte == 0)
        .map(OsStr::from_bytes)
        .collect();
    // `docker run --init` puts an init process in front: `/sbin/docker-init -- unlockd serve`.
    let program = words.iter().position(|word| *word == "--").map_or(0, |end| end + 1);
    let words = words.get(program..)?;
    if Path::new(words.first()?).file_name()? != "unlockd" {
        return None;
    }
    let CommandLine { command, settings } = CommandLine::parse_words(words).ok()?;
    matches!(command, Command::Serve).then_some(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Settings from words that are separated by blanks.
    fn settings(words: &str) -> Option<Settings> {
        parse(format!("{words} ").replace(' ', "\0").as_bytes())
    }

    fn listen(words: &str) -> Option<String> {
        settings(words)?.listen.map(|address| address.to_string())
    }

    #[test]
    fn flags_of_a_server_are_found_also_after_an_init_process() {
        let flags = "/usr/local/bin/unlockd serve --listen 0.0.0.0:9090";
        assert_eq!(listen(flags).as_deref(), Some("0.0.0.0:9090"));
        assert_eq!(
            listen(&format!("/sbin/docker-init -- {flags}")).as_deref(),
            Some("0.0.0.0:9090")
        );
    }

    #[test]
    fn other_programs_and_commands_are_not_servers() {
        for other in [
            "",
            "/sbin/init",
            "/sbin/docker-init --",
            "/usr/bin/other serve --listen 0.0.0.0:9090",
            "unlockd migrate --listen 0.0.0.0:9090",
            "unlockd serve --unknown",
        ] {
            assert!(settings(other).is_none(), "{other:?}");
        }
    }
}
