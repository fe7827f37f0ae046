//! Many people at once, through a staging table and with every trigger on: COPY is refused on a table with row-level
//! security, so the rows go into a temporary table of the connection and from there through the policies.

use std::collections::HashSet;

use aloe_domain::identity::IdentityDocument;
use aloe_domain::ids::PatientId;
use aloe_vault::{OrganisationKey, Place, SubjectKey};
use futures_util::SinkExt;
use uuid::Uuid;

use crate::doors::Operator;
use crate::keys::{KeyError, OrganisationKeys, seal_text};
use crate::patients::{PatientError, Registration, bulk_row};
use crate::statement::sql;
use crate::tx::Tx;

/// What an import's line is named under, as a field of the blind index.
pub(crate) const IMPORT: &str = "import";

/// A person ready to be written: everything sealed and indexed.
pub struct Prepared {
    id: Uuid,
    subject: SubjectKey,
    lines: [String; 4],
}

/// Seals and folds one person. Needs no database: many can be prepared at once.
///
/// # Errors
/// When sealing fails.
pub fn prepare(
    organisation: Uuid,
    keys: &OrganisationKeys,
    person: &Registration,
    file_number: i64,
    import_key: Option<[u8; 32]>,
) -> Result<Prepared, PatientError> {
    let current = keys.current()?;
    let id = PatientId::fresh().as_uuid();
    let subject = SubjectKey::random(id).map_err(|e| KeyError::Store(e.to_string()))?;
    let row = bulk_row(person, file_number);
    let mut lines = [String::new(), String::new(), String::new(), String::new()];
    let [patients, tokens, identifiers, values] = &mut lines;
    let wrapped = current
        .wrap_subject(&subject)
        .map_err(|e| KeyError::Store(e.to_string()))?
        .into_bytes();
    let import = import_key.map_or_else(|| "\\N".to_owned(), |key| hex(&key));
    push(
        patients,
        &[&organisation.to_string(), &id.to_string(), &file_number.to_string()],
        &row.columns,
        &[&hex(&wrapped), &import],
    );
    for token in &row.tokens {
        push(
            tokens,
            &[&organisation.to_string(), &escape(token), &id.to_string()],
            &[],
            &[],
        );
    }
    for identifier in &row.identifiers {
        let identifier_id = Uuid::now_v7();
        let sealed = seal_identifier(organisation, &subject, identifier_id, &identifier.value)?;
        let blind = blind_index(current, &identifier.kind, &identifier.canonical);
        let version = current.version().to_string();
        let columns: Vec<String> = [
            &identifier.kind,
            &identifier.country,
            &identifier.scheme,
            &identifier.dependant_code,
            &identifier.masked,
        ]
        .iter()
        .map(|text| escape(text))
        .collect();
        let keys = [organisation.to_string(), identifier_id.to_string(), id.to_string()];
        push(
            identifiers,
            &[&keys[0], &keys[1], &keys[2]],
            &columns,
            &[&blind, &version],
        );
        push(values, &[&keys[0], &keys[1], &hex(&sealed)], &[], &[]);
    }
    Ok(Prepared { id, subject, lines })
}

impl Prepared {
    /// The patient's id.
    pub fn id(&self) -> PatientId {
        PatientId::from_uuid(self.id)
    }

    /// The patient's own key.
    pub fn subject(&self) -> &SubjectKey {
        &self.subject
    }
}

fn seal_identifier(organisation: Uuid, subject: &SubjectKey, id: Uuid, value: &str) -> Result<Vec<u8>, KeyError> {
    seal_text(
        subject,
        &Place::of(organisation, "identifier_values", "sealed", id),
        value,
    )
}

fn blind_index(key: &OrganisationKey, kind: &str, canonical: &[u8]) -> String {
    hex(&key.blind_index(kind, canonical))
}

/// The staging tables: each table, and its columns with their types. Spelled out, since LIKE would need the right to read.
const TABLES: [(&str, &str); 4] = [
    (
        "patients",
        "organisation_id uuid, patient_id uuid, file_number bigint, given_names text, surname text, birth_date date, sex text,
         phone text, email text, language text, address text, reception_note text, subject_key bytea, import_key bytea",
    ),
    ("patient_tokens", "organisation_id uuid, token text, patient_id uuid"),
    (
        "identifiers",
        "organisation_id uuid, identifier_id uuid, patient_id uuid, kind text, country text, scheme text, dependant_code text,
         masked text, blind_index bytea, key_version integer",
    ),
    ("identifier_values", "organisation_id uuid, identifier_id uuid, sealed bytea"),
];

