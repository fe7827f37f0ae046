//! One Aloe for each folder.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::io::Errno;

use crate::error::{ClusterError, Doing};

/// The folder's lock, held until dropped. The kernel releases it when Aloe is killed, and the file
/// descriptor is closed in every program that Aloe starts.
#[derive(Debug)]
pub(crate) struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the lock and writes the process's number into it.
    pub(crate) fn take(path: &Path) -> Result<Self, ClusterError> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
            .open(path)
            .doing("open", path)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => return Err(held_by_another(path, &mut file)),
            Err(error) => return Err(error).doing("lock", path),
        }
        write_own_number(&mut file).doing("write", path)?;
        Ok(Self { _file: file })
    }
}

fn write_own_number(file: &mut File) -> std::io::Result<()> {
    file.set_permissions(Permissions::from_mode(0o600))?;
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    writeln!(file, "{}", std::process::id())
}

fn held_by_another(path: &Path, file: &mut File) -> ClusterError {
    let mut text = String::new();
    let read = file.read_to_string(&mut text);
    ClusterError::AlreadyRunning {
        folder: path.parent().unwrap_or(path).to_owned(),
        pid: read.ok().and_then(|_| text.trim().parse().ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_refused_until_the_first_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let first = FolderLock::take(&path).unwrap();
        let Err(ClusterError::AlreadyRunning { pid, .. }) = FolderLock::take(&path) else {
            panic!("taken twice");
        };
        assert_eq!(pid, Some(std::process::id()));
        drop(first);
        assert!(FolderLock::take(&path).is_ok());
    }

    #[test]
    fn a_link_in_place_of_the_lock_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (target, path) = (folder.path().join("target"), folder.path().join("lock"));
        std::fs::write(&target, "kept").unwrap();
        std::os::unix::fs::symlink(&target, &path).unwrap();
        assert!(FolderLock::take(&path).is_err());
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "kept");
    }
}
