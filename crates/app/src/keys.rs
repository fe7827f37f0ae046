//! `aloe keys`: what there is, rotating, the recovery kit.

use std::io::Read;
use std::time::{Duration, Instant};

use aloe_db::doors::{Doors, Operator};
use aloe_db::keys::Keys;
use aloe_db::rotation::{Part, Rotation};
use aloe_db::tx::Tx;
use aloe_domain::ids::OrganisationId;
use aloe_vault::{FileKeyStore, RecoveryKit};
use uuid::Uuid;

use crate::installation::{Installation, Places, make_folder};
use crate::runtime::{self, Trouble};
use crate::settings::{KeyStoreKind, Settings};

/// Rows that one transaction carries over: a second's work, so that nobody waits long for a row.
const AT_ONCE: i64 = 2000;
/// Times that everything is gone through before giving up.
const ROUNDS: usize = 3;

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
    let states = opened.doors.key_states().await?;
    println!("organisations with keys of their own: {}", states.len());
    if let Some(oldest) = states.first() {
        println!("oldest of them: made on {}", oldest.made_at.strftime("%Y-%m-%d"));
    }
    let unfinished = states.iter().filter(|state| state.in_use > 1).count();
    if unfinished > 0 {
        println!("rotations cut short: {unfinished}; let them go on with `aloe keys rotate-organisation SLUG --go-on`");
    }
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

/// Makes a new version of one organisation's key and carries everything over to it, with progress, while the server goes on.
///
/// # Errors
/// A sentence about what is wrong; a rotation cut short goes on with `--go-on`.
pub async fn rotate_organisation(settings: &Settings, slug: &str, go_on: bool) -> Result<(), Trouble> {
    let installation = Installation::open(settings)?;
    let opened = runtime::reach(&installation, settings).await?;
    let organisation = opened
        .doors
        .find_organisation(slug)
        .await?
        .ok_or_else(|| Trouble::Plain(format!("no organisation has the address {slug}.")))?;
    let work = Work {
        doors: &opened.doors,
        keys: &installation.keys,
        organisation: organisation.id,
    };
    let Some(rotation) = work.begin(go_on).await? else {
        println!("Nothing to go on with: one version of this organisation's key is in force.");
        return Ok(());
    };
    // A database that was started for this command has no other users.
    if opened.cluster.is_none() {
        wait_for_servers().await;
    }
    // Whoever was slow to hear of the new version leaves rows behind: they are few, and a second round finds them.
    for _ in 0..ROUNDS {
        work.carry_over(rotation).await?;
        let mut tx = work.enter().await?;
        let finished = rotation.finish(&mut tx, &installation.keys).await.map_err(trouble)?;
        tx.commit().await?;
        if finished {
            println!(
                "Version {} of this organisation's key is in force; earlier ones open nothing any more.",
                rotation.to()
            );
            return Ok(());
        }
    }
    Err(Trouble::Plain(
        "something still writes under the earlier key: is a server of an older version running? Stop it, then run this again with --go-on.".into(),
    ))
}

/// The rotation of one organisation's key.
struct Work<'a> {
    doors: &'a Doors,
    keys: &'a Keys,
    organisation: OrganisationId,
}

impl Work<'_> {
    async fn enter(&self) -> Result<Tx<Operator>, Trouble> {
        let purpose = "rotating the organisation's key";
        Ok(self.doors.operator(self.organisation, "operator", purpose).await?)
    }

    async fn begin(&self, go_on: bool) -> Result<Option<Rotation>, Trouble> {
        let mut tx = self.enter().await?;
        let rotation = match go_on {
            true => Rotation::under_way(&mut tx, self.keys).await.map_err(trouble)?,
            false => Some(Rotation::begin(&mut tx, self.keys).await.map_err(trouble)?),
        };
        tx.commit().await?;
        Ok(rotation)
    }

    async fn carry_over(&self, rotation: Rotation) -> Result<(), Trouble> {
        let mut tx = self.enter().await?;
        let all = rotation.left(&mut tx).await.map_err(trouble)?;
        tx.done().await?;
        let mut done = 0;
        for part in Part::ALL {
            let mut after = Uuid::nil();
            loop {
                let mut tx = self.enter().await?;
                let step = rotation.step(&mut tx, self.keys, part, after, AT_ONCE).await;
                let step = step.map_err(trouble)?;
                tx.commit().await?;
                let Some(step) = step else { break };
                after = step.last;
                done += step.rows;
                eprint!("\r{done} of {all} carried over");
            }
        }
        eprintln!("\r{done} of {all} carried over");
        Ok(())
    }
}

/// Running servers believe their lists of keys for a while and seal under the version before; a transaction that has begun
/// meanwhile is given time to end.
async fn wait_for_servers() {
    let until = Instant::now() + Keys::LIST_KEPT + Duration::from_secs(10);
    while let Some(left) = until.checked_duration_since(Instant::now()) {
        eprint!(
            "\rwaiting until every server seals under the new version: {:2} s ",
            left.as_secs()
        );
        tokio::time::sleep(left.min(Duration::from_secs(1))).await;
    }
    eprintln!();
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
