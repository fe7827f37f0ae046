//! Registering a person, and correcting what is on file.

use aloe_domain::identity::IdentityDocument;
use aloe_domain::ids::PatientId;
use aloe_domain::language::Language;
use aloe_domain::medical_aid::{DependantCode, MemberNumber};
use aloe_domain::name::{PersonName, search_tokens};
use aloe_domain::permission::need::Patients;
use aloe_domain::phone::PhoneNumber;
use aloe_vault::SubjectKey;
use jiff::Timestamp;
use jiff::civil::Date;

use super::PatientError;
use super::identifiers::{NewIdentifier, store};
use crate::keys::{KeyError, Keys};
use crate::statement::sql;
use crate::tx::Tx;

/// What is kept about a person besides identifiers.
#[derive(Clone)]
pub struct Contact {
    /// Given names; some people have none.
    pub given_names: Option<PersonName>,
    /// Surname.
    pub surname: PersonName,
    /// Birth date, if known.
    pub birth_date: Option<Date>,
    /// `female`, `male`, `other` or `unknown`.
    pub sex: String,
    /// A phone to reach them by; often shared in a family.
    pub phone: Option<PhoneNumber>,
    /// E-mail, or blank.
    pub email: String,
    /// The language they are written to in.
    pub language: Language,
    /// Postal address, or blank.
    pub address: String,
    /// What reception should know, or blank.
    pub reception_note: String,
}

/// Membership of a medical scheme.
#[derive(Clone)]
pub struct MedicalAid {
    /// The scheme's name.
    pub scheme: String,
    /// The membership number, sealed like an ID number.
    pub number: MemberNumber,
    /// The dependant code.
    pub dependant: Option<DependantCode>,
}

/// A person to register.
#[derive(Clone)]
pub struct Registration {
    /// Contact details.
    pub contact: Contact,
    /// Their identity document, or why there is none.
    pub document: IdentityDocument,
    /// Their medical scheme, if any.
    pub medical_aid: Option<MedicalAid>,
    /// The version of the privacy notice that they were shown.
    pub notice_version: Option<i32>,
}

/// A person's file, as reception sees it.
#[derive(Clone, Debug)]
pub struct PatientRecord {
    /// The patient.
    pub id: PatientId,
    /// The file's number.
    pub file_number: i64,
    /// Given names.
    pub given_names: String,
    /// Surname.
    pub surname: String,
    /// Birth date.
    pub birth_date: Option<Date>,
    /// Sex, as recorded.
    pub sex: String,
    /// Phone in E.164, or blank.
    pub phone: String,
    /// E-mail, or blank.
    pub email: String,
    /// Language code.
    pub language: String,
    /// Address, or blank.
    pub address: String,
    /// Note for reception, or blank.
    pub reception_note: String,
    /// The privacy notice shown, if any, and when.
    pub notice: Option<(i32, Timestamp)>,
    /// The file this one was merged into.
    pub merged_into: Option<PatientId>,
    /// When the file was made.
    pub created_at: Timestamp,
    /// The row's version.
    pub version: i32,
}

impl PatientRecord {
    /// Given names and surname.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.given_names, self.surname).trim().to_owned()
    }
}

/// Registers a person: row, search tokens, own key, sealed identifiers.
///
/// # Errors
/// What the database or the keys answered.
pub async fn register(tx: &mut Tx<Patients>, keys: &Keys, person: &Registration) -> Result<PatientId, PatientError> {
    let id = PatientId::fresh();
    let organisation_keys = keys.of(tx).await?;
    let subject = SubjectKey::random(id.as_uuid()).map_err(|e| KeyError::Store(e.to_string()))?;
    let wrapped = organisation_keys
        .current()?
        .wrap_subject(&subject)
        .map_err(|e| KeyError::Store(e.to_string()))?;
    let file_number: i64 = tx
        .get(sql!("patients/next_file_number"), &[&1_i32])
        .await?
        .get("file_number");
    let c = &person.contact;
    let (given, phone) = (given_of(c), phone_of(c));
    tx.run_one(
        sql!("patients/add"),
        &[
            &id.as_uuid(),
            &file_number,
            &given,
            &c.surname.as_str(),
            &c.birth_date,
            &c.sex,
            &phone,
            &c.email,
            &c.language.code(),
            &c.address,
            &c.reception_note,
            &person.notice_version,
            &wrapped.into_bytes(),
            &None::<Vec<u8>>,
        ],
    )
    .await?;
    tx.run(sql!("patients/add_tokens"), &[&id.as_uuid(), &tokens(c, file_number)])
        .await?;
    store_document(tx, &organisation_keys, id, &person.document).await?;
    store_medical_aid(tx, &organisation_keys, id, person.medical_aid.as_ref()).await?;
    Ok(id)
}

