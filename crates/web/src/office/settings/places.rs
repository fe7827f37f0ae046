//! Places: address, directions, time zone.

use aloe_db::agenda::{Agenda, Location};
use aloe_db::error::DbError;
use aloe_db::settings;
use aloe_domain::ids::LocationId;
use aloe_domain::permission::need::Settings;
use aloe_domain::phone::PhoneNumber;
use aloe_domain::text::OneLine;
use askama::Template;
use axum::extract::Path;

use super::{Tab, agenda, tabs, tick};
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, Shell, conflict, html, refused, see_other_saying};
use crate::session::Staff;

#[derive(Template)]
#[template(path = "office/settings/places.html")]
struct PlacesPage {
    shell: Shell,
    tabs: Vec<Tab>,
    places: Vec<Location>,
    action: String,
    editing: bool,
    f: Form,
}

fn page(staff: &Staff<Settings>, agenda: &Agenda, id: Option<LocationId>, f: Form) -> PlacesPage {
    let rest = id.map_or_else(|| "/settings/places".to_owned(), |id| format!("/settings/places/{id}"));
    PlacesPage {
        shell: Shell::new(staff),
        tabs: tabs(staff),
        places: agenda.locations.clone(),
        action: staff.link(&rest),
        editing: id.is_some(),
        f,
    }
}

/// The list, and a form for another.
pub async fn show(staff: Staff<Settings>) -> Answer {
    let agenda = agenda(&staff).await?;
    let f = Form::filled([
        ("time_zone", "Africa/Johannesburg".to_owned()),
        ("active", "1".to_owned()),
    ]);
    html(&page(&staff, &agenda, None, f))
}

/// The form of one.
pub async fn edit(staff: Staff<Settings>, Path((_, id)): Path<(String, String)>) -> Answer {
    let id: LocationId = id.parse().map_err(|_| Failure::Missing)?;
    let agenda = agenda(&staff).await?;
    let l = agenda.location(id).ok_or(Failure::Missing)?;
    html(&page(&staff, &agenda, Some(id), on_file(l)))
}

const FIELDS: [(&str, &str); 5] = [
    ("name", "Name"),
    ("address", "Address"),
    ("directions", "Directions"),
    ("phone", "Phone"),
    ("time_zone", "Time zone"),
];
const TICKS: [(&str, &str); 2] = [("holidays", "Open on public holidays"), ("active", "In use")];

fn on_file(l: &Location) -> Form {
    Form::filled([
        ("version", l.version.to_string()),
        ("name", l.name.clone()),
        ("address", l.address.clone()),
        ("directions", l.directions.clone()),
        ("phone", l.phone.clone()),
        ("time_zone", l.time_zone.clone()),
        ("holidays", tick(l.opens_on_public_holidays)),
        ("active", tick(l.active)),
    ])
}

fn read(id: LocationId, f: &mut Form) -> Option<Location> {
    let name = f.parse("name", OneLine::<120>::parse);
    let zone = f.parse("time_zone", |text| {
        let known = jiff::tz::TimeZone::get(text.trim()).map(|_| text.trim().to_owned());
        known.map_err(|_| "Type a time zone such as Africa/Johannesburg.")
    });
    let phone = f.parse_optional("phone", PhoneNumber::parse);
    let location = Location {
        id,
        name: name?.as_str().to_owned(),
        address: f.text::<400>("address"),
        directions: f.text::<600>("directions"),
        phone: phone.map(|p| p.national()).unwrap_or_default(),
        time_zone: zone?,
        opens_on_public_holidays: f.ticked("holidays"),
        active: f.ticked("active"),
        version: f.get("version").parse().unwrap_or(0),
    };
    Some(location).filter(|_| f.is_fine())
}

/// Adds a place.
pub async fn create(staff: Staff<Settings>, mut f: Form) -> Answer {
    let Some(location) = read(LocationId::fresh(), &mut f) else {
        return refused(&page(&staff, &agenda(&staff).await?, None, f));
    };
    let mut tx = staff.begin().await?;
    if !staff.is_first(&mut tx, &f).await? {
        return Ok(staff.sent_twice("/settings/places"));
    }
    settings::add_location(&mut tx, &location).await?;
    tx.commit().await?;
    Ok(see_other_saying(&staff.app, &staff.link("/settings/places"), "Added."))
}

/// Saves a place.
pub async fn save(staff: Staff<Settings>, Path((_, id)): Path<(String, String)>, mut f: Form) -> Answer {
    let id: LocationId = id.parse().map_err(|_| Failure::Missing)?;
    let Some(location) = read(id, &mut f) else {
        return refused(&page(&staff, &agenda(&staff).await?, Some(id), f));
    };
    let mut tx = staff.begin().await?;
    match settings::save_location(&mut tx, &location).await {
        Err(DbError::Conflict) => return overtaken(&staff, id, f).await,
        saved => saved?,
    }
    tx.commit().await?;
    Ok(see_other_saying(&staff.app, &staff.link("/settings/places"), "Saved."))
}

async fn overtaken(staff: &Staff<Settings>, id: LocationId, mut f: Form) -> Answer {
    let agenda = agenda(staff).await?;
    let newer = on_file(agenda.location(id).ok_or(Failure::Missing)?);
    f.overtake(&newer, &FIELDS);
    f.overtake_ticks(&newer, &TICKS);
    conflict(&page(staff, &agenda, Some(id), f))
}
