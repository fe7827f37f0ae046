//! What every handler shares.

use std::sync::Arc;

use aloe_db::doors::Doors;
use aloe_db::keys::Keys;
use aloe_vault::{BearerKey, CsrfKey, InstallationKey, Passkeys, PasswordWorkers, PinKey, RenewalKey, SealingKey};
use tokio::sync::{Semaphore, broadcast};

use crate::pace::Pace;
use crate::source::Network;

/// One change that open pages may want to show.
#[derive(Clone, Debug)]
pub struct Change {
    /// The organisation's id, as text.
    pub organisation: String,
    /// What changed: `calendar` …
    pub topic: String,
}

/// Settings of the pages.
#[derive(Clone, Debug)]
pub struct WebConfig {
    /// Tells this installation's cookies from those of another on the same host, since cookies ignore ports.
    pub installation: String,
    /// The address that links in messages begin with, such as `https://localhost:8443`.
    pub origin: String,
    /// Requests that one source may send in a second; zero for no limit.
    pub requests_per_second: u32,
    /// Proxies of ours, which say from whom they heard a request.
    pub trusted_proxies: Vec<Network>,
    /// Codes by SMS that all booking pages together send in an hour at most.
    pub sms_per_hour: u32,
    /// Where alerts of the installation are mailed to.
    pub operator_mail: Option<String>,
    /// Whether everyone here is invented: then each page says so and messages are shown instead of sent.
    pub demonstration: bool,
}

/// The application: made once, shared by every request.
#[derive(Clone)]
pub struct Aloe(Arc<Shared>);

/// The parts of the application.
pub struct Shared {
    /// The doors into the database.
    pub doors: Doors,
    /// The keys of organisations.
    pub keys: Keys,
    /// Threads that hash passwords.
    pub passwords: PasswordWorkers,
    /// Tries at the door that may be with the database at a time: a flood of them waits in line, and takes no connection from the
    /// sessions of those at work.
    pub tries: Semaphore,
    /// Signs tokens against request forgery.
    pub csrf: CsrfKey,
    /// Derives the tokens after a renewal.
    pub renewals: RenewalKey,
    /// Signs what programs show with each request.
    pub bearers: BearerKey,
    /// Seals mail to accounts.
    pub mails: SealingKey,
    /// Seals a page's word to the next.
    pub words: SealingKey,
    /// Asks for passkeys; nothing where the pages' host is an address in numbers.
    pub passkeys: Option<Passkeys>,
    /// Seals second factors.
    pub factors: SealingKey,
    /// Keeps PINs.
    pub pins: PinKey,
    /// What changed, for open pages.
    pub changes: broadcast::Sender<Change>,
    /// How fast one source may ask.
    pub pace: Pace,
    /// Settings.
    pub config: WebConfig,
}

impl Aloe {
    /// Puts the parts together.
    pub fn new(
        doors: Doors,
        keys: Keys,
        installation: &InstallationKey,
        passwords: PasswordWorkers,
        config: WebConfig,
    ) -> Self {
        let (changes, _) = broadcast::channel(256);
        let (csrf, pins, renewals) = (installation.csrf(), installation.pins(), installation.renewals());
        let pace = Pace::per_second(config.requests_per_second);
        Self(Arc::new(Shared {
            doors,
            keys,
            passwords,
            tries: Semaphore::new(2),
            csrf,
            renewals,
            bearers: installation.bearers(),
            mails: installation.mails(),
            words: installation.words(),
            factors: installation.factors(),
            passkeys: Passkeys::of(&config.origin),
            pins,
            changes,
            pace,
            config,
        }))
    }
}

impl std::ops::Deref for Aloe {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}
