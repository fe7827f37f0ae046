//! Diaries: practitioners, counters, rooms.

use aloe_db::agenda::{Agenda, Resource};
use aloe_db::bookings;
use aloe_db::error::DbError;
use aloe_db::settings;
use aloe_domain::ids::ResourceId;
use aloe_domain::permission::OrganisationKind;
use aloe_domain::permission::need::Settings;
use aloe_domain::registration_number::RegistrationNumber;
use aloe_domain::text::OneLine;
use askama::Template;
use axum::extract::Path;

use super::{Tab, agenda, tabs, tick};
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, Shell, conflict, html, refused, see_other_saying};
use crate::session::Staff;

#[derive(Template)]
#[template(path = "office/settings/diaries.html")]
struct DiariesPage {
    shell: Shell,
    tabs: Vec<Tab>,
    diaries: Vec<Resource>,
    kinds: Vec<(String, String)>,
    action: String,
    editing: bool,
    f: Form,
}

fn page(staff: &Staff<Settings>, agenda: &Agenda, id: Option<ResourceId>, f: Form) -> DiariesPage {
    let rest = id.map_or_else(
        || "/settings/diaries".to_owned(),
        |id| format!("/settings/diaries/{id}"),
    );
    let kinds = [
        ("practitioner", "Practitioner"),
        ("counter", "Counter"),
        ("room", "Room or equipment"),
    ];
    DiariesPage {
        shell: Shell::new(staff),
        tabs: tabs(staff),
        diaries: agenda.resources.clone(),
        kinds: kinds
            .iter()
            .map(|(code, words)| ((*code).to_owned(), (*words).to_owned()))
            .collect(),
        action: staff.link(&rest),
        editing: id.is_some(),
        f,
    }
}

/// The list, and a form for another.
pub async fn show(staff: Staff<Settings>) -> Answer {
    let agenda = agenda(&staff).await?;
    let kind = if staff.member.kind == OrganisationKind::Practice {
        "practitioner"
    } else {
        "counter"
    };
    let filled = [("kind", kind), ("capacity", "1"), ("online", "1"), ("active", "1")];
    html(&page(
        &staff,
        &agenda,
        None,
        Form::filled(filled.map(|(name, value)| (name, value.to_owned()))),
    ))
}

/// The form of one.
pub async fn edit(staff: Staff<Settings>, Path((_, id)): Path<(String, String)>) -> Answer {
    let id: ResourceId = id.parse().map_err(|_| Failure::Missing)?;
    let agenda = agenda(&staff).await?;
    let r = agenda.resource(id).ok_or(Failure::Missing)?;
    html(&page(&staff, &agenda, Some(id), on_file(r)))
}

const FIELDS: [(&str, &str); 5] = [
    ("kind", "What it is"),
    ("name", "Name"),
    ("discipline", "Discipline"),
    ("registration_number", "Registration number"),
    ("capacity", "At once"),
];
const TICKS: [(&str, &str); 2] = [("online", "Bookable online"), ("active", "In use")];

fn on_file(r: &Resource) -> Form {
    Form::filled([
        ("version", r.version.to_string()),
        ("kind", r.kind.clone()),
        ("name", r.name.clone()),
        ("discipline", r.discipline.clone()),
        ("registration_number", r.registration_number.clone()),
        ("capacity", r.capacity.to_string()),
        ("online", tick(r.bookable_online)),
        ("active", tick(r.active)),
    ])
}

fn read(id: ResourceId, position: usize, f: &mut Form) -> Option<Resource> {
    let name = f.parse("name", OneLine::<120>::parse);
    let kind = f.get("kind").to_owned();
    if !["practitioner", "counter", "room"].contains(&kind.as_str()) {
        f.complain("kind", "Choose what it is.");
    }
    let number = f
        .parse_optional("registration_number", RegistrationNumber::parse)
        .map(|n| n.as_str().to_owned());
    let capacity = f.number("capacity", 1, 50);
    let resource = Resource {
        id,
        kind,
        name: name?.as_str().to_owned(),
        discipline: f.line::<120>("discipline"),
        registration_number: number.unwrap_or_default(),
        capacity: i16::try_from(capacity?).ok()?,
        bookable_online: f.ticked("online"),
        position: i32::try_from(position).unwrap_or(0),
        active: f.ticked("active"),
        version: f.get("version").parse().unwrap_or(0),
    };
    Some(resource).filter(|_| f.is_fine())
}

/// Adds a diary.
pub async fn create(staff: Staff<Settings>, mut f: Form) -> Answer {
    let agenda = agenda(&staff).await?;
    let Some(resource) = read(ResourceId::fresh(), agenda.resources.len(), &mut f) else {
        return refused(&page(&staff, &agenda, None, f));
    };
    let mut tx = staff.begin().await?;
    if !staff.is_first(&mut tx, &f).await? {
        return Ok(staff.sent_twice("/settings/diaries"));
    }
    settings::add_resource(&mut tx, &resource).await?;
    tx.commit().await?;
    Ok(see_other_saying(
        &staff.app,
        &staff.link("/settings/diaries"),
        "Added. Give it weekly hours next.",
    ))
}

/// Saves a diary.
pub async fn save(staff: Staff<Settings>, Path((_, id)): Path<(String, String)>, mut f: Form) -> Answer {
    let id: ResourceId = id.parse().map_err(|_| Failure::Missing)?;
    let Some(resource) = read(id, 0, &mut f) else {
        return refused(&page(&staff, &agenda(&staff).await?, Some(id), f));
    };
    let mut tx = staff.begin().await?;
    match settings::save_resource(&mut tx, &resource).await {
        Err(DbError::Conflict) => return overtaken(&staff, id, f).await,
        saved => saved?,
    }
    tx.commit().await?;
    let left = match resource.active {
        true => 0,
        false => bookings::to_come(&mut staff.begin_for().await?, id).await?,
    };
    let said = match left {
        0 => "Saved.".to_owned(),
        1 => "Saved. One booking is still to come in this diary: move or cancel it in the calendar.".to_owned(),
        n => format!("Saved. {n} bookings are still to come in this diary: move or cancel them in the calendar."),
    };
    Ok(see_other_saying(&staff.app, &staff.link("/settings/diaries"), &said))
}

async fn overtaken(staff: &Staff<Settings>, id: ResourceId, mut f: Form) -> Answer {
    let agenda = agenda(staff).await?;
    let newer = on_file(agenda.resource(id).ok_or(Failure::Missing)?);
    f.overtake(&newer, &FIELDS);
    f.overtake_ticks(&newer, &TICKS);
    conflict(&page(staff, &agenda, Some(id), f))
}
