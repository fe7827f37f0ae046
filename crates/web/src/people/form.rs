//! Registering and correcting a person: every field checked, duplicates shown, the privacy notice on the page.

use aloe_db::agenda::{Notice, notice};
use aloe_db::bookings;
use aloe_db::patients::{self, Contact, Found, Identifier, MedicalAid, PatientRecord, Registration};
use aloe_domain::email::EmailAddress;
use aloe_domain::identity::{IdentityDocument, IdentityType, SaIdNumber};
use aloe_domain::ids::{BookingId, PatientId};
use aloe_domain::language::Language;
use aloe_domain::medical_aid::{DependantCode, MemberNumber};
use aloe_domain::name::PersonName;
use aloe_domain::permission::Permission;
use aloe_domain::permission::need::{Patients, Schedule};
use aloe_domain::phone::PhoneNumber;
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use jiff::civil::Date;

use super::identifier_words;
use super::list::Line;
use super::show::id_of;
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, Shell, conflict, html, refused, see_other_saying};
use crate::query::Query;
use crate::session::Staff;

/// A booking to register from.
#[derive(serde::Deserialize)]
pub struct Wanted {
    #[serde(default)]
    booking: String,
}

type Choice = (String, String);

#[derive(Template)]
#[template(path = "people/form.html")]
struct PatientForm {
    shell: Shell,
    title: String,
    action: String,
    back: String,
    is_new: bool,
    kinds: Vec<Choice>,
    sexes: Vec<Choice>,
    languages: Vec<Choice>,
    notice: Option<Notice>,
    duplicates: Vec<(Line, &'static str)>,
    /// The numbers that saving takes off the file.
    leaving: Vec<String>,
    has_aid: bool,
    not_the_same: &'static str,
    f: Form,
}

impl PatientForm {
    fn showing(mut self, same: &[(Found, &'static str)], today: Date) -> Self {
        self.duplicates = same.iter().map(|(found, why)| (Line::of(found, today), *why)).collect();
        self
    }
}

fn choices(pairs: &[(&str, &str)]) -> Vec<Choice> {
    pairs
        .iter()
        .map(|(code, words)| ((*code).to_owned(), (*words).to_owned()))
        .collect()
}

fn page(staff: &Staff<Patients>, id: Option<PatientId>, notice: Option<Notice>, f: Form) -> PatientForm {
    let shell = Shell::new(staff);
    let (title, action, back) = match id {
        None => (
            format!("Register a {}", shell.person()),
            staff.link("/patients/new"),
            staff.link("/patients"),
        ),
        Some(id) => {
            let own = staff.link(&format!("/patients/{id}"));
            (format!("Correct {}", f.get("surname")), format!("{own}/edit"), own)
        }
    };
    let mut kinds = vec![
        ("sa_id", "South African ID number"),
        ("passport", "Passport"),
        ("asylum_permit", "Asylum seeker permit"),
        ("refugee_permit", "Refugee permit"),
        ("none_newborn", "None yet: newborn"),
        ("none_unknown", "None, or not known"),
    ];
    if id.is_some() {
        kinds.insert(0, ("", "Leave what is on file"));
    }
    PatientForm {
        shell,
        title,
        action,
        back,
        is_new: id.is_none(),
        kinds: choices(&kinds),
        sexes: choices(&[
            ("unknown", "Not stated"),
            ("female", "Female"),
            ("male", "Male"),
            ("other", "Other"),
        ]),
        languages: Language::ALL
            .iter()
            .map(|l| (l.code().to_owned(), l.own_name().to_owned()))
            .collect(),
        notice,
        duplicates: Vec::new(),
        leaving: Vec::new(),
        has_aid: false,
        not_the_same: match id {
            None => "None of these: register a new file",
            Some(_) => "Not one of these: the number belongs here",
        },
        f,
    }
}

pub async fn read_notice(staff: &Staff<Patients>) -> Result<Option<Notice>, Failure> {
    let mut tx = staff.begin_as_member().await?;
    let found = notice(&mut tx).await?;
    tx.done().await?;
    Ok(found)
}

/// A counter registers those who booked at it, from their booking: it would not see anybody else afterwards.
fn from_a_booking(staff: &Staff<Patients>) -> Response {
    let said = "Register somebody from their booking: open it in the calendar, or book them first.";
    see_other_saying(&staff.app, &staff.link("/calendar"), said)
}

/// The empty form, or one filled from a booking.
pub async fn new(staff: Staff<Patients>, Query(wanted): Query<Wanted>) -> Answer {
    if wanted.booking.is_empty() && !staff.may(Permission::AllPatients) {
        return Ok(from_a_booking(&staff));
    }
    let mut f = Form::filled([
        ("kind", "sa_id".to_owned()),
        ("language", "en".to_owned()),
        ("sex", "unknown".to_owned()),
    ]);
    if let Ok(booking) = wanted.booking.parse::<BookingId>() {
        let mut tx = staff.begin_for::<Schedule>().await?;
        let b = bookings::find(&mut tx, booking).await?;
        tx.done().await?;
        // The last word is the surname more often than not; reception sees both and corrects.
        let (given, surname) = b.person().rsplit_once(' ').unwrap_or(("", b.person()));
        f.set("booking", booking.to_string());
        f.set("given_names", given);
        f.set("surname", surname);
        f.set(
            "phone",
            PhoneNumber::parse(&b.contact_phone)
                .map(|p| p.national())
                .unwrap_or_default(),
        );
        f.set("language", b.language.clone());
    }
    let notice = read_notice(&staff).await?;
    html(&page(&staff, None, notice, f))
}

/// What the form says about the person.
pub(crate) struct Typed {
    /// Contact details.
    pub contact: Contact,
    /// The identity document; none to leave what is on file.
    pub document: Option<IdentityDocument>,
    /// The medical scheme.
    pub medical_aid: Option<MedicalAid>,
    /// Whether a membership on file has ended.
    pub no_aid: bool,
}

/// Reads the form. Complaints stand beside their fields.
pub(crate) fn read(f: &mut Form, today: Date) -> Option<Typed> {
    let given_names = f.parse_optional("given_names", PersonName::parse);
    let surname = f.parse("surname", PersonName::parse);
    let mut birth_date = f.parse_optional("birth_date", |text| {
        let date = text
            .trim()
            .parse::<Date>()
            .map_err(|_| "Type the birth date as year-month-day, such as 1986-03-14.")?;
        if date > today || date.year() < today.year() - 125 {
            Err("Check the birth date: nobody was born then.")
        } else {
            Ok(date)
        }
    });
    let kind = IdentityType::from_code(f.get("kind"));
    let document = kind.and_then(|kind| {
        let (country, value) = (f.get("country").to_owned(), f.get("id_number").to_owned());
        match IdentityDocument::parse(kind, &country, &value, today) {
            Ok(document) => Some(document),
            Err(error) => {
                f.complain("id_number", error);
                None
            }
        }
    });
    if let Some(IdentityDocument::SaId(number)) = &document {
        birth_date = agree(f, birth_date, number, today);
    }
    let phone = f.parse_optional("phone", PhoneNumber::parse);
    let email = f
        .parse_optional("email", EmailAddress::parse)
        .map(|e| e.as_str().to_owned())
        .unwrap_or_default();
    let contact = Contact {
        given_names,
        surname: surname?,
        birth_date,
        sex: match f.get("sex") {
            "female" => "female",
            "male" => "male",
            "other" => "other",
            _ => "unknown",
        }
        .to_owned(),
        phone,
        email,
        language: Language::from_code(f.get("language")).unwrap_or_default(),
        address: f.text::<400>("address"),
        reception_note: f.text::<600>("reception_note"),
    };
    let medical_aid = medical_aid(f);
    Some(Typed {
        contact,
        document,
        medical_aid,
        no_aid: f.ticked("no_aid"),
    })
    .filter(|_| f.is_fine())
}

/// The ID number tells the birth date where it can: a blank one is filled, a different one is asked about.
fn agree(f: &mut Form, typed: Option<Date>, number: &SaIdNumber, today: Date) -> Option<Date> {
    let dates = number.birth_dates(today);
    match typed {
        Some(date) if !dates.include(date) => {
            f.complain(
                "birth_date",
                "This is not the birth date in the ID number. One of the two is wrong.",
            );
            Some(date)
        }
        Some(date) => Some(date),
        None => dates.certain().or_else(|| dates.suggested()),
    }
}

fn medical_aid(f: &mut Form) -> Option<MedicalAid> {
    let scheme = f.line::<120>("scheme");
    let number = f.parse_optional("member_number", MemberNumber::parse);
    let dependant = f.parse_optional("dependant_code", DependantCode::parse);
    if !scheme.is_empty() && number.is_none() && f.error("member_number").is_none() {
        f.complain("member_number", "Type the membership number, or leave the scheme out.");
    }
    if scheme.is_empty() && number.is_some() {
        f.complain("scheme", "Type the scheme's name, or leave the number out.");
    }
    Some(MedicalAid {
        scheme,
        number: number?,
        dependant,
    })
}

async fn duplicates_of(staff: &Staff<Patients>, typed: &Typed) -> Result<Vec<(Found, &'static str)>, Failure> {
    let mut tx = staff.begin().await?;
    let c = &typed.contact;
    let (surname, born) = (c.surname.as_str(), c.birth_date);
    let found = patients::duplicates(
        &mut tx,
        &staff.app.keys,
        typed.document.as_ref(),
        Some(surname).zip(born),
        None,
    )
    .await?;
    tx.commit().await?;
    Ok(found)
}

/// Others with the number that a file is about to get.
async fn owners_of(
    staff: &Staff<Patients>,
    document: Option<&IdentityDocument>,
    except: PatientId,
) -> Result<Vec<(Found, &'static str)>, Failure> {
    let mut tx = staff.begin().await?;
    let found = patients::duplicates(&mut tx, &staff.app.keys, document, None, Some(except)).await?;
    tx.commit().await?;
    Ok(found)
}

/// Registers the person. A possible duplicate is shown once, and registered all the same when reception says so.
pub async fn create(staff: Staff<Patients>, mut f: Form) -> Answer {
    let today = staff.today();
    let booking: Option<BookingId> = f.get("booking").parse().ok();
    f.set("booking", booking.map(|id| id.to_string()).unwrap_or_default());
    if booking.is_none() && !staff.may(Permission::AllPatients) {
        return Ok(from_a_booking(&staff));
    }
    let notice = read_notice(&staff).await?;
    // The number is optional: who leaves it blank says so, whatever document stands in the list.
    if f.get("id_number").trim().is_empty() && !f.get("kind").starts_with("none") {
        f.set("kind", "none_unknown");
    }
    let typed = read(&mut f, today);
    let shown = f.get("notice").parse::<i32>().ok();
    match &notice {
        Some(_) if shown.is_none() => f.complain(
            "notice",
            "Show the privacy notice to the person first, and tick the box.",
        ),
        Some(current) if shown != Some(current.version) => f.complain(
            "notice",
            "The privacy notice has changed meanwhile. Show the new one to the person, and tick the box again.",
        ),
        _ => {}
    }
    let Some(typed) = typed.filter(|_| f.is_fine()) else {
        return refused(&page(&staff, None, notice, f));
    };
    if !f.ticked("not_the_same") {
        let same = duplicates_of(&staff, &typed).await?;
        if !same.is_empty() {
            return refused(&page(&staff, None, notice, f).showing(&same, today));
        }
    }
    let registration = Registration {
        contact: typed.contact,
        document: typed.document.unwrap_or(IdentityDocument::NoneUnknown),
        medical_aid: typed.medical_aid,
        notice_version: notice.map(|n| n.version),
    };
    let mut tx = staff.begin().await?;
    if !staff.is_first(&mut tx, &f).await? {
        return Ok(staff.sent_twice("/patients"));
    }
    let id = patients::register(&mut tx, &staff.app.keys, &registration).await?;
    if let Some(booking) = booking {
        bookings::attach_patient(&mut tx, booking, id).await?;
    }
    let number = patients::find(&mut tx, id).await?.file_number;
    tx.commit().await?;
    Ok(see_other_saying(
        &staff.app,
        &staff.link(&format!("/patients/{id}")),
        &format!("Registered as file {number}."),
    ))
}

/// The form of a file.
pub async fn edit(staff: Staff<Patients>, Path((_, id)): Path<(String, String)>) -> Answer {
    let id = id_of(&id)?;
    let mut tx = staff.begin().await?;
    let r = patients::find(&mut tx, id).await?;
    let identifiers = patients::identifiers(&mut tx, id).await?;
    tx.done().await?;
    let mut page = page(&staff, Some(id), None, on_file(r));
    page.has_aid = has_aid(&identifiers);
    html(&page)
}

fn has_aid(identifiers: &[Identifier]) -> bool {
    identifiers.iter().any(|i| i.kind == "medical_aid")
}

/// What saving takes off the file: a document that is said not to be theirs, a number in whose place another comes, a
/// membership that has ended. `same` are the kinds of which the number that was typed stands there already.
fn leaving(identifiers: &[Identifier], typed: &Typed, same: &[String]) -> Vec<String> {
    let goes = |i: &&Identifier| match (i.kind.as_str(), &typed.document) {
        ("medical_aid", _) => typed.no_aid || (typed.medical_aid.is_some() && !same.contains(&i.kind)),
        (_, None) => false,
        (_, Some(IdentityDocument::NoneNewborn | IdentityDocument::NoneUnknown)) => true,
        (kind, Some(document)) => kind == document.kind().code() && !same.contains(&i.kind),
    };
    let words = |i: &Identifier| format!("{} {}", identifier_words(&i.kind), i.masked);
    identifiers.iter().filter(goes).map(words).collect()
}

/// What is on file, in the fields of the form.
fn on_file(r: PatientRecord) -> Form {
    Form::filled([
        ("version", r.version.to_string()),
        ("given_names", r.given_names),
        ("surname", r.surname),
        ("birth_date", r.birth_date.map(|b| b.to_string()).unwrap_or_default()),
        ("sex", r.sex),
        (
            "phone",
            PhoneNumber::parse(&r.phone).map(|p| p.national()).unwrap_or_default(),
        ),
        ("email", r.email),
        ("language", r.language),
        ("address", r.address),
        ("reception_note", r.reception_note),
        ("kind", String::new()),
    ])
}

/// Fields that two people may change at once, and their labels.
const FIELDS: [(&str, &str); 9] = [
    ("given_names", "Given names"),
    ("surname", "Surname"),
    ("birth_date", "Date of birth"),
    ("sex", "Sex"),
    ("phone", "Phone"),
    ("email", "E-mail"),
    ("language", "Language"),
    ("address", "Address"),
    ("reception_note", "Note for reception"),
];

/// Saves a corrected file.
pub async fn save(staff: Staff<Patients>, Path((_, id)): Path<(String, String)>, mut f: Form) -> Answer {
    let id = id_of(&id)?;
    let today = staff.today();
    let version = f.number("version", 1, i32::MAX).ok_or(Failure::Malformed)?;
    let typed = read(&mut f, today);
    let mut tx = staff.begin().await?;
    let current = patients::find(&mut tx, id).await?;
    let identifiers = patients::identifiers(&mut tx, id).await?;
    tx.done().await?;
    let again = |f: Form| PatientForm {
        has_aid: has_aid(&identifiers),
        ..page(&staff, Some(id), None, f)
    };
    let Some(typed) = typed else {
        return refused(&again(f));
    };
    if current.version != version {
        f.overtake(&on_file(current), &FIELDS);
        return conflict(&again(f));
    }
    let mut tx = staff.begin().await?;
    let (document, aid) = (typed.document.as_ref(), typed.medical_aid.as_ref());
    let same = patients::same_numbers(&mut tx, &staff.app.keys, id, document, aid).await?;
    tx.done().await?;
    let leaving = leaving(&identifiers, &typed, &same);
    let said = match leaving.is_empty() {
        true => "Saved.",
        false => "Saved, and taken off the file.",
    };
    if !leaving.is_empty() && !f.ticked("take_off") {
        let mut asked = again(f);
        asked.leaving = leaving;
        return refused(&asked);
    }
    // Only now: whose a number is, is told to nobody who does not change this file with it.
    if !f.ticked("not_the_same") {
        let same = owners_of(&staff, typed.document.as_ref(), id).await?;
        if !same.is_empty() {
            return refused(&again(f).showing(&same, today));
        }
    }
    let mut tx = staff.begin().await?;
    let Typed {
        contact,
        document,
        medical_aid,
        no_aid,
    } = &typed;
    if *no_aid {
        patients::end_medical_aid(&mut tx, id).await?;
    }
    patients::update(
        &mut tx,
        &staff.app.keys,
        id,
        version,
        contact,
        document.as_ref(),
        medical_aid.as_ref(),
    )
    .await?;
    tx.commit().await?;
    Ok(see_other_saying(
        &staff.app,
        &staff.link(&format!("/patients/{id}")),
        said,
    ))
}
