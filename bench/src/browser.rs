//! One HTTPS connection that is kept open, with its cookies: a browser without a screen.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::SendRequest;
use hyper::{Request, header};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::TcpSocket;
use tokio_rustls::TlsConnector;

use crate::installation::{Installation, Node};
use crate::trouble::Trouble;

/// What came back.
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Where it leads, or blank.
    pub location: String,
    /// The body, as sent.
    pub body: Bytes,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The value of the first hidden field of this name in the page.
    pub fn field(&self, name: &str) -> Option<String> {
        let text = self.text();
        let (_, after) = text.split_once(&format!("name=\"{name}\" value=\""))?;
        after.split_once('"').map(|(value, _)| value.to_owned())
    }
}

/// A connection and its cookies.
pub struct Browser {
    sender: SendRequest<Full<Bytes>>,
    cookies: BTreeMap<String, String>,
    address: Address,
}

/// Where to connect, again when the server has closed an idle connection.
#[derive(Clone)]
struct Address {
    source: Ipv4Addr,
    port: u16,
    host: String,
    connector: TlsConnector,
}

impl Address {
    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, Trouble> {
        let socket = TcpSocket::new_v4().map_err(|e| Trouble::io("connecting", &e))?;
        let from = SocketAddr::from((self.source, 0));
        socket.bind(from).map_err(|e| Trouble::io("taking a source", &e))?;
        let to = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let stream = socket.connect(to).await.map_err(|e| Trouble::io("connecting", &e))?;
        let _ = stream.set_nodelay(true);
        let name = ServerName::try_from("localhost").map_err(|e| Trouble::io("naming the server", &e))?;
        let stream = self
            .connector
            .connect(name, stream)
            .await
            .map_err(|e| Trouble::io("the handshake", &e))?;
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|e| Trouble::io("speaking HTTP", &e))?;
        tokio::spawn(connection);
        Ok(sender)
    }
}

impl Browser {
    /// Connects with TLS 1.3, the certificate verified.
    ///
    /// # Errors
    /// What the connection said.
    pub async fn open(installation: &Installation) -> Result<Self, Trouble> {
        Self::open_from(installation, Ipv4Addr::LOCALHOST).await
    }

    /// The same from a source of its own in 127.0.0.0/8.
    ///
    /// # Errors
    /// What the connection said.
    pub async fn open_from(installation: &Installation, source: Ipv4Addr) -> Result<Self, Trouble> {
        let connector = trusting(&installation.authority())?;
        Self::connect(installation.port, connector, source).await
    }

    /// The same at another node of the installation.
    ///
    /// # Errors
    /// What the connection said.
    pub async fn at_node(installation: &Installation, node: &Node, source: Ipv4Addr) -> Result<Self, Trouble> {
        let connector = trusting(&installation.authority())?;
        Self::connect(node.port, connector, source).await
    }

    async fn connect(port: u16, connector: TlsConnector, source: Ipv4Addr) -> Result<Self, Trouble> {
        let address = Address {
            source,
            port,
            host: format!("localhost:{port}"),
            connector,
        };
        Ok(Self {
            sender: address.connect().await?,
            cookies: BTreeMap::new(),
            address,
        })
    }

    /// Connects as the same browser: another tab with the same cookies.
    ///
    /// # Errors
    /// What the connection said.
    pub async fn tab(&self) -> Result<Self, Trouble> {
        let address = self.address.clone();
        Ok(Self {
            sender: address.connect().await?,
            cookies: self.cookies.clone(),
            address,
        })
    }

