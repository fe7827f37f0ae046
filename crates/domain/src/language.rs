//! The written official languages (Constitution, section 6).

coded! {
    /// A language that Aloe writes to people in, by its BCP 47 code.
    #[derive(Default)]
    pub enum Language {
        /// Afrikaans.
        Afrikaans = "af",
        /// English: what is used until a person chooses.
        #[default]
        English = "en",
        /// Southern Ndebele.
        IsiNdebele = "nr",
        /// Northern Sotho.
        Sepedi = "nso",
        /// Swati.
        SiSwati = "ss",
        /// Southern Sotho.
        Sesotho = "st",
        /// Tswana.
        Setswana = "tn",
        /// Tsonga.
        Xitsonga = "ts",
        /// Venda.
        Tshivenda = "ve",
        /// Xhosa.
        IsiXhosa = "xh",
        /// Zulu.
        IsiZulu = "zu",
    }
}

impl Language {
    /// The language's name in itself, for a list to choose from.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::Afrikaans => "Afrikaans",
            Self::English => "English",
            Self::IsiNdebele => "isiNdebele",
            Self::Sepedi => "Sepedi",
            Self::SiSwati => "siSwati",
            Self::Sesotho => "Sesotho",
            Self::Setswana => "Setswana",
            Self::Xitsonga => "Xitsonga",
            Self::Tshivenda => "Tshivenḓa",
            Self::IsiXhosa => "isiXhosa",
            Self::IsiZulu => "isiZulu",
        }
    }
}
