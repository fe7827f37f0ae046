//! One newtype for each kind of row, over a time-ordered UUID (RFC 9562, version 7).

use jiff::Timestamp;
use uuid::Uuid;

/// A text that is not a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is not an id. Copy the whole id, with its hyphens, and try again.")]
pub struct IdError;

fn version_seven(now: Timestamp, random: [u8; 10]) -> Uuid {
    // Version 7 cannot hold a moment before 1970; such a clock is wrong, and order is all that is lost.
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

macro_rules! ids {
    ($($(#[$meta:meta])* $type:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $type(Uuid);

        impl $type {
            /// Wraps the UUID of a row that is known to be of this kind.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID itself, for a query parameter.
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }

            /// A time-ordered id from a moment (millisecond precision) and ten random bytes.
            pub fn generate(now: Timestamp, random: [u8; 10]) -> Self {
                Self(version_seven(now, random))
            }

            /// A time-ordered id from the clock and the generator of the operating system.
            pub fn fresh() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $type {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Uuid::try_parse(text).map(Self).map_err(|_| IdError)
            }
        }
    )+};
}

ids! {
    /// A practice or a public office.
    OrganisationId,
    /// Someone who signs in.
    UserId,
    /// One user's place in one organisation.
    MembershipId,
    /// One signed-in browser or device.
    SessionId,
    /// A patient of a practice.
    PatientId,
    /// Someone who books without being a patient.
    PersonId,
    /// Something that can be booked.
    ServiceId,
    /// A place with an address, a time zone and hours.
    LocationId,
    /// A diary, a counter or a room.
    ResourceId,
    /// A booking.
    BookingId,
    /// One consultation.
    EncounterId,
    /// A clinical note.
    NoteId,
    /// An entry of the audit ledger.
    AuditEntryId,
    /// An SMS or an e-mail.
    MessageId,
    /// A job of the worker.
    JobId,
    /// One request, as logs and the audit ledger name it.
    RequestId,
    /// An invitation to join an organisation.
    InvitationId,
    /// A notice to a data subject or to the Regulator.
    NoticeId,
}
