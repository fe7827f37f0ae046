//! The folder of one installation: who it is, and its keys.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use aloe_db::keys::Keys;
use aloe_vault::{FileKeyStore, InstallationKey, KeyVersion, MasterKeys, WrapContext, Wrapped};
use uuid::Uuid;

use crate::runtime::Trouble;

/// What tells one installation from another, in `installation.json`. Holds nothing secret: the key is wrapped.
#[derive(serde::Serialize, serde::Deserialize)]
struct Identity {
    installation: Uuid,
    key_version: u32,
    wrapped_key: Vec<u8>,
}

/// An installation whose keys are open.
pub struct Installation {
    /// Its folder.
    pub folder: PathBuf,
    /// Its id.
    pub id: Uuid,
    /// Its own key: PINs, forms, passwords of the database logins.
    pub key: InstallationKey,
    /// The keys of organisations.
    pub keys: Keys,
    /// Whether the master key was made just now, so that its recovery kit must be printed.
    pub fresh: bool,
}

/// Where things lie in an installation's folder.
pub struct Places<'a>(pub &'a Path);

impl Places<'_> {
    /// The private database cluster.
    pub fn cluster(&self) -> PathBuf {
        self.0.join("postgres")
    }
    /// The master keys: beside the database, never inside it.
    pub fn master_keys(&self) -> PathBuf {
        self.0.join("keys").join("master.json")
    }
    /// The certificate and its authority.
    pub fn tls(&self) -> PathBuf {
        self.0.join("tls")
    }
    /// Where the running server can be reached, for other commands.
    pub fn running(&self) -> PathBuf {
        self.0.join("running.json")
    }
    /// Addresses and sign-ins of the demonstration, for scripts.
    pub fn demo(&self) -> PathBuf {
        self.0.join("demo.json")
    }
    fn identity(&self) -> PathBuf {
        self.0.join("installation.json")
    }
}

impl Installation {
    /// Opens the installation in a folder, or makes a new one there.
    ///
    /// # Errors
    /// A sentence about the folder or the keys.
    pub fn open(folder: &Path) -> Result<Self, Trouble> {
        make_folder(folder, 0o755)?;
        let folder = folder
            .canonicalize()
            .map_err(|e| Trouble::io("finding the data folder", e))?;
        let places = Places(&folder);
        let (master, fresh) = open_master(&places)?;
        let (id, key) = open_identity(&places, &master)?;
        let keys = Keys::within(master);
        Ok(Self {
            folder,
            id,
            key,
            keys,
            fresh,
        })
    }

    /// Eight characters that tell this installation's cookies from another's on the same host.
    pub fn short_id(&self) -> String {
        // The end of a version-7 id is random; its beginning is only the time.
        let text = self.id.simple().to_string();
        text.chars().rev().take(8).collect()
    }

    /// The places in the folder.
    pub fn places(&self) -> Places<'_> {
        Places(&self.folder)
    }
}

fn open_master(places: &Places<'_>) -> Result<(MasterKeys, bool), Trouble> {
    let path = places.master_keys();
    let data_folders = [places.cluster()];
    if let Some(folder) = path.parent() {
        make_folder(folder, 0o700)?;
    }
    let known = places.identity().exists();
    let fresh = !path.exists();
    if fresh && known {
        return Err(Trouble::Plain(format!(
            "the master key file {} is gone, but the data that it protects is there. Put the file back, or restore it from the recovery kit with `aloe keys restore`.",
            path.display()
        )));
    }
    let store = if fresh {
        FileKeyStore::create(&path, &data_folders)
    } else {
        FileKeyStore::open(&path, &data_folders)
    };
    Ok((
        MasterKeys::within(store.map_err(|e| Trouble::Plain(e.to_string()))?),
        fresh,
    ))
}

fn open_identity(places: &Places<'_>, master: &MasterKeys) -> Result<(Uuid, InstallationKey), Trouble> {
    let path = places.identity();
    if !path.exists() {
        return make_identity(&path, master);
    }
    let text = fs::read_to_string(&path).map_err(|e| Trouble::io("reading installation.json", e))?;
    let identity: Identity = serde_json::from_str(&text)
        .map_err(|_| Trouble::Plain(format!("{} is damaged. Restore it from a backup.", path.display())))?;
    let version = KeyVersion::from_number(identity.key_version)
        .ok_or_else(|| Trouble::Plain(format!("{} is damaged. Restore it from a backup.", path.display())))?;
    let wrapped = Wrapped::parse(identity.wrapped_key).map_err(|e| Trouble::Plain(e.to_string()))?;
    let key = master
        .open_installation_key(identity.installation, version, &wrapped)
        .map_err(|e| Trouble::Plain(e.to_string()))?;
    Ok((identity.installation, key))
}

impl Installation {
    /// Wraps the installation's own key under the current master key.
    ///
    /// # Errors
    /// When the key store or the file fails; then nothing changed.
    pub fn rewrap_own_key(&self) -> Result<bool, Trouble> {
        let path = self.places().identity();
        let trouble = |e: &dyn std::fmt::Display| Trouble::Plain(e.to_string());
        let text = fs::read_to_string(&path).map_err(|e| Trouble::io("reading installation.json", e))?;
        let mut identity: Identity = serde_json::from_str(&text).map_err(|e| trouble(&e))?;
        let context = WrapContext::installation(self.id, self.key.version());
        let wrapped = Wrapped::parse(identity.wrapped_key).map_err(|e| trouble(&e))?;
        let Some(fresh) = self.keys.master().rewrap(&context, &wrapped).map_err(|e| trouble(&e))? else {
            return Ok(false);
        };
        identity.wrapped_key = fresh.as_bytes().to_vec();
        write_private(
            &path,
            &serde_json::to_string_pretty(&identity).map_err(|e| trouble(&e))?,
        )?;
        Ok(true)
    }
}

fn make_identity(path: &Path, master: &MasterKeys) -> Result<(Uuid, InstallationKey), Trouble> {
    let installation = Uuid::now_v7();
    let (key, wrapped) = master
        .make_installation_key(installation, KeyVersion::FIRST)
        .map_err(|e| Trouble::Plain(e.to_string()))?;
    let identity = Identity {
        installation,
        key_version: 1,
        wrapped_key: wrapped.as_bytes().to_vec(),
    };
    let text = serde_json::to_string_pretty(&identity).map_err(|e| Trouble::Plain(e.to_string()))?;
    write_private(path, &text)?;
    Ok((installation, key))
}

/// Makes a folder, or narrows an existing one of ours to this mode.
///
/// # Errors
/// What the file system answered.
pub fn make_folder(path: &Path, mode: u32) -> Result<(), Trouble> {
    let made = fs::DirBuilder::new().recursive(true).mode(mode).create(path);
    made.map_err(|e| Trouble::io(&format!("making the folder {}", path.display()), e))?;
    if mode == 0o700 {
        fs::set_permissions(path, fs::Permissions::from_mode(mode))
            .map_err(|e| Trouble::io("closing a folder to others", e))?;
    }
    Ok(())
}

/// Writes a file that only its owner reads, in one step: whoever reads it sees the old text or the new one.
///
/// # Errors
/// What the file system answered.
pub fn write_private(path: &Path, text: &str) -> Result<(), Trouble> {
    use std::io::Write;
    let beside = path.with_extension("new");
    let write = || -> std::io::Result<()> {
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    write().map_err(|e| Trouble::io(&format!("writing {}", path.display()), e))
}