/// A person's file.
///
/// # Errors
/// `Missing` when nobody here has this id.
pub async fn find(tx: &mut Tx<Patients>, id: PatientId) -> Result<PatientRecord, PatientError> {
    let row = tx
        .find(sql!("patients/get"), &[&id.as_uuid()])
        .await?
        .ok_or(PatientError::Missing)?;
    let notice: Option<i32> = row.get("notice_version");
    let shown: Option<Timestamp> = row.get("notice_shown_at");
    Ok(PatientRecord {
        id,
        file_number: row.get("file_number"),
        given_names: row.get("given_names"),
        surname: row.get("surname"),
        birth_date: row.get("birth_date"),
        sex: row.get("sex"),
        phone: row.get("phone"),
        email: row.get("email"),
        language: row.get("language"),
        address: row.get("address"),
        reception_note: row.get("reception_note"),
        notice: notice.zip(shown),
        merged_into: row
            .get::<_, Option<uuid::Uuid>>("merged_into")
            .map(PatientId::from_uuid),
        created_at: row.get("created_at"),
        version: row.get("version"),
    })
}

/// Corrects a file that is still at `version`. A document or scheme that is given takes the place of the one on file.
///
/// # Errors
/// `Db(Conflict)` when someone else saved first.
pub async fn update(
    tx: &mut Tx<Patients>,
    keys: &Keys,
    id: PatientId,
    version: i32,
    contact: &Contact,
    document: Option<&IdentityDocument>,
    medical_aid: Option<&MedicalAid>,
) -> Result<(), PatientError> {
    let (given, phone) = (given_of(contact), phone_of(contact));
    tx.run_one(
        sql!("patients/update"),
        &[
            &id.as_uuid(),
            &version,
            &given,
            &contact.surname.as_str(),
            &contact.birth_date,
            &contact.sex,
            &phone,
            &contact.email,
            &contact.language.code(),
            &contact.address,
            &contact.reception_note,
        ],
    )
    .await?;
    let file_number = find(tx, id).await?.file_number;
    tx.run(sql!("patients/remove_tokens"), &[&id.as_uuid()]).await?;
    tx.run(
        sql!("patients/add_tokens"),
        &[&id.as_uuid(), &tokens(contact, file_number)],
    )
    .await?;
    let organisation_keys = keys.of(tx).await?;
    if let Some(document) = document {
        store_document(tx, &organisation_keys, id, document).await?;
    }
    store_medical_aid(tx, &organisation_keys, id, medical_aid).await
}

async fn store_document(
    tx: &mut Tx<Patients>,
    keys: &crate::keys::OrganisationKeys,
    id: PatientId,
    document: &IdentityDocument,
) -> Result<(), PatientError> {
    let (Some(value), Some(canonical)) = (document.expose(), document.canonical_bytes()) else {
        // None says that what is on file is not theirs.
        for kind in ["sa_id", "passport", "asylum_permit", "refugee_permit"] {
            tx.run(sql!("patients/remove_identifier"), &[&id.as_uuid(), &kind])
                .await?;
        }
        return Ok(());
    };
    let country = document.country().map(|c| c.code()).unwrap_or_default();
    let identifier = NewIdentifier {
        kind: document.kind().code(),
        country,
        scheme: "",
        dependant_code: "",
        masked: document.masked(),
        canonical,
        value,
    };
    store(tx, keys, id, &identifier).await
}

