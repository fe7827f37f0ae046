//! The form of a booking: what stands in it, and what is read from it.

use aloe_db::agenda::Agenda;
use aloe_db::bookings::{BookingRow, Clash};
use aloe_domain::ids::{LocationId, ResourceId, ServiceId};
use aloe_domain::name::PersonName;
use aloe_domain::permission::Permission;
use aloe_domain::permission::need::Schedule;
use aloe_domain::phone::PhoneNumber;
use aloe_domain::scheduling::{LONGEST_BOOKING, MinuteOfDay};
use askama::Template;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::who::Who;
use super::{day_of, diaries_for, show};
use crate::clock;
use crate::form::Form;
use crate::page::{Answer, Shell, conflict};
use crate::session::{Staff, urlencode};

/// A choice in a list.
pub(super) type Choice = (String, String);

#[derive(Template)]
#[template(path = "calendar/form.html")]
pub(super) struct BookingForm {
    shell: Shell,
    title: String,
    action: String,
    button: &'static str,
    back: String,
    is_new: bool,
    services: Vec<Choice>,
    resources: Vec<Choice>,
    locations: Vec<Choice>,
    channels: Vec<Choice>,
    clashes: Vec<String>,
    may_overbook: bool,
    /// Where time can be blocked instead.
    block: String,
    /// Whom what was typed may mean.
    pub(super) who: Who,
    /// Whether something was typed already that leaving would lose.
    pub(super) typed: bool,
    f: Form,
}

impl BookingForm {
    /// Whether somebody on file may still be looked up.
    fn looks_up(&self) -> bool {
        self.is_new && self.f.get("patient").is_empty()
    }

    /// The attributes of the name's field: who is on file is looked up while it is typed, until somebody is chosen.
    fn name_field(&self) -> &'static str {
        match (self.looks_up(), self.typed || !self.clashes.is_empty()) {
            (true, false) => r#"autocomplete="off" required maxlength="120" data-lookup="matches" autofocus"#,
            (true, true) => r#"autocomplete="off" required maxlength="120" data-lookup="matches""#,
            (false, _) => r#"autocomplete="off" required maxlength="120""#,
        }
    }

    fn phone_field(&self) -> &'static str {
        match self.looks_up() {
            true => r#"type="tel" autocomplete="off" data-lookup="matches""#,
            false => r#"type="tel" autocomplete="off""#,
        }
    }

    /// Once it is known who comes, the time is next.
    fn start_field(&self) -> &'static str {
        match self.is_new && !self.looks_up() && self.clashes.is_empty() && self.f.is_fine() {
            true => r#"inputmode="numeric" placeholder="09:20" maxlength="5" required autocomplete="off" autofocus"#,
            false => r#"inputmode="numeric" placeholder="09:20" maxlength="5" required autocomplete="off""#,
        }
    }
}

/// When and where, read from a form.
pub(super) struct Chosen {
    pub(super) service: ServiceId,
    pub(super) resource: ResourceId,
    pub(super) location: LocationId,
    pub(super) starts_at: Timestamp,
    pub(super) minutes: i32,
}

/// The page, with whom the booking is for.
pub(super) fn form_page(
    staff: &Staff<Schedule>,
    agenda: &Agenda,
    f: Form,
    editing: Option<&BookingRow>,
) -> BookingForm {
    let services = agenda.services.iter().filter(|s| s.active);
    let resources = diaries_for(staff, agenda).into_iter();
    let date = day_of(f.get("date"), &agenda.calendar_zone());
    let (title, action, button) = match editing {
        None => ("New booking".to_owned(), staff.link("/bookings"), "Book"),
        Some(b) => (
            format!("Change {}", b.person()),
            staff.link(&format!("/bookings/{}", b.id)),
            "Save",
        ),
    };
    BookingForm {
        shell: Shell::new(staff),
        title,
        action,
        button,
        back: staff.link(&show::of_day(staff, date)),
        is_new: editing.is_none(),
        services: services
            .map(|s| (s.id.to_string(), format!("{}, {} min", s.name, s.minutes)))
            .collect(),
        resources: resources.map(|r| (r.id.to_string(), r.name.clone())).collect(),
        locations: agenda
            .locations
            .iter()
            .filter(|l| l.active)
            .map(|l| (l.id.to_string(), l.name.clone()))
            .collect(),
        channels: [
            ("desk", "At the desk"),
            ("phone", "By telephone"),
            ("walk_in", "Walked in, is here now"),
        ]
        .map(|(code, words)| (code.to_owned(), words.to_owned()))
        .to_vec(),
        clashes: Vec::new(),
        may_overbook: staff.may(Permission::Overbook),
        block: staff.link(&format!(
            "/blocks/new?resource={}&date={date}&time={}",
            urlencode(f.get("resource")),
            urlencode(f.get("start"))
        )),
        who: Who::default(),
        typed: false,
        f,
    }
}

/// The place where a diary works, for the form's first guess.
pub(super) fn place_of(agenda: &Agenda, resource: Option<ResourceId>) -> Option<LocationId> {
    let works = agenda
        .hours
        .iter()
        .find(|h| Some(h.resource) == resource)
        .map(|h| h.location);
    works.or_else(|| agenda.locations.iter().find(|l| l.active).map(|l| l.id))
}

