//! The edge over a real socket: old protocols, slow clients, too many connections (P3, N10, N16).

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aloe_web::edge::{Certificate, Edge};
use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

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
    let edge = Edge::listen(
        SocketAddr::from(([127, 0, 0, 1], 0)),
        write_certificate(folder.path()),
        Vec::new(),
    )
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
    let mut stream = TcpStream::connect(server.address).await.unwrap();
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
    let mut stream = TcpStream::connect(server.address).await.unwrap();
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

/// A client that trusts the server's own certificate, and speaks what it is told to.
async fn connect(server: &Server, protocol: &[u8]) -> TlsStream<TcpStream> {
    use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
    let mut roots = rustls::RootCertStore::empty();
    let chain = server.folder.path().join("chain.pem");
    roots.add(CertificateDer::from_pem_file(chain).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let stream = TcpStream::connect(server.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .unwrap()
}

/// What the server says until it closes, or until the time is over.
async fn answer(stream: &mut TlsStream<TcpStream>, seconds: u64) -> (bool, String) {
    let mut said = Vec::new();
    let closed = tokio::time::timeout(Duration::from_secs(seconds), stream.read_to_end(&mut said)).await;
    (closed.is_ok(), String::from_utf8_lossy(&said).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_headers_is_refused() {
    let server = serve().await;
    let mut stream = connect(&server, b"http/1.1").await;
    let mut flood = b"GET / HTTP/1.1\r\nHost: localhost\r\n".to_vec();
    for n in 0..4000 {
        flood.extend_from_slice(format!("X-Flood-{n}: {}\r\n", "x".repeat(40)).as_bytes());
    }
    // The server may close before it has read all of it.
    let _ = stream.write_all(&flood).await;
    let (closed, said) = answer(&mut stream, 10).await;
    assert!(closed && !said.contains("200 OK"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_never_end_are_let_go() {
    let server = serve().await;
    let mut stream = connect(&server, b"http/1.1").await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: lo").await.unwrap();
    let (closed, said) = answer(&mut stream, 20).await;
    assert!(closed && !said.contains("200 OK"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_opens_so_many_connections_and_others_are_still_served() {
    let server = serve().await;
    let mut open = Vec::new();
    for _ in 0..400 {
        open.push(TcpStream::connect(server.address).await.unwrap());
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut held = 0;
    for stream in &mut open {
        let read = tokio::time::timeout(Duration::from_millis(5), stream.read(&mut [0])).await;
        held += usize::from(read.is_err());
    }
    assert!((1..=256).contains(&held), "{held} of 400 connections are held");
    drop(open);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut stream = connect(&server, b"http/1.1").await;
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let (_, said) = answer(&mut stream, 5).await;
    assert!(said.contains("200 OK"), "{said}");
}

/// CVE-2023-44487: streams that are opened and reset at once cost the attacker the connection.
#[tokio::test(flavor = "multi_thread")]
async fn http_2_streams_that_are_reset_at_once_end_the_connection() {
    let server = serve().await;
    let (client, connection) = h2::client::handshake(connect(&server, b"h2").await).await.unwrap();
    let ended = tokio::spawn(connection);
    let mut sent = 0;
    let mut client = client;
    for _ in 0..5000 {
        client = match client.ready().await {
            Ok(ready) => ready,
            Err(_) => break,
        };
        let request = axum::http::Request::get("https://localhost/").body(()).unwrap();
        let Ok((response, mut stream)) = client.send_request(request, false) else {
            break;
        };
        stream.send_reset(h2::Reason::CANCEL);
        drop(response);
        sent += 1;
    }
    let ended = tokio::time::timeout(Duration::from_secs(10), ended).await;
    assert!(sent < 5000, "all streams were taken");
    let ended = ended.unwrap().unwrap();
    assert!(ended.is_err(), "the connection went on after {sent} resets");
    let mut other = connect(&server, b"http/1.1").await;
    other
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    assert!(answer(&mut other, 5).await.1.contains("200 OK"), "others are served");
}
