use std::path::{self, Path};

use rustix::fs::{Access, access};
use rustix::io::Errno;
use rustix::process::geteuid;

use crate::CommandError;

/// Adds to an error about a file what to do if this process has no write access to the file or its folder.
pub(crate) fn with_access_advice(error: CommandError, file: &Path) -> CommandError {
    match access_advice(file) {
        Some(advice) => CommandError::new(format!("{error}; {advice}")),
        None => error,
    }
}

fn access_advice(file: &Path) -> Option<String> {
    let file = path::absolute(file).ok()?;
    // SQLite writes to the file and to its folder. An absent folder is created in the nearest one that exists.
    for place in file.ancestors() {
        match access(place, Access::READ_OK | Access::WRITE_OK) {
            Ok(()) if place.is_dir() => return None,
            Ok(()) | Err(Errno::NOENT) => {}
            Err(error) => return advice(place, error, geteuid().as_raw()),
        }
    }
    None
}

fn advice(place: &Path, error: Errno, user: u32) -> Option<String> {
    let place = place.display();
    match error {
        Errno::ACCESS => Some(format!(
            "user {user} needs write access to {place}: run `chown -R {user} {place}`, in a container on the folder that is \
             mounted there, or choose another folder with --data-dir"
        )),
        Errno::ROFS => Some(format!(
            "{place} is on a read-only file system: mount a volume for the data, or choose another folder with --data-dir"
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_only_file_system_needs_a_volume() {
        let advice = advice(Path::new("/data"), Errno::ROFS, 65_532).unwrap();
        assert!(
            advice.starts_with("/data is on a read-only file system: mount a volume"),
            "{advice}"
        );
    }

    #[test]
    fn a_writable_folder_and_other_errors_need_no_advice() {
        let folder = tempfile::TempDir::new().unwrap();
        assert_eq!(access_advice(&folder.path().join("absent/unlockd.db")), None);
        assert_eq!(advice(Path::new("/data"), Errno::IO, 65_532), None);
    }
}
