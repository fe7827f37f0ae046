//! Figures: medians, percentiles, the table for people and the line for programs.

use std::collections::BTreeMap;

use crate::Options;
use crate::trouble::Trouble;

/// What a bar demands of a figure.
#[derive(Clone, Copy)]
pub enum Bar {
    /// At least this.
    AtLeast(f64),
    /// At most this.
    AtMost(f64),
    /// Told, not judged.
    Reported,
}

impl Bar {
    fn words(self, figure: f64) -> String {
        let verdict = |met: bool| if met { "met" } else { "NOT MET" };
        match self {
            Self::AtLeast(bar) => format!("at least {bar}: {}", verdict(figure >= bar)),
            Self::AtMost(bar) => format!("at most {bar}: {}", verdict(figure <= bar)),
            Self::Reported => String::new(),
        }
    }
}

/// The figures of one measurement.
#[derive(Default)]
pub struct Report {
    figures: Vec<(&'static str, f64, Bar)>,
    notes: Vec<String>,
}

impl Report {
    /// Adds a figure.
    pub fn figure(&mut self, key: &'static str, value: f64, bar: Bar) {
        self.figures.push((key, (value * 1000.0).round() / 1000.0, bar));
    }

    /// Adds a line for people.
    pub fn note(&mut self, line: String) {
        self.notes.push(line);
    }

    /// Prints the table, and the JSON object as the last line.
    ///
    /// # Errors
    /// When a figure is no number.
    pub fn print(&self, options: &Options) -> Result<(), Trouble> {
        for note in &self.notes {
            println!("{note}");
        }
        for (key, value, bar) in &self.figures {
            println!("{key:>20} {value:>12}   {}", bar.words(*value));
        }
        if options.quick {
            println!("A quick look: no measurement.");
        }
        let figures: BTreeMap<_, _> = self.figures.iter().map(|(key, value, _)| (*key, *value)).collect();
        let line = serde_json::json!({
            "name": options.name, "machine": crate::processes::machine(), "seed": 1, "quick": options.quick, "figures": figures,
        });
        println!(
            "{}",
            serde_json::to_string(&line).map_err(|e| Trouble::io("writing the figures", &e))?
        );
        Ok(())
    }
}

/// The middle of some figures; not a number of none.
pub fn median(figures: &[f64]) -> f64 {
    percentile(figures, 0.5)
}

/// The figure that this share of the figures does not exceed; not a number of none.
pub fn percentile(figures: &[f64], share: f64) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    let at = (last as f64 * share).ceil() as usize;
    sorted.get(at.min(last)).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_figures_that_were_seen() {
        let figures: Vec<f64> = (1..=101).map(f64::from).collect();
        assert_eq!(median(&figures), 51.0);
        assert_eq!(percentile(&figures, 0.99), 100.0);
        assert!(median(&[]).is_nan());
    }
}
