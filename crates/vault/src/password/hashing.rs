//! Hashing and verifying passwords.

use argon2::Params;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::parameters::HASH_LENGTH;
use super::{Password, PasswordParameters};
use crate::entropy::{self, NoRandomness};
use crate::secret::silent_debug;

const ARGON2ID: &str = "argon2id";
const VERSION: u32 = 0x13;

/// A password hash as it is stored: a PHC string.
#[derive(Clone)]
pub struct StoredPassword(String);

silent_debug!(StoredPassword);

impl StoredPassword {
    /// Takes a PHC string from the database.
    pub fn from_stored(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string, to be stored.
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
    /// The stored string is not an Argon2id hash within bearable parameters.
    #[error("The stored password of this account is damaged. Let its owner set a new one.")]
    Unreadable,
    /// Not enough memory.
    #[error(
        "There is not enough memory to check a password. Try again in a moment; if it happens again, lower the number of password workers."
    )]
    OutOfMemory,
    /// No random salt could be drawn.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// Hashes and verifies with one set of parameters.
#[derive(Clone, Copy, Debug)]
pub struct PasswordHasher {
    parameters: PasswordParameters,
}

impl PasswordHasher {
    /// A hasher that makes new hashes with `parameters`.
    pub fn of(parameters: PasswordParameters) -> Self {
        Self { parameters }
    }

    /// Hashes a password with a fresh salt. Slow on purpose; see
    /// [`PasswordWorkers`](crate::PasswordWorkers).
    ///
    /// # Errors
    /// [`PasswordError`] without memory or random bytes.
    pub fn hash(&self, password: &Password) -> Result<StoredPassword, PasswordError> {
        let salt: [u8; 16] = entropy::random()?;
        let mut hash = Zeroizing::new([0; HASH_LENGTH]);
        self.parameters.compute(password.as_bytes(), &salt, &mut hash)?;
        phc(self.parameters, &salt, &hash)
    }

    /// Verifies a password. `None` stands for an account that does not exist: the same work is done
    /// and the answer is [`Verdict::Differs`], so that time tells nobody which accounts exist.
    ///
    /// # Errors
    /// [`PasswordError`] when the stored string is damaged, or without memory.
    pub fn verify(&self, password: &Password, stored: Option<&StoredPassword>) -> Result<Verdict, PasswordError> {
        let Some(stored) = stored else {
            return self.verify_nobody(password);
        };
        let (parameters, salt, expected) = read(stored)?;
        let mut hash = Zeroizing::new([0; HASH_LENGTH]);
        parameters.compute(password.as_bytes(), &salt, &mut hash)?;
        match bool::from(hash.as_slice().ct_eq(&expected)) {
            false => Ok(Verdict::Differs),
            true if parameters.is_weaker_than(self.parameters) => Ok(Verdict::NeedsUpgrade),
            true => Ok(Verdict::Matches),
        }
    }

    fn verify_nobody(&self, password: &Password) -> Result<Verdict, PasswordError> {
        let mut hash = Zeroizing::new([0; HASH_LENGTH]);
        self.parameters.compute(password.as_bytes(), &[0; 16], &mut hash)?;
        // The result is used, so that the work cannot be optimised away.
        std::hint::black_box(&hash);
        Ok(Verdict::Differs)
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

fn read(stored: &StoredPassword) -> Result<Parts, PasswordError> {
    parse(&stored.0).ok_or(PasswordError::Unreadable)
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
