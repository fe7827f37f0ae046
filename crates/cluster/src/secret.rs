//! The superuser's password.

use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::durable_file::{Mode, write_durably};
use crate::error::{ClusterError, Doing};

/// A password of PostgreSQL, wiped from memory when dropped. `Debug` does not show it.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// The password itself, for the connection's start-up alone.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// 256 random bits, in letters that need no quoting in a file, a URL or a shell.
    pub(crate) fn random() -> Result<Self, ClusterError> {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        getrandom::fill(bytes.as_mut_slice()).map_err(|_| ClusterError::NoRandomness)?;
        Ok(Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice()))))
    }

    /// Reads the kept password; `None` where there is none yet.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, ClusterError> {
        match fs::read_to_string(path).map(Zeroizing::new) {
            Ok(text) if !text.trim().is_empty() => Ok(Some(Self(Zeroizing::new(text.trim().to_owned())))),
            Ok(_) => Ok(None),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).doing("read", path),
        }
    }

    /// Reads the kept password, or makes and keeps one where the cluster does not exist yet.
    pub(crate) fn kept(path: &Path, cluster_exists: bool) -> Result<Self, ClusterError> {
        match Self::read(path)? {
            Some(password) => Ok(password),
            None if cluster_exists => Err(ClusterError::SecretMissing { path: path.to_owned() }),
            None => {
                let password = Self::random()?;
                write_durably(path, password.expose().as_bytes(), Mode::PRIVATE)?;
                Ok(password)
            }
        }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_password_is_made_once_and_kept_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        let first = Password::kept(&path, false).unwrap();
        let second = Password::kept(&path, true).unwrap();
        assert_eq!(first.expose(), second.expose());
        assert_eq!(first.expose().len(), 43);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_missing_password_of_an_existing_cluster_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        let error = Password::kept(&path, true).unwrap_err();
        assert!(matches!(error, ClusterError::SecretMissing { .. }));
        assert!(!path.exists());
    }

    #[test]
    fn two_passwords_differ_and_debug_shows_neither() {
        let (one, two) = (Password::random().unwrap(), Password::random().unwrap());
        assert_ne!(one.expose(), two.expose());
        assert_eq!(format!("{one:?}"), "Password");
    }
}
