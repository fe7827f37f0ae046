//! Why a measurement stopped: a sentence.

/// A sentence for whoever runs the measurement.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// A sentence.
    #[error("{0}")]
    Plain(String),
}

impl Trouble {
    /// A failure of the operating system while doing something.
    pub fn io(doing: &str, error: &dyn std::fmt::Display) -> Self {
        Self::Plain(format!("{doing} failed: {error}"))
    }
}
