//! The last lines of PostgreSQL's log, for an error's text.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustix::fs::OFlags;

use crate::layout::Layout;

const LINES: usize = 15;
const BYTES: u64 = 16 * 1024;

/// What the server said at start-up, then the end of its own log if that was written since.
pub(crate) fn last_words(layout: &Layout, since: SystemTime) -> String {
    let mut words = tail_of_file(&layout.startup_log());
    if let Some(log) = newest_since(&layout.log(), since) {
        words.push_str(&tail_of_file(&log));
    }
    if words.is_empty() {
        words.push_str("(it said nothing)");
    }
    words
}

/// The last lines of a text.
pub(crate) fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let skipped = lines.len().saturating_sub(LINES);
    lines.iter().skip(skipped).flat_map(|line| [*line, "\n"]).collect()
}

fn newest_since(folder: &Path, since: SystemTime) -> Option<PathBuf> {
    fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let changed = entry.metadata().ok()?.modified().ok()?;
            (changed >= since).then(|| (changed, entry.path()))
        })
        .max()
        .map(|(_, path)| path)
}

fn tail_of_file(path: &Path) -> String {
    let mut bytes = Vec::new();
    let read = open_plain(path).and_then(|mut file| {
        let end = file.metadata()?.len();
        file.seek(SeekFrom::Start(end.saturating_sub(BYTES)))?;
        file.take(BYTES).read_to_end(&mut bytes)
    });
    match read {
        Ok(_) => tail(&String::from_utf8_lossy(&bytes)),
        Err(_) => String::new(),
    }
}

/// Opens a regular file and follows no link: the folder belongs to the less trusted user.
fn open_plain(path: &Path) -> std::io::Result<File> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(std::io::ErrorKind::InvalidInput.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_lines_are_kept() {
        let text: String = (0..100).map(|n| format!("line {n}\n\n")).collect();
        let kept = tail(&text);
        assert_eq!(kept.lines().count(), LINES);
        assert!(kept.starts_with("line 85\n") && kept.ends_with("line 99\n"));
    }

    #[test]
    fn words_come_from_start_up_and_from_the_log_written_since() {
        let base = tempfile::tempdir().unwrap();
        let layout = Layout::make(base.path()).unwrap();
        fs::create_dir(layout.log()).unwrap();
        assert_eq!(last_words(&layout, SystemTime::UNIX_EPOCH), "(it said nothing)");
        fs::write(layout.startup_log(), "early\n").unwrap();
        fs::write(layout.log().join("a.log"), "late\n").unwrap();
        assert_eq!(last_words(&layout, SystemTime::UNIX_EPOCH), "early\nlate\n");
        let future = SystemTime::now() + std::time::Duration::from_secs(60);
        assert_eq!(last_words(&layout, future), "early\n");
    }

    #[test]
    fn a_link_to_a_foreign_file_is_not_quoted() {
        let base = tempfile::tempdir().unwrap();
        let link = base.path().join("a.log");
        std::os::unix::fs::symlink("/etc/passwd", &link).unwrap();
        assert_eq!(tail_of_file(&link), "");
    }
}
