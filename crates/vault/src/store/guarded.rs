//! Files that hold a key or a PIN: readable by their owner only, outside the data, written whole.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::KeyStoreError;

/// No key file and no PIN file comes near this many bytes.
const LONGEST: usize = 1 << 20;

fn not_read(path: &Path, source: io::Error) -> KeyStoreError {
    let path = path.to_owned();
    match source.kind() {
        io::ErrorKind::NotFound => KeyStoreError::Missing { path },
        _ => KeyStoreError::NotRead { path, source },
    }
}

pub(super) fn not_written(path: &Path, source: io::Error) -> KeyStoreError {
    KeyStoreError::NotWritten {
        path: path.to_owned(),
        source,
    }
}

/// Refuses a path inside one of the data folders. The file need not be there yet, its folder must.
pub(super) fn refuse_data_folders(path: &Path, folders: &[PathBuf]) -> Result<(), KeyStoreError> {
    // A symbolic link counts as lying in both places: where it stands, and where it leads.
    let stands = folder_of(path).canonicalize().map_err(|e| not_read(path, e))?;
    let leads = path.canonicalize().unwrap_or_else(|_| stands.clone());
    for folder in folders {
        let Ok(around) = folder.canonicalize() else {
            continue; // a data folder that is not there yet holds no file
        };
        if stands.starts_with(&around) || leads.starts_with(&around) {
            return Err(KeyStoreError::InDataFolder {
                path: path.to_owned(),
                folder: folder.clone(),
            });
        }
    }
    Ok(())
}

pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Reads a file that only its owner may read.
pub(super) fn read(path: &Path, folders: &[PathBuf]) -> Result<Zeroizing<Vec<u8>>, KeyStoreError> {
    // The mode is asked of the opened file, so that it cannot be swapped in between.
    let file = File::open(path).map_err(|e| not_read(path, e))?;
    let metadata = file.metadata().map_err(|e| not_read(path, e))?;
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o177 != 0 {
        let path = path.to_owned();
        return Err(KeyStoreError::TooOpen { path, mode });
    }
    refuse_data_folders(path, folders)?;
    let expected = usize::try_from(metadata.len()).unwrap_or(LONGEST).min(LONGEST);
    let mut bytes = Zeroizing::new(Vec::with_capacity(expected + 1));
    file.take(LONGEST as u64)
        .read_to_end(&mut bytes)
        .map_err(|e| not_read(path, e))?;
    Ok(bytes)
}

/// Puts `bytes` at `path`, whole or not at all, even when the power fails: a file beside it is
/// written, flushed to the disk and renamed, and the folder is flushed.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), KeyStoreError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    replace(path, &beside, bytes).map_err(|source| not_written(path, source))
}

fn replace(path: &Path, beside: &Path, bytes: &[u8]) -> io::Result<()> {
    match std::fs::remove_file(beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = private().create_new(true).open(beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(beside, path)?;
    File::open(folder_of(path))?.sync_all()
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600);
    options
}

/// Holds every other process off until the returned file is dropped.
pub(super) fn lock(path: &Path) -> Result<File, KeyStoreError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".lock");
    let file = private().create(true).truncate(false).open(&beside);
    let file = file.map_err(|e| not_written(path, e))?;
    file.lock().map_err(|e| not_written(path, e))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn set_mode(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_written_file_is_its_owners_alone_and_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(read(&path, &[]).unwrap().as_slice(), b"two");
        let mode = path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        assert!(!folder.path().join("key.part").exists());
    }

    #[test]
    fn every_wider_mode_is_refused_and_a_narrower_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        write(&path, b"one").unwrap();
        for wider in [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o700, 0o644] {
            set_mode(&path, wider);
            let error = read(&path, &[]).unwrap_err();
            assert!(matches!(error, KeyStoreError::TooOpen { mode, .. } if mode == wider));
        }
        set_mode(&path, 0o400);
        assert!(read(&path, &[]).is_ok());
    }

    #[test]
    fn a_file_in_a_data_folder_is_refused_also_through_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        std::fs::create_dir(&data).unwrap();
        let inside = data.join("key");
        write(&inside, b"one").unwrap();
        let link = folder.path().join("link");
        symlink(&inside, &link).unwrap();
        for path in [&inside, &link] {
            let error = read(path, std::slice::from_ref(&data)).unwrap_err();
            assert!(matches!(error, KeyStoreError::InDataFolder { .. }));
        }
        assert!(read(&inside, &[]).is_ok());
    }

    #[test]
    fn a_neighbour_whose_name_begins_alike_is_not_inside() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let beside = folder.path().join("data-keys");
        std::fs::create_dir(&data).unwrap();
        std::fs::create_dir(&beside).unwrap();
        let path = beside.join("key");
        write(&path, b"one").unwrap();
        assert!(read(&path, &[data]).is_ok());
    }

    #[test]
    fn a_missing_file_is_told_from_an_unreadable_one() {
        let folder = tempfile::tempdir().unwrap();
        let missing = read(&folder.path().join("key"), &[]).unwrap_err();
        assert!(matches!(missing, KeyStoreError::Missing { .. }));
    }
}
