//! How long rows are kept by default. An organisation may keep longer; disposal of a public record also needs the
//! archivist's written authority (National Archives and Records Service of South Africa Act 43 of 1996, section 13).

use jiff::{Span, ToSpan};

coded! {
    /// The class that every table declares.
    pub enum RetentionClass {
        /// The clinical record.
        ClinicalRecord = "clinical_record",
        /// Bookings and what they say about people.
        BookingRecord = "booking_record",
        /// Audit payloads; leaves of the tree stay.
        Audit = "audit",
        /// Messages that were sent.
        Message = "message",
        /// Sessions, PINs and failed sign-ins.
        Session = "session",
        /// Settings, services and hours.
        Configuration = "configuration",
        /// Tables without people: holidays, codes, medicines.
        Reference = "reference",
    }
}

impl RetentionClass {
    /// The time after the last entry, or nothing for what is kept as long as the organisation. Clinical records: six years
    /// after they became dormant, and a minor's until the 21st birthday (guideline of the Health Professions Council);
    /// the caller adds the second, which needs a date of birth. An audit entry about a clinical record lives as long as
    /// that record.
    pub fn default_period(self) -> Option<Span> {
        match self {
            Self::ClinicalRecord => Some(6.years()),
            Self::BookingRecord => Some(7.years()),
            Self::Audit => Some(5.years()),
            Self::Message => Some(1.year()),
            Self::Session => Some(90.days()),
            Self::Configuration | Self::Reference => None,
        }
    }
}
