//! Tokens, PINs and what the database keeps of them.

mod bearer;
mod csrf;
mod pin;
mod random;
mod recovery_code;
mod renewal;
mod totp;

pub use bearer::{BEARER_SECONDS, NotABearer};
pub use pin::{Pin, PinMac};
pub use random::{Token, TokenDomain, TokenHash};
pub use recovery_code::RecoveryCode;
pub use totp::{TotpSecret, TotpStep};

/// A typed or received text is not of the expected shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not 43 characters of base64url.
    #[error("This link or cookie is incomplete. Open the whole link again, or ask for a new one.")]
    NotAToken,
    /// Not six digits.
    #[error("The PIN has six digits. Type it as it stands in the message.")]
    NotAPin,
}
