//! Passkeys (WebAuthn level 3): what a browser is asked, and whether its answer holds. User verification is always required, so
//! that a passkey alone is two factors: the device, and what unlocks it.

use url::Url;
use uuid::Uuid;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use crate::derivation::sha256;
use crate::secret::silent_debug;
use crate::token::TokenHash;

/// An answer of a browser does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The passkey's answer does not hold. Try again; if it happens again, remove the passkey and add it anew.")]
pub struct PasskeyRefused;

/// A registered passkey: its public key and what it last said of itself. Holds no secret.
pub struct Passkey(webauthn_rs::prelude::Passkey);

/// What a browser is asked, as JSON for `navigator.credentials`, and what the server keeps until the answer comes.
pub struct Asked {
    /// For the browser.
    pub options: serde_json::Value,
    /// For the server: kept there, used once.
    pub state: Vec<u8>,
}

/// Asks for passkeys of one origin.
pub struct Passkeys(Webauthn);

silent_debug!(Passkey, Passkeys);

impl Passkey {
    /// Takes a passkey that was stored.
    ///
    /// # Errors
    /// [`PasskeyRefused`] when it is none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PasskeyRefused> {
        serde_json::from_slice(bytes).map(Self).map_err(|_| PasskeyRefused)
    }

    /// The passkey, to be stored.
    ///
    /// # Errors
    /// [`PasskeyRefused`] when it cannot be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>, PasskeyRefused> {
        serde_json::to_vec(&self.0).map_err(|_| PasskeyRefused)
    }

    /// Names the credential: no two accounts have the same.
    pub fn name_hash(&self) -> TokenHash {
        TokenHash::from_bytes(sha256(&[b"aloe/1/passkey", self.0.cred_id().as_ref()]))
    }
}

impl Passkeys {
    /// For the pages of an origin such as `https://aloe.example`. Nothing where the host is an address in numbers: browsers have
    /// no passkeys there.
    pub fn of(origin: &str) -> Option<Self> {
        let origin = Url::parse(origin).ok()?;
        let host = origin.domain()?.to_owned();
        let builder = WebauthnBuilder::new(&host, &origin).ok()?.rp_name("Aloe");
        builder.build().ok().map(Self)
    }

    /// Asks for a new passkey of a user, other than those there are.
    ///
    /// # Errors
    /// [`PasskeyRefused`] when the question cannot be put.
    pub fn ask_new(&self, user: Uuid, email: &str, name: &str, known: &[Passkey]) -> Result<Asked, PasskeyRefused> {
        let known = known.iter().map(|passkey| passkey.0.cred_id().clone()).collect();
        let begun = self.0.start_passkey_registration(user, email, name, Some(known));
        let (options, state) = begun.map_err(|_| PasskeyRefused)?;
        let mut options = serde_json::to_value(options).map_err(|_| PasskeyRefused)?;
        // One that the device keeps can sign in without an address being typed.
        if let Some(selection) = options.pointer_mut("/publicKey/authenticatorSelection") {
            set(selection, "residentKey", "preferred".into());
            set(selection, "requireResidentKey", false.into());
        }
        kept(options, &state)
    }

    /// Takes the answer: the new passkey.
    ///
    /// # Errors
    /// [`PasskeyRefused`] when the answer does not hold.
    pub fn take_new(&self, state: &[u8], answer: &str) -> Result<Passkey, PasskeyRefused> {
        let state: PasskeyRegistration = serde_json::from_slice(state).map_err(|_| PasskeyRefused)?;
        let answer: RegisterPublicKeyCredential = serde_json::from_str(answer).map_err(|_| PasskeyRefused)?;
        let made = self.0.finish_passkey_registration(&answer, &state);
        made.map(Passkey).map_err(|_| PasskeyRefused)
    }

    /// Asks for one of the passkeys of a user who is known.
    ///
    /// # Errors
    /// [`PasskeyRefused`] when there is none.
    pub fn ask(&self, known: &[Passkey]) -> Result<Asked, PasskeyRefused> {
        let known: Vec<_> = known.iter().map(|passkey| passkey.0.clone()).collect();
        let begun = self.0.start_passkey_authentication(&known);
        let (options, state) = begun.map_err(|_| PasskeyRefused)?;
        kept(serde_json::to_value(options).map_err(|_| PasskeyRefused)?, &state)
    }

    /// Takes the answer: which of `known` it is, as it is to be stored from now on.
    ///
    /// # Errors
    /// [`PasskeyRefused`] when the answer does not hold.
    pub fn take(&self, state: &[u8], answer: &str, known: Vec<Passkey>) -> Result<(usize, Passkey), PasskeyRefused> {
        let state: PasskeyAuthentication = serde_json::from_slice(state).map_err(|_| PasskeyRefused)?;
        let answer: PublicKeyCredential = serde_json::from_str(answer).map_err(|_| PasskeyRefused)?;
        let held = self.0.finish_passkey_authentication(&answer, &state);
        updated(&held.map_err(|_| PasskeyRefused)?, known)
    }