    /// The cookies, as another browser may take them over.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.clone()
    }

    /// Takes cookies over.
    pub fn take_cookies(&mut self, cookies: BTreeMap<String, String>) {
        self.cookies.extend(cookies);
    }

    /// The token of the sign-in form: one for all tries of this browser.
    ///
    /// # Errors
    /// What the connection said.
    pub async fn door(&mut self) -> Result<String, Trouble> {
        Ok(self.get("/sign-in").await?.field("csrf").unwrap_or_default())
    }

    /// Sends the sign-in form. 303 for a right password, 422 for a wrong one, 429 for one that was not looked at.
    ///
    /// # Errors
    /// What the connection said.
    pub async fn try_door(&mut self, csrf: &str, email: &str, password: &str) -> Result<u16, Trouble> {
        let fields = [("csrf", csrf), ("email", email), ("password", password)];
        Ok(self.post("/sign-in", &fields).await?.status)
    }

    /// Sets a cookie. `what` is the end of its name: the rest is the installation's, learnt from the cookies it sent.
    ///
    /// # Errors
    /// Before the installation has sent any cookie.
    pub fn hold(&mut self, what: &str, value: &str) -> Result<(), Trouble> {
        let known = self
            .cookies
            .keys()
            .next()
            .and_then(|name| name.rsplit_once('-'))
            .map(|(stem, _)| stem.to_owned());
        let stem = known.ok_or_else(|| Trouble::Plain("the installation has sent no cookie yet".into()))?;
        self.cookies.insert(format!("{stem}-{what}"), value.to_owned());
        Ok(())
    }

    /// GET.
    ///
    /// # Errors
    /// What the connection said.
    pub async fn get(&mut self, path: &str) -> Result<Answer, Trouble> {
        self.send("GET", path, None).await
    }

    /// POST of a form.
    ///
    /// # Errors
    /// What the connection said.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Answer, Trouble> {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        self.send("POST", path, Some(body.join("&"))).await
    }

    async fn send(&mut self, method: &str, path: &str, form: Option<String>) -> Result<Answer, Trouble> {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.address.host)
            .header(header::COOKIE, cookies.join("; "))
            .header(header::ACCEPT_ENCODING, "identity")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from(form.unwrap_or_default())))
            .map_err(|e| Trouble::io("making the request", &e))?;
        self.sender
            .ready()
            .await
            .map_err(|e| Trouble::io("the connection", &e))?;
        let response = self
            .sender
            .send_request(request)
            .await
            .map_err(|e| Trouble::io("the request", &e))?;
        let (parts, body) = response.into_parts();
        for line in parts
            .headers
            .get_all(header::SET_COOKIE)
            .iter()
            .filter_map(|v| v.to_str().ok())
        {
            if let Some((name, value)) = line.split(';').next().and_then(|pair| pair.split_once('=')) {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = body
            .collect()
            .await
            .map_err(|e| Trouble::io("reading the answer", &e))?
            .to_bytes();
        let location = parts
            .headers
            .get(header::LOCATION)
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default();
        Ok(Answer {
            status: parts.status.as_u16(),
            location: location.to_owned(),
            body,
        })
    }

    /// Signs a member in.
    ///
    /// # Errors
    /// When the sign-in is refused.
    pub async fn sign_in(&mut self, email: &str, password: &str) -> Result<(), Trouble> {
        let page = self.get("/sign-in").await?;
        let csrf = page.field("csrf").unwrap_or_default();
        let answer = self
            .post("/sign-in", &[("csrf", &csrf), ("email", email), ("password", password)])
            .await?;
        if answer.status == 303 && answer.location.starts_with("/sign-in/code") {
            return self.show_code().await;
        }
        match answer.status {
            303 => Ok(()),
            other => Err(Trouble::Plain(format!("signing in answered {other}"))),
        }
    }
}

impl Browser {
    /// Types the code that a demonstration shows.
    async fn show_code(&mut self) -> Result<(), Trouble> {
        let page = self.get("/sign-in/code").await?;
        let csrf = page.field("csrf").unwrap_or_default();
        let text = page.text();
        let shown = text
            .split_once("<b data-code>")
            .and_then(|(_, rest)| rest.split_once('<'));
        let code = shown.map(|(code, _)| code.to_owned()).unwrap_or_default();
        let answer = self.post("/sign-in/code", &[("csrf", &csrf), ("code", &code)]).await?;
        match answer.status {
            303 => Ok(()),
            other => Err(Trouble::Plain(format!("the second step answered {other}"))),
        }
    }
}

fn trusting(authority: &Path) -> Result<TlsConnector, Trouble> {
    let mut roots = rustls::RootCertStore::empty();
    let bad = |e: &dyn std::fmt::Display| Trouble::io("reading the authority's certificate", e);
    for certificate in CertificateDer::pem_file_iter(authority).map_err(|e| bad(&e))? {
        roots.add(certificate.map_err(|e| bad(&e))?).map_err(|e| bad(&e))?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|e| bad(&e))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

fn encoded(text: &str) -> String {
    let kept = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
    text.bytes()
        .map(|b| {
            if kept(b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}
