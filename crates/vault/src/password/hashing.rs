//! Hashing and verifying passwords.

use argon2::Params;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::parameters::HASH_LENGTH;
use super::scheme::{BcryptCost, HashScheme};
use super::{Password, PasswordParameters};
use crate::entropy::{self, NoRandomness};
use crate::secret::silent_debug;

const ARGON2ID: &str = "argon2id";
const VERSION: u32 = 0x13;

/// A password hash as it is stored: a PHC string, or bcrypt's own form.
#[derive(Clone)]
pub struct StoredPassword(String);

silent_debug!(StoredPassword);

impl StoredPassword {
    /// Takes it from the database.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text, to be stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What verifying a password found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the password.
    Matches,
    /// It is the password, but its hash is weaker than today's: hash it again and store that.
    NeedsUpgrade,
    /// It is not the password, or there is no such account.
    Differs,
}

/// A password was neither verified nor hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// The stored string is neither an Argon2id nor a bcrypt hash within bearable parameters.
    #[error("The stored password of this account is damaged. Let its owner set a new one.")]
    Unreadable,
    /// Not enough memory.
    #[error(
        "There is not enough memory to check a password. Try again in a moment; if it happens again, lower the number of password workers."
    )]
    OutOfMemory,
    /// bcrypt reads 72 bytes and no more, its closing zero among them: a longer password would be cut off silently.
    #[error("This installation stores passwords with bcrypt, which reads 71 bytes of them. Choose a shorter one.")]
    TooLongForBcrypt,
    /// No random salt could be drawn.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// Hashes with one scheme, and verifies with both.
#[derive(Clone, Copy, Debug)]
pub struct PasswordHasher {
    scheme: HashScheme,
}

impl PasswordHasher {
    /// A hasher that makes new hashes with Argon2id and `parameters`.
    pub fn of(parameters: PasswordParameters) -> Self {
        Self::with(HashScheme::Argon2id(parameters))
    }

    /// A hasher that makes new hashes with `scheme`.
    pub fn with(scheme: HashScheme) -> Self {
        Self { scheme }
    }

    /// Hashes a password with a fresh salt. Slow on purpose; see
    /// [`PasswordWorkers`](crate::PasswordWorkers).
    ///
    /// # Errors
    /// [`PasswordError`] without memory or random bytes.
    pub fn hash(&self, password: &Password) -> Result<StoredPassword, PasswordError> {
        let salt: [u8; 16] = entropy::random()?;
        match self.scheme {
            HashScheme::Argon2id(parameters) => {
                let mut hash = Zeroizing::new([0; HASH_LENGTH]);
                parameters.compute(password.as_bytes(), &salt, &mut hash)?;
                phc(parameters, &salt, &hash)
            }
            HashScheme::Bcrypt(cost) => {
                let hashed = bcrypt::non_truncating_hash_with_salt(password.as_bytes(), cost.number(), salt);
                let hashed = hashed.map_err(|_| PasswordError::TooLongForBcrypt)?;
                Ok(StoredPassword(hashed.to_string()))
            }
        }
    }

    /// Verifies a password. `None` stands for an account that does not exist: the same work is done
    /// and the answer is [`Verdict::Differs`], so that time tells nobody which accounts exist.
    ///
    /// # Errors
    /// [`PasswordError`] when the stored string is damaged, or without memory.
    pub fn verify(&self, password: &Password, stored: Option<&StoredPassword>) -> Result<Verdict, PasswordError> {
        match stored.map(read).transpose()? {
            None => self.verify_nobody(password),
            Some(Stored::Argon2id(parts)) => self.verify_argon2id(password, parts),
            Some(Stored::Bcrypt(cost, text)) => self.verify_bcrypt(password, cost, &text),
        }
    }

