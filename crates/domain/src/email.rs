//! E-mail addresses.

/// Why a text is not an e-mail address. No message repeats what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// Nothing was typed.
    #[error("Type an e-mail address.")]
    Blank,
    /// More than 254 characters, or more than 64 before the @ (RFC 5321, section 4.5.3.1).
    #[error("This e-mail address is too long. Check it, or use another.")]
    TooLong,
    /// No @ or more than one.
    #[error("An e-mail address has one @, such as name@example.org.")]
    At,
    /// Something before the @ that no mailbox has.
    #[error("Check the part before the @: letters, digits and . _ - + are usual, with no spaces.")]
    Mailbox,
    /// Not a domain after the @.
    #[error("Check the part after the @: it needs a dot and an ending, such as example.org.")]
    Domain,
}

/// An e-mail address with ASCII letters only; the domain is lower-case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailAddress(String);

redacted_debug!(EmailAddress);
parsed_text!(EmailAddress, EmailError);

impl EmailAddress {
    /// Reads and trims an address (the dot-atom form of RFC 5322; no quoted mailboxes, no address literals).
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(EmailError::Blank);
        }
        let (mailbox, domain) = text.split_once('@').ok_or(EmailError::At)?;
        if domain.contains('@') {
            return Err(EmailError::At);
        }
        if text.len() > 254 || mailbox.len() > 64 {
            return Err(EmailError::TooLong);
        }
        if !mailbox.split('.').all(is_atom) {
            return Err(EmailError::Mailbox);
        }
        if !is_domain(domain) {
            return Err(EmailError::Domain);
        }
        Ok(Self(format!("{mailbox}@{}", domain.to_ascii_lowercase())))
    }

    /// The address to send to.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// All lower-case, for look-up and for one account per address: no real mail system tells `Name` from `name`.
    pub fn canonical(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    fn to_text(&self) -> &str {
        &self.0
    }
}

fn is_atom(atom: &str) -> bool {
    !atom.is_empty()
        && atom
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
}

fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let ending = domain.rsplit('.').next().unwrap_or_default();
    domain.contains('.')
        && domain.split('.').all(label)
        && ending.len() >= 2
        && !ending.bytes().all(|b| b.is_ascii_digit())
}
