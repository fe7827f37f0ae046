//! How to reach the server: TLS with its certificate verified, one login each.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{ChannelBinding, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::doors::Doors;
use crate::error::DbError;
use crate::pool::Pool;

/// The logins that Aloe's work is divided among. None owns a table, is a superuser or bypasses the fence.
pub const LOGINS: [&str; 5] = ["aloe_member", "aloe_public", "aloe_auth", "aloe_job", "aloe_operator"];

/// What every connection is opened with. A plan is made once and kept, perhaps while a table is empty, which then seems cheapest
/// to read from end to end: and it would be, by every request, as the table fills, until its statistics come. No request needs a
/// whole table of all practices, so that no plan takes one where there is an index.
const OPTIONS: &str = "-c search_path=aloe,public -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s -c timezone=UTC \
    -c plan_cache_mode=force_generic_plan -c enable_seqscan=off";

/// A server, and the certificate authority that vouches for it.
#[derive(Clone)]
pub struct Server {
    /// Host name, as in the server's certificate.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Database name.
    pub database: String,
    /// The authority's certificate.
    pub ca_pem: Vec<u8>,
}

impl Server {
    /// A server whose authority is in a PEM file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn with_ca_file(host: &str, port: u16, database: &str, ca: &Path) -> Result<Self, DbError> {
        let ca_pem = std::fs::read(ca).map_err(|e| DbError::Unavailable(format!("the server's authority: {e}")))?;
        Ok(Self {
            host: host.into(),
            port,
            database: database.into(),
            ca_pem,
        })
    }

    /// The settings of one login.
    pub fn login(&self, user: &str, password: &str) -> Config {
        let mut config = Config::new();
        config
            .host(&self.host)
            .port(self.port)
            .dbname(&self.database)
            .user(user)
            .password(password)
            .ssl_mode(SslMode::Require)
            .channel_binding(ChannelBinding::Require)
            .application_name("aloe")
            .connect_timeout(Duration::from_secs(5))
            .options(OPTIONS);
        config
    }

    /// TLS 1.3 with the server's certificate verified against its authority and name.
    ///
    /// # Errors
    /// When the authority's certificate cannot be read.
    pub fn tls(&self) -> Result<MakeRustlsConnect, DbError> {
        use rustls::pki_types::{CertificateDer, pem::PemObject};
        let mut roots = rustls::RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&self.ca_pem) {
            let certificate = certificate.map_err(|e| DbError::Unavailable(format!("the server's authority: {e}")))?;
            roots
                .add(certificate)
                .map_err(|e| DbError::Unavailable(format!("the server's authority: {e}")))?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(|e| DbError::Unavailable(e.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(MakeRustlsConnect::new(config))
    }

    /// Opens the doors with the password of each login.
    ///
    /// # Errors
    /// When the authority's certificate cannot be read.
    pub fn doors(&self, password_of: impl Fn(&str) -> String, sizes: PoolSizes) -> Result<Doors, DbError> {
        let tls = self.tls()?;
        let pool = |login: &str, size| Pool::open(self.login(login, &password_of(login)), tls.clone(), size);
        Ok(Doors {
            members: pool("aloe_member", sizes.members),
            public: pool("aloe_public", sizes.public),
            auth: pool("aloe_auth", sizes.auth),
            jobs: pool("aloe_job", sizes.jobs),
            operator: pool("aloe_operator", sizes.operator),
            agendas: Arc::default(),
        })
    }
}

/// How many connections each login may hold.
#[derive(Clone, Copy, Debug)]
pub struct PoolSizes {
    /// Members of the staff.
    pub members: usize,
    /// Public pages.
    pub public: usize,
    /// Sign-in and sessions.
    pub auth: usize,
    /// Jobs and the dispatcher.
    pub jobs: usize,
    /// The operator's commands.
    pub operator: usize,
}

impl Default for PoolSizes {
    fn default() -> Self {
        Self {
            members: 12,
            public: 12,
            auth: 8,
            jobs: 4,
            operator: 4,
        }
    }
}
