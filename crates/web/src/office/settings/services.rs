//! Services: what can be booked, how long, how far ahead, with whom.

use aloe_db::agenda::{Agenda, Service};
use aloe_db::error::DbError;
use aloe_db::settings;
use aloe_domain::ids::{ResourceId, ServiceId};
use aloe_domain::permission::need::Settings;
use aloe_domain::text::OneLine;
use askama::Template;
use axum::extract::Path;

use super::{Tab, agenda, tabs, tick};
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, Shell, conflict, html, refused, see_other_saying};
use crate::session::Staff;

#[derive(Template)]
#[template(path = "office/settings/services.html")]
struct ServicesPage {
    shell: Shell,
    tabs: Vec<Tab>,
    services: Vec<Service>,
    diaries: Vec<(String, String)>,
    action: String,
    editing: bool,
    f: Form,
}

fn page(staff: &Staff<Settings>, agenda: &Agenda, id: Option<ServiceId>, f: Form) -> ServicesPage {
    let rest = id.map_or_else(
        || "/settings/services".to_owned(),
        |id| format!("/settings/services/{id}"),
    );
    let diaries = agenda.resources.iter().filter(|r| r.active);
    ServicesPage {
        shell: Shell::new(staff),
        tabs: tabs(staff),
        services: agenda.services.clone(),
        diaries: diaries.map(|r| (r.id.to_string(), r.name.clone())).collect(),
        action: staff.link(&rest),
        editing: id.is_some(),
        f,
    }
}

/// The list, and a form for another.
pub async fn show(staff: Staff<Settings>) -> Answer {
    let agenda = agenda(&staff).await?;
    let defaults = [
        ("minutes", "20"),
        ("buffer_before", "0"),
        ("buffer_after", "0"),
        ("step", "20"),
        ("lead_minutes", "60"),
        ("horizon_days", "30"),
        ("online", "1"),
        ("active", "1"),
    ];
    let all = agenda
        .resources
        .iter()
        .filter(|r| r.active)
        .map(|r| ("diary", r.id.to_string()));
    let f = Form::filled(
        defaults
            .into_iter()
            .map(|(name, value)| (name, value.to_owned()))
            .chain(all),
    );
    html(&page(&staff, &agenda, None, f))
}

/// The form of one.
pub async fn edit(staff: Staff<Settings>, Path((_, id)): Path<(String, String)>) -> Answer {
    let id: ServiceId = id.parse().map_err(|_| Failure::Missing)?;
    let agenda = agenda(&staff).await?;
    let f = on_file(&agenda, agenda.service(id).ok_or(Failure::Missing)?);
    html(&page(&staff, &agenda, Some(id), f))
}

const FIELDS: [(&str, &str); 10] = [
    ("name", "Name"),
    ("description", "Description"),
    ("bring", "What to bring"),
    ("minutes", "Minutes"),
    ("buffer_before", "Minutes before"),
    ("buffer_after", "Minutes after"),
    ("step", "Offered every"),
    ("lead_minutes", "Minutes ahead at least"),
    ("horizon_days", "Days ahead at most"),
    ("daily_limit", "Most in a day"),
];
const TICKS: [(&str, &str); 2] = [("online", "Bookable online"), ("active", "In use")];

fn on_file(agenda: &Agenda, s: &Service) -> Form {
    let offered = agenda
        .offers
        .iter()
        .filter(|(service, _)| *service == s.id)
        .map(|(_, r)| ("diary", r.to_string()));
    Form::filled(
        [
            ("version", s.version.to_string()),
            ("name", s.name.clone()),
            ("description", s.description.clone()),
            ("bring", s.bring.clone()),
            ("minutes", s.minutes.to_string()),
            ("buffer_before", s.buffer_before.to_string()),
            ("buffer_after", s.buffer_after.to_string()),
            ("step", s.step.to_string()),
            ("lead_minutes", s.lead_minutes.to_string()),
            ("horizon_days", s.horizon_days.to_string()),
            ("daily_limit", s.daily_limit.map(|n| n.to_string()).unwrap_or_default()),
            ("online", tick(s.online)),
            ("active", tick(s.active)),
        ]
        .into_iter()
        .chain(offered),
    )
}

