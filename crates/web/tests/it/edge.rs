//! The edge over a real socket: old protocols, slow clients, too many connections (P3, N10, N16).

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use aloe_web::edge::{Certificate, Edge};
use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::watch;

struct Server {
    address: SocketAddr,
    folder: tempfile::TempDir,
    _stop: watch::Sender<bool>,
}

fn write_certificate(folder: &std::path::Path) -> Certificate {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (chain, key) = (folder.join("chain.pem"), folder.join("key.pem"));
    std::fs::write(&chain, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    Certificate::read(chain, key).unwrap()
}

async fn serve() -> Server {
    let folder = tempfile::tempdir().unwrap();
    let edge = Edge::listen(SocketAddr::from(([127, 0, 0, 1], 0)), write_certificate(folder.path()))
        .await
        .unwrap();
    let address = edge.address().unwrap();
    let (stop, stopped) = watch::channel(false);
    let router = Router::new().route("/", get(|| async { "hello" }));
    tokio::spawn(edge.serve(router, stopped));
    Server {
        address,
        folder,
        _stop: stop,
    }
}

/// What `openssl s_client` says when it connects with one protocol.
async fn handshake(address: SocketAddr, protocol: &'static str) -> (bool, String) {
    let run = move || {
        let client = Command::new("openssl")
            .args([
                "s_client",
                "-connect",
                &address.to_string(),
                protocol,
                "-servername",
                "localhost",
            ])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        (
            client.status.success(),
            String::from_utf8_lossy(&client.stdout).into_owned(),
        )
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn p3_tls_1_3_is_spoken_and_nothing_older() {
    let server = serve().await;
    let (spoken, said) = handshake(server.address, "-tls1_3").await;
    assert!(spoken && said.contains("TLSv1.3"), "{said}");
    for older in ["-tls1_2", "-tls1_1", "-tls1"] {
        let (spoken, said) = handshake(server.address, older).await;
        assert!(!spoken || said.contains("Cipher is (NONE)"), "{older}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p3_plain_http_gets_no_answer() {
    let server = serve().await;
    let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(15), stream.read_to_end(&mut answer)).await;
    assert!(!answer.windows(4).any(|w| w == b"HTTP"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_never_finishes_its_handshake_is_let_go() {
    let server = serve().await;
    let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
    stream.write_all(&[0x16, 0x03]).await.unwrap();
    let began = Instant::now();
    let mut answer = Vec::new();
    let closed = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
    assert!(closed.is_ok(), "the connection is still open after 20 s");
    assert!(began.elapsed() < Duration::from_secs(15));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_certificate_is_used_without_a_restart() {
    let server = serve().await;
    let (_, before) = handshake(server.address, "-tls1_3").await;
    let fingerprint = |text: &str| {
        text.split("-----BEGIN CERTIFICATE-----")
            .nth(1)
            .map(|rest| rest.chars().take(400).collect::<String>())
    };
    tokio::time::sleep(Duration::from_millis(1100)).await;
    write_certificate(server.folder.path());
    let mut after = before.clone();
    for _ in 0..12 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        after = handshake(server.address, "-tls1_3").await.1;
        if fingerprint(&after) != fingerprint(&before) {
            break;
        }
    }
    assert_ne!(fingerprint(&after), fingerprint(&before));
}
