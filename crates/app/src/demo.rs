//! `aloe demo`: synthetic South Africans through the same code, triggers and policies as anybody else.

mod organisation;
mod people;

use aloe_db::doors::Doors;
use aloe_db::keys::Keys;
use aloe_synthetic::Practices;
use aloe_synthetic::practice::{Field, Kind, Practice};
use aloe_vault::SealingKey;
use futures_util::StreamExt;

use crate::commands::DemoOptions;
use crate::installation::{Installation, write_private};
use crate::runtime::{self, Trouble};
use crate::settings::Settings;

/// The password of every synthetic member. Worth nothing: a synthetic organisation holds nobody.
pub const PASSWORD: &str = "only-synthetic-people";

/// The notice that a new organisation begins with, to be made its own.
pub const PRIVACY_NOTICE: &str = "We keep your name, phone number and booking so that we can see you at the agreed time, \
and tell you if it changes. Giving an ID number is your choice; it helps us to find your file. We share nothing with \
anybody who does not treat or serve you, unless the law demands it. You may see, correct or object to what we keep: ask \
at the desk. If we do not put it right, you may complain to the Information Regulator.";

/// One organisation with its sign-ins, in `demo.json`.
#[derive(serde::Serialize)]
pub struct Filled {
    /// Name.
    pub name: String,
    /// Part of the public address.
    pub slug: String,
    /// `practice` or `public_office`.
    pub kind: String,
    /// Address of the public booking page.
    pub booking: String,
    /// Address of the calendar.
    pub calendar: String,
    /// Who can sign in.
    pub members: Vec<SignIn>,
}

/// One sign-in.
#[derive(serde::Serialize, Clone)]
pub struct SignIn {
    /// Role.
    pub role: String,
    /// Name.
    pub name: String,
    /// E-mail.
    pub email: String,
    /// Password.
    pub password: String,
}

/// A general practice first and a public office second, then whoever comes.
fn cast(options: &DemoOptions) -> Vec<Practice> {
    let all = || Practices::new(options.seed);
    let practice = all().find(|p| p.kind == Kind::Practice(Field::General) && p.practitioners.len() >= 3);
    let office = all().find(|p| p.kind.is_office() && p.counters.len() >= 2);
    let chosen: Vec<Practice> = practice.into_iter().chain(office).collect();
    let others = all().filter(|p| chosen.iter().all(|c| c.slug != p.slug));
    let mut seen = std::collections::HashSet::new();
    chosen
        .iter()
        .cloned()
        .chain(others)
        .filter(|p| seen.insert(p.slug.clone()))
        .take(options.organisations)
        .collect()
}

#[derive(serde::Serialize)]
struct DemoFile<'a> {
    origin: &'a str,
    organisations: &'a [Filled],
}

/// Organisations filled side by side: one for each core that the database is likely to have.
const AT_ONCE: usize = 2;

struct Filler<'a> {
    doors: &'a Doors,
    keys: &'a Keys,
    factors: SealingKey,
    options: &'a DemoOptions,
    done: std::sync::atomic::AtomicUsize,
}

impl Filler<'_> {
    /// Fills one organisation, unless it is there already.
    async fn fill(&self, index: usize, practice: &Practice, first: Option<&Filled>) -> Result<Option<Filled>, Trouble> {
        let there = self.doors.find_organisation(&practice.slug).await?.is_some();
        let stage = organisation::Stage {
            doors: self.doors,
            keys: self.keys,
            factors: &self.factors,
            practice,
        };
        let made = match there {
            true => None,
            false => Some(stage.make(index, first, self.options).await?),
        };
        let done = self.done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        if self.options.organisations > 3 {
            eprint!("\rorganisations: {done} of {}", self.options.organisations);
        }
        Ok(made)
    }
}

/// Fills the installation, unless it is filled already.
///
/// # Errors
/// A sentence about what is wrong and what to do.
pub async fn fill(settings: &Settings, options: &DemoOptions) -> Result<(), Trouble> {
    let installation = Installation::open(settings)?;
    if runtime::running(&installation.places()).is_some_and(|running| !running.demonstration) {
        return Err(Trouble::Plain("this installation serves real people: synthetic ones are added only to a demonstration (`aloe serve --demo`).".into()));
    }
    let opened = runtime::reach(&installation, settings).await?;
    let (_, genuine) = opened.doors.count_organisations().await?;
    if genuine > 0 {
        return Err(Trouble::Plain("this installation holds an organisation that is not a demonstration: synthetic people are added to none that has real ones. Choose another --data.".into()));
    }
    let cast: Vec<(usize, Practice)> = cast(options).into_iter().enumerate().collect();
    let filler = Filler {
        doors: &opened.doors,
        keys: &installation.keys,
        factors: installation.key.factors(),
        options,
        done: std::sync::atomic::AtomicUsize::new(0),
    };
    // The owner of the first is an administrator of the second: these two in turn, the others side by side.
    let (shared, others) = cast.split_at(cast.len().min(2));
    let mut filled = Vec::new();
    for (index, practice) in shared {
        filled.extend(filler.fill(*index, practice, filled.first()).await?);
    }
    let mut rest = futures_util::stream::iter(others)
        .map(|(index, practice)| filler.fill(*index, practice, None))
        .buffered(AT_ONCE);
    while let Some(made) = rest.next().await {
        filled.extend(made?);
    }
    if filled.is_empty() {
        eprintln!("The synthetic people are there already.");
        return Ok(());
    }
    let file = DemoFile {
        origin: &options.origin,
        organisations: filled.get(..filled.len().min(5)).unwrap_or(&filled),
    };
    let text = serde_json::to_string_pretty(&file).map_err(|e| Trouble::Plain(e.to_string()))?;
    write_private(&installation.places().demo(), &text)?;
    eprintln!(
        "\nFilled {} organisations. Addresses and sign-ins are in {}.",
        filled.len(),
        installation.places().demo().display()
    );
    Ok(())
}
