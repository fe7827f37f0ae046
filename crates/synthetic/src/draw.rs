//! Seeded draws.
//!
//! `ChaCha8` is specified, so its stream never changes between versions of the generator; all ways
//! of turning its words into numbers are written here for the same reason.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What a stream of draws is for; two purposes of one seed never share a stream.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    Household = 1,
    Practice = 2,
    Note = 3,
    Visit = 4,
    Damage = 5,
}

/// A stream of draws.
#[derive(Clone, Debug)]
pub(crate) struct Draw(ChaCha8Rng);

impl Draw {
    /// The stream number `index` of `purpose` under `seed`.
    pub(crate) fn new(seed: u64, purpose: Purpose, index: u64) -> Self {
        Self::keyed(seed, 0, purpose, index)
    }

    /// As [`Draw::new`], with a second key such as that of a person.
    pub(crate) fn keyed(seed: u64, key: u64, purpose: Purpose, index: u64) -> Self {
        let mut bytes = [0; 32];
        let parts = seed.to_le_bytes().into_iter().chain(key.to_le_bytes());
        let parts = parts.chain([purpose as u8]);
        bytes.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        let mut rng = ChaCha8Rng::from_seed(bytes);
        rng.set_stream(index);
        Self(rng)
    }

    /// A number in `0..bound`; 0 when `bound` is 0.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        let wide = u64::from(self.0.next_u32()) * u64::from(bound);
        u32::try_from(wide >> 32).unwrap_or(0)
    }

    /// A number in `low..=high`; `low` when the range is empty.
    pub(crate) fn between(&mut self, low: i32, high: i32) -> i32 {
        let span = u32::try_from(high.saturating_sub(low)).unwrap_or(0);
        low.saturating_add_unsigned(self.below(span.saturating_add(1)))
    }

    /// True `permille` times in a thousand.
    pub(crate) fn chance(&mut self, permille: u32) -> bool {
        self.below(1000) < permille
    }

    /// One word of `list`; empty when the list is.
    pub(crate) fn word(&mut self, list: &[&'static str]) -> &'static str {
        self.pick(list).copied().unwrap_or_default()
    }

    /// One item of `list`; `None` when the list is empty.
    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        let length = u32::try_from(list.len()).unwrap_or(u32::MAX);
        list.get(usize::try_from(self.below(length)).ok()?)
    }

    /// One item, each as often as its weight says; `otherwise` when all weights are 0.
    pub(crate) fn weighted<T: Copy>(&mut self, list: &[(T, u16)], otherwise: T) -> T {
        let total = list.iter().map(|(_, weight)| u32::from(*weight)).sum();
        let mut left = self.below(total);
        for (item, weight) in list {
            match left.checked_sub(u32::from(*weight)) {
                Some(rest) => left = rest,
                None => return *item,
            }
        }
        otherwise
    }

    /// `length` decimal digits appended to `text`; leading zeros are as likely as any digit.
    pub(crate) fn digits(&mut self, length: usize, text: &mut String) {
        for _ in 0..length {
            text.push(char::from_digit(self.below(10), 10).unwrap_or('0'));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Draw, Purpose};
    use proptest::prelude::*;

    fn draw() -> Draw {
        Draw::new(7, Purpose::Note, 0)
    }

    #[test]
    fn the_stream_is_the_same_on_every_machine() {
        let mut draw = draw();
        let first: Vec<u32> = (0..4).map(|_| draw.below(1000)).collect();
        assert_eq!(first, FIRST_OF_SEED_SEVEN);
    }

    const FIRST_OF_SEED_SEVEN: [u32; 4] = [88, 802, 713, 516];

    #[test]
    fn streams_of_two_purposes_differ() {
        let take = |purpose| {
            let mut draw = Draw::new(7, purpose, 0);
            (0..8).map(|_| draw.below(1000)).collect::<Vec<_>>()
        };
        assert_ne!(take(Purpose::Note), take(Purpose::Visit));
    }

    #[test]
    fn streams_of_two_keys_differ() {
        let take = |key| {
            let mut draw = Draw::keyed(7, key, Purpose::Note, 0);
            (0..8).map(|_| draw.below(1000)).collect::<Vec<_>>()
        };
        assert_ne!(take(1), take(2));
    }

    #[test]
    fn an_empty_list_gives_no_item() {
        assert_eq!(draw().pick::<u8>(&[]), None);
        assert_eq!(draw().word(&[]), "");
    }

    #[test]
    fn an_item_of_weight_zero_is_never_drawn() {
        let mut draw = draw();
        assert!((0..500).all(|_| draw.weighted(&[('a', 0), ('b', 3)], 'c') == 'b'));
        assert_eq!(draw.weighted(&[('a', 0)], 'c'), 'c');
    }

    #[test]
    fn weights_are_kept_within_a_few_per_cent() {
        let mut draw = draw();
        let list = [('a', 250), ('b', 750)];
        let hits = (0..10_000).filter(|_| draw.weighted(&list, 'b') == 'a').count();
        assert!((2300..2700).contains(&hits), "{hits}");
    }

    proptest! {
        #[test]
        fn a_number_between_two_bounds_stays_between_them(low in -99..99i32, more in 0..99i32) {
            let drawn = draw().between(low, low + more);
            prop_assert!((low..=low + more).contains(&drawn));
        }
    }
}
