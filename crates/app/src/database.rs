//! The server that `DATABASE_URL` names: reached over TLS with its certificate and name verified, or not at all.

use std::path::PathBuf;

use aloe_db::connect::Server;

use crate::runtime::Trouble;

/// A server of somebody else's, and the login that migrates.
pub struct External {
    /// The server and the database in it.
    pub server: Server,
    /// The migrator.
    pub user: String,
    /// Its password.
    pub password: String,
}

const SHAPE: &str =
    "DATABASE_URL reads postgresql://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full&sslrootcert=FILE";

/// Reads the address.
///
/// # Errors
/// A sentence about what is missing. Never the address itself: it holds a password.
pub fn read(url: &str) -> Result<External, Trouble> {
    let bad = |what: &str| Trouble::Plain(format!("{what} {SHAPE}."));
    let rest = url
        .strip_prefix("postgresql://")
        .or_else(|| url.strip_prefix("postgres://"));
    let rest = rest.ok_or_else(|| bad("The scheme is wrong."))?;
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (login, place) = rest.rsplit_once('@').ok_or_else(|| bad("There is no login."))?;
    let (user, password) = login.split_once(':').ok_or_else(|| bad("There is no password."))?;
    let (address, database) = place.split_once('/').ok_or_else(|| bad("There is no database."))?;
    let (host, port) = address.rsplit_once(':').unwrap_or((address, "5432"));
    let port = port.parse().map_err(|_| bad("The port is no number."))?;
    let option = |name: &str| {
        query
            .split('&')
            .find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name))
    };
    if option("sslmode").is_none_or(|(_, mode)| mode != "verify-full") {
        return Err(bad(
            "Aloe speaks to a database only when it is sure which one: sslmode is verify-full.",
        ));
    }
    let (_, authority) = option("sslrootcert").ok_or_else(|| bad("sslrootcert names the authority's certificate."))?;
    let decoded = |text: &str| decode(text).ok_or_else(|| bad("A percent sign is not followed by two digits."));
    if database.is_empty() || host.is_empty() || user.is_empty() {
        return Err(bad("A part is blank."));
    }
    let (host, database) = (decoded(host)?, decoded(database)?);
    let authority = PathBuf::from(decoded(authority)?);
    Ok(External {
        server: Server::with_ca_file(&host, port, &database, &authority)?,
        user: decoded(user)?,
        password: decoded(password)?,
    })
}

/// Percent-decodes; nothing for what is no such text.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        if *byte == b'%' {
            let (digits, after) = after.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = after;
        } else {
            bytes.push(*byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_verifies_nothing_is_refused_and_never_repeated() {
        for url in [
            "postgresql://u:secret@db.example/aloe",
            "postgresql://u:secret@db.example/aloe?sslmode=require&sslrootcert=/ca.pem",
            "postgresql://u:secret@db.example/aloe?sslmode=verify-full",
            "mysql://u:secret@db.example/aloe",
            "postgresql://db.example/aloe?sslmode=verify-full&sslrootcert=/ca.pem",
            "postgresql://u:secret@db.example:port/aloe?sslmode=verify-full&sslrootcert=/ca.pem",
        ] {
            let refused = read(url).err().unwrap().to_string();
            assert!(
                refused.contains("verify-full") && !refused.contains("secret"),
                "{refused}"
            );
        }
    }

    #[test]
    fn an_address_is_read_with_its_escapes() {
        let folder = tempfile::tempdir().unwrap();
        let ca = folder.path().join("ca.pem");
        std::fs::write(&ca, "x").unwrap();
        let url = format!(
            "postgresql://mi%67rator:p%40ss%3a@db.example:6432/aloe?sslmode=verify-full&sslrootcert={}",
            ca.display()
        );
        let read = read(&url).unwrap();
        assert_eq!((read.user.as_str(), read.password.as_str()), ("migrator", "p@ss:"));
        assert_eq!(
            (
                read.server.host.as_str(),
                read.server.port,
                read.server.database.as_str()
            ),
            ("db.example", 6432, "aloe")
        );
    }
}
