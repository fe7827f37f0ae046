//! Who gets in, against a real server.
#![allow(clippy::unwrap_used, clippy::panic)]

mod harness;

use aloe_cluster::{Cluster, ClusterError, ClusterOptions};
use harness::{ask, psql, refusal, root_of, shared};

#[test]
fn it_answers_over_tls_1_3_with_full_verification() {
    let cluster = shared();
    let seen = ask(
        &cluster,
        "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
    );
    assert_eq!(seen, "t|TLSv1.3");
}

#[test]
fn the_name_localhost_is_verified_too() {
    let cluster = shared();
    let output = psql(&cluster, "host=localhost hostaddr=127.0.0.1", "SELECT 1");
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_client_can_insist_on_channel_binding() {
    let output = psql(&shared(), "channel_binding=require", "SELECT 1");
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn plain_tcp_is_refused() {
    let output = psql(&shared(), "sslmode=disable", "SELECT 1");
    assert!(refusal(&output).contains("no encryption"));
}

#[test]
fn tls_1_2_is_refused() {
    let old = "ssl_min_protocol_version=TLSv1.2 ssl_max_protocol_version=TLSv1.2";
    let output = psql(&shared(), old, "SELECT 1");
    assert!(refusal(&output).contains("protocol version"));
}

#[test]
fn a_wrong_password_is_refused_over_tls_and_over_the_socket() {
    let cluster = shared();
    let socket = cluster.connection().socket_dir.display().to_string();
    for way in [
        "password=wrong".to_owned(),
        format!("password=wrong sslmode=disable host={socket}"),
    ] {
        let output = psql(&cluster, &way, "SELECT 1");
        assert!(refusal(&output).contains("password authentication failed"));
    }
}

#[test]
fn the_socket_lets_the_right_password_in() {
    let cluster = shared();
    let socket = cluster.connection().socket_dir.display().to_string();
    let output = psql(&cluster, &format!("sslmode=disable host={socket}"), "SELECT 1");
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_server_of_another_authority_is_not_believed() {
    let folder = harness::open_folder();
    let foreign = folder.path().join("ca.pem");
    let made = std::process::Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
        .args([
            "-nodes",
            "-subj",
            "/CN=Aloe cluster authority",
            "-keyout",
            "/dev/null",
            "-out",
        ])
        .arg(&foreign)
        .output();
    assert!(made.unwrap().status.success());
    let other = format!("sslrootcert={}", foreign.display());
    let output = psql(&shared(), &other, "SELECT 1");
    assert!(refusal(&output).contains("certificate verify failed"));
}

#[test]
fn only_loopback_is_listened_on() {
    let cluster = shared();
    let port = format!(":{:04X}", cluster.connection().port);
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let listening = |line: &&str| line.split_whitespace().nth(3) == Some("0A");
    let addresses: Vec<&str> = table
        .lines()
        .filter(listening)
        .filter_map(|line| line.split_whitespace().nth(1))
        .filter(|address| address.ends_with(&port))
        .collect();
    assert_eq!(addresses, [format!("0100007F{port}")]);
}

#[test]
fn a_second_start_on_the_same_folder_is_refused() {
    let cluster = shared();
    let error = Cluster::start(&ClusterOptions::at(root_of(&cluster))).unwrap_err();
    let ClusterError::AlreadyRunning { pid, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(*pid, Some(std::process::id()));
    assert!(error.to_string().contains("stop that one first"));
}
