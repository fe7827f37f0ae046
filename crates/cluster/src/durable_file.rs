//! Files that are either the old one or the new one, whatever happens while they are written.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, fchown};
use std::path::Path;

use crate::error::{ClusterError, Doing};

/// Permission bits of a file and, where it is not the writer's own, its group.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mode {
    bits: u32,
    owner: Option<(Option<u32>, u32)>,
}

impl Mode {
    /// For the writer alone.
    pub(crate) const PRIVATE: Self = Self {
        bits: 0o600,
        owner: None,
    };
    /// For everybody to read.
    pub(crate) const PUBLIC: Self = Self {
        bits: 0o644,
        owner: None,
    };

    /// The writer's own, readable by a group.
    pub(crate) const fn group(gid: u32) -> Self {
        Self {
            bits: 0o640,
            owner: Some((None, gid)),
        }
    }

    /// For another user alone.
    pub(crate) const fn of(uid: u32, gid: u32) -> Self {
        Self {
            bits: 0o600,
            owner: Some((Some(uid), gid)),
        }
    }
}

/// Writes a file beside its place, flushes it to the disk, and moves it there.
pub(crate) fn write_durably(path: &Path, bytes: &[u8], mode: Mode) -> Result<(), ClusterError> {
    let beside = path.with_extension("being-written");
    remove_if_there(&beside)?;
    write_new(&beside, bytes, mode)?;
    fs::rename(&beside, path).doing("write", path)?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Flushes a folder's entries to the disk, so that a rename in it outlives a power cut.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), ClusterError> {
    let opened = File::open(folder).doing("open", folder)?;
    opened.sync_all().doing("flush", folder)
}

/// Removes a file that may not exist.
pub(crate) fn remove_if_there(path: &Path) -> Result<(), ClusterError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error).doing("remove", path),
        _ => Ok(()),
    }
}

/// Removes a folder, with all in it, that may not exist.
pub(crate) fn remove_folder_if_there(path: &Path) -> Result<(), ClusterError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error).doing("remove", path),
        _ => Ok(()),
    }
}

fn write_new(path: &Path, bytes: &[u8], mode: Mode) -> Result<(), ClusterError> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .doing("write", path)?;
    file.write_all(bytes).doing("write", path)?;
    if let Some((uid, gid)) = mode.owner {
        fchown(&file, uid, Some(gid)).doing("change the owner of", path)?;
    }
    file.set_permissions(fs::Permissions::from_mode(mode.bits))
        .doing("set the permissions of", path)?;
    file.sync_all().doing("flush", path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.conf");
        write_durably(&path, b"old", Mode::PRIVATE).unwrap();
        write_durably(&path, b"new", Mode::PUBLIC).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_link_in_the_place_is_replaced_and_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (target, path) = (folder.path().join("target"), folder.path().join("link"));
        fs::write(&target, "kept").unwrap();
        std::os::unix::fs::symlink(&target, &path).unwrap();
        write_durably(&path, b"new", Mode::PRIVATE).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"kept");
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn removing_what_is_not_there_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(remove_if_there(&folder.path().join("none")).is_ok());
        assert!(remove_folder_if_there(&folder.path().join("none")).is_ok());
    }
}
