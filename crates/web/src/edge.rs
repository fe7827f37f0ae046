//! The edge: TLS 1.3 and nothing older, HTTP/1.1 and 2, with limits on connections, time and size, so that slow bodies,
//! floods of headers and resets cost an attacker more than us.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use crate::source::Network;

/// Connections from one address at a time. Offices share one.
const PER_SOURCE: usize = 256;
/// Connections at a time.
const AT_ONCE: usize = 4096;
/// From the first byte to the end of the handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// From the first byte of a request to the end of its headers.
const HEADERS: Duration = Duration::from_secs(15);
/// Bytes of headers.
const HEADER_BYTES: usize = 32 * 1024;
/// Between two bytes of a body.
const BODY_PAUSE: Duration = Duration::from_secs(20);
/// From the first byte of a body to its last.
const BODY_WHOLE: Duration = Duration::from_secs(60);

/// Why the edge does not open.
#[derive(Debug, thiserror::Error)]
pub enum EdgeError {
    /// The certificate or its key cannot be used.
    #[error("the certificate cannot be used: {0}. Check both files, or remove them to have local ones made.")]
    Certificate(String),
    /// The address cannot be listened on.
    #[error("cannot listen on {0}: {1}. Stop what uses it, or choose another with --listen.")]
    Listen(SocketAddr, std::io::Error),
}

/// The certificate in force. Read again when its files change, without closing a connection.
#[derive(Debug)]
pub struct Certificate {
    chain: PathBuf,
    key: PathBuf,
    current: Mutex<Arc<CertifiedKey>>,
}

impl Certificate {
    /// Reads a chain and a key in PEM.
    ///
    /// # Errors
    /// When a file cannot be read or the two do not belong together.
    pub fn read(chain: PathBuf, key: PathBuf) -> Result<Self, EdgeError> {
        let current = Mutex::new(load(&chain, &key)?);
        Ok(Self { chain, key, current })
    }

    /// Reads the files again; what was in force stays when they cannot be used.
    ///
    /// # Errors
    /// As `read`.
    pub fn reload(&self) -> Result<(), EdgeError> {
        let fresh = load(&self.chain, &self.key)?;
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// When either file was written last.
    fn modified(&self) -> [Option<std::time::SystemTime>; 2] {
        [&self.chain, &self.key].map(|file| std::fs::metadata(file).and_then(|m| m.modified()).ok())
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

fn load(chain: &PathBuf, key: &PathBuf) -> Result<Arc<CertifiedKey>, EdgeError> {
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
    let bad = |e: &dyn std::fmt::Display| EdgeError::Certificate(e.to_string());
    let chain: Vec<_> = CertificateDer::pem_file_iter(chain)
        .map_err(|e| bad(&e))?
        .collect::<Result<_, _>>()
        .map_err(|e| bad(&e))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|e| bad(&e))?;
    let certified =
        CertifiedKey::from_der(chain, key, &rustls::crypto::ring::default_provider()).map_err(|e| bad(&e))?;
    certified.keys_match().map_err(|e| bad(&e))?;
    Ok(Arc::new(certified))
}

/// TLS 1.3 alone. Older versions are not even compiled in, but for the proof that the tests would notice them.
fn protocols() -> &'static [&'static rustls::SupportedProtocolVersion] {
    static ONLY: [&rustls::SupportedProtocolVersion; 1] = [&rustls::version::TLS13];
    if aloe_db::sabotage::is_on("P3") {
        rustls::ALL_VERSIONS
    } else {
        &ONLY
    }
}

fn tls(certificate: Arc<Certificate>) -> Result<TlsAcceptor, EdgeError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(protocols())
        .map_err(|e| EdgeError::Certificate(e.to_string()))?
        .with_no_client_auth()
        .with_cert_resolver(certificate);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn http() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_buf_size(HEADER_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(64)
        .max_header_list_size(u32::try_from(HEADER_BYTES).unwrap_or(u32::MAX))
        .max_pending_accept_reset_streams(Some(16))
        .max_local_error_reset_streams(Some(32))
        .keep_alive_interval(Some(Duration::from_secs(30)))
        .keep_alive_timeout(Duration::from_secs(15));
    builder
}

/// An edge that listens, and has not answered yet.
pub struct Edge {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    certificate: Arc<Certificate>,
    proxies: Vec<Network>,
}

impl Edge {
    /// Listens on an address; port 0 picks a free one. Trusted proxies may hold as many connections as there are at all.
    ///
    /// # Errors
    /// See `EdgeError`.
    pub async fn listen(
        address: SocketAddr,
        certificate: Certificate,
        proxies: Vec<Network>,
    ) -> Result<Self, EdgeError> {
        let certificate = Arc::new(certificate);
        let acceptor = tls(Arc::clone(&certificate))?;
        let listener = TcpListener::bind(address)
            .await
            .map_err(|e| EdgeError::Listen(address, e))?;
        Ok(Self {
            listener,
            acceptor,
            certificate,
            proxies,
        })
    }

