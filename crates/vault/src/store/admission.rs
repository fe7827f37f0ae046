//! Which key store may be used where.

use std::fmt;

use jiff::civil::Date;

/// The kinds of key store that an installation can be configured with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStoreChoice {
    /// A file on the same machine.
    File,
    /// A device or service behind PKCS#11.
    Pkcs11,
}

/// Somebody answers, by name and until a date, for a production installation without a key device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedOverride {
    name: String,
    reason: String,
    expires: Date,
}

/// An override that says too little.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OverrideError {
    /// Nobody is named.
    #[error("The override of the key store names nobody. Write down who answers for it.")]
    NoName,
    /// No reason is given.
    #[error("The override of the key store gives no reason. Write down why a key file is used in production.")]
    NoReason,
}

impl NamedOverride {
    /// An override by `name` for `reason`, valid up to and on the day `expires`.
    ///
    /// # Errors
    /// [`OverrideError`] when name or reason is blank.
    pub fn by(name: &str, reason: &str, expires: Date) -> Result<Self, OverrideError> {
        let (name, reason) = (name.trim().to_owned(), reason.trim().to_owned());
        if name.is_empty() {
            return Err(OverrideError::NoName);
        }
        if reason.is_empty() {
            return Err(OverrideError::NoReason);
        }
        Ok(Self { name, reason, expires })
    }

    /// Who answers for it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Why.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The last day on which it counts.
    pub fn expires(&self) -> Date {
        self.expires
    }
}

/// A key store that may be used, and on what ground.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// It is right for this installation.
    Freely,
    /// Somebody answers for it; show this to the operator and in the privacy office.
    ByOverride(NamedOverride),
}

/// A key file in production without an override that counts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    /// No override.
    #[error(
        "In production the master key must lie in a key device (PKCS#11), not in a file. Configure one, or an override with a name, a reason and a last day."
    )]
    FileInProduction,
    /// The override has run out.
    #[error(
        "The override that let a key file be used in production ended on {0}. Configure a key device (PKCS#11), or renew the override."
    )]
    Expired(Date),
}

impl KeyStoreChoice {
    /// Decides whether this kind may be used today.
    ///
    /// # Errors
    /// [`NotAdmitted`] for a file in production without an unexpired override.
    pub fn admit(self, production: bool, named: Option<&NamedOverride>, today: Date) -> Result<Admitted, NotAdmitted> {
        match (self, production, named) {
            (Self::Pkcs11, _, _) | (Self::File, false, _) => Ok(Admitted::Freely),
            (Self::File, true, None) => Err(NotAdmitted::FileInProduction),
            (Self::File, true, Some(named)) if today > named.expires => Err(NotAdmitted::Expired(named.expires)),
            (Self::File, true, Some(named)) => Ok(Admitted::ByOverride(named.clone())),
        }
    }
}

impl fmt::Display for KeyStoreChoice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::File => "file",
            Self::Pkcs11 => "PKCS#11",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn until(expires: Date) -> NamedOverride {
        NamedOverride::by("A. Operator", "the device arrives in May", expires).unwrap()
    }

    #[test]
    fn a_file_is_refused_in_production_and_free_elsewhere() {
        let today = date(2026, 3, 1);
        let admit = |production| KeyStoreChoice::File.admit(production, None, today);
        assert_eq!(admit(true), Err(NotAdmitted::FileInProduction));
        assert_eq!(admit(false), Ok(Admitted::Freely));
    }

    #[test]
    fn a_device_is_free_everywhere() {
        for production in [true, false] {
            let admitted = KeyStoreChoice::Pkcs11.admit(production, None, date(2026, 3, 1));
            assert_eq!(admitted, Ok(Admitted::Freely));
        }
    }

    #[test]
    fn an_override_counts_up_to_and_on_its_last_day() {
        let last = date(2026, 4, 30);
        let named = until(last);
        let admit = |today| KeyStoreChoice::File.admit(true, Some(&named), today);
        assert_eq!(admit(last), Ok(Admitted::ByOverride(named.clone())));
        assert_eq!(admit(last.tomorrow().unwrap()), Err(NotAdmitted::Expired(last)));
    }

    #[test]
    fn an_override_without_name_or_reason_is_none() {
        let day = date(2026, 4, 30);
        assert_eq!(NamedOverride::by(" ", "why", day), Err(OverrideError::NoName));
        assert_eq!(NamedOverride::by("who", "\t", day), Err(OverrideError::NoReason));
    }

    #[test]
    fn the_refusal_says_what_to_do() {
        let sentence = NotAdmitted::Expired(date(2026, 4, 30)).to_string();
        assert!(sentence.contains("2026-04-30") && sentence.contains("renew the override"));
    }
}
