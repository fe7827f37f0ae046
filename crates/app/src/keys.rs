//! `aloe keys`: what there is, rotating, the recovery kit.

use std::io::Read;

use aloe_vault::{FileKeyStore, RecoveryKit};

use crate::installation::{Installation, Places, make_folder};
use crate::runtime::{self, Trouble};
use crate::settings::{KeyStoreKind, Settings};

fn trouble(error: impl std::fmt::Display) -> Trouble {
    Trouble::Plain(error.to_string())
}

/// Says which keys there are.
///
/// # Errors
/// When the key store cannot be read.
pub async fn status(settings: &Settings) -> Result<(), Trouble> {
    let installation = Installation::open(settings)?;
    let version = installation.keys.master().current_version().map_err(trouble)?;
    println!("master key: version {version}, in {}", installation.key_store);
    let opened = runtime::reach(&installation, settings).await?;
    let organisations = opened.doors.list_organisations().await?;
    println!("organisations with keys of their own: {}", organisations.len());
    Ok(())
}

/// Makes a new master key and wraps everything under it, with progress. Older versions stay in the store, so that a run
/// cut short leaves nothing closed.
///
/// # Errors
/// A sentence about the organisation at which it stopped; run it again with `--go-on`.
pub async fn rotate_master(settings: &Settings, go_on: bool) -> Result<(), Trouble> {
    let installation = Installation::open(settings)?;
    let opened = runtime::reach(&installation, settings).await?;
    if !go_on {
        let version = installation.keys.master().rotate().map_err(trouble)?;
        eprintln!("Master key version {version} is made. Print its recovery kit when this is done.");
    }
    installation.rewrap_own_key()?;
    let organisations = opened.doors.list_organisations().await?;
    let mut rewrapped = 0;
    for (done, organisation) in organisations.iter().enumerate() {
        let mut tx = opened
            .doors
            .operator(*organisation, "operator", "rotating the master key")
            .await?;
        rewrapped += installation.keys.rewrap(&mut tx).await?;
        tx.commit().await?;
        eprint!("\r{} of {} organisations", done + 1, organisations.len());
    }
    eprintln!("\n{rewrapped} keys are wrapped anew.");
    Ok(())
}

/// Prints the recovery kit of the current master key, or proves a printed one.
///
/// # Errors
/// When the key store keeps its keys to itself, or the typed kit is not this key's.
pub fn recovery_kit(settings: &Settings, prove: bool) -> Result<(), Trouble> {
    let installation = Installation::open(settings)?;
    let master = installation.keys.master();
    let kit = master
        .recovery_kit(master.current_version().map_err(trouble)?)
        .map_err(trouble)?;
    if !prove {
        println!("{}", kit.to_text().expose());
        return Ok(());
    }
    let mut typed = String::new();
    std::io::stdin()
        .read_to_string(&mut typed)
        .map_err(|e| Trouble::io("reading the typed kit", e))?;
    kit.prove(&typed).map_err(trouble)?;
    println!("This kit is right: it restores the current master key.");
    Ok(())
}

/// Makes the key file anew from a typed kit.
///
/// # Errors
/// When the kit is mistyped, or there is a key file already: it is never overwritten.
pub fn restore(settings: &Settings) -> Result<(), Trouble> {
    let mut typed = String::new();
    std::io::stdin()
        .read_to_string(&mut typed)
        .map_err(|e| Trouble::io("reading the typed kit", e))?;
    let restored = RecoveryKit::restore(&typed).map_err(trouble)?;
    if settings.key_store != KeyStoreKind::File {
        return Err(Trouble::Plain(
            "a kit restores a key file; a key device is restored by its own means.".into(),
        ));
    }
    let folder = settings
        .data
        .canonicalize()
        .map_err(|e| Trouble::io("finding the data folder", e))?;
    let places = Places::of(&folder, settings);
    let path = places.master_keys();
    if let Some(keys) = path.parent() {
        make_folder(keys, 0o700)?;
    }
    FileKeyStore::restore(&path, &places.data_folders(), &[restored]).map_err(trouble)?;
    println!("The master key is back in {}.", path.display());
    Ok(())
}