/// Writes prepared people in one transaction.
///
/// # Errors
/// What the database answered; then none of them is written.
pub async fn write(tx: &mut Tx<Operator>, people: &[Prepared]) -> Result<(), PatientError> {
    for (index, (table, typed)) in TABLES.iter().enumerate() {
        let stage = format!("stage_{table}");
        let columns: Vec<&str> = typed
            .split(',')
            .filter_map(|column| column.split_whitespace().next())
            .collect();
        let columns = columns.join(", ");
        tx.batch(&format!(
            "CREATE TEMPORARY TABLE IF NOT EXISTS {stage} ({typed}) ON COMMIT DELETE ROWS; TRUNCATE {stage}"
        ))
        .await?;
        let text: String = people
            .iter()
            .filter_map(|person| person.lines.get(index))
            .map(String::as_str)
            .collect();
        let sink = tx.copy_in(&format!("COPY {stage} ({columns}) FROM STDIN")).await?;
        let mut sink = Box::pin(sink);
        sink.send(bytes::Bytes::from(text))
            .await
            .map_err(crate::error::DbError::from)?;
        sink.as_mut().finish().await.map_err(crate::error::DbError::from)?;
        tx.batch(&format!(
            "INSERT INTO aloe.{table} ({columns}) SELECT {columns} FROM {stage}"
        ))
        .await?;
    }
    Ok(())
}

/// The names of a line of an import: the same line has the same ones in one organisation, and they mean nothing outside it.
pub struct ImportKeys {
    /// The name it gets today.
    pub current: [u8; 32],
    /// What it may have got before a rotation of the organisation's key, the current one included.
    pub all: Vec<Vec<u8>>,
}

/// Names a line of an import.
///
/// # Errors
/// When the organisation has no key.
pub fn import_keys(keys: &OrganisationKeys, line: &[u8]) -> Result<ImportKeys, PatientError> {
    Ok(ImportKeys {
        current: keys.current()?.blind_index(IMPORT, line),
        all: keys.blind_indexes(IMPORT, line),
    })
}

/// Which of these names were given to a person before.
///
/// # Errors
/// What the database answered.
pub async fn imported_before(tx: &mut Tx<Operator>, names: &[&[u8]]) -> Result<HashSet<Vec<u8>>, PatientError> {
    let rows = tx.rows(sql!("patients/imported"), &[&names]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// What an identity document is found by, under every key in use; nothing where there is none.
pub fn document_indexes(keys: &OrganisationKeys, document: &IdentityDocument) -> Vec<Vec<u8>> {
    match document.canonical_bytes() {
        Some(canonical) => keys.blind_indexes(document.kind().code(), &canonical),
        None => Vec::new(),
    }
}

/// Which of these documents somebody on file has.
///
/// # Errors
/// What the database answered.
pub async fn on_file(tx: &mut Tx<Operator>, indexes: &[&[u8]]) -> Result<HashSet<Vec<u8>>, PatientError> {
    let rows = tx.rows(sql!("patients/numbers_on_file"), &[&indexes]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Takes so many file numbers at once; answers the first.
///
/// # Errors
/// What the database answered.
pub async fn take_file_numbers(tx: &mut Tx<Operator>, how_many: i32) -> Result<i64, PatientError> {
    Ok(tx
        .get(sql!("patients/next_file_number"), &[&how_many])
        .await?
        .get("file_number"))
}

fn push(line: &mut String, first: &[&str], middle: &[String], last: &[&str]) {
    let all = first
        .iter()
        .copied()
        .chain(middle.iter().map(String::as_str))
        .chain(last.iter().copied());
    for (index, field) in all.enumerate() {
        if index > 0 {
            line.push('\t');
        }
        line.push_str(field);
    }
    line.push('\n');
}

fn hex(bytes: &[u8]) -> String {
    format!("\\\\x{}", data_encoding::HEXLOWER.encode(bytes))
}

/// A text in the format of COPY.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_end_its_field_or_its_line() {
        assert_eq!(escape("a\tb\nc\\d"), "a\\tb\\nc\\\\d");
    }
}
