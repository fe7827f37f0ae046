//! Identifiers: masked for everyone, opened one at a time for a purpose that the trail keeps.

use aloe_domain::ids::PatientId;
use aloe_domain::permission::need::{Patients, RevealToVerify};
use aloe_vault::Place;
use uuid::Uuid;

use super::PatientError;
use crate::keys::{Keys, OrganisationKeys, number_of, open_text, seal_text};
use crate::statement::sql;
use crate::trail::Act;
use crate::tx::Tx;

/// One identifier as everyone sees it.
#[derive(Clone, Debug)]
pub struct Identifier {
    /// Its row.
    pub id: Uuid,
    /// `sa_id`, `passport`, `asylum_permit`, `refugee_permit` or `medical_aid`.
    pub kind: String,
    /// Who issued a passport.
    pub country: String,
    /// The medical scheme.
    pub scheme: String,
    /// The dependant code, two digits or blank.
    pub dependant_code: String,
    /// Dots, and at most the last characters.
    pub masked: String,
}

/// A value in clear, for some seconds on one screen. `Debug` hides it.
pub struct Revealed {
    value: String,
    /// Whose it is.
    pub patient: PatientId,
}

impl Revealed {
    /// The value.
    pub fn expose(&self) -> &str {
        &self.value
    }
}

impl std::fmt::Debug for Revealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Revealed")
    }
}

/// An identifier to be stored.
pub(super) struct NewIdentifier<'a> {
    pub kind: &'a str,
    pub country: &'a str,
    pub scheme: &'a str,
    pub dependant_code: &'a str,
    pub masked: String,
    pub canonical: Vec<u8>,
    pub value: &'a str,
}

/// The identifiers of a patient, masked.
///
/// # Errors
/// What the database answered.
pub async fn identifiers(tx: &mut Tx<Patients>, patient: PatientId) -> Result<Vec<Identifier>, PatientError> {
    let rows = tx.rows(sql!("patients/identifiers"), &[&patient.as_uuid()]).await?;
    Ok(rows
        .iter()
        .map(|row| Identifier {
            id: row.get("identifier_id"),
            kind: row.get("kind"),
            country: row.get("country"),
            scheme: row.get("scheme"),
            dependant_code: row.get("dependant_code"),
            masked: row.get("masked"),
        })
        .collect())
}

/// Opens one identifier. The entry in the trail stands in the same transaction: no record, no value. The caller commits
/// before it shows anything.
///
/// # Errors
/// `Missing` when there is no such identifier, or the database does not let this member see it.
pub async fn reveal(
    tx: &mut Tx<RevealToVerify>,
    keys: &Keys,
    identifier: Uuid,
    purpose: &str,
) -> Result<Revealed, PatientError> {
    let row = tx
        .find(sql!("patients/identifier"), &[&identifier])
        .await?
        .ok_or(PatientError::Missing)?;
    let patient: Uuid = row.get("patient_id");
    let kind: String = row.get("kind");
    tx.find(sql!("patients/count_reveal"), &[]).await?;
    if !crate::sabotage::is_on("P8") {
        let detail = serde_json::json!({ "identifier": kind });
        tx.record(&Act {
            action: "reveal",
            entity: "identifiers",
            entity_id: Some(identifier),
            patient: Some(patient),
            purpose,
            detail: Some(detail),
        })
        .await?;
    }
    let subject = keys.of(tx).await?.subject(patient, row.get("subject_key"))?;
    let organisation = tx.organisation().as_uuid();
    let place = Place::of(organisation, "identifier_values", "sealed", identifier);
    Ok(Revealed {
        value: open_text(&subject, &place, row.get("sealed"))?,
        patient: PatientId::from_uuid(patient),
    })
}

/// Stores one identifier, in place of one of the same kind.
pub(super) async fn store(
    tx: &mut Tx<Patients>,
    keys: &OrganisationKeys,
    patient: PatientId,
    identifier: &NewIdentifier<'_>,
) -> Result<(), PatientError> {
    let row = tx.get(sql!("patients/subject_key"), &[&patient.as_uuid()]).await?;
    let subject = keys.subject(patient.as_uuid(), row.get("subject_key"))?;
    tx.run(
        sql!("patients/remove_identifier"),
        &[&patient.as_uuid(), &identifier.kind],
    )
    .await?;
    let id = Uuid::now_v7();
    let place = Place::of(tx.organisation().as_uuid(), "identifier_values", "sealed", id);
    let sealed = if crate::sabotage::is_on("P4") {
        identifier.value.repeat(8).into_bytes()
    } else {
        seal_text(&subject, &place, identifier.value)?
    };
    let current = keys.current()?;
    let blind = current.blind_index(identifier.kind, &identifier.canonical).to_vec();
    let version = number_of(current.version());
    let NewIdentifier {
        kind,
        country,
        scheme,
        dependant_code,
        masked,
        ..
    } = identifier;
    tx.run_one(
        sql!("patients/add_identifier"),
        &[
            &id,
            &patient.as_uuid(),
            kind,
            country,
            scheme,
            dependant_code,
            masked,
            &blind,
            &version,
        ],
    )
    .await?;
    tx.run_one(sql!("patients/add_identifier_value"), &[&id, &sealed])
        .await?;
    Ok(())
}
