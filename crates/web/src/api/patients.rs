//! People as JSON: found, registered, shown. Numbers that identify them are answered masked, always.

use aloe_db::idempotency::Fingerprint;
use aloe_db::patients::{self, Found, Identifier, PatientRecord, Registration};
use aloe_domain::ids::PatientId;
use aloe_domain::language::Language;
use aloe_domain::permission::need::Patients;
use axum::extract::Path;
use axum::http::StatusCode;
use jiff::civil::Date;
use schemars::JsonSchema;
use uuid::Uuid;

use super::answer::{Answer, Refusal};
use super::body::{Json, Key};
use crate::form::Form;
use crate::people::form::{read, read_notice};
use crate::people::list::{cleaned, is_enough};
use crate::people::show::id_of;
use crate::session::Staff;

/// What to look for: in the body, since it may be an ID number and addresses are kept in logs.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SearchPatients")]
pub struct Search {
    /// Any part of the name, a phone number, a birth date, an ID number or a file number.
    #[schemars(length(min = 2, max = 100))]
    query: String,
}

/// People who match.
#[derive(serde::Serialize, JsonSchema)]
pub struct FoundPatients {
    patients: Vec<FoundPatient>,
    /// Whether there may be more: ask for another part of the name.
    more: bool,
}

/// One of them.
#[derive(serde::Serialize, JsonSchema)]
struct FoundPatient {
    id: Uuid,
    file_number: i64,
    given_names: String,
    surname: String,
    birth_date: Option<Date>,
    sex: String,
    phone: String,
    masked_id: Option<String>,
}

impl FoundPatient {
    fn of(f: Found) -> Self {
        Self {
            id: f.id.as_uuid(),
            file_number: f.file_number,
            given_names: f.given_names,
            surname: f.surname,
            birth_date: f.birth_date,
            sex: f.sex,
            phone: f.phone,
            masked_id: f.masked_id,
        }
    }
}

/// The kinds of identity documents, and why there is none.
#[derive(serde::Deserialize, JsonSchema, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum DocumentKind {
    SaId,
    Passport,
    AsylumPermit,
    RefugeePermit,
    NoneNewborn,
    NoneUnknown,
}

impl DocumentKind {
    fn code(self) -> &'static str {
        match self {
            Self::SaId => "sa_id",
            Self::Passport => "passport",
            Self::AsylumPermit => "asylum_permit",
            Self::RefugeePermit => "refugee_permit",
            Self::NoneNewborn => "none_newborn",
            Self::NoneUnknown => "none_unknown",
        }
    }
}

/// Sex, as recorded.
#[derive(serde::Deserialize, JsonSchema, Clone, Copy, Default)]
#[serde(rename_all = "snake_case")]
enum Sex {
    Female,
    Male,
    Other,
    #[default]
    Unknown,
}

impl Sex {
    fn code(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
            Self::Other => "other",
            Self::Unknown => "unknown",
        }
    }
}

/// What identifies a person.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Document {
    kind: DocumentKind,
    /// Of a passport: the country that issued it, three letters.
    #[serde(default)]
    country: String,
    #[serde(default)]
    number: String,
}

/// A person to be registered.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPatient {
    #[serde(default)]
    given_names: String,
    #[schemars(length(min = 1, max = 100))]
    surname: String,
    /// Taken from the ID number when it is left out.
    birth_date: Option<Date>,
    #[serde(default)]
    sex: Sex,
    /// As people write it.
    #[serde(default)]
    phone: String,
    #[serde(default)]
    email: String,
    /// `en`, `af`, `zu`, `xh` …
    #[serde(default)]
    language: String,
    #[serde(default)]
    #[schemars(length(max = 400))]
    address: String,
    document: Document,
    /// The version of the privacy notice that the person was shown, if they were: the one in force.
    #[schemars(range(min = 1))]
    notice_version: Option<i32>,
    /// Registers a person who may be on file: somebody looked, and it is none of those.
    #[serde(default)]
    not_the_same: bool,
}

/// A person's contact details.
#[derive(serde::Serialize, JsonSchema)]
pub struct Patient {
    id: Uuid,
    file_number: i64,
    given_names: String,
    surname: String,
    birth_date: Option<Date>,
    sex: String,
    phone: String,
    email: String,
    language: String,
    address: String,
    identifiers: Vec<MaskedIdentifier>,
    /// The file that this one was merged into.
    merged_into: Option<Uuid>,
    version: i32,
}

/// A number that identifies a person, masked.
#[derive(serde::Serialize, JsonSchema)]
struct MaskedIdentifier {
    id: Uuid,
    kind: String,
    country: String,
    masked: String,
}

