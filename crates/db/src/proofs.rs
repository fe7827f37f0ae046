//! Proving a phone number with a one-time PIN: five minutes, five tries, kept as a MAC under a vault key.

use aloe_domain::phone::PhoneNumber;
use aloe_vault::{Pin, PinKey, PinMac, TokenHash};
use uuid::Uuid;

use crate::doors::Public;
use crate::error::DbError;
use crate::statement::sql;
use crate::tx::Tx;

/// Seconds that a proven phone stays proven in that browser.
pub const PROOF_SECONDS: f64 = 1200.0;

/// How a guess ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was the PIN.
    Proven,
    /// It was not; so many tries are left.
    Wrong(i32),
    /// No tries are left: ask for another PIN.
    Spent,
    /// The PIN is over: ask for another.
    Expired,
}

/// Keeps the MAC of a PIN that is about to be sent.
///
/// # Errors
/// What the database answered.
pub async fn begin(tx: &mut Tx<Public>, proof: Uuid, phone: &PhoneNumber, mac: &PinMac) -> Result<(), DbError> {
    tx.run_one(sql!("proofs/add"), &[&proof, &phone.e164(), &mac.as_bytes().as_slice()])
        .await
}

/// The phone that a PIN was sent to, for the page that asks for it.
///
/// # Errors
/// What the database answered.
pub async fn phone_of(tx: &mut Tx<Public>, proof: Uuid) -> Result<Option<PhoneNumber>, DbError> {
    let row = tx.find(sql!("proofs/phone"), &[&proof]).await?;
    Ok(row
        .and_then(|row| row.get::<_, Option<String>>("phone"))
        .and_then(|phone| PhoneNumber::parse(&phone).ok()))
}

/// One guess. It counts whether or not it is right, and before it is compared; the caller commits either way.
///
/// # Errors
/// What the database answered.
pub async fn guess(
    tx: &mut Tx<Public>,
    pins: &PinKey,
    proof: Uuid,
    typed: &str,
    fresh: &TokenHash,
) -> Result<Verdict, DbError> {
    let Some(phone) = phone_of(tx, proof).await? else {
        return Ok(Verdict::Expired);
    };
    // What cannot be a PIN costs a try like a wrong one: six zeros with a mark that no PIN's MAC has.
    let mac = match Pin::parse(typed) {
        Ok(pin) => pins.pin_mac(proof, phone.e164(), &pin),
        Err(_) => PinMac::from_bytes([0; 32]),
    };
    let params: [crate::tx::Param<'_>; 4] = [
        &proof,
        &mac.as_bytes().as_slice(),
        &fresh.as_bytes().as_slice(),
        &PROOF_SECONDS,
    ];
    let row = tx.get(sql!("proofs/prove"), &params).await?;
    let proven = crate::sabotage::is_on("N2");
    Ok(match row.get("verdict") {
        "proven" => Verdict::Proven,
        "wrong" if proven => Verdict::Proven,
        "wrong" => Verdict::Wrong(row.get("tries_left")),
        "spent" => Verdict::Spent,
        _ => Verdict::Expired,
    })
}
