//! Name, numbers, letterhead, information officer.

use aloe_db::agenda::Profile;
use aloe_db::error::DbError;
use aloe_db::settings;
use aloe_domain::email::EmailAddress;
use aloe_domain::language::Language;
use aloe_domain::permission::need::Settings;
use aloe_domain::phone::PhoneNumber;
use aloe_domain::practice_number::PracticeNumber;
use aloe_domain::text::OneLine;
use askama::Template;

use super::{Tab, agenda, tabs};
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, Shell, conflict, html, refused, see_other_saying};
use crate::session::Staff;
use crate::speech::SPOKEN;

#[derive(Template)]
#[template(path = "office/settings/profile.html")]
struct ProfilePage {
    shell: Shell,
    tabs: Vec<Tab>,
    languages: Vec<(String, String)>,
    practice: bool,
    f: Form,
}

fn page(staff: &Staff<Settings>, practice: bool, f: Form) -> ProfilePage {
    let languages = SPOKEN
        .iter()
        .map(|l| (l.code().to_owned(), l.own_name().to_owned()))
        .collect();
    ProfilePage {
        shell: Shell::new(staff),
        tabs: tabs(staff),
        languages,
        practice,
        f,
    }
}

/// The form.
pub async fn show(staff: Staff<Settings>) -> Answer {
    let p = agenda(&staff).await?.profile;
    html(&page(&staff, p.kind == "practice", on_file(p)))
}

const FIELDS: [(&str, &str); 7] = [
    ("name", "Name"),
    ("practice_number", "Practice number"),
    ("letterhead", "Letterhead"),
    ("language", "Language people are greeted in"),
    ("officer_name", "Information officer's name"),
    ("officer_email", "Information officer's e-mail"),
    ("officer_phone", "Information officer's phone"),
];

fn on_file(p: Profile) -> Form {
    Form::filled([
        ("version", p.version.to_string()),
        ("name", p.name),
        ("practice_number", p.practice_number.unwrap_or_default()),
        ("letterhead", p.letterhead),
        ("officer_name", p.officer_name),
        ("officer_email", p.officer_email),
        (
            "officer_phone",
            PhoneNumber::parse(&p.officer_phone)
                .map(|n| n.national())
                .unwrap_or_default(),
        ),
        ("language", p.language),
    ])
}

/// Saves it.
pub async fn save(staff: Staff<Settings>, mut f: Form) -> Answer {
    let before = agenda(&staff).await?.profile;
    let version = f.number("version", 1, i32::MAX).ok_or(Failure::Malformed)?;
    let name = f.parse("name", OneLine::<120>::parse);
    let practice_number = f
        .parse_optional("practice_number", PracticeNumber::parse)
        .map(|n| n.as_str().to_owned());
    let officer_email = f
        .parse_optional("officer_email", EmailAddress::parse)
        .map(|e| e.as_str().to_owned());
    let officer_phone = f
        .parse_optional("officer_phone", PhoneNumber::parse)
        .map(|p| p.e164().to_owned());
    let profile = Profile {
        version,
        name: name.as_ref().map(|n| n.as_str().to_owned()).unwrap_or_default(),
        practice_number,
        letterhead: f.text::<1000>("letterhead"),
        officer_name: f.line::<120>("officer_name"),
        officer_email: officer_email.unwrap_or_default(),
        officer_phone: officer_phone.unwrap_or_default(),
        language: Language::from_code(f.get("language"))
            .unwrap_or_default()
            .code()
            .to_owned(),
        ..before.clone()
    };
    if !f.is_fine() {
        return refused(&page(&staff, before.kind == "practice", f));
    }
    let mut tx = staff.begin().await?;
    match settings::save_profile(&mut tx, &profile).await {
        Err(DbError::Conflict) => {
            f.overtake(&on_file(agenda(&staff).await?.profile), &FIELDS);
            return conflict(&page(&staff, before.kind == "practice", f));
        }
        saved => saved?,
    }
    tx.commit().await?;
    Ok(see_other_saying(&staff.app, &staff.link("/settings/profile"), "Saved."))
}
