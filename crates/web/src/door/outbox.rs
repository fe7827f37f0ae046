//! Mail to accounts in a demonstration: shown instead of sent.

use aloe_db::account_mail::ShownMail;
use aloe_db::visit::Visit;
use askama::Template;
use axum::Extension;
use jiff::tz::TimeZone;

use crate::clock;
use crate::failure::Failure;
use crate::page::{Answer, Head, html};
use crate::visitor::Visitor;

/// One mail.
struct Line {
    m: ShownMail,
    when: String,
}

#[derive(Template)]
#[template(path = "door/outbox.html")]
struct OutboxPage {
    head: Head,
    csrf: String,
    lines: Vec<Line>,
}

/// Shows the newest mails. Only a demonstration has such a page: elsewhere a link is for its mailbox alone.
pub async fn show(visitor: Visitor, Extension(visit): Extension<Visit>) -> Answer {
    let app = &visitor.app;
    if !app.config.demonstration {
        return Err(Failure::Missing);
    }
    let zone = TimeZone::get("Africa/Johannesburg").unwrap_or(TimeZone::UTC);
    let mails = app.doors.recent_mails(&visit, &app.mails, 20).await?;
    let line = |m: ShownMail| Line {
        when: clock::short_moment(m.created_at, &zone),
        m,
    };
    let page = OutboxPage {
        head: Head::new(),
        csrf: visitor.csrf.clone(),
        lines: mails.into_iter().map(line).collect(),
    };
    Ok(visitor.remember(html(&page)?))
}
