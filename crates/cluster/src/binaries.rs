//! PostgreSQL's own programs, as Debian installs them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::account::Account;
use crate::error::{ClusterError, Doing};

/// Where Debian puts one folder for each major version.
const DEBIAN: &str = "/usr/lib/postgresql";
/// The oldest major version that Aloe runs on.
const MINIMUM_MAJOR: u32 = 15;

/// The programs of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Binaries {
    folder: PathBuf,
    major: u32,
    version: String,
}

impl Binaries {
    /// The programs in the folder named by the operator, or the newest that Debian installed.
    pub(crate) fn newest(named: Option<&Path>, account: &Account) -> Result<Self, ClusterError> {
        let missing = |looked_in: &Path| ClusterError::BinariesMissing {
            looked_in: looked_in.to_owned(),
            minimum: MINIMUM_MAJOR,
        };
        let debian = Path::new(DEBIAN);
        let folder = match named {
            Some(folder) => folder.to_owned(),
            None => installed(debian)
                .into_iter()
                .max()
                .map(|(_, folder)| folder)
                .ok_or_else(|| missing(debian))?,
        };
        Self::in_folder(&folder, account)?
            .filter(|found| found.major >= MINIMUM_MAJOR)
            .ok_or_else(|| missing(&folder))
    }

    /// The programs of another major version, beside the newest one.
    pub(crate) fn of_major(major: u32, account: &Account) -> Result<Option<Self>, ClusterError> {
        let found = installed(Path::new(DEBIAN))
            .into_iter()
            .find(|(each, _)| *each == major);
        match found {
            Some((_, folder)) => Self::in_folder(&folder, account),
            None => Ok(None),
        }
    }

    fn in_folder(folder: &Path, account: &Account) -> Result<Option<Self>, ClusterError> {
        let server = folder.join("postgres");
        if !server.is_file() {
            return Ok(None);
        }
        let output = account.command(&server).arg("--version").output();
        let printed = output.doing("run", &server)?.stdout;
        Ok(
            version_in(&String::from_utf8_lossy(&printed)).map(|(major, version)| Self {
                folder: folder.to_owned(),
                major,
                version,
            }),
        )
    }

    /// The path of one program.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The folder of the programs.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The major version, for example 15.
    pub(crate) const fn major(&self) -> u32 {
        self.major
    }

    /// The whole version, for example `15.18`.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }
}

/// Major versions below a folder that have a server, with the folder of their programs.
fn installed(base: &Path) -> Vec<(u32, PathBuf)> {
    let Ok(entries) = fs::read_dir(base) else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let major = entry.file_name().to_str()?.parse().ok()?;
            let folder = entry.path().join("bin");
            folder.join("postgres").is_file().then_some((major, folder))
        })
        .collect()
}

/// Reads `postgres (PostgreSQL) 15.18 (Debian …)`; `16beta1` counts as major 16.
fn version_in(printed: &str) -> Option<(u32, String)> {
    let version = printed.split_whitespace().nth(2)?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    Some((digits.parse().ok()?, version.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_line_gives_major_and_whole_version() {
        let line = "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n";
        assert_eq!(version_in(line), Some((15, "15.18".to_owned())));
        assert_eq!(
            version_in("postgres (PostgreSQL) 16beta1"),
            Some((16, "16beta1".to_owned()))
        );
        assert_eq!(version_in("something else"), None);
        assert_eq!(version_in(""), None);
    }

    #[test]
    fn only_versions_with_a_server_count_and_numbers_are_compared_as_numbers() {
        let base = tempfile::tempdir().unwrap();
        for (name, program) in [("9", "postgres"), ("15", "postgres"), ("16", "psql"), ("x", "postgres")] {
            let bin = base.path().join(name).join("bin");
            fs::create_dir_all(&bin).unwrap();
            fs::write(bin.join(program), "").unwrap();
        }
        let newest = installed(base.path()).into_iter().max().unwrap();
        assert_eq!(newest, (15, base.path().join("15/bin")));
    }

    #[test]
    fn missing_programs_are_reported_with_the_package_to_install() {
        let empty = tempfile::tempdir().unwrap();
        let account = Account::choose(None).unwrap();
        let error = Binaries::newest(Some(empty.path()), &account).unwrap_err();
        assert!(error.to_string().contains("apt-get install postgresql-15"));
        assert_eq!(Binaries::of_major(1, &account).unwrap(), None);
    }
}