/// The kinds of identifiers of which a file holds exactly this number: compared by their blind indexes, since two numbers may
/// look alike once they are masked.
///
/// # Errors
/// What the database or the keys answered.
pub async fn same_numbers(
    tx: &mut Tx<Patients>,
    keys: &Keys,
    id: PatientId,
    document: Option<&IdentityDocument>,
    medical_aid: Option<&MedicalAid>,
) -> Result<Vec<String>, PatientError> {
    let keys = keys.of(tx).await?;
    let document = document.and_then(|d| Some((d.kind().code(), d.canonical_bytes()?)));
    let aid = medical_aid.map(|aid| ("medical_aid", medical_aid_canonical(aid)));
    let mut same = Vec::new();
    for (kind, canonical) in [document, aid].into_iter().flatten() {
        let indexes = keys.blind_indexes(kind, &canonical);
        let params: [crate::tx::Param<'_>; 3] = [&id.as_uuid(), &kind, &indexes];
        if tx.find(sql!("patients/holds_number"), &params).await?.is_some() {
            same.push(kind.to_owned());
        }
    }
    Ok(same)
}

/// Takes the membership of a medical scheme off a file.
///
/// # Errors
/// What the database answered.
pub async fn end_medical_aid(tx: &mut Tx<Patients>, id: PatientId) -> Result<(), PatientError> {
    tx.run(sql!("patients/remove_identifier"), &[&id.as_uuid(), &"medical_aid"])
        .await?;
    Ok(())
}

async fn store_medical_aid(
    tx: &mut Tx<Patients>,
    keys: &crate::keys::OrganisationKeys,
    id: PatientId,
    medical_aid: Option<&MedicalAid>,
) -> Result<(), PatientError> {
    let Some(aid) = medical_aid else { return Ok(()) };
    let dependant = aid.dependant.map(|code| code.to_string()).unwrap_or_default();
    let identifier = NewIdentifier {
        kind: "medical_aid",
        country: "",
        scheme: &aid.scheme,
        dependant_code: &dependant,
        masked: aid.number.masked(),
        canonical: medical_aid_canonical(aid),
        value: aid.number.expose(),
    };
    store(tx, keys, id, &identifier).await
}

fn given_of(contact: &Contact) -> &str {
    contact.given_names.as_ref().map(PersonName::as_str).unwrap_or_default()
}

fn phone_of(contact: &Contact) -> &str {
    contact.phone.as_ref().map(PhoneNumber::e164).unwrap_or_default()
}

/// Everything a person may be asked for by: parts of the names, the phone written either way and its last digits, and
/// the file number. Birth dates and identifiers have indexes of their own.
pub(crate) fn tokens(contact: &Contact, file_number: i64) -> Vec<String> {
    let mut tokens = search_tokens(given_of(contact));
    tokens.extend(search_tokens(contact.surname.as_str()));
    if let Some(phone) = &contact.phone {
        let digits: String = phone.e164().chars().filter(char::is_ascii_digit).collect();
        let national: String = phone.national().chars().filter(char::is_ascii_digit).collect();
        tokens.extend(
            [7, 4]
                .iter()
                .filter_map(|n| national.len().checked_sub(*n))
                .filter_map(|at| national.get(at..))
                .map(str::to_owned),
        );
        tokens.extend([digits, national]);
    }
    tokens.push(file_number.to_string());
    tokens.sort_unstable();
    tokens.dedup();
    tokens
}

/// One person as the staging tables take them: columns escaped for COPY.
pub(crate) struct BulkRow {
    /// From given names to the note for reception.
    pub columns: Vec<String>,
    /// Search tokens.
    pub tokens: Vec<String>,
    /// Identifiers to be sealed.
    pub identifiers: Vec<BulkIdentifier>,
}

/// An identifier to be sealed.
pub(crate) struct BulkIdentifier {
    /// Its kind.
    pub kind: String,
    /// Who issued it.
    pub country: String,
    /// The medical scheme.
    pub scheme: String,
    /// Dependant code.
    pub dependant_code: String,
    /// As everyone sees it.
    pub masked: String,
    /// What the blind index is computed over.
    pub canonical: Vec<u8>,
    /// In clear, for sealing.
    pub value: String,
}

/// The rows of one person.
pub(crate) fn bulk_row(person: &Registration, file_number: i64) -> BulkRow {
    let c = &person.contact;
    let birth_date = c.birth_date.map_or_else(|| "\\N".to_owned(), |date| date.to_string());
    let text = |text: &str| crate::bulk::escape(text);
    let columns = vec![
        text(given_of(c)),
        text(c.surname.as_str()),
        birth_date,
        text(&c.sex),
        text(phone_of(c)),
        text(&c.email),
        c.language.code().to_owned(),
        text(&c.address),
        text(&c.reception_note),
    ];
    let document = person
        .document
        .expose()
        .zip(person.document.canonical_bytes())
        .map(|(value, canonical)| BulkIdentifier {
            kind: person.document.kind().code().to_owned(),
            country: person
                .document
                .country()
                .map(|c| c.code().to_owned())
                .unwrap_or_default(),
            scheme: String::new(),
            dependant_code: String::new(),
            masked: person.document.masked(),
            canonical,
            value: value.to_owned(),
        });
    let aid = person.medical_aid.as_ref().map(|aid| BulkIdentifier {
        kind: "medical_aid".to_owned(),
        country: String::new(),
        scheme: aid.scheme.clone(),
        dependant_code: aid.dependant.map(|code| code.to_string()).unwrap_or_default(),
        masked: aid.number.masked(),
        canonical: medical_aid_canonical(aid),
        value: aid.number.expose().to_owned(),
    });
    BulkRow {
        columns,
        tokens: tokens(c, file_number),
        identifiers: document.into_iter().chain(aid).collect(),
    }
}

fn medical_aid_canonical(aid: &MedicalAid) -> Vec<u8> {
    format!("medical_aid|{}|{}", aid.scheme.to_lowercase(), aid.number.normalised()).into_bytes()
}