    /// The address it listens on.
    pub fn address(&self) -> Option<SocketAddr> {
        self.listener.local_addr().ok()
    }

    /// Answers until told to stop, then lets running requests end within ten seconds.
    pub async fn serve(self, router: Router, mut stop: watch::Receiver<bool>) {
        let watcher = tokio::spawn(watch_certificate(Arc::clone(&self.certificate)));
        let counts = Arc::new(Counts::default());
        let graceful = hyper_util::server::graceful::GracefulShutdown::new();
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                _ = stop.changed() => break,
            };
            let Ok((stream, peer)) = accepted else {
                // Out of file descriptors: wait for some to come back instead of spinning.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            let Some(counted) = Counts::enter(&counts, peer.ip(), &self.proxies) else {
                continue;
            };
            let watcher = graceful.watcher();
            tokio::spawn(answer(
                self.acceptor.clone(),
                stream,
                peer,
                router.clone(),
                counted,
                watcher,
            ));
        }
        watcher.abort();
        let _ = tokio::time::timeout(Duration::from_secs(10), graceful.shutdown()).await;
    }
}

async fn answer(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    _counted: Counted,
    watcher: hyper_util::server::graceful::Watcher,
) {
    // Small answers go out at once.
    let _ = stream.set_nodelay(true);
    let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await else {
        return;
    };
    let service = router.map_request(move |request: hyper::Request<hyper::body::Incoming>| {
        let mut request =
            request.map(|body| axum::body::Body::new(crate::slow::PatientBody::new(body, BODY_PAUSE, BODY_WHOLE)));
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    });
    let connection = http();
    let served = connection.serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(service));
    // A client that breaks off is no news.
    let _ = watcher.watch(served.into_owned()).await;
}

async fn watch_certificate(certificate: Arc<Certificate>) {
    let (mut seen, mut said) = (certificate.modified(), None);
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        let now = certificate.modified();
        if now == seen {
            continue;
        }
        // Chain and key are written one after the other: what does not fit yet is tried again until it does, and said once.
        match certificate.reload() {
            Ok(()) => {
                seen = now;
                tracing::info!("the certificate was renewed");
            }
            Err(error) if said != Some(now) => {
                said = Some(now);
                tracing::error!(%error, "the new certificate is not used; the old one stays in force");
            }
            Err(_) => {}
        }
    }
}

#[derive(Default)]
struct Counts(Mutex<HashMap<IpAddr, usize>>);

/// One connection, counted while it lives.
struct Counted {
    counts: Arc<Counts>,
    source: IpAddr,
}

impl Counts {
    fn enter(counts: &Arc<Self>, source: IpAddr, proxies: &[Network]) -> Option<Counted> {
        let proxy = proxies.iter().any(|network| network.contains(source));
        let source = aloe_db::visit::network(source.to_canonical());
        let mut open = counts.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = open.values().sum();
        let mine = open.entry(source).or_default();
        if (*mine >= PER_SOURCE && !proxy) || all >= AT_ONCE {
            return None;
        }
        *mine += 1;
        Some(Counted {
            counts: Arc::clone(counts),
            source,
        })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut open = self.counts.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(mine) = open.get_mut(&self.source) {
            *mine -= 1;
            if *mine == 0 {
                open.remove(&self.source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_cannot_take_every_connection() {
        let counts = Arc::new(Counts::default());
        let source = IpAddr::from([192, 0, 2, 1]);
        let open: Vec<_> = (0..PER_SOURCE)
            .filter_map(|_| Counts::enter(&counts, source, &[]))
            .collect();
        assert_eq!(open.len(), PER_SOURCE);
        assert!(Counts::enter(&counts, source, &[]).is_none());
        assert!(Counts::enter(&counts, IpAddr::from([192, 0, 2, 2]), &[]).is_some());
        drop(open);
        assert!(Counts::enter(&counts, source, &[]).is_some());
    }
}
