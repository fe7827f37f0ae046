//! The outbox of a demonstration: messages shown instead of sent.

use aloe_db::messages::{self, Shown};
use aloe_domain::permission::need::Settings;
use askama::Template;

use crate::clock;
use crate::failure::Failure;
use crate::page::{Answer, Shell, html};
use crate::session::Staff;

/// One message.
pub struct Line {
    m: Shown,
    when: String,
    sms: bool,
}

#[derive(Template)]
#[template(path = "office/outbox.html")]
struct OutboxPage {
    shell: Shell,
    lines: Vec<Line>,
}

/// Shows the newest messages. Only a demonstration has such a page: elsewhere a PIN is for its phone alone.
pub async fn show(staff: Staff<Settings>) -> Answer {
    if !staff.member.synthetic && !staff.app.config.demonstration {
        return Err(Failure::Missing);
    }
    let mut tx = staff.begin().await?;
    let recent = messages::recent(&mut tx, &staff.app.keys, 50).await?;
    tx.done().await?;
    let line = |m: Shown| Line {
        when: clock::short_moment(m.created_at, staff.zone()),
        sms: m.channel == "sms",
        m,
    };
    html(&OutboxPage {
        shell: Shell::new(&staff),
        lines: recent.into_iter().map(line).collect(),
    })
}
