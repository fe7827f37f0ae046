//! Finding people.

use aloe_db::patients::{self, Found};
use aloe_domain::permission::need::Patients;
use aloe_domain::phone::PhoneNumber;
use askama::Template;
use axum::extract::Query;
use jiff::tz::TimeZone;

use crate::clock;
use crate::page::{Answer, Shell, html};
use crate::session::Staff;

/// What was typed.
#[derive(serde::Deserialize)]
pub struct Wanted {
    #[serde(default)]
    q: String,
}

/// One line of the result.
pub struct Line {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Birth date and age, or blank.
    pub born: String,
    /// Phone as people write it.
    pub phone: String,
    /// Masked ID number.
    pub masked: String,
    /// File number.
    pub file: i64,
}

impl Line {
    /// A found person as a line.
    pub fn of(f: &Found) -> Self {
        let today = clock::now().to_zoned(TimeZone::UTC).date();
        Self {
            id: f.id.to_string(),
            name: f.full_name(),
            born: f
                .birth_date
                .map(|b| format!("{} ({})", clock::plain_date(b), clock::age(b, today)))
                .unwrap_or_default(),
            phone: PhoneNumber::parse(&f.phone).map(|p| p.national()).unwrap_or_default(),
            masked: f.masked_id.clone().unwrap_or_default(),
            file: f.file_number,
        }
    }
}

#[derive(Template)]
#[template(path = "people/list.html")]
struct ListPage {
    shell: Shell,
    q: String,
    lines: Vec<Line>,
    searched: bool,
    too_short: bool,
    full: bool,
}

/// The search, and before anything is typed, the people of today.
pub async fn list(staff: Staff<Patients>, Query(wanted): Query<Wanted>) -> Answer {
    let q: String = wanted.q.trim().chars().filter(|c| *c != '\0').take(100).collect();
    let now = clock::now();
    let today = now.to_zoned(TimeZone::UTC).date();
    let mut tx = staff.begin().await?;
    let letters = q.chars().filter(|c| c.is_alphanumeric()).count();
    let too_short = !q.is_empty() && letters < 2;
    let found = if q.is_empty() || too_short {
        let half_day = jiff::SignedDuration::from_hours(12);
        patients::seen_between(&mut tx, now - half_day, now + half_day).await?
    } else {
        patients::search(&mut tx, &staff.app.keys, &q, today).await?
    };
    tx.commit().await?;
    html(&ListPage {
        shell: Shell::new(&staff),
        searched: !q.is_empty() && !too_short,
        too_short,
        full: i64::try_from(found.len()).unwrap_or(0) >= patients::MOST,
        lines: found.iter().map(Line::of).collect(),
        q,
    })
}
