//! Starting, killing, taking over and stopping, with real servers.
#![allow(clippy::unwrap_used, clippy::panic)]

mod harness;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use aloe_cluster::{Cluster, ClusterError, ClusterOptions, Progress};
use harness::{ask, kill, open_folder, psql};

const FOLDER: &str = "ALOE_CLUSTER_TEST_FOLDER";

fn is_gone(pid: u32) -> bool {
    fs::read(format!("/proc/{pid}/cmdline")).map_or(true, |line| line.is_empty())
}

fn wait_for(mut what: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !what() {
        assert!(begun.elapsed() < Duration::from_secs(60), "waited in vain");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Another Aloe, to be killed: this test program, running the test below.
fn start_another(folder: &Path) -> Child {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "another_aloe_until_it_is_killed"])
        .env(FOLDER, folder)
        .spawn()
        .unwrap();
    wait_for(|| folder.join("started").exists());
    child
}

#[test]
#[ignore = "runs as a process of its own, started by other tests"]
fn another_aloe_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let folder = Path::new(&folder);
    let cluster = Cluster::start(&ClusterOptions::at(folder.join("c"))).unwrap();
    ask(&cluster, "CREATE TABLE kept AS SELECT 7 AS n");
    fs::write(folder.join("started"), cluster.pid().to_string()).unwrap();
    std::thread::sleep(Duration::from_secs(120));
}

#[test]
fn a_server_left_by_a_killed_aloe_is_taken_over_and_stops() {
    let folder = open_folder();
    let mut another = start_another(folder.path());
    let options = ClusterOptions::at(folder.path().join("c"));
    let refused = Cluster::start(&options).unwrap_err();
    assert!(matches!(refused, ClusterError::AlreadyRunning { pid, .. } if pid == Some(another.id())));
    kill(another.id());
    another.wait().unwrap();
    let pid: u32 = fs::read_to_string(folder.path().join("started"))
        .unwrap()
        .parse()
        .unwrap();
    let mut cluster = Cluster::start(&options).unwrap();
    assert!(cluster.was_adopted() && cluster.is_running());
    assert_eq!(cluster.pid(), pid);
    assert_eq!(ask(&cluster, "SELECT n FROM kept"), "7");
    cluster.stop().unwrap();
    assert!(is_gone(pid));
}

#[test]
fn after_kill_9_of_the_server_the_next_start_recovers_on_the_same_port() {
    let folder = open_folder();
    let options = ClusterOptions::at(folder.path().join("c"));
    let mut cluster = Cluster::start(&options).unwrap();
    assert_eq!(ask(&cluster, "SHOW fsync"), "on");
    ask(&cluster, "CREATE TABLE kept AS SELECT 7 AS n");
    let (port, first) = (cluster.connection().port, cluster.pid());
    kill(first);
    wait_for(|| !cluster.is_running());
    drop(cluster);
    let cluster = Cluster::start(&options).unwrap();
    assert_eq!(ask(&cluster, "SELECT n FROM kept"), "7");
    assert_eq!(cluster.connection().port, port);
    assert!(!cluster.was_adopted() && cluster.pid() != first);
}

#[test]
fn after_kill_9_of_both_even_a_busy_backend_does_not_hinder_the_next_start() {
    let folder = open_folder();
    let mut another = start_another(folder.path());
    let options = ClusterOptions::at(folder.path().join("c"));
    let pid: u32 = fs::read_to_string(folder.path().join("started"))
        .unwrap()
        .parse()
        .unwrap();
    let backend = harness::processes(pid).pop().unwrap();
    // A stopped process is the worst orphan: it cannot notice anything.
    let stopped = Command::new("kill").args(["-STOP", &backend.to_string()]).status();
    assert!(stopped.unwrap().success());
    kill(pid);
    kill(another.id());
    another.wait().unwrap();
    let cluster = Cluster::start(&options).unwrap();
    assert_eq!(ask(&cluster, "SELECT n FROM kept"), "7");
    assert!(is_gone(backend));
}

#[test]
fn a_server_left_running_is_taken_over_with_new_settings() {
    let options = ClusterOptions::for_tests().unwrap();
    let cluster = Cluster::start(&options).unwrap();
    let pid = cluster.pid();
    cluster.leave_running();
    let changed = options.setting("statement_timeout", "7s").unwrap();
    let mut steps = Vec::new();
    let cluster = Cluster::start_with_progress(&changed, &mut |step| steps.push(step)).unwrap();
    assert_eq!(steps.first(), Some(&Progress::Adopting { pid }));
    assert_eq!(steps.last(), Some(&Progress::Ready));
    wait_for(|| ask(&cluster, "SHOW statement_timeout") == "7s");
    assert_eq!(cluster.pid(), pid);
}

