//! Alerts: what somebody does at the door, or inside, that they never did. An organisation's are for whoever runs it, those of the
//! installation for the operator.

use aloe_domain::permission::need::Team;
use aloe_vault::SealingKey;
use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::account_mail::{self, AccountMail};
use crate::doors::Doors;
use crate::error::DbError;
use crate::membership::Membership;
use crate::statement::sql;
use crate::tx::Tx;
use crate::visit::Visit;

/// What happened.
#[derive(Clone, Debug)]
pub struct Alert {
    /// Its id.
    pub id: Uuid,
    /// What: `account_guessed`, `mass_reveal`, `unusual_hours` …
    pub kind: String,
    /// Whom it is about, blank for nobody of the team.
    pub about: String,
    /// Numbers and addresses that belong to it.
    pub detail: serde_json::Value,
    /// When it was seen first.
    pub raised_at: Timestamp,
    /// When it was seen last.
    pub last_at: Timestamp,
    /// How often meanwhile.
    pub times: i32,
    /// When somebody said that they have seen it, and who.
    pub seen: Option<(Timestamp, String)>,
}

/// An alert that goes out by mail.
#[derive(Clone, Debug)]
pub struct AlertMail {
    /// What.
    pub kind: String,
    /// The organisation's name; blank for the operator's alerts.
    pub organisation: String,
    /// The part of its address.
    pub slug: String,
    /// Whom it is about, or what.
    pub about: String,
    /// Numbers and addresses that belong to it.
    pub detail: serde_json::Value,
}

/// An alert of the installation.
#[derive(Clone, Debug)]
pub struct OperatorAlert {
    /// What: `stuffing`, `reset_abuse`, `sms_pumping`.
    pub kind: String,
    /// From where, or against what.
    pub subject: String,
    /// Numbers that belong to it.
    pub detail: serde_json::Value,
    /// When it was seen first.
    pub raised_at: Timestamp,
    /// When it was seen last.
    pub last_at: Timestamp,
    /// How often meanwhile.
    pub times: i32,
}

fn alert(row: &Row) -> Alert {
    let seen_at: Option<Timestamp> = row.get("seen_at");
    Alert {
        id: row.get("alert_id"),
        kind: row.get("kind"),
        about: row.get::<_, Option<String>>("about").unwrap_or_default(),
        detail: row.get("detail"),
        raised_at: row.get("raised_at"),
        last_at: row.get("last_at"),
        times: row.get("times"),
        seen: seen_at.map(|at| (at, row.get::<_, Option<String>>("seen_by").unwrap_or_default())),
    }
}

/// The organisation's alerts, those that nobody has seen first, then the newest.
///
/// # Errors
/// What the database answered.
pub async fn alerts(tx: &mut Tx<Team>, most: i64) -> Result<Vec<Alert>, DbError> {
    Ok(tx
        .rows(sql!("team/alerts"), &[&most])
        .await?
        .iter()
        .map(alert)
        .collect())
}

/// How many alerts nobody has seen.
///
/// # Errors
/// What the database answered.
pub async fn open_alerts(tx: &mut Tx<Team>) -> Result<i64, DbError> {
    let row = tx.find(sql!("team/open_alerts"), &[]).await?;
    Ok(row.map_or(0, |row| row.get("open")))
}

/// Says that somebody has seen an alert: the next of its kind is a new one. Says whether it was open.
///
/// # Errors
/// What the database answered.
pub async fn see_alert(tx: &mut Tx<Team>, id: Uuid, by: &Membership) -> Result<bool, DbError> {
    Ok(tx
        .find(sql!("team/see_alert"), &[&id, &by.id.as_uuid()])
        .await?
        .is_some())
}

impl Doors {
    /// Looks at what happened at the door since the last time: writes wrong passwords to the trail, and raises alerts.
    ///
    /// # Errors
    /// What the database answered; what was not looked at is looked at next time.
    pub async fn watch_door(&self, visit: &Visit) -> Result<(), DbError> {
        if crate::sabotage::is_on("P12-watch") {
            return Ok(());
        }
        loop {
            let mut tx = self.auth(visit).await?;
            let row = tx.find(sql!("accounts/watch_door"), &[]).await?;
            tx.commit().await?;
            if !row.is_some_and(|row| row.get("more")) {
                return Ok(());
            }
        }
    }

    /// Mails the alerts that nobody was mailed about: to each owner, and to the operator where there is an address. `write` makes
    /// subject and text.
    ///
    /// # Errors
    /// What the database answered; they are mailed next time then.
    pub async fn mail_alerts(
        &self,
        visit: &Visit,
        key: &SealingKey,
        operator: Option<&str>,
        write: impl Fn(&AlertMail) -> (String, String),
    ) -> Result<(), DbError> {
        let mut tx = self.auth(visit).await?;
        let mut mails = Vec::new();
        for row in tx.rows(sql!("accounts/take_alert_mails"), &[]).await? {
            let mail = AlertMail {
                kind: row.get("kind"),
                organisation: row.get("organisation"),
                slug: row.get("slug"),
                about: row.get("name"),
                detail: row.get("detail"),
            };
            mails.push((row.get::<_, String>("owner"), mail));
        }
        if let Some(operator) = operator {
            for row in tx.rows(sql!("accounts/take_operator_alert_mails"), &[]).await? {
                let mail = AlertMail {
                    kind: row.get("kind"),
                    organisation: String::new(),
                    slug: String::new(),
                    about: row.get("subject"),
                    detail: row.get("detail"),
                };
                mails.push((operator.to_owned(), mail));
            }
        }
        for (to, mail) in &mails {
            let (subject, body) = write(mail);
            let mail = AccountMail {
                template: "alert",
                to,
                subject: &subject,
                body: &body,
            };
            account_mail::add(&mut tx, key, &mail).await?;
        }
        tx.commit().await
    }

    /// Raises the alert of many SMS: a limit was met, of the organisation, of a range of numbers, or of the installation.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn alarm_sms(&self, visit: &Visit, slug: &str, met: &str, range: &str) -> Result<(), DbError> {
        let mut tx = self.auth(visit).await?;
        tx.find(sql!("accounts/alarm_sms"), &[&slug, &met, &range]).await?;
        tx.commit().await
    }

    /// The newest alerts of the installation.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn operator_alerts(&self, most: i32) -> Result<Vec<OperatorAlert>, DbError> {
        let rows = self.operator_rows(sql!("doors/operator_alerts"), &[&most]).await?;
        let alert = |row: &Row| OperatorAlert {
            kind: row.get("kind"),
            subject: row.get("subject"),
            detail: row.get("detail"),
            raised_at: row.get("raised_at"),
            last_at: row.get("last_at"),
            times: row.get("times"),
        };
        Ok(rows.iter().map(alert).collect())
    }
}
