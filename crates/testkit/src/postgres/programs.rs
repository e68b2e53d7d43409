use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Where distributions put the server programs of each version that is installed, beside `PATH`.
const VERSIONS: &str = "/usr/lib/postgresql";

/// The server programs of PostgreSQL, and who runs them.
pub(super) struct ServerPrograms {
    pub(super) folder: PathBuf,
    /// User and group; none to run them as who we are.
    pub(super) account: Option<(u32, u32)>,
}

impl ServerPrograms {
    /// The programs on `PATH`, else those of the newest version under [`VERSIONS`].
    pub(super) fn find() -> Result<Self, String> {
        let on_path = env::var_os("PATH")
            .iter()
            .flat_map(env::split_paths)
            .find(|folder| are_in(folder));
        let folder = on_path
            .or_else(newest_version)
            .ok_or_else(|| format!("No `initdb` and `postgres` on PATH or under {VERSIONS}."))?;
        let account = if is_root()? {
            Some(unprivileged_account()?)
        } else {
            None
        };
        Ok(Self { folder, account })
    }
}

fn are_in(folder: &Path) -> bool {
    ["initdb", "postgres"]
        .iter()
        .all(|program| folder.join(program).is_file())
}

fn newest_version() -> Option<PathBuf> {
    let versions = fs::read_dir(VERSIONS).ok()?;
    versions
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            let folder = entry.path().join("bin");
            are_in(&folder).then_some((version, folder))
        })
        .max()
        .map(|(_, folder)| folder)
}

/// PostgreSQL refuses to run as root.
fn is_root() -> Result<bool, String> {
    let output = Command::new("id").arg("-u").output();
    let output = output.map_err(|error| format!("`id -u` failed: {error}"))?;
    Ok(output.stdout.trim_ascii() == b"0")
}

fn unprivileged_account() -> Result<(u32, u32), String> {
    let accounts = fs::read_to_string("/etc/passwd").map_err(|error| format!("/etc/passwd: {error}"))?;
    ["postgres", "nobody"]
        .iter()
        .find_map(|name| account_named(name, &accounts))
        .ok_or_else(|| "PostgreSQL does not run as root, and there is no account `postgres` or `nobody`.".to_owned())
}

/// User and group of an account, from lines of `name:password:user:group:...`.
fn account_named(name: &str, accounts: &str) -> Option<(u32, u32)> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let user = fields.nth(1)?.parse().ok()?;
        let group = fields.next()?.parse().ok()?;
        Some((user, group))
    })
}

#[cfg(test)]
mod tests {
    use super::account_named;

    #[test]
    fn an_account_has_the_user_and_the_group_of_its_line() {
        let accounts = "root:x:0:0:root:/root:/bin/sh\npostgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash\n";

        assert_eq!(account_named("postgres", accounts), Some((101, 104)));
        assert_eq!(account_named("nobody", accounts), None);
    }
}
