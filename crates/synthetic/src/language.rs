//! The written official languages.

/// One of the eleven written official languages of South Africa.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each variant is the language's own name")]
pub enum Language {
    IsiZulu,
    IsiXhosa,
    Afrikaans,
    English,
    Sepedi,
    Setswana,
    Sesotho,
    Xitsonga,
    SiSwati,
    Tshivenda,
    IsiNdebele,
}

impl Language {
    /// All eleven, most spoken first.
    pub const ALL: [Self; 11] = [
        Self::IsiZulu,
        Self::IsiXhosa,
        Self::Afrikaans,
        Self::Sepedi,
        Self::English,
        Self::Setswana,
        Self::Sesotho,
        Self::Xitsonga,
        Self::SiSwati,
        Self::Tshivenda,
        Self::IsiNdebele,
    ];

    /// The BCP 47 code, such as `zu`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::IsiZulu => "zu",
            Self::IsiXhosa => "xh",
            Self::Afrikaans => "af",
            Self::English => "en",
            Self::Sepedi => "nso",
            Self::Setswana => "tn",
            Self::Sesotho => "st",
            Self::Xitsonga => "ts",
            Self::SiSwati => "ss",
            Self::Tshivenda => "ve",
            Self::IsiNdebele => "nr",
        }
    }
}
