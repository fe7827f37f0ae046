//! The endless sequence of people of a seed.

use crate::civil::REFERENCE_DATE;
use crate::household::Households;
use crate::person::Person;
use jiff::civil::Date;
use std::collections::VecDeque;

/// An endless iterator of people; the same seed and date always give the same people.
///
/// No two of them share a South African identity number until more than 5000 people of one sex
/// and birthday have been drawn (about two hundred million people).
#[derive(Clone, Debug)]
pub struct People {
    households: Households,
    waiting: VecDeque<Person>,
}

impl People {
    /// The people of `seed`, with ages on [`REFERENCE_DATE`].
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::as_of(seed, REFERENCE_DATE)
    }

    /// The people of `seed`, with ages on `today`.
    #[must_use]
    pub fn as_of(seed: u64, today: Date) -> Self {
        Self {
            households: Households::new(seed, today),
            waiting: VecDeque::with_capacity(8),
        }
    }
}

impl Iterator for People {
    type Item = Person;

    fn next(&mut self) -> Option<Person> {
        while self.waiting.is_empty() {
            self.households.next_into(&mut self.waiting);
        }
        self.waiting.pop_front()
    }
}
