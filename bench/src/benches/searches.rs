//! The ground that search loads stand on: what to look for, and a receptionist who looks.

use std::cell::Cell;
use std::rc::Rc;

use crate::browser::Browser;
use crate::installation::Installation;
use crate::load::Client;
use crate::pgbench::Pgbench;
use crate::recorder::Recorder;
use crate::script::{self, Rules};
use crate::trouble::Trouble;

/// What a search is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The first four letters of any part of a name.
    Name,
    /// An ID number.
    Number,
}

/// Searches recorded for the floor, and repeated in the load.
const DIFFERENT: usize = 40;

/// What receptionists of one practice look for.
#[derive(Clone)]
pub struct Wanted {
    slug: String,
    signed_in: Rc<Browser>,
    names: Rc<Vec<String>>,
    numbers: Rc<Vec<String>>,
    next: Rc<Cell<usize>>,
}

impl Wanted {
    /// Chooses among the people of the first practice. ID numbers are revealed, as a practitioner does it.
    ///
    /// # Errors
    /// What the database or the pages said.
    pub async fn of(installation: &Installation) -> Result<Self, Trouble> {
        let (organisation, member) = installation.member("practitioner")?;
        let slug = organisation.slug.clone();
        let of_practice =
            format!("organisation_id = (SELECT organisation_id FROM organisations WHERE slug = '{slug}')");
        let names = installation.database.rows(&format!(
            "SELECT start FROM (SELECT DISTINCT left(token, 4) AS start FROM patient_tokens WHERE {of_practice} AND token ~ '^[a-z]{{4}}') s
             ORDER BY md5(start) LIMIT {DIFFERENT}"
        ))?;
        let identifiers = installation.database.rows(&format!(
            "SELECT identifier_id FROM identifiers WHERE {of_practice} AND kind = 'sa_id' ORDER BY md5(identifier_id::text) LIMIT {DIFFERENT}"
        ))?;
        // One sign-in for all: an account that signs in over and over is slowed down.
        let mut browser = Browser::open(installation).await?;
        browser.sign_in(&member.email, &member.password).await?;
        let mut wanted = Self {
            slug,
            signed_in: Rc::new(browser),
            names: Rc::new(names.into_iter().flatten().collect()),
            numbers: Rc::default(),
            next: Rc::default(),
        };
        let mut practitioner = Receptionist::open(&wanted, Kind::Number).await?;
        let mut numbers = Vec::new();
        for identifier in identifiers.into_iter().flatten() {
            numbers.push(practitioner.reveal(&identifier).await?);
        }
        wanted.numbers = Rc::new(numbers);
        Ok(wanted)
    }

    /// The floor of such a search: the statements of recorded ones, chosen from at random.
    ///
    /// # Errors
    /// When the recorded searches cannot be made into a script.
    pub async fn floor(&self, installation: &Installation, kind: Kind) -> Result<Pgbench, Trouble> {
        let login = installation.floor_login("bench_member", "aloe_member, aloe_auth")?;
        let mut receptionist = Receptionist::open(self, kind).await?;
        for _ in 0..3 {
            receptionist.once().await?;
        }
        let recorder = Recorder::begin(installation)?;
        self.next.set(0);
        let each = self.list(kind).len();
        for _ in 0..each {
            receptionist.once().await?;
        }
        let recorded = recorder.end(each)?;
        let preamble = format!(
            "\\set n :n + 1\n\\set u :round * 100000000000 + :client_id * 1000000000 + :n\n\\set i random(1, {each})\n"
        );
        let rules = Rules {
            preamble,
            known: Vec::new(),
            moment: None,
            choose: true,
        };
        let name = if kind == Kind::Name {
            "search-name"
        } else {
            "search-number"
        };
        let script = script::write(&recorded, &rules, &login)?;
        Pgbench::within(&installation.folder, name, login, &script)
    }

    fn list(&self, kind: Kind) -> &[String] {
        match kind {
            Kind::Name => &self.names,
            Kind::Number => &self.numbers,
        }
    }
}

/// Somebody at the desk who finds one person after another.
pub struct Receptionist {
    browser: Browser,
    csrf: String,
    wanted: Wanted,
    kind: Kind,
}

impl Receptionist {
    /// Opens the list of patients.
    ///
    /// # Errors
    /// When the page does not come.
    pub async fn open(wanted: &Wanted, kind: Kind) -> Result<Self, Trouble> {
        let mut browser = wanted.signed_in.tab().await?;
        let page = browser.get(&format!("/o/{}/patients", wanted.slug)).await?;
        let csrf = page
            .field("csrf")
            .ok_or_else(|| Trouble::Plain(format!("the list of patients answered {}", page.status)))?;
        Ok(Self {
            browser,
            csrf,
            wanted: wanted.clone(),
            kind,
        })
    }

    /// Several of them.
    ///
    /// # Errors
    /// When a page does not come.
    pub async fn several(wanted: &Wanted, kind: Kind, how_many: usize) -> Result<Vec<Self>, Trouble> {
        let mut all = Vec::with_capacity(how_many);
        for _ in 0..how_many {
            all.push(Self::open(wanted, kind).await?);
        }
        Ok(all)
    }

    async fn reveal(&mut self, identifier: &str) -> Result<String, Trouble> {
        let path = format!("/o/{}/identifiers/{identifier}/reveal", self.wanted.slug);
        let page = self
            .browser
            .post(&path, &[("csrf", &self.csrf), ("purpose", "identity")])
            .await?
            .text();
        let value = page
            .split_once("<h1>")
            .and_then(|(_, rest)| rest.split_once("</h1>"))
            .map(|(value, _)| value.to_owned());
        value.ok_or_else(|| Trouble::Plain("an ID number was not revealed".into()))
    }
}

impl Client for Receptionist {
    async fn once(&mut self) -> Result<(), Trouble> {
        let number = self.wanted.next.replace(self.wanted.next.get() + 1);
        let list = self.wanted.list(self.kind);
        let typed = list.get(number % list.len().max(1)).cloned().unwrap_or_default();
        let path = format!("/o/{}/patients", self.wanted.slug);
        let answer = match self.kind {
            Kind::Name => self.browser.get(&format!("{path}?q={typed}")).await?,
            Kind::Number => self.browser.post(&path, &[("csrf", &self.csrf), ("q", &typed)]).await?,
        };
        let found = match self.kind {
            Kind::Name => answer.status == 200 && answer.text().contains(" found"),
            Kind::Number => answer.status == 303 || (answer.status == 200 && answer.text().contains(" found")),
        };
        if found {
            Ok(())
        } else {
            Err(Trouble::Plain(format!(
                "a search answered {} and found nobody",
                answer.status
            )))
        }
    }
}
