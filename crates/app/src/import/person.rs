//! One line as a person, or the reason why not. The same checks as the forms'.

use std::collections::HashMap;

use aloe_db::patients::{Contact, MedicalAid, Registration};
use aloe_domain::email::EmailAddress;
use aloe_domain::identity::{IdentityDocument, IdentityType};
use aloe_domain::language::Language;
use aloe_domain::medical_aid::{DependantCode, MemberNumber};
use aloe_domain::name::PersonName;
use aloe_domain::phone::PhoneNumber;
use aloe_domain::text::{LongText, OneLine};
use jiff::civil::Date;

use super::lines::{Columns, RawLine};
use super::today;

type Cells = HashMap<&'static str, String>;

/// Reads a line.
///
/// # Errors
/// The reason, without the value.
pub fn read(columns: &Columns, line: &RawLine) -> Result<Registration, String> {
    let cells = columns.of(line)?;
    let get = |name: &str| cells.get(name).map(String::as_str).unwrap_or_default();
    let today = today();
    let document = document(&cells, today)?;
    let contact = Contact {
        given_names: optional(get("given_names"), "given names", PersonName::parse)?,
        surname: PersonName::parse(get("surname")).map_err(|e| format!("surname: {e}"))?,
        birth_date: birth_date(get("birth_date"), &document, today)?,
        sex: sex(get("sex"))?.to_owned(),
        phone: optional(get("phone"), "phone", PhoneNumber::parse)?,
        email: optional(get("email"), "e-mail", EmailAddress::parse)?
            .map(|e| e.as_str().to_owned())
            .unwrap_or_default(),
        language: language(get("language"))?,
        address: optional(get("address"), "address", LongText::<400>::parse)?
            .map(|a| a.as_str().to_owned())
            .unwrap_or_default(),
        reception_note: String::new(),
    };
    Ok(Registration {
        contact,
        document,
        medical_aid: medical_aid(&cells)?,
        notice_version: None,
    })
}

fn optional<T, E: std::fmt::Display>(
    text: &str,
    what: &str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Option<T>, String> {
    if text.is_empty() {
        Ok(None)
    } else {
        parse(text).map(Some).map_err(|e| format!("{what}: {e}"))
    }
}

fn document(cells: &Cells, today: Date) -> Result<IdentityDocument, String> {
    let get = |name: &str| cells.get(name).map(String::as_str).unwrap_or_default();
    let kind = match get("id_type") {
        "" if get("id_number").is_empty() => IdentityType::NoneUnknown,
        "" => IdentityType::SaId,
        "none" => IdentityType::NoneNewborn,
        code => IdentityType::from_code(code)
            .ok_or("identity type: use sa_id, passport, asylum_permit, refugee_permit or none")?,
    };
    let country = if kind == IdentityType::Passport {
        get("id_country")
    } else {
        ""
    };
    IdentityDocument::parse(kind, country, get("id_number"), today).map_err(|e| format!("identity number: {e}"))
}

fn birth_date(text: &str, document: &IdentityDocument, today: Date) -> Result<Option<Date>, String> {
    let typed = optional(text, "birth date", |text| {
        text.parse::<Date>()
            .map_err(|_| "write it as 1986-03-14, and as a day that exists")
    })?;
    if typed.is_some_and(|date| date > today || date.year() < today.year() - 125) {
        return Err("birth date: nobody was born then".to_owned());
    }
    let IdentityDocument::SaId(number) = document else {
        return Ok(typed);
    };
    let dates = number.birth_dates(today);
    match typed {
        Some(date) if !dates.include(date) => Err("birth date: not the one in the identity number".to_owned()),
        Some(date) => Ok(Some(date)),
        None => Ok(dates.certain()),
    }
}

/// `zu`, or with a country as elsewhere: `zu-ZA`.
fn language(text: &str) -> Result<Language, String> {
    let code = text.split(['-', '_']).next().unwrap_or_default().to_lowercase();
    match code.as_str() {
        "" => Ok(Language::default()),
        code => Language::from_code(code).ok_or_else(|| {
            let codes: Vec<&str> = Language::ALL.iter().map(|l| l.code()).collect();
            format!("language: use one of {}, or leave it blank", codes.join(" "))
        }),
    }
}

fn sex(text: &str) -> Result<&'static str, String> {
    match text.to_lowercase().as_str() {
        "" | "unknown" => Ok("unknown"),
        "f" | "female" => Ok("female"),
        "m" | "male" => Ok("male"),
        "o" | "other" => Ok("other"),
        _ => Err("sex: use female, male, other or leave it blank".to_owned()),
    }
}

fn medical_aid(cells: &Cells) -> Result<Option<MedicalAid>, String> {
    let get = |name: &str| cells.get(name).map(String::as_str).unwrap_or_default();
    let scheme = optional(get("scheme"), "scheme", OneLine::<120>::parse)?;
    let number = optional(get("member_number"), "membership number", MemberNumber::parse)?;
    let dependant = optional(get("dependant_code"), "dependant code", DependantCode::parse)?;
    match (scheme, number) {
        (Some(scheme), Some(number)) => Ok(Some(MedicalAid {
            scheme: scheme.as_str().to_owned(),
            number,
            dependant,
        })),
        (None, None) => Ok(None),
        (Some(_), None) => Err("membership number: missing".to_owned()),
        (None, Some(_)) => Err("scheme: missing".to_owned()),
    }
}
