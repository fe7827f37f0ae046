//! How the server runs: as whom, with which settings, and what it writes down.
#![allow(clippy::unwrap_used, clippy::panic)]

mod harness;

use std::fs;
use std::os::unix::fs::MetadataExt;

use aloe_cluster::{Cluster, ClusterError, ClusterOptions};
use harness::{ask, mode, processes, psql, root_of, shared, status};

#[test]
fn no_process_runs_as_root_or_in_a_supplementary_group() {
    let cluster = shared();
    let all = processes(cluster.pid());
    assert!(all.len() > 3);
    for pid in all {
        for field in ["Uid", "Gid"] {
            // A backend may end between two looks.
            let Some(ids) = status(pid, field) else { continue };
            assert!(ids.split_whitespace().all(|id| id != "0"), "{pid}: {ids}");
        }
        if status(std::process::id(), "Uid").is_some_and(|ids| ids.starts_with('0')) {
            assert!(status(pid, "Groups").is_none_or(|groups| groups.is_empty()));
        }
    }
}

#[test]
fn the_terminals_signals_do_not_reach_the_server() {
    let group = |pid: u32| {
        let text = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let after = text.rsplit(')').next().unwrap().to_owned();
        after.split_whitespace().nth(2).unwrap().to_owned()
    };
    let cluster = shared();
    assert_eq!(group(cluster.pid()), cluster.pid().to_string());
    assert_ne!(group(cluster.pid()), group(std::process::id()));
}

#[test]
fn the_server_inherits_nothing_of_aloes_environment() {
    let cluster = shared();
    let text = fs::read(format!("/proc/{}/environ", cluster.pid())).unwrap();
    let text = String::from_utf8_lossy(&text);
    assert!(!text.contains("CARGO") && !text.contains("HOME="));
    assert!(!text.contains(cluster.connection().password.expose()));
}

#[test]
fn what_the_server_need_not_write_is_not_its_own() {
    let cluster = shared();
    let root = root_of(&cluster);
    let server_uid = fs::metadata(root.join("data")).unwrap().uid();
    let own = fs::metadata(std::env::current_exe().unwrap()).unwrap().uid();
    for name in ["conf", "conf/pg_hba.conf", "tls/server.pem", "secrets", "lock"] {
        assert_eq!(fs::metadata(root.join(name)).unwrap().uid(), own, "{name}");
    }
    for name in ["log", "socket"] {
        assert_eq!(fs::metadata(root.join(name)).unwrap().uid(), server_uid);
        assert_eq!(mode(&root.join(name)), 0o700);
    }
}

#[test]
fn secrets_are_closed_and_none_is_left_lying() {
    let root = root_of(&shared());
    assert_eq!(mode(&root.join("secrets")), 0o700);
    for name in ["secrets/superuser-password", "secrets/ca-key.pem"] {
        assert_eq!(mode(&root.join(name)), 0o600);
    }
    assert_eq!(mode(&root.join("tls/server-key.pem")) & 0o007, 0);
    assert!(!root.join("initdb-password").exists());
}

#[test]
fn the_settings_that_matter_are_in_force() {
    let cluster = shared();
    for (name, value) in [
        ("data_checksums", "on"),
        ("server_encoding", "UTF8"),
        ("lc_collate", "C.UTF-8"),
        ("password_encryption", "scram-sha-256"),
        ("listen_addresses", "127.0.0.1"),
        ("TimeZone", "UTC"),
        ("jit", "off"),
        ("max_connections", "100"),
        ("log_statement", "none"),
        ("log_parameter_max_length_on_error", "0"),
        ("fsync", "off"),
    ] {
        assert_eq!(ask(&cluster, &format!("SHOW {name}")), value, "{name}");
    }
}

#[test]
fn the_servers_own_configuration_has_no_error() {
    let cluster = shared();
    let wrong = "SELECT count(*) FROM pg_file_settings WHERE error IS NOT NULL";
    assert_eq!(ask(&cluster, wrong), "0");
    let rules = "SELECT count(*), count(error) FROM pg_hba_file_rules";
    assert_eq!(ask(&cluster, rules), "2|0");
}

#[test]
fn encryption_cannot_be_altered_away() {
    let cluster = shared();
    ask(&cluster, "ALTER SYSTEM SET ssl = off");
    ask(&cluster, "SELECT pg_reload_conf()");
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(ask(&cluster, "SHOW ssl"), "on");
    ask(&cluster, "ALTER SYSTEM RESET ssl");
}

#[test]
fn a_failed_statement_leaves_no_value_in_the_log() {
    let cluster = shared();
    let output = psql(&cluster, "", "SELECT 'Nomvula-4711'::int");
    assert!(String::from_utf8_lossy(&output.stderr).contains("Nomvula-4711"));
    let log = root_of(&cluster).join("log");
    let written: String = fs::read_dir(log)
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    assert!(written.contains("ready to accept connections"));
    assert!(!written.contains("Nomvula"));
}

#[test]
fn a_server_that_cannot_start_says_why() {
    let options = ClusterOptions::for_tests().unwrap();
    let broken = options.clone().setting("no_such_setting", "1").unwrap();
    let error = Cluster::start(&broken).unwrap_err();
    let ClusterError::StartFailed { log } = &error else {
        panic!("{error}");
    };
    assert!(log.contains("no_such_setting"), "{log}");
    let cluster = Cluster::start(&options).unwrap();
    assert_eq!(ask(&cluster, "SELECT 1"), "1");
}
