//! Finding people: by range over folded tokens, by blind index, by birth date. Never by LIKE, which no index serves
//! under row-level security.

use std::collections::{HashMap, HashSet};

use aloe_domain::identity::{Country, IdentityDocument, IdentityType, SaIdNumber};
use aloe_domain::ids::PatientId;
use aloe_domain::name::{prefix_range, query_tokens, search_tokens};
use aloe_domain::permission::need::Patients;
use jiff::Timestamp;
use jiff::civil::Date;
use tokio_postgres::Row;
use uuid::Uuid;

use super::PatientError;
use crate::keys::Keys;
use crate::statement::sql;
use crate::trail::Act;
use crate::tx::Tx;

/// The most people one search returns.
pub const MOST: i64 = 30;

/// One line of a result: enough to tell people apart, identifiers masked.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Found {
    /// The patient.
    pub id: PatientId,
    /// The file's number.
    pub file_number: i64,
    /// Given names.
    pub given_names: String,
    /// Surname.
    pub surname: String,
    /// Birth date, if known.
    pub birth_date: Option<Date>,
    /// Sex, as recorded.
    pub sex: String,
    /// Phone in E.164, or blank.
    pub phone: String,
    /// The SA ID number, masked, if on file.
    pub masked_id: Option<String>,
}

impl Found {
    fn from_row(row: &Row) -> Self {
        Self {
            id: PatientId::from_uuid(row.get("patient_id")),
            file_number: row.get("file_number"),
            given_names: row.get("given_names"),
            surname: row.get("surname"),
            birth_date: row.get("birth_date"),
            sex: row.get("sex"),
            phone: row.get("phone"),
            masked_id: row.get("masked_id"),
        }
    }

    /// Given names and surname.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.given_names, self.surname).trim().to_owned()
    }
}

/// People who match what was typed: any part of the name, a phone number, a birth date or an ID number.
/// The search is recorded, with how many were shown but never what was typed.
///
/// # Errors
/// What the database or the keys answered.
pub async fn search(tx: &mut Tx<Patients>, keys: &Keys, typed: &str, today: Date) -> Result<Vec<Found>, PatientError> {
    let typed = typed.trim();
    let mut rows = if let Ok(number) = SaIdNumber::parse(typed, today) {
        by_identifier(
            tx,
            keys,
            "sa_id",
            &[format!("sa_id|ZAF|{}", number.normalised()).into_bytes()],
        )
        .await?
    } else if let Some(date) = date_of(typed) {
        tx.rows(sql!("patients/search_birth_date"), &[&date, &MOST]).await?
    } else {
        by_tokens(tx, &tokens_of(typed)).await?
    };
    if rows.is_empty() {
        rows = by_document(tx, keys, typed, today).await?;
    }
    let found: Vec<Found> = unique(kept(tx, &rows).await?.into_iter());
    let detail = serde_json::json!({ "shown": found.len() });
    tx.record(&Act {
        action: "search",
        entity: "patients",
        entity_id: None,
        patient: None,
        purpose: "",
        detail: Some(detail),
    })
    .await?;
    Ok(found)
}

/// The people of these rows. What is found on a file that was merged away leads to the file that was kept: its numbers and
/// names stay findable.
async fn kept(tx: &mut Tx<Patients>, rows: &[Row]) -> Result<Vec<Found>, PatientError> {
    let merged: Vec<Uuid> = rows
        .iter()
        .filter(|row| row.get::<_, Option<Uuid>>("merged_into").is_some())
        .map(|row| row.get("patient_id"))
        .collect();
    let mut kept: HashMap<Uuid, Found> = HashMap::new();
    if !merged.is_empty() {
        for row in tx.rows(sql!("patients/kept_files"), &[&merged]).await? {
            kept.insert(row.get("found_id"), Found::from_row(&row));
        }
    }
    Ok(rows
        .iter()
        .map(|row| {
            kept.get(&row.get("patient_id"))
                .cloned()
                .unwrap_or_else(|| Found::from_row(row))
        })
        .collect())
}

