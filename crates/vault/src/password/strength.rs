//! Whether a password is worth having, judged by how many guesses it takes, never by which characters it has.

use zxcvbn::Score;

use super::Password;

/// Passwords of at least twelve characters that attackers try first; see `data/SOURCE.md`.
const COMMON: &str = include_str!("../../data/common-passwords.txt");
/// Words about this service, which an attacker of it would try.
const OURS: [&str; 6] = ["aloe", "clinic", "practice", "doctor", "reception", "patient"];

/// Why a password is too easy to guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// On the list of common ones.
    #[error(
        "This password is on the list of those that are tried first. Choose another: four unrelated words, or one from a password manager."
    )]
    Common,
    /// Guessed in fewer than 10^8 guesses.
    #[error(
        "This password is easy to guess: names, dates, keyboard rows and repetitions are tried early. Four unrelated words are hard to guess and easy to remember."
    )]
    Guessable,
}

impl Password {
    /// Judges a password that somebody chooses. `about` is what an attacker knows of its owner: name, address, organisation.
    /// Takes up to some milliseconds, which is why the threads for passwords do it.
    ///
    /// # Errors
    /// [`WeakPassword`] when it is on the list of common passwords, or when zxcvbn (Wheeler, USENIX Security 2016) thinks that
    /// fewer than 10^8 guesses find it.
    pub fn judge(&self, about: &[String]) -> Result<(), WeakPassword> {
        let text = self.text();
        let small = zeroize::Zeroizing::new(text.to_lowercase());
        if COMMON.lines().any(|common| common == small.trim()) {
            return Err(WeakPassword::Common);
        }
        let facts: Vec<String> = about.iter().flat_map(|fact| forms(fact)).collect();
        let known: Vec<&str> = OURS.into_iter().chain(facts.iter().map(String::as_str)).collect();
        match zxcvbn::zxcvbn(text, &known).score() {
            Score::Three | Score::Four => Ok(()),
            _ => Err(WeakPassword::Guessable),
        }
    }
}

/// The words of a fact, and the ways in which people write it as one: without blanks, with dots, the part before the @.
fn forms(fact: &str) -> Vec<String> {
    let (name, _) = fact.split_once('@').unwrap_or((fact, ""));
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2);
    let words: Vec<String> = words.map(str::to_owned).collect();
    let joined = ["", ".", "-", "_", " "].map(|between| words.join(between));
    words.iter().cloned().chain(joined).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn judged(typed: &str, about: &[&str]) -> Result<(), WeakPassword> {
        let about: Vec<String> = about.iter().map(|&fact| fact.to_owned()).collect();
        Password::typed(typed.to_owned()).unwrap().judge(&about)
    }

    #[test]
    fn passwords_that_are_tried_first_are_refused_in_any_case_of_letters() {
        for typed in ["qwertyuiop123", "Administrator", "PASSWORD12345", "1Q2W3E4R5T6Y"] {
            assert_eq!(judged(typed, &[]), Err(WeakPassword::Common), "{typed}");
        }
    }

    #[test]
    fn patterns_are_refused_whatever_characters_they_have() {
        for typed in ["aaaaaaaaaaaa", "P@ssw0rd2026!", "abcdefghijkl"] {
            assert_eq!(judged(typed, &[]), Err(WeakPassword::Guessable), "{typed}");
        }
    }

    #[test]
    fn words_in_a_row_are_accepted_without_digits_or_signs() {
        for typed in [
            "velvet cactus orbit mango",
            "only-synthetic-people",
            "umfula uyagijima ebusuku",
        ] {
            assert_eq!(judged(typed, &[]), Ok(()), "{typed}");
        }
    }

    #[test]
    fn what_is_known_of_the_owner_makes_a_password_weak() {
        let typed = "thandeka.mokoena";
        assert_eq!(judged(typed, &[]), Ok(()));
        let about = ["Thandeka Mokoena", "thandeka.mokoena@practice.example"];
        assert_eq!(judged(typed, &about), Err(WeakPassword::Guessable));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn judging_never_panics_and_long_random_ones_pass(typed in "\\PC{12,80}") {
            if let Ok(password) = Password::typed(typed) {
                let _ = password.judge(&[]);
            }
        }
    }
}
