//! Codes of an authenticator app (RFC 6238: SHA-1, six digits, thirty seconds, as every such app speaks it).

use data_encoding::BASE32_NOPAD;
use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

use crate::entropy::{self, NoRandomness};
use crate::secret::{SecretText, silent_debug};

const LENGTH: usize = 20;
const STEP_SECONDS: u64 = 30;

/// The secret that an authenticator app shares: 160 random bits.
pub struct TotpSecret(Zeroizing<[u8; LENGTH]>);

/// The half minute of a code, counted from 1970. One that was accepted is never accepted again, nor any before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TotpStep(u64);

silent_debug!(TotpSecret);

impl TotpStep {
    /// Its number, to be stored.
    pub fn number(self) -> i64 {
        i64::try_from(self.0).unwrap_or(i64::MAX)
    }
}

impl TotpSecret {
    /// Draws a secret.
    ///
    /// # Errors
    /// [`NoRandomness`] when the operating system gives no random bytes.
    pub fn random() -> Result<Self, NoRandomness> {
        Ok(Self(Zeroizing::new(entropy::random()?)))
    }

    /// Takes a secret that was unsealed; nothing unless it is 20 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    /// The bytes, to be sealed.
    pub fn expose(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// The secret as people type it into an app: base32 in groups of four.
    pub fn to_text(&self) -> SecretText {
        let text = Zeroizing::new(BASE32_NOPAD.encode(self.0.as_slice()));
        let groups: Vec<&str> = (0..text.len())
            .step_by(4)
            .filter_map(|at| text.get(at..at + 4))
            .collect();
        SecretText::from_string(groups.join(" "))
    }

    /// The address that an app reads from a QR code. `account` is shown in the app.
    pub fn to_url(&self, account: &str) -> SecretText {
        let secret = Zeroizing::new(BASE32_NOPAD.encode(self.0.as_slice()));
        let account: String = account.bytes().map(percent).collect();
        SecretText::from_string(format!(
            "otpauth://totp/Aloe:{account}?secret={}&issuer=Aloe",
            secret.as_str()
        ))
    }

    /// Whether `typed` is the code of the half minute around `now` (seconds since 1970), or of the one before or after, for
    /// clocks that differ; then which half minute's. Compared in constant time. The caller refuses a step that was accepted before.
    pub fn check(&self, typed: &str, now: u64) -> Option<TotpStep> {
        let digits: Zeroizing<String> = Zeroizing::new(typed.chars().filter(|c| !c.is_whitespace()).collect());
        let is_code = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit());
        let step = self.totp().check(&digits, now).filter(|_| is_code);
        step.map(TotpStep)
    }

    /// The code to type at `now` when that of `used` and all before it are spent, and nothing until there is another: what an
    /// app shows, for a demonstration, whose people have none.
    pub fn next_code(&self, now: u64, used: i64) -> Option<SecretText> {
        let used = u64::try_from(used).unwrap_or(0);
        let step = (now / STEP_SECONDS).max(used + 1);
        let code = self.totp().generate(step * STEP_SECONDS);
        (step <= now / STEP_SECONDS + 1).then(|| SecretText::from_string(code.to_string()))
    }

    fn totp(&self) -> Totp {
        Builder::new()
            .with_secret(self.0.to_vec())
            .with_skew(1)
            .with_digits(6)
            .with_step_duration(STEP_SECONDS)
            .build_noncompliant()
    }
}

fn percent(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn known() -> TotpSecret {
        TotpSecret::from_slice(b"12345678901234567890").unwrap()
    }

    #[test]
    fn codes_are_those_of_rfc_6238_appendix_b() {
        for (now, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(known().check(code, now), Some(TotpStep(now / 30)), "{now}");
            assert_eq!(known().next_code(now, 0).unwrap().expose(), code);
        }
    }

    #[test]
    fn a_clock_may_be_half_a_minute_off_and_no_more() {
        let code = "287082";
        let accepted = |now| known().check(code, now);
        assert_eq!(accepted(29), Some(TotpStep(1)));
        assert_eq!(accepted(89), Some(TotpStep(1)));
        assert_eq!(accepted(90), None);
        assert_eq!(known().check(" 287 082 ", 59), Some(TotpStep(1)));
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for typed in ["", "28708", "2870822", "-87082", "+87082", "２８７０８２", "28708a"] {
            assert_eq!(known().check(typed, 59), None, "{typed}");
        }
    }

    #[test]
    fn the_next_code_is_one_that_was_not_used() {
        let now = 3_000;
        let code = |used| {
            known()
                .next_code(now, used)
                .map(|code| known().check(code.expose(), now).unwrap())
        };
        assert_eq!(code(0), Some(TotpStep(100)));
        assert_eq!(code(100), Some(TotpStep(101)));
        assert_eq!(code(101), None);
    }

    #[test]
    fn an_app_reads_the_secret_from_the_address() {
        let url = known().to_url("a.person+x@practice.example");
        let url = url.expose();
        assert_eq!(
            url,
            "otpauth://totp/Aloe:a.person%2Bx%40practice.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Aloe"
        );
        assert_eq!(known().to_text().expose(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(format!("{:?}", known()), "TotpSecret");
    }

    proptest! {
        #[test]
        fn checking_never_panics(typed: String, now in 0_u64..1 << 40) {
            let _ = known().check(&typed, now);
        }
    }
}