#[test]
fn another_port_on_request_restarts_the_server_there() {
    let options = ClusterOptions::for_tests().unwrap();
    let cluster = Cluster::start(&options).unwrap();
    let (pid, port) = (cluster.pid(), cluster.connection().port);
    cluster.leave_running();
    let other = if port == 19_999 { 19_998 } else { 19_999 };
    let cluster = Cluster::start(&options.port(other)).unwrap();
    assert_eq!(cluster.connection().port, other);
    assert!(is_gone(pid) && !cluster.was_adopted());
    assert_eq!(ask(&cluster, "SELECT 1"), "1");
}

#[test]
fn stopping_or_dropping_a_test_cluster_leaves_nothing() {
    for by_dropping in [false, true] {
        let options = ClusterOptions::for_tests().unwrap();
        let cluster = Cluster::start(&options).unwrap();
        let pid = cluster.pid();
        match by_dropping {
            true => drop(cluster),
            false => cluster.stop().unwrap(),
        }
        assert!(is_gone(pid));
        assert!(!options.folder().exists());
    }
}

#[test]
fn a_connected_client_does_not_hold_up_a_stop() {
    let cluster = Cluster::start(&ClusterOptions::for_tests().unwrap()).unwrap();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let client = scope.spawn(|| psql(&cluster, "", "SELECT pg_sleep(60)"));
        let busy = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'";
        wait_for(|| ask(&cluster, busy) == "1");
        let fast = Command::new("kill").args(["-INT", &cluster.pid().to_string()]).status();
        assert!(fast.unwrap().success());
        assert!(!client.join().unwrap().status.success());
    });
    cluster.stop().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_stale_process_file_whose_number_was_given_away_is_no_hindrance() {
    let folder = open_folder();
    let options = ClusterOptions::at(folder.path().join("c"));
    let first = Cluster::start(&options).unwrap();
    let lock = format!(".s.PGSQL.{}.lock", first.connection().port);
    let lock = first.connection().socket_dir.join(lock);
    let lines = fs::read_to_string(&lock).unwrap();
    let (_, rest) = lines.split_once('\n').unwrap();
    first.stop().unwrap();
    let data = options.folder().join("data");
    let owner = fs::metadata(&data).unwrap();
    let mut stranger = Command::new("sleep").arg("60").uid(owner.uid()).spawn().unwrap();
    let file = data.join("postmaster.pid");
    let text = format!(
        "{}\n{}\n1\n1\n/x\n127.0.0.1\n1 1\nready\n",
        stranger.id(),
        data.display()
    );
    for (path, text) in [(&file, text), (&lock, format!("{}\n{rest}", stranger.id()))] {
        fs::write(path, text).unwrap();
        chown(path, Some(owner.uid()), Some(owner.gid())).unwrap();
    }
    let cluster = Cluster::start(&options);
    assert!(stranger.try_wait().unwrap().is_none(), "the stranger was hurt");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    assert_eq!(ask(&cluster.unwrap(), "SELECT 1"), "1");
}

#[test]
fn data_of_another_major_version_are_left_alone_with_a_clear_sentence() {
    let folder = open_folder();
    let options = ClusterOptions::at(folder.path().join("c"));
    Cluster::start(&options).unwrap().stop().unwrap();
    let version = options.folder().join("data/PG_VERSION");
    fs::write(&version, "9\n").unwrap();
    let error = Cluster::start(&options).unwrap_err();
    assert!(error.to_string().contains("install postgresql-9"), "{error}");
    assert_eq!(fs::read_to_string(&version).unwrap(), "9\n");
}

#[test]
fn a_closed_folder_above_is_named_before_anything_is_made_in_it() {
    let folder = open_folder();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let options = ClusterOptions::at(folder.path().join("c"));
    let started = Cluster::start(&options);
    if fs::metadata(folder.path()).unwrap().uid() == 0 {
        let error = started.unwrap_err();
        assert!(matches!(error, ClusterError::NotTraversable { .. }), "{error}");
        assert_eq!(fs::read_dir(options.folder()).unwrap().count(), 0);
    }
}

#[test]
fn a_server_that_is_not_ready_in_time_is_stopped_again() {
    let options = ClusterOptions::for_tests().unwrap();
    let error = Cluster::start(&options.clone().start_limit(Duration::ZERO)).unwrap_err();
    assert!(
        matches!(error, ClusterError::StartTimedOut { seconds: 0, .. }),
        "{error}"
    );
    let cluster = Cluster::start(&options).unwrap();
    assert!(!cluster.was_adopted());
    assert_eq!(ask(&cluster, "SELECT 1"), "1");
}

#[test]
fn a_deep_folder_gets_its_socket_elsewhere() {
    let folder = open_folder();
    let deep = folder.path().join("deep".repeat(25)).join("c");
    let cluster = Cluster::start(&ClusterOptions::at(&deep)).unwrap();
    let socket = cluster.connection().socket_dir.clone();
    assert!(!socket.starts_with(&deep));
    assert_eq!(harness::mode(&socket), 0o700);
    assert_eq!(ask(&cluster, "SELECT 1"), "1");
    cluster.stop().unwrap();
    assert!(!socket.exists());
}
