//! The server's configuration, written anew at each start.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::error::ClusterError;
use crate::quote::quoted;
use crate::tuning::{MAX_CONNECTIONS, Tuning};

/// Who may come in: the socket and TLS on loopback, both with a password. Nothing else matches,
/// so plain TCP is refused before a password is asked for.
pub(crate) const HOST_BASED_ACCESS: &str = "\
# Written by Aloe at each start: changes here are lost.
local    all  all                scram-sha-256
hostssl  all  all  127.0.0.1/32  scram-sha-256
";

/// Settings that go on the command line, where not even ALTER SYSTEM overrules them.
pub(crate) const UNALTERABLE: [(&str, &str); 5] = [
    ("listen_addresses", "127.0.0.1"),
    ("ssl", "on"),
    ("ssl_min_protocol_version", "TLSv1.3"),
    ("password_encryption", "scram-sha-256"),
    ("logging_collector", "on"),
];

const FIXED: &[(&str, &str)] = &[
    ("random_page_cost", "1.1"),
    ("checkpoint_timeout", "15min"),
    ("checkpoint_completion_target", "0.9"),
    ("wal_compression", "on"),
    ("huge_pages", "try"),
    ("jit", "off"),
    // Plans are made from statistics: what fills quickly is looked at soon.
    ("autovacuum_naptime", "15s"),
    ("unix_socket_permissions", "0700"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("lc_messages", "C.UTF-8"),
    ("default_text_search_config", "pg_catalog.simple"),
    ("log_destination", "stderr"),
    ("log_filename", "postgresql-%a.log"),
    ("log_truncate_on_rotation", "on"),
    ("log_rotation_age", "1d"),
    ("log_rotation_size", "0"),
    ("log_file_mode", "0600"),
    ("log_line_prefix", "%m [%p] "),
];

/// What keeps personal values out of the log: no statement, parameter or key value is written, and
/// statements that fail are the caller's to report, since their messages quote the value.
const DISCREET: &[(&str, &str)] = &[
    ("log_statement", "none"),
    ("log_min_duration_statement", "-1"),
    ("log_min_duration_sample", "-1"),
    ("log_min_error_statement", "panic"),
    ("log_min_messages", "log"),
    ("log_error_verbosity", "terse"),
    ("log_parameter_max_length", "0"),
    ("log_parameter_max_length_on_error", "0"),
];

const SAFE_ON_DISK: &[(&str, &str)] = &[
    ("fsync", "on"),
    ("full_page_writes", "on"),
    ("synchronous_commit", "on"),
];

const THROWAWAY: &[(&str, &str)] = &[
    ("fsync", "off"),
    ("full_page_writes", "off"),
    ("synchronous_commit", "off"),
];

/// What one start writes into `postgresql.conf`.
#[derive(Debug)]
pub(crate) struct ServerConfig<'a> {
    pub(crate) port: u16,
    pub(crate) socket_folder: &'a Path,
    pub(crate) data: &'a Path,
    pub(crate) access_file: PathBuf,
    pub(crate) certificate: &'a Path,
    pub(crate) certificate_key: &'a Path,
    pub(crate) log_folder: &'a Path,
    pub(crate) tuning: Tuning,
    pub(crate) extra: &'a [(String, String)],
    pub(crate) disposable: bool,
}

impl ServerConfig<'_> {
    /// The file's text. The last line of a name wins, so the caller's settings come first.
    pub(crate) fn render(&self) -> Result<String, ClusterError> {
        let mut text = "# Written by Aloe at each start: changes here are lost.\n".to_owned();
        let extra = self.extra.iter().map(|(n, v)| (n.as_str(), v.as_str()));
        append(&mut text, extra)?;
        let paths = self.paths()?;
        append(&mut text, paths.iter().map(|(n, v)| (*n, v.as_str())))?;
        let sizes = self.sizes();
        append(&mut text, sizes.iter().map(|(n, v)| (*n, v.as_str())))?;
        let disk = if self.disposable { THROWAWAY } else { SAFE_ON_DISK };
        for group in [FIXED, DISCREET, disk, &UNALTERABLE] {
            append(&mut text, group.iter().copied())?;
        }
        Ok(text)
    }

    fn paths(&self) -> Result<Vec<(&'static str, String)>, ClusterError> {
        Ok(vec![
            ("data_directory", utf8(self.data)?),
            ("hba_file", utf8(&self.access_file)?),
            ("unix_socket_directories", utf8(self.socket_folder)?),
            ("ssl_cert_file", utf8(self.certificate)?),
            ("ssl_key_file", utf8(self.certificate_key)?),
            ("log_directory", utf8(self.log_folder)?),
        ])
    }

    fn sizes(&self) -> Vec<(&'static str, String)> {
        let tuning = &self.tuning;
        let mib = |size: u64| format!("{size}MB");
        vec![
            ("port", self.port.to_string()),
            ("max_connections", MAX_CONNECTIONS.to_string()),
            ("shared_buffers", mib(tuning.shared_buffers)),
            ("effective_cache_size", mib(tuning.effective_cache_size)),
            ("work_mem", mib(tuning.work_mem)),
            ("maintenance_work_mem", mib(tuning.maintenance_work_mem)),
            ("max_wal_size", mib(tuning.max_wal_size)),
            ("min_wal_size", mib(tuning.max_wal_size / 4)),
            ("max_worker_processes", tuning.worker_processes.to_string()),
            ("max_parallel_workers", tuning.parallel_workers.to_string()),
            ("max_parallel_workers_per_gather", tuning.gather_workers.to_string()),
        ]
    }
}

