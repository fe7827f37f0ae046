#![doc = include_str!("../README.md")]

mod derivation;
mod entropy;
mod framing;
mod keyring;
mod keys;
mod objects;
mod passkey;
mod password;
mod recovery;
mod sealing;
mod secret;
mod store;
mod token;
mod version;

pub use entropy::NoRandomness;
pub use keyring::{Keyring, KeyringError, LongestTtl};
pub use keys::{
    BearerKey, CsrfKey, InstallationKey, MacKey, MasterKeys, OrganisationKey, PinKey, RenewalKey, SealingKey,
    SubjectKey,
};
pub use objects::{ObjectError, open_object, seal_object, sealed_length};
pub use passkey::{Asked as PasskeyQuestion, Passkey, PasskeyRefused, Passkeys};
pub use password::{
    BcryptCost, Busy, HashScheme, NotChosen, Password, PasswordError, PasswordHasher, PasswordParameters,
    PasswordWorkers, RefusedPassword, StoredPassword, UnsafeParameters, Verdict, WeakPassword, WorkersStopped,
};
pub use recovery::{RecoveryError, RecoveryKit, RestoredKey};
pub use sealing::{CannotBeOpened, NotSealed, Opened, Place, Sealed, open, seal};
pub use secret::{KeyBytes, SecretText};
pub use store::{
    Admitted, FileKeyStore, KeyStore, KeyStoreChoice, KeyStoreError, NamedOverride, NotAdmitted, OverrideError,
    Purpose, WrapContext, Wrapped,
};
#[cfg(feature = "pkcs11")]
pub use store::{Pkcs11KeyStore, Pkcs11Settings};
pub use token::{
    BEARER_SECONDS, NotABearer, Pin, PinMac, RecoveryCode, Token, TokenDomain, TokenError, TokenHash, TotpSecret,
    TotpStep,
};
pub use version::KeyVersion;