async fn by_identifier(
    tx: &mut Tx<Patients>,
    keys: &Keys,
    kind: &str,
    canonical: &[Vec<u8>],
) -> Result<Vec<Row>, PatientError> {
    let keys = keys.of(tx).await?;
    let indexes: Vec<Vec<u8>> = canonical
        .iter()
        .flat_map(|bytes| keys.blind_indexes(kind, bytes))
        .collect();
    Ok(tx
        .rows(sql!("patients/search_identifier"), &[&kind, &indexes, &MOST])
        .await?)
}

/// Whoever has a passport or a permit of this number. Which country issued a passport is not typed into a search: each is
/// tried.
async fn by_document(tx: &mut Tx<Patients>, keys: &Keys, typed: &str, today: Date) -> Result<Vec<Row>, PatientError> {
    if !typed.chars().any(|c| c.is_ascii_digit()) {
        return Ok(Vec::new());
    }
    let mut rows = Vec::new();
    for kind in [
        IdentityType::Passport,
        IdentityType::AsylumPermit,
        IdentityType::RefugeePermit,
    ] {
        let read = |country: Country| {
            let document = IdentityDocument::parse(kind, country.code(), typed, today).ok()?;
            document.canonical_bytes()
        };
        let canonical: Vec<Vec<u8>> = match kind {
            IdentityType::Passport => Country::all().filter_map(read).collect(),
            _ => read(Country::SOUTH_AFRICA).into_iter().collect(),
        };
        if !canonical.is_empty() {
            rows.extend(by_identifier(tx, keys, kind.code(), &canonical).await?);
        }
    }
    Ok(rows)
}

async fn by_tokens(tx: &mut Tx<Patients>, tokens: &[String]) -> Result<Vec<Row>, PatientError> {
    // The longest token leaves the fewest rows for the others to be checked against.
    let Some(first) = tokens.iter().max_by_key(|token| token.chars().count()) else {
        return Ok(Vec::new());
    };
    let (from, to) = prefix_range(first);
    let others: Vec<(String, String)> = tokens.iter().filter(|t| *t != first).map(|t| prefix_range(t)).collect();
    // The same person stands under several tokens that match: read more, show each once.
    let limit = MOST * 4;
    if others.is_empty() {
        return Ok(tx.rows(sql!("patients/search_one"), &[&from, &to, &limit]).await?);
    }
    let (lows, highs): (Vec<String>, Vec<String>) = others.into_iter().unzip();
    Ok(tx
        .rows(sql!("patients/search_two"), &[&from, &to, &lows, &highs, &limit])
        .await?)
}

/// The prefixes to look for. A number is a phone or a file number, typed with or without spaces.
fn tokens_of(typed: &str) -> Vec<String> {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let number_like = !digits.is_empty() && typed.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c));
    if number_like { vec![digits] } else { query_tokens(typed) }
}

/// A date as people write it: 1980-01-01, 01/01/1980, 1 Jan 1980.
fn date_of(typed: &str) -> Option<Date> {
    [
        "%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%d %b %Y", "%d %B %Y",
    ]
    .iter()
    .find_map(|format| Date::strptime(format, typed).ok())
    .filter(|date| date.year() > 1880)
}

fn unique(found: impl Iterator<Item = Found>) -> Vec<Found> {
    let mut seen = HashSet::new();
    found
        .filter(|f| seen.insert(f.id))
        .take(usize::try_from(MOST).unwrap_or(30))
        .collect()
}