fn append<'a>(text: &mut String, settings: impl Iterator<Item = (&'a str, &'a str)>) -> Result<(), ClusterError> {
    for (name, value) in settings {
        let value = quoted(value).ok_or_else(|| ClusterError::UnusableSetting { name: name.to_owned() })?;
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name} = {value}");
    }
    Ok(())
}

fn utf8(path: &Path) -> Result<String, ClusterError> {
    path.to_str()
        .map(str::to_owned)
        .ok_or_else(|| ClusterError::UnusableFolder { path: path.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Machine;

    fn render(extra: &[(String, String)], disposable: bool) -> String {
        ServerConfig {
            port: 5432,
            socket_folder: Path::new("/c/socket"),
            data: Path::new("/it's/data"),
            access_file: "/c/conf/pg_hba.conf".into(),
            certificate: Path::new("/c/tls/server.crt"),
            certificate_key: Path::new("/c/tls/server.key"),
            log_folder: Path::new("/c/log"),
            tuning: Tuning::of(Machine {
                memory_mib: 8192,
                cores: 4,
            }),
            extra,
            disposable,
        }
        .render()
        .unwrap()
    }

    /// As the server reads the file: the last line of a name wins.
    fn value_of<'a>(text: &'a str, name: &str) -> Option<&'a str> {
        let prefix = format!("{name} = ");
        text.lines().filter_map(|line| line.strip_prefix(&prefix)).next_back()
    }

    #[test]
    fn a_durable_cluster_is_flushed_and_a_throwaway_one_is_not() {
        for name in ["fsync", "full_page_writes", "synchronous_commit"] {
            assert_eq!(value_of(&render(&[], false), name), Some("'on'"));
            assert_eq!(value_of(&render(&[], true), name), Some("'off'"));
        }
    }

    #[test]
    fn an_added_setting_cannot_undo_one_of_aloes() {
        let extra = [
            ("ssl".to_owned(), "off".to_owned()),
            ("log_statement".to_owned(), "all".to_owned()),
            ("archive_mode".to_owned(), "on".to_owned()),
        ];
        let text = render(&extra, false);
        assert_eq!(value_of(&text, "ssl"), Some("'on'"));
        assert_eq!(value_of(&text, "log_statement"), Some("'none'"));
        assert_eq!(value_of(&text, "archive_mode"), Some("'on'"));
    }

    #[test]
    fn sizes_and_paths_are_written_with_units_and_quotes() {
        let text = render(&[], false);
        assert_eq!(value_of(&text, "shared_buffers"), Some("'2048MB'"));
        assert_eq!(value_of(&text, "data_directory"), Some("'/it''s/data'"));
        assert_eq!(value_of(&text, "log_parameter_max_length_on_error"), Some("'0'"));
    }

    #[test]
    fn a_folder_with_a_line_break_in_its_name_is_refused() {
        let mut text = String::new();
        let settings = [("data_directory", "/a\nssl = off")];
        assert!(append(&mut text, settings.into_iter()).is_err());
        assert!(text.is_empty());
    }

    #[test]
    fn nothing_but_the_socket_and_tls_on_loopback_is_let_in() {
        let lines: Vec<_> = HOST_BASED_ACCESS.lines().filter(|l| !l.starts_with('#')).collect();
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line.ends_with("scram-sha-256")));
    }
}
