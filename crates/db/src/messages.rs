//! Messages: written with the act that causes them, sealed, delivered by a job, and visible whatever becomes of them.

use aloe_domain::ids::{BookingId, MessageId};
use aloe_vault::{Place, Sealed};
use jiff::Timestamp;
use uuid::Uuid;

use crate::doors::Job;
use crate::error::DbError;
use crate::keys::{KeyError, Keys, OrganisationKeys, number_of};
use crate::statement::sql;
use crate::tx::Tx;

/// How a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// To a phone.
    Sms,
    /// To a mailbox.
    Email,
}

impl Channel {
    const fn code(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Email => "email",
        }
    }
}

/// A message to be sent. The dedupe key makes a repeated act send it once.
pub struct Message<'a> {
    /// SMS or e-mail.
    pub channel: Channel,
    /// Which message this is, for the list of what was sent.
    pub template: &'a str,
    /// Language code.
    pub language: &'a str,
    /// Phone or address.
    pub to: &'a str,
    /// Subject of an e-mail; blank for an SMS.
    pub subject: &'a str,
    /// The text.
    pub body: &'a str,
    /// The booking it is about.
    pub booking: Option<BookingId>,
    /// Names the cause: the same key sends nothing more.
    pub dedupe_key: &'a str,
}

/// A message as the outbox page shows it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The message.
    pub id: MessageId,
    /// `sms` or `email`.
    pub channel: String,
    /// Which message.
    pub template: String,
    /// Phone or address.
    pub to: String,
    /// Subject of an e-mail.
    pub subject: String,
    /// The text.
    pub body: String,
    /// State code.
    pub state: String,
    /// When it was made.
    pub created_at: Timestamp,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Contents {
    to: String,
    subject: String,
    body: String,
}

/// Writes a message in the transaction of its cause. The database adds the job that delivers it.
///
/// # Errors
/// What the database or the keys answered.
pub async fn queue<N>(tx: &mut Tx<N>, keys: &Keys, message: &Message<'_>) -> Result<(), KeyError> {
    let organisation_keys = keys.of(tx).await?;
    let current = organisation_keys.current()?;
    let id = Uuid::now_v7();
    let contents = Contents {
        to: message.to.into(),
        subject: message.subject.into(),
        body: message.body.into(),
    };
    let text = serde_json::to_vec(&contents).map_err(|_| KeyError::Closed)?;
    let place = place_of(tx.organisation().as_uuid(), id);
    let sealed = aloe_vault::seal(&current.identifiers(), &place, &text).map_err(|e| KeyError::Store(e.to_string()))?;
    let version = number_of(current.version());
    let booking = message.booking.map(BookingId::as_uuid);
    tx.run(
        sql!("messages/add"),
        &[
            &id,
            &message.channel.code(),
            &message.template,
            &message.language,
            &sealed.into_bytes(),
            &version,
            &booking,
            &message.dedupe_key,
        ],
    )
    .await?;
    Ok(())
}

/// The newest messages, opened: only where the installation shows its outbox instead of sending.
///
/// # Errors
/// What the database or the keys answered.
pub async fn recent<N>(tx: &mut Tx<N>, keys: &Keys, most: i64) -> Result<Vec<Shown>, KeyError> {
    let organisation_keys = keys.of(tx).await?;
    let organisation = tx.organisation().as_uuid();
    let rows = tx.rows(sql!("messages/recent"), &[&most]).await?;
    rows.iter()
        .map(|row| {
            let id: Uuid = row.get("message_id");
            let contents = open(
                &organisation_keys,
                organisation,
                id,
                row.get("key_version"),
                row.get("sealed"),
            )?;
            Ok(Shown {
                id: MessageId::from_uuid(id),
                channel: row.get("channel"),
                template: row.get("template"),
                to: contents.to,
                subject: contents.subject,
                body: contents.body,
                state: row.get("state"),
                created_at: row.get("created_at"),
            })
        })
        .collect()
}

/// Settles queued messages: shown in the outbox, sent, failed or suppressed, with the reason.
pub(crate) async fn settle(tx: &mut Tx<Job>, messages: &[Uuid], state: &str, reason: &str) -> Result<(), DbError> {
    tx.run(sql!("messages/settle"), &[&messages, &state, &reason]).await?;
    Ok(())
}

/// Seals a message under the current version of the organisation's key.
pub(crate) fn reseal(
    keys: &OrganisationKeys,
    organisation: Uuid,
    id: Uuid,
    version: i32,
    sealed: &Sealed,
) -> Result<Vec<u8>, KeyError> {
    let place = place_of(organisation, id);
    let opened =
        aloe_vault::open(&keys.version(version)?.identifiers(), &place, sealed).map_err(|_| KeyError::Closed)?;
    let fresh = aloe_vault::seal(&keys.current()?.identifiers(), &place, opened.as_bytes());
    Ok(fresh.map_err(|e| KeyError::Store(e.to_string()))?.into_bytes())
}

fn open(
    keys: &OrganisationKeys,
    organisation: Uuid,
    id: Uuid,
    version: i32,
    sealed: Vec<u8>,
) -> Result<Contents, KeyError> {
    let sealed = Sealed::parse(sealed).map_err(|_| KeyError::Closed)?;
    let key = keys.version(version)?.identifiers();
    let opened = aloe_vault::open(&key, &place_of(organisation, id), &sealed).map_err(|_| KeyError::Closed)?;
    serde_json::from_slice(opened.as_bytes()).map_err(|_| KeyError::Closed)
}

fn place_of(organisation: Uuid, message: Uuid) -> Place<'static> {
    Place::of(organisation, "messages", "sealed", message)
}
