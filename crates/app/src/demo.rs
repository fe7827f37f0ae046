//! `aloe demo`: synthetic South Africans through the same code, triggers and policies as anybody else.

mod organisation;
mod people;

use std::path::Path;

use aloe_synthetic::Practices;
use aloe_synthetic::practice::{Field, Kind, Practice};

use crate::commands::DemoOptions;
use crate::installation::{Installation, write_private};
use crate::runtime::{self, Trouble};

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

/// Fills the installation, unless it is filled already.
///
/// # Errors
/// A sentence about what is wrong and what to do.
pub async fn fill(data: &Path, options: &DemoOptions) -> Result<(), Trouble> {
    let installation = Installation::open(data)?;
    if runtime::running(&installation.places()).is_some_and(|running| !running.demonstration) {
        return Err(Trouble::Plain("this installation serves real people: synthetic ones are added only to a demonstration (`aloe serve --demo`).".into()));
    }
    let opened = runtime::reach(&installation).await?;
    let mut filled = Vec::new();
    for (index, practice) in cast(options).into_iter().enumerate() {
        let there = opened.doors.find_organisation(&practice.slug).await?.is_some();
        if !there {
            let stage = organisation::Stage {
                doors: &opened.doors,
                keys: &installation.keys,
                practice: &practice,
            };
            let made = stage.make(index, filled.first(), options).await?;
            filled.push(made);
        }
        if options.organisations > 3 {
            eprint!("\rorganisations: {} of {}", index + 1, options.organisations);
        }
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