/// Minutes in steps of five.
fn fives(f: &mut Form, name: &str, least: i32, most: i32) -> Option<i32> {
    let minutes = f.number(name, least, most)?;
    if minutes % 5 == 0 {
        return Some(minutes);
    }
    f.complain(name, "Choose a multiple of five minutes.");
    None
}

fn read(id: ServiceId, position: usize, f: &mut Form) -> Option<(Service, Vec<ResourceId>)> {
    let name = f.parse("name", OneLine::<120>::parse);
    let minutes = fives(f, "minutes", 5, 720);
    let before = fives(f, "buffer_before", 0, 240);
    let after = fives(f, "buffer_after", 0, 240);
    let step = fives(f, "step", 5, 240);
    let lead = f.number("lead_minutes", 0, 43200);
    let horizon = f.number("horizon_days", 1, 366);
    let daily_limit = if f.get("daily_limit").trim().is_empty() {
        None
    } else {
        f.number("daily_limit", 1, 1000)
    };
    let (description, bring) = (f.text::<600>("description"), f.text::<600>("bring"));
    let diaries = f.all("diary").iter().filter_map(|id| id.parse().ok()).collect();
    let service = Service {
        id,
        name: name?.as_str().to_owned(),
        description,
        bring,
        minutes: minutes?,
        buffer_before: before?,
        buffer_after: after?,
        step: step?,
        lead_minutes: lead?,
        horizon_days: horizon?,
        daily_limit,
        online: f.ticked("online"),
        position: i32::try_from(position).unwrap_or(0),
        active: f.ticked("active"),
        version: f.get("version").parse().unwrap_or(0),
    };
    Some((service, diaries)).filter(|_| f.is_fine())
}

/// Adds a service.
pub async fn create(staff: Staff<Settings>, mut f: Form) -> Answer {
    let agenda = agenda(&staff).await?;
    let Some((service, diaries)) = read(ServiceId::fresh(), agenda.services.len(), &mut f) else {
        return refused(&page(&staff, &agenda, None, f));
    };
    let mut tx = staff.begin().await?;
    if !staff.is_first(&mut tx, &f).await? {
        return Ok(staff.sent_twice("/settings/services"));
    }
    settings::add_service(&mut tx, &service, &diaries).await?;
    tx.commit().await?;
    Ok(see_other_saying(
        &staff.app,
        &staff.link("/settings/services"),
        "Added.",
    ))
}

/// Saves a service.
pub async fn save(staff: Staff<Settings>, Path((_, id)): Path<(String, String)>, mut f: Form) -> Answer {
    let id: ServiceId = id.parse().map_err(|_| Failure::Missing)?;
    let Some((service, diaries)) = read(id, 0, &mut f) else {
        return refused(&page(&staff, &agenda(&staff).await?, Some(id), f));
    };
    let mut tx = staff.begin().await?;
    match settings::save_service(&mut tx, &service, &diaries).await {
        Err(DbError::Conflict) => return overtaken(&staff, id, f).await,
        saved => saved?,
    }
    tx.commit().await?;
    Ok(see_other_saying(
        &staff.app,
        &staff.link("/settings/services"),
        "Saved.",
    ))
}

async fn overtaken(staff: &Staff<Settings>, id: ServiceId, mut f: Form) -> Answer {
    let agenda = agenda(staff).await?;
    let newer = on_file(&agenda, agenda.service(id).ok_or(Failure::Missing)?);
    let name = |id: &str| {
        let known = id.parse().ok().and_then(|id| agenda.resource(id));
        known.map(|r| r.name.clone()).unwrap_or_default()
    };
    f.overtake(&newer, &FIELDS);
    f.overtake_ticks(&newer, &TICKS);
    f.overtake_choices(&newer, "diary", "Offered by", name);
    conflict(&page(staff, &agenda, Some(id), f))
}
