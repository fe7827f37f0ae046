//! Clusters and clients for the tests.
#![allow(dead_code)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex, Weak};

use aloe_cluster::{Cluster, ClusterOptions};
use tempfile::TempDir;

static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());

/// One cluster for all tests that run at the same time; the last of them stops it.
pub fn shared() -> Arc<Cluster> {
    let mut shared = SHARED.lock().unwrap_or_else(|e| e.into_inner());
    shared.upgrade().unwrap_or_else(|| {
        let options = ClusterOptions::for_tests().unwrap();
        let cluster = Arc::new(Cluster::start(&options).unwrap());
        *shared = Arc::downgrade(&cluster);
        cluster
    })
}

/// A folder that the unprivileged user may pass through.
pub fn open_folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).unwrap();
    folder
}

/// `psql` as the superuser over TCP, with what a test adds to the connection.
pub fn psql(cluster: &Cluster, added: &str, statement: &str) -> Output {
    let connection = cluster.connection();
    let address = format!(
        "host={} port={} user={} dbname=postgres sslmode=verify-full sslrootcert={} {added}",
        connection.host,
        connection.port,
        connection.superuser,
        connection.ca_pem_path.display(),
    );
    Command::new("psql")
        .env("PGPASSWORD", connection.password.expose())
        .args(["-XAt", "-v", "ON_ERROR_STOP=1", "-c", statement, &address])
        .output()
        .unwrap()
}

/// The answer to a statement that must succeed.
pub fn ask(cluster: &Cluster, statement: &str) -> String {
    let output = psql(cluster, "", statement);
    assert!(output.status.success(), "{statement}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// What a refused client was told.
pub fn refusal(output: &Output) -> String {
    assert!(!output.status.success(), "let in: {output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The cluster's folder.
pub fn root_of(cluster: &Cluster) -> PathBuf {
    let ca = &cluster.connection().ca_pem_path;
    ca.ancestors().nth(2).unwrap().to_owned()
}

/// One field of `/proc/<pid>/status`; nothing when the process has ended.
pub fn status(pid: u32, field: &str) -> Option<String> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(field));
    Some(line?.trim_start_matches(':').trim().to_owned())
}

/// The postmaster and its children.
pub fn processes(postmaster: u32) -> Vec<u32> {
    let children = format!("/proc/{postmaster}/task/{postmaster}/children");
    let text = fs::read_to_string(children).unwrap();
    let children = text.split_whitespace().map(|pid| pid.parse().unwrap());
    std::iter::once(postmaster).chain(children).collect()
}

/// kill -9.
pub fn kill(pid: u32) {
    let status = Command::new("kill").args(["-9", &pid.to_string()]).status();
    assert!(status.unwrap().success());
}

/// Permission bits.
pub fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}