impl Chosen {
    /// A time that reads like the booking's own is its own: when clocks are put back, an hour comes twice.
    pub(super) fn unless_where(mut self, before: &BookingRow, agenda: &Agenda) -> Self {
        let wall = |at: jiff::Timestamp| at.to_zoned(agenda.zone(self.location)).datetime();
        if wall(self.starts_at) == wall(before.starts_at) {
            self.starts_at = before.starts_at;
        }
        self
    }
}

/// Reads when and where; complaints stand beside their fields. Times are those of the place.
pub(super) fn chosen(agenda: &Agenda, f: &mut Form) -> Option<Chosen> {
    chosen_in(agenda, f, None)
}

/// The same, with times of another zone: the calendar's, where a booking was dragged in it.
pub(super) fn chosen_in(agenda: &Agenda, f: &mut Form, zone: Option<TimeZone>) -> Option<Chosen> {
    let service = f.id::<ServiceId>("service");
    let resource = f.id::<ResourceId>("resource");
    let location = if agenda.locations.len() == 1 {
        agenda.locations.first().map(|l| l.id)
    } else {
        f.id::<LocationId>("location")
    };
    let today = clock::now().to_zoned(agenda.calendar_zone()).date();
    let date = f.parse("date", |text| clock::near_day(text, today));
    let start = f.parse("start", MinuteOfDay::parse);
    let usual = service.and_then(|s| agenda.service(s)).map_or(20, |s| s.minutes);
    let minutes = if f.get("minutes").trim().is_empty() {
        Some(usual)
    } else {
        f.number("minutes", 5, LONGEST_BOOKING)
    };
    let (service, resource, location) = (service?, resource?, location?);
    let start = start?;
    let time = jiff::civil::Time::new(
        i8::try_from(start.minutes() / 60 % 24).ok()?,
        i8::try_from(start.minutes() % 60).ok()?,
        0,
        0,
    )
    .ok()?;
    let starts_at = clock::moment(date?, time, &zone.unwrap_or_else(|| agenda.zone(location)));
    if starts_at.is_none() {
        f.complain("start", "The clocks skip this time on that day. Choose another.");
    }
    if agenda.service(service).is_none() || agenda.resource(resource).is_none() || agenda.location(location).is_none() {
        f.complain("service", "Choose one from the list.");
    }
    Some(Chosen {
        service,
        resource,
        location,
        starts_at: starts_at?,
        minutes: minutes?,
    })
    .filter(|_| f.is_fine())
}

/// Name and phone of the person.
pub(crate) fn person(f: &mut Form) -> (Option<PersonName>, String) {
    let name = f.parse("name", PersonName::parse);
    let phone = f
        .parse_optional("phone", PhoneNumber::parse)
        .map(|p| p.e164().to_owned())
        .unwrap_or_default();
    (name, phone)
}

/// The reason for an overbooking, from those who may give one.
pub(super) fn overbook_reason(staff: &Staff<Schedule>, f: &mut Form) -> String {
    if staff.may(Permission::Overbook) {
        f.line::<180>("overbook_reason")
    } else {
        String::new()
    }
}

/// What is in the way, in words: `13:00 to 14:00, closed: staff meeting`.
pub(super) fn in_words(c: &Clash, zone: &TimeZone) -> String {
    format!(
        "{} to {}, {}",
        clock::hour_in(c.starts_at, zone),
        clock::hour_in(c.ends_at, zone),
        c.what
    )
}

/// The page again, with what is in the way.
pub(super) fn clash(
    staff: &Staff<Schedule>,
    agenda: &Agenda,
    f: Form,
    editing: Option<&BookingRow>,
    clashes: &[Clash],
) -> Answer {
    let mut page = form_page(staff, agenda, f, editing);
    page.clashes = clashes.iter().map(|c| in_words(c, &agenda.calendar_zone())).collect();
    if page.clashes.is_empty() {
        page.clashes
            .push("Somebody takes this time at this moment: online it is kept for five minutes at most.".to_owned());
    }
    conflict(&page)
}

/// What is on file, in the fields of the form.
pub(super) fn on_file(agenda: &Agenda, b: &BookingRow) -> Form {
    let at = b.starts_at.to_zoned(agenda.zone(b.location));
    Form::filled([
        ("date", at.date().to_string()),
        ("start", clock::hour(&at)),
        (
            "minutes",
            ((b.ends_at.as_second() - b.starts_at.as_second()) / 60).to_string(),
        ),
        ("resource", b.resource.to_string()),
        ("location", b.location.to_string()),
        ("service", b.service.to_string()),
        ("name", b.contact_name.clone()),
        (
            "phone",
            PhoneNumber::parse(&b.contact_phone)
                .map(|p| p.national())
                .unwrap_or_default(),
        ),
        ("note", b.note.clone()),
        ("version", b.version.to_string()),
        ("tell", "1".to_owned()),
    ])
}

/// Fields that two people may change at once, and their labels.
pub(super) const FIELDS: [(&str, &str); 6] = [
    ("date", "Date"),
    ("start", "Start"),
    ("minutes", "Minutes"),
    ("name", "Name"),
    ("phone", "Phone"),
    ("note", "Note"),
];
