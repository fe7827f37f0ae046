//! What can go wrong at the database, told apart by what the caller can do about it.

use tokio_postgres::error::SqlState;

/// A failure of a statement or of a connection. Carries no personal value: the database's own
/// message and detail name keys and rows, so they stay out of it.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The session, proof, link or claim does not open the organisation, or no longer does.
    #[error("not signed in here, or no longer")]
    NotEntered,
    /// Row-level security or a missing grant refused it.
    #[error("not allowed")]
    Denied,
    /// The organisation's own rules refuse it: the sentence is for the user.
    #[error("{0}")]
    Refused(Refusal),
    /// Another booking took the time.
    #[error("the time is taken")]
    Taken,
    /// A value that must be unique is there already, or a row changed since it was read.
    #[error("changed or already there")]
    Conflict,
    /// A constraint that the application should have checked before.
    #[error("constraint {0}")]
    Constraint(String),
    /// The database cannot be reached or is out of connections: try again.
    #[error("the database does not answer: {0}")]
    Unavailable(String),
    /// Anything else, by its SQLSTATE.
    #[error("database error {0}")]
    Other(String),
}

/// Rules held by the database that a person can run into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// AL004.
    #[error("Only an owner makes or unmakes owners.")]
    OnlyOwners,
    /// AL005.
    #[error("An organisation keeps at least one owner. Make someone else an owner first.")]
    LastOwner,
    /// AL006.
    #[error("That time is beyond what the diary holds. Overbooking needs the permission and a reason.")]
    Capacity,
    /// AL007.
    #[error("This consultation is signed. Amend it instead: the signed note stays as it is.")]
    Signed,
    /// AL013.
    #[error("This booking is bound to another file. Take that off in the calendar first, then choose again.")]
    OtherPerson,
    /// AL020.
    #[error("Your roles need a second factor. Add another one first, or let an owner change your roles.")]
    FactorOwed,
    /// AL021.
    #[error("Confirm first that it is you: that was longer than ten minutes ago.")]
    ProofNeeded,
    /// AL011.
    #[error("There is no such organisation.")]
    NoOrganisation,
}

impl From<tokio_postgres::Error> for DbError {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(db) = error.as_db_error() else {
            return if error.is_closed() || std::error::Error::source(&error).is_some_and(|s| s.is::<std::io::Error>()) {
                Self::Unavailable("connection lost".into())
            } else {
                Self::Other(error.to_string())
            };
        };
        match db.code().code() {
            "AL010" => Self::NotEntered,
            "AL003" => Self::Denied,
            "AL004" => Self::Refused(Refusal::OnlyOwners),
            "AL005" => Self::Refused(Refusal::LastOwner),
            "AL006" => Self::Refused(Refusal::Capacity),
            "AL007" => Self::Refused(Refusal::Signed),
            "AL013" => Self::Refused(Refusal::OtherPerson),
            "AL020" => Self::Refused(Refusal::FactorOwed),
            "AL021" => Self::Refused(Refusal::ProofNeeded),
            "AL011" => Self::Refused(Refusal::NoOrganisation),
            _ => Self::from_state(db.code(), db.constraint().unwrap_or_default()),
        }
    }
}

impl DbError {
    fn from_state(state: &SqlState, constraint: &str) -> Self {
        match *state {
            SqlState::INSUFFICIENT_PRIVILEGE => Self::Denied,
            SqlState::EXCLUSION_VIOLATION => Self::Taken,
            SqlState::UNIQUE_VIOLATION => Self::Conflict,
            SqlState::CHECK_VIOLATION
            | SqlState::FOREIGN_KEY_VIOLATION
            | SqlState::NOT_NULL_VIOLATION
            | SqlState::CHARACTER_NOT_IN_REPERTOIRE
            | SqlState::STRING_DATA_RIGHT_TRUNCATION => Self::Constraint(constraint.to_owned()),
            SqlState::ADMIN_SHUTDOWN | SqlState::CANNOT_CONNECT_NOW | SqlState::TOO_MANY_CONNECTIONS => {
                Self::Unavailable(state.code().to_owned())
            }
            _ => Self::Other(state.code().to_owned()),
        }
    }
}
