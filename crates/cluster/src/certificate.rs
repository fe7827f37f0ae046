//! The server's certificate, signed by an authority that belongs to this cluster alone.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use crate::durable_file::{Mode, write_durably};
use crate::error::{ClusterError, Doing};

const AUTHORITY_DAYS: i64 = 20 * 365;
const SERVER_DAYS: i64 = 5 * 365;
/// A clock that is a little behind must not make a fresh certificate invalid.
const BACKDATED_DAYS: i64 = 1;

/// Where the authority and the server's certificate lie.
#[derive(Debug)]
pub(crate) struct CertificatePaths<'a> {
    pub(crate) authority_key: &'a Path,
    pub(crate) authority: &'a Path,
    pub(crate) server_key: &'a Path,
    pub(crate) server: &'a Path,
}

impl CertificatePaths<'_> {
    /// Makes the authority where there is none, and a fresh certificate for the server: for
    /// `localhost` and 127.0.0.1, from the day before `now`, for five years. Each start calls this.
    pub(crate) fn issue(&self, now: SystemTime, server_mode: Mode) -> Result<(), ClusterError> {
        let now = OffsetDateTime::from(now);
        let issuer = Issuer::new(authority_params(now)?, self.kept_authority(now)?);
        let key = KeyPair::generate()?;
        let certificate = server_params(now)?.signed_by(&key, &issuer)?;
        let pem = Zeroizing::new(key.serialize_pem());
        write_durably(self.server_key, pem.as_bytes(), server_mode)?;
        write_durably(self.server, certificate.pem().as_bytes(), Mode::PUBLIC)
    }

    fn kept_authority(&self, now: OffsetDateTime) -> Result<KeyPair, ClusterError> {
        if self.authority_key.exists() && self.authority.exists() {
            let pem = fs::read_to_string(self.authority_key).map(Zeroizing::new);
            return Ok(KeyPair::from_pem(&pem.doing("read", self.authority_key)?)?);
        }
        let key = KeyPair::generate()?;
        let certificate = authority_params(now)?.self_signed(&key)?;
        let pem = Zeroizing::new(key.serialize_pem());
        write_durably(self.authority_key, pem.as_bytes(), Mode::PRIVATE)?;
        write_durably(self.authority, certificate.pem().as_bytes(), Mode::PUBLIC)?;
        Ok(key)
    }
}

fn authority_params(now: OffsetDateTime) -> Result<CertificateParams, ClusterError> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = name("Aloe cluster authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.not_before = now - Duration::days(BACKDATED_DAYS);
    params.not_after = now + Duration::days(AUTHORITY_DAYS);
    Ok(params)
}

fn server_params(now: OffsetDateTime) -> Result<CertificateParams, ClusterError> {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = name("localhost");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params.not_before = now - Duration::days(BACKDATED_DAYS);
    params.not_after = now + Duration::days(SERVER_DAYS);
    Ok(params)
}

fn name(common: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common);
    name
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    use super::*;

    fn issue_in(folder: &Path) -> String {
        let path = |name: &str| folder.join(name);
        let (authority_key, authority) = (path("ca.key"), path("ca.crt"));
        let (server_key, server) = (path("server.key"), path("server.crt"));
        CertificatePaths {
            authority_key: &authority_key,
            authority: &authority,
            server_key: &server_key,
            server: &server,
        }
        .issue(SystemTime::now(), Mode::PRIVATE)
        .unwrap();
        fs::read_to_string(authority).unwrap()
    }

    #[test]
    fn the_authority_is_kept_and_signs_for_localhost_alone() {
        let folder = tempfile::tempdir().unwrap();
        let first = issue_in(folder.path());
        assert_eq!(first, issue_in(folder.path()));
        for (kind, value, accepted) in [
            ("-verify_hostname", "localhost", true),
            ("-verify_ip", "127.0.0.1", true),
            ("-verify_hostname", "elsewhere.test", false),
        ] {
            let checked = Command::new("openssl")
                .current_dir(folder.path())
                .args(["verify", "-x509_strict", "-CAfile", "ca.crt", kind, value, "server.crt"])
                .output()
                .unwrap();
            assert_eq!(checked.status.success(), accepted, "{value}: {checked:?}");
        }
    }

    #[test]
    fn keys_are_readable_by_their_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        issue_in(folder.path());
        for key in ["ca.key", "server.key"] {
            let metadata = fs::metadata(folder.path().join(key)).unwrap();
            assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
        }
    }
}
