//! Finding people.

use aloe_db::patients::{self, Found};
use aloe_domain::permission::need::Patients;
use aloe_domain::phone::PhoneNumber;
use askama::Template;
use jiff::civil::Date;

use crate::clock;
use crate::form::Form;
use crate::page::{Answer, Shell, html, see_other};
use crate::query::Query;
use crate::session::{Staff, urlencode};

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
    pub fn of(f: &Found, today: Date) -> Self {
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

/// What was typed, without what no name or number holds.
pub fn cleaned(typed: &str) -> String {
    typed.trim().chars().filter(|c| *c != '\0').take(100).collect()
}

/// Whether what was typed may be an ID number, a phone number or a birth date: such a thing never stands in an address,
/// where the browser's history and every log on the way would keep it.
pub fn is_number(typed: &str) -> bool {
    typed.chars().filter(char::is_ascii_digit).count() >= 5
}

/// The people of today, or those whose name was typed.
pub async fn list(staff: Staff<Patients>, Query(wanted): Query<Wanted>) -> Answer {
    let q = cleaned(&wanted.q);
    if is_number(&q) {
        return Ok(see_other(&staff.link("/patients")));
    }
    let now = clock::now();
    let mut tx = staff.begin().await?;
    let searched = is_enough(&q);
    let found = if searched {
        patients::search(&mut tx, &staff.app.keys, &q, staff.today()).await?
    } else {
        let half_day = jiff::SignedDuration::from_hours(12);
        patients::seen_between(&mut tx, now - half_day, now + half_day).await?
    };
    tx.commit().await?;
    page(&staff, q, searched, &found)
}

/// Finds. A name leads to an address that can be gone back to; a number to the one person it belongs to, or to the few.
pub async fn find(staff: Staff<Patients>, f: Form) -> Answer {
    let q = cleaned(f.get("q"));
    if !is_number(&q) {
        return Ok(see_other(&staff.link(&format!("/patients?q={}", urlencode(&q)))));
    }
    let mut tx = staff.begin().await?;
    let found = patients::search(&mut tx, &staff.app.keys, &q, staff.today()).await?;
    tx.commit().await?;
    match found.as_slice() {
        [one] => Ok(see_other(&staff.link(&format!("/patients/{}", one.id)))),
        _ => page(&staff, q, true, &found),
    }
}

fn page(staff: &Staff<Patients>, q: String, searched: bool, found: &[Found]) -> Answer {
    html(&ListPage {
        shell: Shell::new(staff),
        searched,
        too_short: !q.is_empty() && !searched,
        full: i64::try_from(found.len()).unwrap_or(0) >= patients::MOST,
        lines: found.iter().map(|f| Line::of(f, staff.today())).collect(),
        q,
    })
}

/// Whether there is enough to search for.
pub fn is_enough(q: &str) -> bool {
    q.chars().filter(|c| c.is_alphanumeric()).count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_an_identifier_is_told_from_a_name() {
        for number in [
            "8001015009087",
            "800101 5009 087",
            "082 555 0142",
            "1980-01-01",
            "A12345",
        ] {
            assert!(is_number(number), "{number}");
        }
        for name in ["Khumalo", "O'Brien", "file 12", "Room 1024"] {
            assert!(!is_number(name), "{name}");
        }
    }
}
