//! Merging two files of one person, reversibly: the merge keeps the list of what it moved.

use aloe_domain::ids::PatientId;
use aloe_domain::permission::need::{AllPatients, Patients};
use jiff::Timestamp;
use uuid::Uuid;

use super::PatientError;
use crate::error::DbError;
use crate::statement::sql;
use crate::tx::Tx;

/// A merge that can still be undone.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The merge.
    pub id: Uuid,
    /// The file that was merged away.
    pub merged: PatientId,
    /// Its number.
    pub file_number: i64,
    /// The name on it.
    pub name: String,
    /// When.
    pub at: Timestamp,
}

/// Moves bookings and consultations from one file to the other and closes the first. Identifiers and notes stay sealed
/// under the key of the file they were written in.
///
/// # Errors
/// `Db(Conflict)` when either file is merged already, or they are one.
pub async fn merge(tx: &mut Tx<AllPatients>, keep: PatientId, merge: PatientId) -> Result<Uuid, PatientError> {
    let id = Uuid::now_v7();
    let ids: [crate::tx::Param<'_>; 3] = [&id, &keep.as_uuid(), &merge.as_uuid()];
    match tx.get(sql!("patients/merge_files"), &ids).await?.get("done") {
        true => Ok(id),
        false => Err(DbError::Conflict.into()),
    }
}

/// Puts back what a merge moved. What was added to the kept file since stays there.
///
/// # Errors
/// `Missing` when there is no such merge, or it was undone already.
pub async fn undo_merge(tx: &mut Tx<AllPatients>, merge: Uuid) -> Result<(), PatientError> {
    match tx.get(sql!("patients/undo_merge"), &[&merge]).await?.get("done") {
        true => Ok(()),
        false => Err(PatientError::Missing),
    }
}

/// The merges into a file that can still be undone, newest first.
///
/// # Errors
/// What the database answered.
pub async fn merges_of(tx: &mut Tx<Patients>, kept: PatientId) -> Result<Vec<Merged>, PatientError> {
    let rows = tx.rows(sql!("patients/merges_of"), &[&kept.as_uuid()]).await?;
    Ok(rows
        .iter()
        .map(|row| Merged {
            id: row.get("patient_merge_id"),
            merged: PatientId::from_uuid(row.get("patient_id")),
            file_number: row.get("file_number"),
            name: format!(
                "{} {}",
                row.get::<_, String>("given_names"),
                row.get::<_, String>("surname")
            )
            .trim()
            .to_owned(),
            at: row.get("merged_at"),
        })
        .collect())
}
