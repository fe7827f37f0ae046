//! What goes wrong with a key store, in sentences for the operator.

use std::io;
use std::path::PathBuf;

use crate::entropy::NoRandomness;
use crate::sealing::NotSealed;
use crate::version::KeyVersion;

/// A key store did not do what was asked. Each sentence says what happened and what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyStoreError {
    /// There is no file.
    #[error(
        "There is no file at {path}. Restore it from its backup or from the recovery kit; without the master key nothing that is sealed can be read. Only a first installation makes a new key file."
    )]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A key file is there already.
    #[error(
        "There is a key file at {path} already, and it was left as it is. Move it away first if you mean to replace it: without it, nothing sealed under it can be read."
    )]
    AlreadyExists {
        /// The file that was kept.
        path: PathBuf,
    },
    /// Others could read the file.
    #[error(
        "Other users of this machine may read or change {path} (mode {mode:04o}). Set it with: chmod 600 {path}. If others may have read it, rotate the key."
    )]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file lies where backups of the data would carry it along.
    #[error(
        "{path} lies inside the data folder {folder}, so that one stolen backup would hold both the data and its key. Move it to a folder outside."
    )]
    InDataFolder {
        /// The file.
        path: PathBuf,
        /// The data folder around it.
        folder: PathBuf,
    },
    /// The file cannot be read.
    #[error("{path} cannot be read: {source}. Check that it belongs to the user that Aloe runs as.")]
    NotRead {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error(
        "{path} cannot be written: {source}. The keys in it are unharmed. Check the folder's owner and free space, and try again."
    )]
    NotWritten {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is not what was written.
    #[error("The key file {path} is damaged ({reason}). Restore it from its backup or from the recovery kit.")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The master key that wrapped a key is not here.
    #[error(
        "A key was wrapped by master key version {asked}, which this key store does not hold (its newest is {newest}). The store is older than the database, or another installation's: restore the right one, or version {asked} from its recovery kit."
    )]
    UnknownVersion {
        /// The version that is missing.
        asked: KeyVersion,
        /// The newest version in the store.
        newest: KeyVersion,
    },
    /// The wrapped key does not open.
    #[error(
        "A wrapped key could not be opened with master key version {version}. Either this key store belongs to another installation, or the row was altered or moved. Check which key store is configured; if it is the right one, restore the row from a backup."
    )]
    CannotUnwrap {
        /// The version that was tried.
        version: KeyVersion,
    },
    /// The wrapped key is not one.
    #[error(
        "A wrapped key in the database has a shape that this version of Aloe does not know: it is damaged, or written by a newer version. Start the newer version, or restore the row from a backup."
    )]
    NotWrapped,
    /// The wrapped key was wrapped by another kind of store.
    #[error(
        "A key was wrapped by a {wrapped_by} key store, but a {configured} key store is configured. Configure the one that wrapped it."
    )]
    AnotherStore {
        /// The kind that wrapped it.
        wrapped_by: &'static str,
        /// The kind that is configured.
        configured: &'static str,
    },
    /// The store keeps its keys to itself.
    #[error(
        "This key store never gives its keys out, so there is no recovery kit. Back the device up with its maker's own procedure, to a second device."
    )]
    NotExportable,
    /// The versions are used up.
    #[error("This key store has no version number left. Move to a new key store.")]
    NoVersionLeft,
    /// The device does not answer.
    #[error(
        "The key device does not answer ({reason}). Check that it is connected, its service runs and its module and token are configured; Aloe tries again by itself."
    )]
    Unavailable {
        /// What its module said, without any key material.
        reason: String,
    },
    /// No token of that name.
    #[error(
        "There is no token labelled {label} in the key device, or more than one. Check the configured label against the device's own list."
    )]
    NoSuchToken {
        /// The configured label.
        label: String,
    },
    /// The PIN is refused.
    #[error(
        "The key device refused the PIN in the PIN file. Correct the file before starting again: most devices lock after a few wrong attempts."
    )]
    PinRefused,
    /// The token holds no master key.
    #[error(
        "The token holds no Aloe master key. On a first installation let Aloe make one; otherwise this is the wrong token."
    )]
    NoMasterKey,
    /// The token holds a master key already.
    #[error(
        "The token holds Aloe master keys already (the newest is version {newest}), and they were left as they are. Open the token instead of making a first key."
    )]
    TokenInUse {
        /// The newest version in the token.
        newest: KeyVersion,
    },
    /// Two keys with one label.
    #[error("The token holds more than one key labelled {label}. Rename or remove the one that Aloe did not make.")]
    AmbiguousKey {
        /// The label.
        label: String,
    },
    /// A key that could leave the device.
    #[error(
        "The key labelled {label} may leave the device (it is not both sensitive and non-extractable), so it is not used. Let Aloe make a new version."
    )]
    ExtractableKey {
        /// The label.
        label: String,
    },
    /// No random bytes.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The wrapping failed.
    #[error(transparent)]
    NotSealed(#[from] NotSealed),
}
