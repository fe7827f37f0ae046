//! `postmaster.pid`, which PostgreSQL writes into its data folder while it runs.

use std::fs::OpenOptions;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

const LARGEST: u64 = 8 * 1024;

/// The lines of the file that matter here (PostgreSQL's `miscadmin.h`, `LOCK_FILE_LINE_*`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PidFile {
    /// The postmaster.
    pub(crate) pid: u32,
    /// Its port, once it is written.
    pub(crate) port: Option<u16>,
    /// Its socket's folder, once it is written.
    pub(crate) socket_folder: Option<PathBuf>,
    /// Whether it says that it is ready.
    pub(crate) ready: bool,
}

impl PidFile {
    /// Where the file lies in a data folder.
    pub(crate) fn path(data: &Path) -> PathBuf {
        data.join("postmaster.pid")
    }

    /// Reads it; `None` where it is missing or not yet written.
    pub(crate) fn read(data: &Path) -> Option<Self> {
        let file = OpenOptions::new()
            .read(true)
            .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed())
            .open(Self::path(data))
            .ok()?;
        let mut text = String::new();
        file.take(LARGEST).read_to_string(&mut text).ok()?;
        Self::parse(&text)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        // A server without a postmaster (single-user mode) writes its number negated.
        let pid: i32 = lines.next()?.trim().parse().ok()?;
        let port = lines.nth(2).and_then(|line| line.trim().parse().ok());
        let socket = lines.next().filter(|line| !line.is_empty());
        let status = lines.nth(2).map(str::trim);
        Some(Self {
            pid: pid.unsigned_abs(),
            port,
            socket_folder: socket.map(PathBuf::from),
            ready: status == Some("ready"),
        })
        .filter(|file| file.pid > 1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WHOLE: &str = "4711\n/c/data\n1700000000\n25432\n/c/socket\n127.0.0.1\n 1234 5\nready   \n";

    #[test]
    fn a_whole_file_gives_process_port_socket_and_state() {
        let file = PidFile::parse(WHOLE).unwrap();
        assert_eq!((file.pid, file.port, file.ready), (4711, Some(25432), true));
        assert_eq!(file.socket_folder.as_deref(), Some(Path::new("/c/socket")));
        assert!(!PidFile::parse(&WHOLE.replace("ready", "starting")).unwrap().ready);
    }

    #[test]
    fn a_file_that_is_still_being_written_is_not_ready() {
        let file = PidFile::parse("4711\n/c/data\n17\n").unwrap();
        assert_eq!((file.pid, file.port, file.ready), (4711, None, false));
        assert_eq!(PidFile::parse(""), None);
    }

    #[test]
    fn numbers_that_no_server_has_are_refused() {
        for text in ["0\n", "1\n", "-1\n", "x\n", "99999999999\n"] {
            assert_eq!(PidFile::parse(text), None, "{text}");
        }
        assert_eq!(PidFile::parse("-4711\n").unwrap().pid, 4711);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_harm(text in "\\PC{0,80}\n?[0-9\n-]{0,40}") {
            if let Some(file) = PidFile::parse(&text) {
                prop_assert!(file.pid > 1);
            }
        }
    }
}
