//! One-time PINs of six digits.

use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroize;

use super::TokenError;
use crate::entropy::{self, NoRandomness};
use crate::keys::PinKey;
use crate::secret::{SecretText, silent_debug};

const PINS: u32 = 1_000_000;
/// The largest multiple of a million that fits: draws from here on would favour small PINs.
const BIASED_FROM: u32 = u32::MAX - u32::MAX % PINS;

/// A one-time PIN: six digits, each of a million equally likely.
pub struct Pin(u32);

/// What is stored of a PIN: an HMAC, since a million guesses at a bare hash take no time.
#[derive(Clone, Copy)]
pub struct PinMac([u8; 32]);

silent_debug!(Pin, PinMac);

impl Drop for Pin {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// The PIN that a draw stands for; `None` asks for another draw.
fn from_draw(draw: u32) -> Option<Pin> {
    (draw < BIASED_FROM).then_some(Pin(draw % PINS))
}

impl Pin {
    /// Draws a PIN.
    ///
    /// # Errors
    /// [`NoRandomness`] when the operating system gives no random bytes.
    pub fn random() -> Result<Self, NoRandomness> {
        loop {
            let draw = u32::from_be_bytes(entropy::random()?);
            if let Some(pin) = from_draw(draw) {
                return Ok(pin);
            }
        }
    }

    /// Reads a typed PIN; blanks around and between the digits do not matter.
    ///
    /// # Errors
    /// [`TokenError::NotAPin`] unless it is six digits.
    pub fn parse(typed: &str) -> Result<Self, TokenError> {
        let mut pin = Self(0);
        let mut digits = 0;
        for character in typed.chars().filter(|character| !character.is_whitespace()) {
            let digit = character.to_digit(10).ok_or(TokenError::NotAPin)?;
            digits += 1;
            if digits > 6 {
                return Err(TokenError::NotAPin);
            }
            pin.0 = pin.0 * 10 + digit;
        }
        (digits == 6).then_some(pin).ok_or(TokenError::NotAPin)
    }

    /// The six digits, for the message.
    pub fn to_text(&self) -> SecretText {
        SecretText::from_string(format!("{:06}", self.0))
    }
}

impl PinMac {
    /// Takes a MAC from the database.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The MAC, to be stored.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PinKey {
    /// HMAC-SHA-256 over the ceremony, the phone number as it was normalised, and the PIN.
    pub fn pin_mac(&self, ceremony: Uuid, phone: &str, pin: &Pin) -> PinMac {
        let pin = pin.0.to_be_bytes();
        PinMac(self.0.mac(&[b"pin", ceremony.as_bytes(), phone.as_bytes(), &pin]))
    }

    /// Whether `typed` is the PIN of this ceremony and phone, in constant time.
    pub fn verify_pin(&self, ceremony: Uuid, phone: &str, typed: &Pin, stored: &PinMac) -> bool {
        let expected = self.pin_mac(ceremony, phone, typed);
        expected.0.ct_eq(&stored.0).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::MacKey;
    use crate::secret::KeyBytes;
    use proptest::prelude::*;

    const PHONE: &str = "+27000000000";

    fn key(byte: u8) -> PinKey {
        PinKey(MacKey::of(KeyBytes::from_slice(&[byte; 32]).unwrap()))
    }

    #[test]
    fn draws_that_would_favour_small_pins_are_drawn_again() {
        assert_eq!(BIASED_FROM, 4_294_000_000);
        assert_eq!(from_draw(BIASED_FROM - 1).unwrap().to_text().expose(), "999999");
        assert!(from_draw(BIASED_FROM).is_none());
        assert!(from_draw(u32::MAX).is_none());
    }

    #[test]
    fn a_pin_has_six_digits_also_when_it_is_small() {
        assert_eq!(from_draw(7).unwrap().to_text().expose(), "000007");
        assert_eq!(Pin::random().unwrap().to_text().expose().len(), 6);
    }

    #[test]
    fn first_digits_of_many_pins_are_spread_evenly() {
        let mut counts = [0_u32; 10];
        for _ in 0..20_000 {
            counts[(Pin::random().unwrap().0 / 100_000) as usize] += 1;
        }
        // Six standard deviations (about 42) around 2,000: fails once in 10^8 runs.
        assert!(counts.iter().all(|count| (1_745..2_255).contains(count)), "{counts:?}");
    }

    #[test]
    fn typed_pins_may_have_blanks_but_nothing_else() {
        assert_eq!(Pin::parse(" 012 345 ").unwrap().to_text().expose(), "012345");
        for typed in ["", "12345", "1234567", "12345a", "-12345", "١٢٣٤٥٦"] {
            assert_eq!(Pin::parse(typed).unwrap_err(), TokenError::NotAPin, "{typed}");
        }
    }

    #[test]
    fn a_pin_verifies_only_with_its_key_ceremony_and_phone() {
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let pin = Pin::parse("482913").unwrap();
        let stored = key(1).pin_mac(one, PHONE, &pin);
        assert!(key(1).verify_pin(one, PHONE, &pin, &stored));
        assert!(!key(2).verify_pin(one, PHONE, &pin, &stored));
        assert!(!key(1).verify_pin(two, PHONE, &pin, &stored));
        assert!(!key(1).verify_pin(one, "+27000000001", &pin, &stored));
        assert!(!key(1).verify_pin(one, PHONE, &Pin::parse("482914").unwrap(), &stored));
    }

    #[test]
    fn debug_prints_no_digit() {
        assert_eq!(format!("{:?}", Pin::parse("482913").unwrap()), "Pin");
    }

    proptest! {
        #[test]
        fn every_pin_reads_back(draw in 0..BIASED_FROM) {
            let pin = from_draw(draw).unwrap();
            let read = Pin::parse(pin.to_text().expose()).unwrap();
            prop_assert_eq!(read.0, pin.0);
        }

        #[test]
        fn reading_a_pin_never_panics(typed: String) {
            let _ = Pin::parse(&typed);
        }
    }
}
