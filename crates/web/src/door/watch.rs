//! What is done between requests: looking at what happened at the door, and telling whoever should know.

use aloe_db::alerts::AlertMail;
use aloe_db::error::DbError;
use aloe_db::visit::Visit;

use crate::office::alerts::words;
use crate::state::Aloe;

/// Looks at what happened since the last time, and mails the alerts that come of it.
///
/// # Errors
/// What the database answered; what was not done is done next time.
pub async fn watch_door(app: &Aloe) -> Result<(), DbError> {
    let visit = Visit::from(std::net::IpAddr::from([127, 0, 0, 1]));
    app.doors.watch_door(&visit).await?;
    let operator = app.config.operator_mail.as_deref();
    app.doors
        .mail_alerts(&visit, &app.mails, operator, |mail| written(mail, &app.config.origin))
        .await
}

fn written(mail: &AlertMail, origin: &str) -> (String, String) {
    if mail.organisation.is_empty() {
        let (title, body) = operator_words(&mail.kind, &mail.about, &mail.detail);
        return (format!("Aloe: {title}"), body);
    }
    let (title, body) = words(&mail.kind, &mail.about, &mail.detail);
    let page = format!("{origin}/o/{}/alerts", mail.slug);
    (
        format!("{}: {title}", mail.organisation),
        format!("{title}.\n\n{body}\n\nSay there that you have seen it:\n{page}"),
    )
}

/// Title and text of an alert of the installation.
pub fn operator_words(kind: &str, subject: &str, detail: &serde_json::Value) -> (&'static str, String) {
    let number = |key: &str| detail.get(key).and_then(serde_json::Value::as_i64).unwrap_or_default();
    match kind {
        "stuffing" => (
            "passwords are tried on many accounts",
            format!(
                "{} accounts within ten minutes, from {subject}. Browsers and networks without a sign-in before are slowed down; everybody else goes on.",
                number("accounts")
            ),
        ),
        "reset_abuse" => (
            "links for new passwords are asked for by the dozen",
            format!(
                "{} within an hour, from {subject}. Each address gets three at most.",
                number("asked")
            ),
        ),
        "sms_pumping" => (
            "codes by SMS met a limit",
            format!(
                "The limit: {subject}. The booking page: {}. Further codes wait.",
                detail
                    .get("organisation")
                    .and_then(serde_json::Value::as_str)
                    .unwrap_or("unknown")
            ),
        ),
        _ => ("something unusual happened", subject.to_owned()),
    }
}
