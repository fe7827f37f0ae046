//! What a client needs to come in.

use std::path::PathBuf;

use crate::secret::Password;

/// How to reach the running cluster as its superuser: over TLS with full verification
/// (`host`, `port`, `ca_pem_path`), or over the socket.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The address, which is also in the certificate.
    pub host: &'static str,
    /// The TCP port, and the number in the socket's name.
    pub port: u16,
    /// The authority that signed the server's certificate, as PEM, readable by everybody.
    pub ca_pem_path: PathBuf,
    /// The superuser's name.
    pub superuser: &'static str,
    /// The superuser's password.
    pub password: Password,
    /// The folder of the socket. Only root and the user that runs PostgreSQL may enter it.
    pub socket_dir: PathBuf,
    /// The server programs' version, for example `15.18`.
    pub version: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_of_a_connection_shows_no_password() {
        let password = Password::random().unwrap();
        let secret = password.expose().to_owned();
        let connection = Connection {
            host: "127.0.0.1",
            port: 1,
            ca_pem_path: "/a".into(),
            superuser: "postgres",
            password,
            socket_dir: "/b".into(),
            version: "15.1".into(),
        };
        assert!(!format!("{connection:?}").contains(&secret));
    }
}
