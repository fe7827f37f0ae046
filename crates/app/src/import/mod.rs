//! `aloe import patients`: good lines go in, bad lines come back in a file that can be corrected and imported again.

mod lines;
mod person;
mod rejects;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use aloe_db::bulk;
use aloe_db::doors::Doors;
use aloe_db::keys::Keys;
use aloe_db::patients::Registration;
use aloe_domain::ids::OrganisationId;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::commands::ImportOptions;
use crate::installation::Installation;
use crate::runtime::{self, Trouble};
use crate::settings::Settings;
use lines::{Columns, RawLine};
use rejects::Rejects;

/// Lines written in one transaction.
const BATCH: usize = 1000;

/// What an import did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Lines read.
    pub read: u64,
    /// People added.
    pub added: u64,
    /// Lines that an earlier run added.
    pub known: u64,
    /// Lines that came back.
    pub rejected: u64,
    /// Where they are.
    pub rejects: Option<PathBuf>,
}

/// Imports a file.
///
/// # Errors
/// A sentence about what is wrong and what to do.
pub async fn import(settings: &Settings, options: &ImportOptions) -> Result<(), Trouble> {
    let installation = Installation::open(settings)?;
    let opened = runtime::reach(&installation, settings).await?;
    let organisation = opened.doors.find_organisation(&options.organisation).await?;
    let organisation =
        organisation.ok_or_else(|| Trouble::Plain(format!("there is no organisation {}.", options.organisation)))?;
    let in_production = !organisation.synthetic && settings.admit_key_store().is_ok();
    let purpose = purpose(options.data_is.as_deref(), in_production)?;
    let work = Work {
        doors: &opened.doors,
        keys: &installation.keys,
        organisation: organisation.id,
        purpose,
        dry_run: options.dry_run,
    };
    let tally = work.run(&options.file, &options.map).await?;
    let would = if options.dry_run { "would be " } else { "" };
    eprintln!(
        "\n{} lines: {} {would}added, {} there already, {} rejected.",
        tally.read, tally.added, tally.known, tally.rejected
    );
    if let Some(rejects) = tally.rejects {
        eprintln!(
            "The rejected lines are in {}, each under its reason. Correct them there and import that file.",
            rejects.display()
        );
    }
    Ok(())
}

/// What the trail says of an import: where real people are not served, the operator's word that it brings none.
fn purpose(said: Option<&str>, in_production: bool) -> Result<String, Trouble> {
    match said {
        Some(word @ ("synthetic" | "de-identified")) => Ok(format!("importing patients; the data is {word}")),
        None if in_production => Ok("importing patients".into()),
        _ => Err(Trouble::Plain("outside production only invented or de-identified people are imported: say --data-is synthetic or --data-is de-identified. The word is kept in the trail. (Production is an organisation made with `aloe organisation create` whose keys lie in a device, or in a file that somebody answers for.)".into())),
    }
}

/// One import.
pub struct Work<'a> {
    /// The doors.
    pub doors: &'a Doors,
    /// The keys.
    pub keys: &'a Keys,
    /// Whose patients.
    pub organisation: OrganisationId,
    /// What the trail says.
    pub purpose: String,
    /// Reads and checks, writes nothing.
    pub dry_run: bool,
}