/// People who may be the same as the one being registered: the same identity document, or a part of the surname and the
/// birth date. Never merged by itself. Whoever is found was searched for, and the trail says so: commit what you learn.
///
/// # Errors
/// What the database answered.
pub async fn duplicates(
    tx: &mut Tx<Patients>,
    keys: &Keys,
    document: Option<&IdentityDocument>,
    born: Option<(&str, Date)>,
    except: Option<PatientId>,
) -> Result<Vec<(Found, &'static str)>, PatientError> {
    let except = except.map(PatientId::as_uuid);
    let mut found: Vec<(Found, &'static str)> = Vec::new();
    if let Some((kind, canonical)) = document.and_then(|d| Some((d.kind().code(), d.canonical_bytes()?))) {
        let indexes = keys.of(tx).await?.blind_indexes(kind, &canonical);
        let rows = tx
            .rows(sql!("patients/same_identifier"), &[&kind, &indexes, &except])
            .await?;
        for other in kept(tx, &rows).await? {
            found.push((other, "the same identity number"));
        }
    }
    if let Some((surname, birth_date)) = born {
        let rows = tx
            .rows(
                sql!("patients/same_person"),
                &[&birth_date, &search_tokens(surname), &except],
            )
            .await?;
        for other in kept(tx, &rows).await? {
            if !found.iter().any(|(f, _)| f.id == other.id) {
                found.push((other, "the same surname and birth date"));
            }
        }
    }
    let mut seen: HashSet<Uuid> = except.into_iter().collect();
    found.retain(|(other, _)| seen.insert(other.id.as_uuid()));
    for (other, _) in &found {
        tx.record(&Act {
            action: "search",
            entity: "patients",
            entity_id: None,
            patient: Some(other.id.as_uuid()),
            purpose: "is on file with what was typed",
            detail: None,
        })
        .await?;
    }
    Ok(found)
}

/// People on file with a booking's phone number, for reception to choose from. A phone is often shared.
///
/// # Errors
/// What the database answered.
pub async fn possible_matches(tx: &mut Tx<Patients>, phone: &str) -> Result<Vec<Found>, PatientError> {
    if phone.is_empty() {
        return Ok(Vec::new());
    }
    let rows = tx.rows(sql!("patients/possible_matches"), &[&phone]).await?;
    Ok(unique(kept(tx, &rows).await?.into_iter()))
}

/// Whose a file number is, files that were merged into another included.
///
/// # Errors
/// What the database answered.
pub async fn of_file_number(tx: &mut Tx<Patients>, number: i64) -> Result<Option<PatientId>, PatientError> {
    let row = tx.find(sql!("patients/of_file_number"), &[&number]).await?;
    Ok(row.map(|row| PatientId::from_uuid(row.get("patient_id"))))
}

/// Names and file numbers of these people, as far as they are here.
///
/// # Errors
/// What the database answered.
pub async fn names_of(tx: &mut Tx<Patients>, ids: &[Uuid]) -> Result<Vec<(PatientId, String, i64)>, PatientError> {
    let rows = tx.rows(sql!("patients/names"), &[&ids]).await?;
    let one = |row: &tokio_postgres::Row| {
        let (given, surname): (&str, &str) = (row.get("given_names"), row.get("surname"));
        let name = format!("{given} {surname}").trim().to_owned();
        (
            PatientId::from_uuid(row.get("patient_id")),
            name,
            row.get("file_number"),
        )
    };
    Ok(rows.iter().map(one).collect())
}

/// People with a booking in a stretch of time: what the patients page shows before anything is typed.
///
/// # Errors
/// What the database answered.
pub async fn seen_between(tx: &mut Tx<Patients>, from: Timestamp, to: Timestamp) -> Result<Vec<Found>, PatientError> {
    Ok(tx
        .rows(sql!("patients/recent"), &[&from, &to, &MOST])
        .await?
        .iter()
        .map(Found::from_row)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_looked_for_by_its_digits_however_it_is_written() {
        assert_eq!(tokens_of("082 555-0142"), ["0825550142"]);
        assert_eq!(tokens_of("+27 82 555 0142"), ["27825550142"]);
        assert_eq!(tokens_of("o'brien"), ["obrien"]);
    }

    #[test]
    fn dates_are_read_as_people_write_them() {
        let expected = jiff::civil::date(1986, 3, 14);
        for text in ["1986-03-14", "14/03/1986", "14 Mar 1986", "14.03.1986"] {
            assert_eq!(date_of(text), Some(expected), "{text}");
        }
        assert_eq!(date_of("0825550142"), None);
    }
}
