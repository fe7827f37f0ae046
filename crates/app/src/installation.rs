//! The folder of one installation: who it is, and its keys.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use aloe_db::keys::Keys;
use aloe_vault::{
    FileKeyStore, InstallationKey, KeyStoreError, KeyVersion, MasterKeys, Pkcs11KeyStore, WrapContext, Wrapped,
};
use uuid::Uuid;

use crate::runtime::Trouble;
use crate::settings::{KeyStoreKind, Settings};

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
    /// Where the master keys lie, in words.
    pub key_store: String,
    /// Whether the master key was made just now in a file, so that its recovery kit must be printed.
    pub fresh: bool,
    key_file: PathBuf,
}

/// Where things lie in an installation's folder, and its key file outside it.
pub struct Places<'a> {
    folder: &'a Path,
    key_file: PathBuf,
}

impl<'a> Places<'a> {
    /// The places of an installation.
    pub fn of(folder: &'a Path, settings: &Settings) -> Self {
        let beside = || beside(folder).join("master.json");
        Self {
            folder,
            key_file: settings.key_file.clone().unwrap_or_else(beside),
        }
    }

    /// Folders that hold data: no key lies in them, so that a copy of one opens nothing.
    pub fn data_folders(&self) -> Vec<PathBuf> {
        vec![self.folder.to_path_buf()]
    }

    /// The private database cluster.
    pub fn cluster(&self) -> PathBuf {
        self.folder.join("postgres")
    }
    /// The master key file: beside the data folder or elsewhere, never inside it.
    pub fn master_keys(&self) -> PathBuf {
        self.key_file.clone()
    }
    /// The certificate and its authority.
    pub fn tls(&self) -> PathBuf {
        self.folder.join("tls")
    }
    /// Where the running server can be reached, for other commands.
    pub fn running(&self) -> PathBuf {
        self.folder.join("running.json")
    }
    /// Addresses and sign-ins of the demonstration, for scripts.
    pub fn demo(&self) -> PathBuf {
        self.folder.join("demo.json")
    }
    fn identity(&self) -> PathBuf {
        self.folder.join("installation.json")
    }
}

impl Installation {
    /// Opens the installation in a folder, or makes a new one there.
    ///
    /// # Errors
    /// A sentence about the folder or the keys.
    pub fn open(settings: &Settings) -> Result<Self, Trouble> {
        make_folder(&settings.data, 0o755)?;
        let folder = settings
            .data
            .canonicalize()
            .map_err(|e| Trouble::io("finding the data folder", e))?;
        let places = Places::of(&folder, settings);
        let (master, key_store, fresh) = match settings.key_store {
            KeyStoreKind::File => open_file(&places)?,
            KeyStoreKind::Pkcs11 => open_device(&places, settings)?,
        };
        let (id, key) = open_identity(&places, &master)?;
        let keys = Keys::within(master);
        let key_file = places.master_keys();
        Ok(Self {
            folder,
            id,
            key,
            keys,
            key_store,
            fresh,
            key_file,
        })
    }

    /// Eight characters that tell this installation's cookies from another's on the same host.
    pub fn short_id(&self) -> String {
        // The end of a version-7 id is random; its beginning is only the time.
        let text = self.id.simple().to_string();
        text.chars().rev().take(8).collect()
    }

    /// Holds the folder for one server as long as the answer lives, whichever database it uses: two would tell other
    /// commands of themselves in one place.
    ///
    /// # Errors
    /// When another server holds it.
    pub fn serve_alone(&self) -> Result<fs::File, Trouble> {
        let path = self.folder.join("serve.lock");
        let file = fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path);
        let file = file.map_err(|e| Trouble::io(&format!("opening {}", path.display()), e))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(fs::TryLockError::WouldBlock) => Err(Trouble::Plain(format!(
                "Aloe is served from {} already. Stop that server first, or choose another folder with --data.",
                self.folder.display()
            ))),
            Err(fs::TryLockError::Error(e)) => Err(Trouble::io(&format!("locking {}", path.display()), e)),
        }
    }

    /// The places in the folder.
    pub fn places(&self) -> Places<'_> {
        Places {
            folder: &self.folder,
            key_file: self.key_file.clone(),
        }
    }
}

/// The folder of the keys of a data folder: `var.keys` beside `var`.
fn beside(folder: &Path) -> PathBuf {
    let mut name = folder.file_name().unwrap_or_default().to_os_string();
    name.push(".keys");
    folder.with_file_name(name)
}

fn open_file(places: &Places<'_>) -> Result<(MasterKeys, String, bool), Trouble> {
    let path = places.master_keys();
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
        FileKeyStore::create(&path, &places.data_folders())
    } else {
        FileKeyStore::open(&path, &places.data_folders())
    };
    let master = MasterKeys::within(store.map_err(|e| Trouble::Plain(e.to_string()))?);
    Ok((master, path.display().to_string(), fresh))
}

/// Opens the keys of a device. A first key is made only for an installation that has none yet: for one that has, a device
/// without it is the wrong device.
fn open_device(places: &Places<'_>, settings: &Settings) -> Result<(MasterKeys, String, bool), Trouble> {
    let device = settings.pkcs11(vec![places.folder.to_path_buf()])?;
    let words = format!("the token {} behind {}", device.token_label, device.module.display());
    let known = places.identity().exists();
    let store = match Pkcs11KeyStore::open(device.clone()) {
        Err(KeyStoreError::NoMasterKey) if !known => Pkcs11KeyStore::create(device),
        other => other,
    };
    let store = store.map_err(|e| Trouble::Plain(e.to_string()))?;
    Ok((MasterKeys::within(store), words, false))
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