impl Patient {
    fn of(p: PatientRecord, identifiers: Vec<Identifier>) -> Self {
        let masked = |i: Identifier| MaskedIdentifier {
            id: i.id,
            kind: i.kind,
            country: i.country,
            masked: i.masked,
        };
        Self {
            id: p.id.as_uuid(),
            file_number: p.file_number,
            given_names: p.given_names,
            surname: p.surname,
            birth_date: p.birth_date,
            sex: p.sex,
            phone: p.phone,
            email: p.email,
            language: p.language,
            address: p.address,
            identifiers: identifiers.into_iter().map(masked).collect(),
            merged_into: p.merged_into.map(PatientId::as_uuid),
            version: p.version,
        }
    }
}

/// Finds people.
pub async fn search(staff: Staff<Patients>, Json(body): Json<Search>) -> Answer<axum::Json<FoundPatients>> {
    if body.query.chars().count() > 100 {
        return Err(Refusal::field("query", "Send at most 100 characters."));
    }
    let q = cleaned(&body.query);
    if !is_enough(&q) {
        return Err(Refusal::field("query", "Send at least two letters or digits."));
    }
    let today = staff.today();
    let mut tx = staff.begin().await?;
    let found = patients::search(&mut tx, &staff.app.keys, &q, today).await?;
    tx.commit().await?;
    let more = i64::try_from(found.len()).unwrap_or(0) >= patients::MOST;
    Ok(axum::Json(FoundPatients {
        patients: found.into_iter().map(FoundPatient::of).collect(),
        more,
    }))
}

/// Shows one person.
pub async fn show(staff: Staff<Patients>, Path((_, id)): Path<(String, String)>) -> Answer<axum::Json<Patient>> {
    let id = id_of(&id)?;
    let mut tx = staff.begin().await?;
    let record = patients::find(&mut tx, id).await?;
    let identifiers = patients::identifiers(&mut tx, id).await?;
    tx.done().await?;
    Ok(axum::Json(Patient::of(record, identifiers)))
}

/// Registers a person.
pub async fn create(
    staff: Staff<Patients>,
    Key(key): Key,
    Json(body): Json<NewPatient>,
) -> Answer<(StatusCode, axum::Json<Patient>)> {
    let today = staff.today();
    let (not_the_same, shown) = (body.not_the_same, body.notice_version);
    let current = read_notice(&staff).await?.map(|notice| notice.version);
    let mut f = as_form(body);
    if !f.get("language").is_empty() && Language::from_code(f.get("language")).is_none() {
        f.complain(
            "language",
            "Send one of the codes of South Africa's languages, such as en, af, zu or xh.",
        );
    }
    if shown.is_some() && shown != current {
        f.complain(
            "notice_version",
            "This is not the privacy notice in force. Show that one, and send its version.",
        );
    }
    let read = read(&mut f, today).and_then(|typed| Some((typed.contact, typed.document?, typed.medical_aid)));
    let (Some((contact, document, medical_aid)), true) = (read, f.is_fine()) else {
        return Err(Refusal::of(&f));
    };
    // Nothing of the document: what is kept of a key must not be a way to find out a number.
    let born = contact.birth_date.map(|date| date.to_string()).unwrap_or_default();
    let act = Fingerprint::of(&[&staff.path, contact.surname.as_str(), &born]);
    let mut tx = staff.begin().await?;
    if let Some(first) = key.answer(&mut tx, &act).await? {
        let id = PatientId::from_uuid(first);
        let record = patients::find(&mut tx, id).await?;
        let identifiers = patients::identifiers(&mut tx, id).await?;
        tx.done().await?;
        return Ok((StatusCode::CREATED, axum::Json(Patient::of(record, identifiers))));
    }
    if !not_the_same {
        let born = Some(contact.surname.as_str()).zip(contact.birth_date);
        let same = patients::duplicates(&mut tx, &staff.app.keys, Some(&document), born, None).await?;
        if !same.is_empty() {
            tx.commit().await?;
            let each = |(found, why): (Found, &str)| ("document".to_owned(), format!("{why}: patient {}", found.id));
            return Err(Refusal::OnFile(same.into_iter().map(each).collect()));
        }
    }
    let person = Registration {
        contact,
        document,
        medical_aid,
        notice_version: shown,
    };
    let id = patients::register(&mut tx, &staff.app.keys, &person).await?;
    key.keep(&mut tx, &act, id.as_uuid()).await?;
    let record = patients::find(&mut tx, id).await?;
    let identifiers = patients::identifiers(&mut tx, id).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, axum::Json(Patient::of(record, identifiers))))
}

/// The same fields as on the page, so that the same rules read them.
fn as_form(body: NewPatient) -> Form {
    let born = body.birth_date.map(|date| date.to_string()).unwrap_or_default();
    Form::filled([
        ("given_names", body.given_names),
        ("surname", body.surname),
        ("birth_date", born),
        ("sex", body.sex.code().to_owned()),
        ("phone", body.phone),
        ("email", body.email),
        ("language", body.language),
        ("address", body.address),
        ("kind", body.document.kind.code().to_owned()),
        ("country", body.document.country),
        ("id_number", body.document.number),
    ])
}