impl Work<'_> {
    /// Reads a file to its end.
    ///
    /// # Errors
    /// When a file cannot be read or written, or the database fails; what was committed stays, and a second run goes on.
    pub async fn run(&self, file: &Path, map: &[String]) -> Result<Tally, Trouble> {
        let open = File::open(file).map_err(|e| Trouble::io(&format!("opening {}", file.display()), e))?;
        let mut reader = lines::Lines::new(BufReader::new(open));
        let header = reader
            .next()
            .ok_or_else(|| Trouble::Plain("the file is empty.".into()))??;
        let columns = Columns::read(&header, map).map_err(Trouble::Plain)?;
        let mut rejects = Rejects::beside(file, columns.header().to_vec());
        for left_out in columns.left_out() {
            eprintln!("The column {left_out} is left out: say --map OURS={left_out} if it is one of ours.");
        }
        let mut tally = Tally::default();
        let mut batch: Vec<(RawLine, Registration)> = Vec::new();
        let mut numbers = HashSet::new();
        for line in reader {
            let line = line?;
            tally.read += 1;
            match person::read(&columns, &line) {
                Ok(person) => batch.push((line, person)),
                Err(reason) => {
                    tally.rejected += 1;
                    rejects.add(&line, &reason)?;
                }
            }
            if batch.len() == BATCH {
                self.write(&mut batch, &mut tally, &mut rejects, &mut numbers).await?;
                eprint!(
                    "\r{} lines read, {} added, {} rejected",
                    tally.read, tally.added, tally.rejected
                );
            }
        }
        self.write(&mut batch, &mut tally, &mut rejects, &mut numbers).await?;
        tally.rejects = rejects.finish()?;
        Ok(tally)
    }

    /// Writes the people of some lines that are new here. `numbers` holds the documents of this file so far: nobody is added
    /// twice by one number, nor beside whoever has it on file.
    async fn write(
        &self,
        batch: &mut Vec<(RawLine, Registration)>,
        tally: &mut Tally,
        rejects: &mut Rejects,
        numbers: &mut HashSet<Vec<u8>>,
    ) -> Result<(), Trouble> {
        if batch.is_empty() {
            return Ok(());
        }
        let trouble = |e: aloe_db::patients::PatientError| Trouble::Plain(e.to_string());
        let mut tx = self.doors.operator(self.organisation, "import", &self.purpose).await?;
        let keys = self.keys.of(&mut tx).await?;
        let mut named = Vec::with_capacity(batch.len());
        for (line, person) in batch.drain(..) {
            let mut names = bulk::import_keys(&keys, &line.meaning().unwrap_or_default()).map_err(trouble)?;
            // Lines were named by their bytes once.
            names
                .all
                .extend(bulk::import_keys(&keys, line.content()).map_err(trouble)?.all);
            named.push((names, person, line));
        }
        let all: Vec<&[u8]> = named
            .iter()
            .flat_map(|(keys, ..)| &keys.all)
            .map(Vec::as_slice)
            .collect();
        let mut seen = bulk::imported_before(&mut tx, &all).await.map_err(trouble)?;
        let before = named.len();
        named.retain(|(keys, ..)| {
            let is_new = keys.all.iter().all(|key| !seen.contains(key));
            is_new && seen.insert(keys.current.to_vec())
        });
        tally.known += (before - named.len()) as u64;
        let indexes: Vec<Vec<Vec<u8>>> = named
            .iter()
            .map(|(_, person, _)| bulk::document_indexes(&keys, &person.document))
            .collect();
        let flat: Vec<&[u8]> = indexes.iter().flatten().map(Vec::as_slice).collect();
        numbers.extend(bulk::on_file(&mut tx, &flat).await.map_err(trouble)?);
        let mut fresh = Vec::with_capacity(named.len());
        for ((names, person, line), indexes) in named.into_iter().zip(indexes) {
            if indexes.iter().any(|index| numbers.contains(index)) {
                tally.rejected += 1;
                rejects.add(
                    &line,
                    "identity number: a file here has it already. Correct that file in Aloe, or leave this line out",
                )?;
                continue;
            }
            numbers.extend(indexes);
            fresh.push((names, person));
        }
        let named = fresh;
        tally.added += named.len() as u64;
        if !self.dry_run && !named.is_empty() {
            let many = i32::try_from(named.len()).unwrap_or(i32::MAX);
            let first = bulk::take_file_numbers(&mut tx, many).await.map_err(trouble)?;
            let organisation = self.organisation.as_uuid();
            let prepared: Result<Vec<_>, _> = named
                .iter()
                .zip(first..)
                .map(|((names, person), number)| {
                    bulk::prepare(organisation, &keys, person, number, Some(names.current))
                })
                .collect();
            bulk::write(&mut tx, &prepared.map_err(trouble)?)
                .await
                .map_err(trouble)?;
            tx.commit().await?;
        }
        Ok(())
    }
}

/// Today, for birth dates and ID numbers.
pub(crate) fn today() -> jiff::civil::Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

/// What a reader of lines reads from.
pub(crate) trait Source: BufRead {}
impl<T: BufRead> Source for T {}
