//! A certificate authority of this installation alone, and a certificate for localhost: for machines without a public name.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};

use crate::installation::{make_folder, write_private};
use crate::runtime::Trouble;

/// Where the certificate and its key lie.
pub struct CertificateFiles {
    /// The chain, in PEM.
    pub chain: PathBuf,
    /// The key, in PEM, readable by its owner only.
    pub key: PathBuf,
    /// The authority, in PEM, to be trusted by hand.
    pub authority: PathBuf,
}

impl CertificateFiles {
    fn within(folder: &Path) -> Self {
        Self {
            chain: folder.join("localhost.pem"),
            key: folder.join("localhost.key"),
            authority: folder.join("authority.pem"),
        }
    }
}

/// Finds the local certificate, or makes it with its authority.
///
/// # Errors
/// When the files cannot be written.
pub fn ensure(folder: &Path) -> Result<CertificateFiles, Trouble> {
    let files = CertificateFiles::within(folder);
    if files.chain.exists() && files.key.exists() {
        return Ok(files);
    }
    make_folder(folder, 0o700)?;
    let trouble = |e: rcgen::Error| Trouble::Plain(format!("making the local certificate failed: {e}"));
    let (authority_pem, chain, key) = make().map_err(trouble)?;
    write_private(&files.authority, &authority_pem)?;
    write_private(&files.key, &key)?;
    write_private(&files.chain, &chain)?;
    Ok(files)
}

/// The authority's key signs this one certificate and is forgotten: nobody can make another in its name.
fn make() -> Result<(String, String, String), rcgen::Error> {
    let authority_key = KeyPair::generate()?;
    let mut authority = CertificateParams::new(Vec::<String>::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    authority
        .distinguished_name
        .push(DnType::CommonName, "Aloe local authority");
    let authority_certificate = authority.self_signed(&authority_key)?;
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate()?;
    let names = ["localhost", "app.localhost", "book.localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let mut server = CertificateParams::new(names)?;
    server.distinguished_name.push(DnType::CommonName, "localhost");
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    server.use_authority_key_identifier_extension = true;
    let certificate = server.signed_by(&key, &issuer)?;
    let chain = format!("{}{}", certificate.pem(), authority_certificate.pem());
    Ok((authority_certificate.pem(), chain, key.serialize_pem()))
}
