//! The people of an organisation, as the desk sees them: found, registered, corrected, merged; identifiers masked.

pub mod form;
pub mod list;
pub mod merge;
pub mod reveal;
pub mod show;

/// The label of an identifier.
pub(crate) fn identifier_words(kind: &str) -> &'static str {
    match kind {
        "sa_id" => "ID number",
        "passport" => "Passport",
        "asylum_permit" => "Asylum permit",
        "refugee_permit" => "Refugee permit",
        "medical_aid" => "Medical aid",
        _ => "Identifier",
    }
}