    /// Asks for a passkey of whoever it is.
    ///
    /// # Errors
    /// [`PasskeyRefused`] when the question cannot be put.
    pub fn ask_anyone(&self) -> Result<Asked, PasskeyRefused> {
        let (options, state) = self.0.start_discoverable_authentication().map_err(|_| PasskeyRefused)?;
        let mut options = serde_json::to_value(options).map_err(|_| PasskeyRefused)?;
        // A button asks, not the list under a field.
        if let Some(options) = options.as_object_mut() {
            options.remove("mediation");
        }
        kept(options, &state)
    }

    /// Whose passkey an answer claims to be. Nothing is proven by that.
    ///
    /// # Errors
    /// [`PasskeyRefused`] when it names nobody.
    pub fn claimed(&self, answer: &str) -> Result<Uuid, PasskeyRefused> {
        let answer: PublicKeyCredential = serde_json::from_str(answer).map_err(|_| PasskeyRefused)?;
        let claimed = self.0.identify_discoverable_authentication(&answer);
        claimed.map(|(user, _)| user).map_err(|_| PasskeyRefused)
    }

    /// Takes the answer of whoever it is: which of their passkeys, as it is to be stored from now on.
    ///
    /// # Errors
    /// [`PasskeyRefused`] when the answer does not hold.
    pub fn take_anyones(
        &self,
        state: &[u8],
        answer: &str,
        known: Vec<Passkey>,
    ) -> Result<(usize, Passkey), PasskeyRefused> {
        let state: DiscoverableAuthentication = serde_json::from_slice(state).map_err(|_| PasskeyRefused)?;
        let answer: PublicKeyCredential = serde_json::from_str(answer).map_err(|_| PasskeyRefused)?;
        let named = answer.get_credential_id();
        let key = known
            .iter()
            .find(|passkey| AsRef::<[u8]>::as_ref(passkey.0.cred_id()) == named);
        let key = DiscoverableKey::from(&key.ok_or(PasskeyRefused)?.0);
        let held = self.0.finish_discoverable_authentication_v2(&answer, state, &key);
        updated(&held.map_err(|_| PasskeyRefused)?, known)
    }
}

fn updated(
    held: &webauthn_rs::prelude::AuthenticationResult,
    known: Vec<Passkey>,
) -> Result<(usize, Passkey), PasskeyRefused> {
    let mut found = known
        .into_iter()
        .enumerate()
        .filter(|(_, passkey)| passkey.0.cred_id() == held.cred_id());
    let (at, mut passkey) = found.next().filter(|_| held.user_verified()).ok_or(PasskeyRefused)?;
    passkey.0.update_credential(held);
    Ok((at, passkey))
}

fn kept(options: serde_json::Value, state: &impl serde::Serialize) -> Result<Asked, PasskeyRefused> {
    let state = serde_json::to_vec(state).map_err(|_| PasskeyRefused)?;
    Ok(Asked { options, state })
}

fn set(object: &mut serde_json::Value, name: &str, value: serde_json::Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_in_numbers_has_no_passkeys() {
        assert!(Passkeys::of("https://127.0.0.1:8443").is_none());
        assert!(Passkeys::of("not an origin").is_none());
        assert!(Passkeys::of("https://localhost:8443").is_some());
    }

    #[test]
    fn a_browser_is_asked_to_verify_its_user() {
        let passkeys = Passkeys::of("https://aloe.example").unwrap();
        let asked = passkeys.ask_new(Uuid::from_u128(1), "a@b.example", "A", &[]).unwrap();
        let selection = asked.options.pointer("/publicKey/authenticatorSelection").unwrap();
        assert_eq!(selection["userVerification"], "required");
        assert_eq!(selection["residentKey"], "preferred");
        let anyone = passkeys.ask_anyone().unwrap();
        assert_eq!(
            anyone.options.pointer("/publicKey/userVerification").unwrap(),
            "required"
        );
        assert!(anyone.options.get("mediation").is_none());
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        let passkeys = Passkeys::of("https://aloe.example").unwrap();
        let asked = passkeys.ask_anyone().unwrap();
        for answer in [
            "",
            "{}",
            "null",
            "[]",
            "{\"id\":\"AA\",\"rawId\":\"AA\",\"type\":\"public-key\",\"response\":{}}",
        ] {
            assert!(passkeys.claimed(answer).is_err(), "{answer}");
            assert!(passkeys.take_anyones(&asked.state, answer, vec![]).is_err(), "{answer}");
            assert!(passkeys.take(&asked.state, answer, vec![]).is_err(), "{answer}");
            assert!(passkeys.take_new(&asked.state, answer).is_err(), "{answer}");
        }
    }
}
