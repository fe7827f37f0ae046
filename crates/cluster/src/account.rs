//! The operating system's user that PostgreSQL runs as.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::{getegid, geteuid};

use crate::error::{ClusterError, Doing};

const PASSWD: &str = "/etc/passwd";
const DEFAULT_USER: &str = "postgres";

/// A user, by name and numbers. Never root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    name: String,
    uid: u32,
    gid: u32,
    dropped: bool,
}

impl Account {
    /// The user to run as: the asked one or `postgres` when started as root, else the caller.
    pub(crate) fn choose(asked: Option<&str>) -> Result<Self, ClusterError> {
        let passwd = fs::read_to_string(PASSWD).doing("read", Path::new(PASSWD))?;
        let (uid, gid) = (geteuid().as_raw(), getegid().as_raw());
        choose_from(&passwd, asked, uid, gid)
    }

    /// The user's name, for messages.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The user's number.
    pub(crate) const fn uid(&self) -> u32 {
        self.uid
    }

    /// The number of the user's group.
    pub(crate) const fn gid(&self) -> u32 {
        self.gid
    }

    /// Whether Aloe is root and steps down to this user for PostgreSQL.
    pub(crate) const fn is_dropped(&self) -> bool {
        self.dropped
    }

    /// A command that runs as this user, without supplementary groups, in a process group of its
    /// own (so that Ctrl-C at the terminal reaches Aloe alone) and with none of Aloe's environment.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .current_dir("/")
            .stdin(Stdio::null())
            .process_group(0);
        if self.dropped {
            // The standard library empties the supplementary groups when root sets a uid.
            command.gid(self.gid).uid(self.uid);
        }
        command
    }
}

fn choose_from(passwd: &str, asked: Option<&str>, uid: u32, gid: u32) -> Result<Account, ClusterError> {
    if uid == 0 {
        return step_down(passwd, asked.unwrap_or(DEFAULT_USER));
    }
    match asked {
        Some(name) if by_name(passwd, name).is_none_or(|(found, _)| found != uid) => {
            Err(ClusterError::CannotBecome { name: name.to_owned() })
        }
        _ => Ok(Account {
            name: by_uid(passwd, uid),
            uid,
            gid,
            dropped: false,
        }),
    }
}

fn step_down(passwd: &str, name: &str) -> Result<Account, ClusterError> {
    match by_name(passwd, name) {
        Some((uid, gid)) if uid != 0 => Ok(Account {
            name: name.to_owned(),
            uid,
            gid,
            dropped: true,
        }),
        _ => Err(ClusterError::NoUnprivilegedUser { name: name.to_owned() }),
    }
}

/// Lines of passwd(5): name, password, uid, gid, and what does not matter here.
fn entries(passwd: &str) -> impl Iterator<Item = (&str, u32, u32)> {
    passwd.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let uid = fields.nth(1)?.parse().ok()?;
        Some((name, uid, fields.next()?.parse().ok()?))
    })
}

fn by_name(passwd: &str, name: &str) -> Option<(u32, u32)> {
    entries(passwd)
        .find(|(found, _, _)| *found == name)
        .map(|(_, uid, gid)| (uid, gid))
}

fn by_uid(passwd: &str, uid: u32) -> String {
    entries(passwd)
        .find(|(_, found, _)| *found == uid)
        .map_or_else(|| uid.to_string(), |(name, _, _)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "root:x:0:0:root:/root:/bin/sh\npostgres:x:101:104:,,,:/var:/bin/sh\n\
                          broken line\nclinic:x:1000:1000::/home/clinic:/bin/sh\n";

    #[test]
    fn root_steps_down_to_postgres_unless_another_is_asked() {
        let chosen = choose_from(SAMPLE, None, 0, 0).unwrap();
        assert_eq!((chosen.uid(), chosen.gid(), chosen.is_dropped()), (101, 104, true));
        let asked = choose_from(SAMPLE, Some("clinic"), 0, 0).unwrap();
        assert_eq!((asked.name(), asked.uid()), ("clinic", 1000));
    }

    #[test]
    fn root_never_runs_postgresql_as_root_or_as_nobody_known() {
        for name in ["root", "missing", "broken line"] {
            let error = choose_from(SAMPLE, Some(name), 0, 0).unwrap_err();
            assert!(matches!(error, ClusterError::NoUnprivilegedUser { .. }));
        }
    }

    #[test]
    fn an_ordinary_user_stays_itself() {
        let chosen = choose_from(SAMPLE, None, 1000, 1000).unwrap();
        assert_eq!((chosen.name(), chosen.is_dropped()), ("clinic", false));
        assert!(choose_from(SAMPLE, Some("clinic"), 1000, 1000).is_ok());
        assert_eq!(choose_from(SAMPLE, None, 77, 77).unwrap().name(), "77");
    }

    #[test]
    fn an_ordinary_user_cannot_become_another() {
        let error = choose_from(SAMPLE, Some("postgres"), 1000, 1000).unwrap_err();
        assert!(matches!(error, ClusterError::CannotBecome { .. }));
    }
}