    fn verify_argon2id(
        &self,
        password: &Password,
        (parameters, salt, expected): Parts,
    ) -> Result<Verdict, PasswordError> {
        let mut hash = Zeroizing::new([0; HASH_LENGTH]);
        parameters.compute(password.as_bytes(), &salt, &mut hash)?;
        let matches = bool::from(hash.as_slice().ct_eq(&expected));
        let is_weak = match self.scheme {
            HashScheme::Argon2id(today) => parameters.is_weaker_than(today),
            // Argon2id with bearable parameters is never the weaker of the two.
            HashScheme::Bcrypt(_) => false,
        };
        if let (HashScheme::Argon2id(today), true) = (self.scheme, is_weak && !matches) {
            // A wrong guess at a hash of yesterday's strength takes as long as one at nobody's, which is of today's.
            if let Some(rest) = today.beyond(parameters) {
                let mut spent = [0; HASH_LENGTH];
                rest.compute(password.as_bytes(), &salt, &mut spent)?;
                std::hint::black_box(&spent);
            }
        }
        Ok(verdict(matches, is_weak))
    }

    /// Elsewhere bcrypt may have cut a long password off at 72 bytes, so it is cut off here as well.
    fn verify_bcrypt(&self, password: &Password, cost: BcryptCost, text: &str) -> Result<Verdict, PasswordError> {
        let matches = bcrypt::verify(password.as_bytes(), text).map_err(|_| PasswordError::Unreadable)?;
        let is_weak = match self.scheme {
            HashScheme::Argon2id(_) => true,
            HashScheme::Bcrypt(today) => cost < today,
        };
        Ok(verdict(matches, is_weak))
    }

    fn verify_nobody(&self, password: &Password) -> Result<Verdict, PasswordError> {
        match self.scheme {
            HashScheme::Argon2id(parameters) => {
                let mut hash = Zeroizing::new([0; HASH_LENGTH]);
                parameters.compute(password.as_bytes(), &[0; 16], &mut hash)?;
                // The result is used, so that the work cannot be optimised away.
                std::hint::black_box(&hash);
            }
            HashScheme::Bcrypt(cost) => {
                let hash = bcrypt::hash_with_salt(password.as_bytes(), cost.number(), [0; 16]);
                std::hint::black_box(&hash)
                    .as_ref()
                    .map_err(|_| PasswordError::Unreadable)?;
            }
        }
        Ok(Verdict::Differs)
    }
}

fn verdict(matches: bool, is_weak: bool) -> Verdict {
    match (matches, is_weak) {
        (false, _) => Verdict::Differs,
        (true, true) => Verdict::NeedsUpgrade,
        (true, false) => Verdict::Matches,
    }
}

fn phc(
    parameters: PasswordParameters,
    salt: &[u8; 16],
    hash: &[u8; HASH_LENGTH],
) -> Result<StoredPassword, PasswordError> {
    let unreadable = |_| PasswordError::Unreadable;
    let phc = PasswordHash {
        algorithm: argon2::Algorithm::Argon2id.ident(),
        version: Some(VERSION),
        params: ParamsString::try_from(&parameters.params()?).map_err(|_| PasswordError::Unreadable)?,
        salt: Some(Salt::new(salt).map_err(unreadable)?),
        hash: Some(Output::new(hash).map_err(unreadable)?),
    };
    Ok(StoredPassword(phc.to_string()))
}

type Parts = (PasswordParameters, Vec<u8>, [u8; HASH_LENGTH]);

enum Stored {
    Argon2id(Parts),
    Bcrypt(BcryptCost, String),
}

fn read(stored: &StoredPassword) -> Result<Stored, PasswordError> {
    let text = &stored.0;
    let parsed = match text.starts_with("$2") {
        true => bcrypt_cost(text).map(|cost| Stored::Bcrypt(cost, text.clone())),
        false => parse(text).map(Stored::Argon2id),
    };
    parsed.ok_or(PasswordError::Unreadable)
}

fn bcrypt_cost(text: &str) -> Option<BcryptCost> {
    BcryptCost::stored(text.parse::<bcrypt::HashParts>().ok()?.get_cost())
}

fn parse(phc: &str) -> Option<Parts> {
    let phc = PasswordHash::new(phc).ok()?;
    if phc.algorithm.as_str() != ARGON2ID || phc.version != Some(VERSION) {
        return None;
    }
    let parameters = PasswordParameters::stored(&Params::try_from(&phc).ok()?)?;
    let salt = phc.salt?.to_vec();
    let hash = phc.hash?.as_bytes().try_into().ok()?;
    Some((parameters, salt, hash))
}
