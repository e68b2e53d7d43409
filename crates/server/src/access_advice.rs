use std::path::{self, Path};

use rustix::fs::{Access, StatVfsMountFlags, access, statvfs};
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
    let folder = file.parent()?;
    // SQLite writes to the file and to its folder. An absent folder is created in the nearest one that exists.
    for place in file.ancestors() {
        let is_read_only = || statvfs(place).is_ok_and(|system| system.f_flag.contains(StatVfsMountFlags::RDONLY));
        match access(place, Access::READ_OK | Access::WRITE_OK) {
            Ok(()) if place.is_dir() => return None,
            Ok(()) | Err(Errno::NOENT) => {}
            Err(Errno::ROFS) => return Some(read_only(folder)),
            Err(Errno::ACCESS) if is_read_only() => return Some(read_only(folder)),
            Err(Errno::ACCESS) => return Some(denied(folder)),
            Err(_) => return None,
        }
    }
    None
}

fn read_only(folder: &Path) -> String {
    format!(
        "{} is on a read-only file system: mount a volume there, or choose another folder with --data-dir",
        folder.display()
    )
}

fn denied(folder: &Path) -> String {
    let (user, folder) = (geteuid().as_raw(), folder.display());
    format!(
        "user {user} needs write access to {folder}: create the folder and run `chown -R {user} {folder}`, in a container on the \
         folder that is mounted there, or choose another folder with --data-dir"
    )
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_folder_that_is_writable_or_can_be_created_needs_no_advice() {
        let folder = TempDir::new().unwrap();
        assert_eq!(access_advice(&folder.path().join("unlockd.db")), None);
        assert_eq!(access_advice(&folder.path().join("absent/unlockd.db")), None);
    }
}
